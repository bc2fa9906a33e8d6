/* How far a song's notes lie from those of A = 440 Hz: the most usual distance of its spectral
 * peaks from the nearest semitone. Of the peaks of all frames only a histogram is kept. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LbTuning LbTuning;

/** lb_tuning_new: Returns: (transfer full): for frames of @bins magnitudes, @bin_hz apart */
LbTuning *lb_tuning_new (guint bins, double bin_hz);
void lb_tuning_free (LbTuning *tuning);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbTuning, lb_tuning_free)

/** lb_tuning_add: the next frame's magnitudes */
void lb_tuning_add (LbTuning *tuning, const float *magnitudes);

/** lb_tuning_finish: Returns: semitones, −0.5 to 0.49 in steps of 0.01, as
 * librosa.estimate_tuning(); NAN: no peak was found */
double lb_tuning_finish (const LbTuning *tuning);

G_END_DECLS
