/* Prompts of music: counted, and looked through for what they name by the word list that comes
 * with LlamaBurn (data/prompt-words.json; docs/MEASURING.md). */
#pragma once

#include "bench/plan.h"

G_BEGIN_DECLS

#define LB_PROMPT_ROLE "prompt"
#define LB_PROMPT_MAX_CHARACTERS 20000
#define LB_PROMPT_MAX_WORDS 1000

/**
 * lb_prompt_describe:
 * @error: %LB_ERROR_BAD_INPUT: no letter and no digit in it, or it is longer than
 *   %LB_PROMPT_MAX_WORDS or %LB_PROMPT_MAX_CHARACTERS
 *
 * Returns: (transfer full): the record's `input` {text, characters, words, set, name, complexity
 * {instruments, genres, attributes, bpm, named {instruments [], genres [], attributes []}}}, or
 * %NULL. `bpm` is there where the prompt asks for a tempo
 */
json_t *lb_prompt_describe (const LbPlanInput *input, GError **error);

/** lb_prompt_seconds: Returns: how much music @it asks for: its option `duration`, else the most
 * that is asked of any engine */
double lb_prompt_seconds (const LbCase *it);

/** lb_prompt_note_tokens: what the engine says its text encoder made of the prompt (`prompt_tokens`
 * of @output) into @input's complexity; nothing where it says nothing */
void lb_prompt_note_tokens (json_t *input, const json_t *output);

G_END_DECLS
