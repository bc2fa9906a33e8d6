/* Scores that belong to a mode: a const table of pure functions over (output, reference). */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

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

G_END_DECLS
