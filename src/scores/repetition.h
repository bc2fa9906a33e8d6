/* Whether a sound goes round in a loop, or stands still: what it is like itself at a distance. */
#pragma once

#include "core/json.h"
#include "scores/bss-eval.h"

G_BEGIN_DECLS

#define LB_REPETITION_HOP_S 0.05
#define LB_REPETITION_LEAST_LAG_S 0.5
#define LB_REPETITION_MOST_LAG_S 30.0
#define LB_REPETITION_BANDS 36

typedef struct {
  double similarity; /* at the lag where it is highest, −1 to 1; NAN: too short, or it stands
                        still all through */
  double loop_s;     /* that lag; NAN likewise */
  double stuck_s;    /* the longest stretch in which nothing changes */
  double stuck_share;
} LbRepetition;

/**
 * lb_repetition_measure:
 * @sound: at @rate_hz with @channels channels
 * @repetition: (out caller-allocates)
 * @error: %LB_ERROR_BAD_INPUT: less than 0.2 s, or a rate below 1 kHz; what the reader said
 *
 * Every 50 ms the power of 100 ms (Hann's window, channels mixed) in 36 bands of equal ratio from
 * 60 Hz to 12 kHz or 0.45 × @rate_hz, in dB, at most 80 dB below the loudest. Without each band's
 * mean, the vectors are correlated with those a lag later: similarity is the largest of these
 * correlations, of lags from 0.5 s to half the sound, at most 30 s. A frame is stuck when its
 * bands differ from those of the frame before by less than 1 dB (root of the mean square).
 */
gboolean lb_repetition_measure (const LbSignal *sound, guint channels, guint rate_hz,
                                LbRepetition *repetition, GError **error);

/** lb_repetition_json: Returns: (transfer full): {value, loop_s, stuck_s, stuck_share}; value is
 * the similarity */
json_t *lb_repetition_json (const LbRepetition *repetition);

G_END_DECLS
