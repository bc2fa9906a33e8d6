/* The fixed rubric by which a language model judges an answer: what it is told, and what counts
 * as its opinion. docs/MEASURING.md. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_RUBRIC_VERSION "llamaburn-rubric/1"

/** lb_rubric_prompt: Returns: (transfer full): all that the judge is told. @question: what was
 * asked about the sound; @answer: what is judged */
char *lb_rubric_prompt (const char *question, const char *answer);

/**
 * lb_rubric_read:
 * @text: what the judge said: one JSON object of exactly the rubric's members, each score a whole
 *   number from 1 to 5; a code fence around it is let be
 *
 * Returns: (transfer full): {scores {…}, reason}, or %NULL: %LB_ERROR_ENGINE
 */
json_t *lb_rubric_read (const char *text, GError **error);

G_END_DECLS
