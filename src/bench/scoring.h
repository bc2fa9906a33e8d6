/* Scores that belong to a mode: a const table of pure functions over (output, reference). */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef struct _LbTruth LbTruth; /* bench/truth.h */

/**
 * lb_scoring:
 * @output: as the engine gave it
 * @reference: its text
 * @error: the first score that could not be had
 *
 * Returns: (transfer full): {"wer": {…}, "cer": {…}} for `stt`; %NULL where the mode has no score
 * against a text, or on error
 */
json_t *lb_scoring (const char *mode, const json_t *output, const char *reference,
                    GError **error);

/** lb_scoring_check: whether @reference can be scored against at all. %LB_ERROR_EMPTY_REFERENCE
 */
gboolean lb_scoring_check (const char *mode, const char *reference, GError **error);

/** lb_scoring_truth: as lb_scoring(), against the truth of any mode: also beats, tempo, notes,
 * chords, genre. What an output lacks counts as not found */
json_t *lb_scoring_truth (const char *mode, const json_t *output, const LbTruth *truth,
                          GError **error);

/** lb_scoring_truth_check: whether @truth can be scored against at all, as lb_scoring_check() */
gboolean lb_scoring_truth_check (const char *mode, const LbTruth *truth, GError **error);

G_END_DECLS
