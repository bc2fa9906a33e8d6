/* The model's chat template around what is asked. */
#pragma once

#include "llama-answer.h"

G_BEGIN_DECLS

/** llama_prompt_chunks: @prompt with @audio before it, in the model's template, as llama.cpp's
 * own tools do: text and encoder windows in their order. The spectrogram is made here. Returns:
 * (transfer full): or %NULL with %LB_ERROR_ENGINE, %LB_ERROR_BAD_MODEL */
struct mtmd_input_chunks *llama_prompt_chunks (LlamaEngine *engine, const LbEngineInput *audio,
                                               const char *prompt, GError **error);

/** llama_prompt_check: whether @options' template is there, or the model's is known.
 *  %LB_ERROR_USAGE, %LB_ERROR_BAD_MODEL */
gboolean llama_prompt_check (const struct llama_model *model, const json_t *options,
                             GError **error);

G_END_DECLS
