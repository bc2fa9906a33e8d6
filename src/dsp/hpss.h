/* What of a song sounds and what strikes, by Fitzgerald (2010): the median along time keeps what
 * lasts, the median along frequency what is broad; masks share each bin's energy out. Fed frame
 * by frame; holds 32 of them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LbHpss LbHpss;

/** lb_hpss_new: Returns: (transfer full): for frames of @bins magnitudes */
LbHpss *lb_hpss_new (guint bins);
void lb_hpss_free (LbHpss *hpss);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbHpss, lb_hpss_free)

/** lb_hpss_add: the next frame's magnitudes */
void lb_hpss_add (LbHpss *hpss, const float *magnitudes);

/** lb_hpss_finish: @harmonic, @percussive: (out): energies, of all frames: the sums of the
 * squares of what librosa.decompose.hpss() returns. Nothing may be added afterwards */
void lb_hpss_finish (LbHpss *hpss, double *harmonic, double *percussive);

G_END_DECLS
