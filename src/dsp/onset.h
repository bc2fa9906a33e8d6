/* Where notes begin: how much louder the mel bands of a frame are than those of the last one, and
 * the peaks of that. librosa.onset's definitions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double rate_hz;
  guint size, hop; /* of the frames */
} LbOnsetShape;

typedef struct _LbOnset LbOnset;

/**
 * lb_onset_new:
 * @loudest: the greatest power of any mel band of the whole sound: what lies 80 dB below it or
 *   more counts as silent. lb_onset_loudest() finds it in an earlier pass
 *
 * Returns: (transfer full): no frames yet
 */
LbOnset *lb_onset_new (const LbOnsetShape *shape, float loudest);
void lb_onset_free (LbOnset *onset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbOnset, lb_onset_free)

/** lb_onset_loudest: Returns: the greater of @loudest and the powers of @power's mel bands */
float lb_onset_loudest (LbOnset *onset, const float *power, float loudest);

/** lb_onset_add: the next frame's power, size / 2 + 1 bins */
void lb_onset_add (LbOnset *onset, const float *power);

/** lb_onset_envelope: Returns: (transfer none): a strength for each frame, *@count of them,
 * shifted so that they lie where the frames' middles are */
const float *lb_onset_envelope (LbOnset *onset, gsize *count);

/** lb_onset_count: Returns: how many onsets @envelope has: its peaks, as librosa's onset_detect()
 * picks them */
guint lb_onset_count (const float *envelope, gsize count, const LbOnsetShape *shape);

G_END_DECLS
