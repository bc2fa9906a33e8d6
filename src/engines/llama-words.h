/* One question in words: the prompt is put together and read, the answer written. */
#pragma once

#include "llama-engine.h"

G_BEGIN_DECLS

/**
 * llama_words:
 * @engine: loaded
 * @system: (nullable): the message before the question
 * @question: UTF-8
 * @output: (out) (transfer full): {text, tokens, prompt_tokens, stopped, phases, engine_s}
 * @error: %LB_ERROR_BAD_INPUT: the prompt does not fit into the context, said in tokens;
 *   %LB_ERROR_CANCELLED
 *
 * Calls lb_sink_first() at the first token and lb_sink_done() when the answer is complete.
 */
gboolean llama_words (LlamaEngine *engine, const char *system, const char *question,
                      json_t **output, GError **error);

G_END_DECLS
