/* Texts that go in: counted, and looked at before an engine is started for them. */
#pragma once

#include "bench/plan.h"

G_BEGIN_DECLS

#define LB_TEXT_MAX_CHARACTERS 1000000

/** lb_text_count: Unicode scalar values of @text; pieces between white space */
void lb_text_count (const char *text, gsize *characters, gsize *words);

/** lb_text_record: Returns: (transfer full): {text, characters, words, set, name} of @input */
json_t *lb_text_record (const LbPlanInput *input, gsize characters, gsize words);

/**
 * lb_text_describe:
 * @error: %LB_ERROR_BAD_INPUT: nothing in it could be spoken (empty, only spaces, punctuation or
 *   control characters), or it is longer than %LB_TEXT_MAX_CHARACTERS
 *
 * Returns: (transfer full): the record's `input` {text, characters, words, set, name}, or %NULL
 */
json_t *lb_text_describe (const LbPlanInput *input, GError **error);

/** lb_text_seconds: Returns: how long a slow voice would speak what is measured of @it: 0.1
 * s a character */
double lb_text_seconds (const LbCase *it);

/** lb_text_room_s: Returns: seconds of sound that may come out for @it: 60 s and 0.4 s a
 * character of what is measured */
double lb_text_room_s (const LbCase *it);

G_END_DECLS
