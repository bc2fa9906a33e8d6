/* What a language model answered about a sound: what must be said beside its figures. And the
 * rates of whatever says how much it did in which phase. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** lb_answer_check: adds to @flags (an array of lb_flag_new()) what @output, of mode analysis,
 *  makes necessary: `empty-answer`, `token-limit` (output.stopped says so), `repaired-text`,
 * `part-heard` (output.heard_s, [from, to] in seconds of what went in, is not all of it).
 * @processed_s: duration of what went in; NAN: unknown */
void lb_answer_check (const json_t *output, double processed_s, json_t *flags);

/** lb_answer_rates: sets in the iteration @one what follows from its phases and the counts of
 *  @output, of mode analysis or generation: generate_tokens_per_sec, prompt_tokens_per_sec,
 *  steps_per_sec */
void lb_answer_rates (const json_t *output, json_t *one);

G_END_DECLS
