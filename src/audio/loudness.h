/* How loud a sound is, and what of it is cut off or silent: fed piece by piece. docs/MEASURING.md
 * has the definitions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LbLoudness LbLoudness;

/* Levels in dB re full scale (1.0). A figure that can't be had is NAN: of silence there is no
 * level, below 0.4 s no loudness. */
typedef struct {
  guint64 frames;
  double peak_db;       /* the greatest sample */
  double rms_db;        /* over all samples: a full-scale sine has −3.01 */
  double loudness_lufs; /* integrated, EBU R 128 */
  double range_lu;      /* loudness range, EBU Tech 3342; NAN below 3 s */
  double clipped_share; /* of the samples that are at full scale or above, 0 to 1 */
  double silent_share;  /* of the windows of 10 ms that lie below −60 dB, 0 to 1 */
  gboolean beyond;      /* a sample is above 1.0: only a float file keeps it */
} LbLevels;

/** lb_loudness_new: Returns: (transfer full): no sound yet, or %NULL with %LB_ERROR_BAD_INPUT:
 * no sound has such a rate or so many channels */
LbLoudness *lb_loudness_new (guint rate_hz, guint channels, GError **error);
void lb_loudness_free (LbLoudness *loudness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbLoudness, lb_loudness_free)

/** lb_loudness_add: @frames frames, interleaved. Returns: whether all samples are numbers; what
 * comes after a NaN or an infinity gives no levels */
gboolean lb_loudness_add (LbLoudness *loudness, const float *samples, gsize frames);

/** lb_loudness_finish: @levels: (out caller-allocates): of all that was added */
void lb_loudness_finish (LbLoudness *loudness, LbLevels *levels);

G_END_DECLS
