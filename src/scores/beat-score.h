/* How well beats and tempo were tracked. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_BEAT_MAX_BEATS 1000000
#define LB_BEAT_MAX_TIME_S 30000.0 /* as mir_eval */
#define LB_BEAT_SKIPPED_S 5.0      /* usual @skip_s: what comes before is not scored */

typedef struct {
  guint64 reference_beats, estimated_beats; /* from skip_s on */
  double f_measure, precision, recall;      /* within ±70 ms */
  double cemgil, cemgil_best; /* Gaussian of 40 ms; the best of all metrical levels */
  /* Shares of beats in a right neighbourhood (17.5 % of the interval, in phase and in period):
   * the longest unbroken run (c), all (t); at the metrical level of the reference (cml) or the
   * best of: as it is, between the beats, double, and both halves of it (aml). NAN below 2
   * reference beats, as the two that follow */
  double cml_c, cml_t, aml_c, aml_t;
  double p_score; /* McKinney's: pairs within 20 % of the median interval / the larger count */
  double information_gain; /* 0 … 1, of 41 bins; the worse of both directions */
} LbBeatScore;

/**
 * lb_beat_score:
 * @references: (array length=n_references): the true times in seconds, rising
 * @estimates: (array length=n_estimates): the tracked times, rising; none is fine, and scores 0
 * @skip_s: beats before this time are left out of both: usually %LB_BEAT_SKIPPED_S, where a
 * tracker has settled; 0: none
 * @error: %LB_ERROR_EMPTY_REFERENCE: no reference beats from @skip_s on; %LB_ERROR_BAD_INPUT: a
 * time is no finite number, out of bounds, or not after the one before it
 *
 * Source: Davies, Degara and Plumbley (2009), "Evaluation Methods for Musical Audio Beat Tracking
 * Algorithms"; equal to mir_eval.beat but where docs/MEASURING.md says.
 *
 * Returns: %TRUE if @score was set
 */
gboolean lb_beat_score (const double *references, gsize n_references, const double *estimates,
                        gsize n_estimates, double skip_s, LbBeatScore *score, GError **error);

/** lb_beat_score_json: Returns: (transfer full): {f_measure, precision, …} as in the record; NAN
 * is left out */
json_t *lb_beat_score_json (const LbBeatScore *score);

typedef struct {
  double p_score; /* weight × hit of the first + (1 − weight) × hit of the second */
  gboolean one_correct, both_correct;
} LbTempoScore;

/**
 * lb_tempo_score:
 * @references: the two tempi at which people tap to it, in beats a minute; one may be 0: none
 * @weight: the first one's share of the tappers, 0 to 1; with one tempo: that one's is 1, the
 * other's 0
 * @estimates: two tempi; the same twice, or one of them 0, where the engine has only one
 *
 * A tempo is hit when an estimate is within 8 % of it.
 *
 * Source: McKinney et al. (2007); mir_eval.tempo
 *
 * Returns: %TRUE if @score was set; FALSE with %LB_ERROR_EMPTY_REFERENCE or %LB_ERROR_BAD_INPUT
 */
gboolean lb_tempo_score (const double references[2], double weight, const double estimates[2],
                         LbTempoScore *score, GError **error);

/** lb_tempo_score_json: Returns: (transfer full): {p_score, one_correct, both_correct} */
json_t *lb_tempo_score_json (const LbTempoScore *score);

G_END_DECLS
