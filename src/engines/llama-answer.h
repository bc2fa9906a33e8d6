/* One question about a sound: the prompt is put together, the sound encoded, the answer written.
 */
#pragma once

#include <mtmd.h>

#include "llama-engine.h"

G_BEGIN_DECLS

/**
 * llama_answer:
 * @engine: loaded
 * @projector: of the model
 * @audio: mono, at the projector's rate
 * @prompt: what is asked, UTF-8
 * @output: (out) (transfer full): {text, tokens, prompt_tokens, audio_tokens, windows, heard_s,
 *   stopped, phases, engine_s}
 * @error: %LB_ERROR_BAD_INPUT: the sound does not fit into the context, said in seconds;
 *   %LB_ERROR_CANCELLED
 *
 * Calls lb_sink_first() at the first token and lb_sink_done() when the answer is complete.
 */
gboolean llama_answer (LlamaEngine *engine, struct mtmd_context *projector,
                       const LbEngineInput *audio, const char *prompt, json_t **output,
                       GError **error);

G_END_DECLS
