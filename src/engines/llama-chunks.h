/* A prompt with a sound in it, as llama.cpp's libmtmd takes it. */
#pragma once

#include <mtmd.h>

#include "llama-engine.h"

G_BEGIN_DECLS

/** llama_chunks: @prompt with @audio before it, in the model's template, as llama.cpp's own tools
 * do: text and encoder windows in their order. The spectrogram is made here. Returns: (transfer
 * full): or %NULL with %LB_ERROR_ENGINE */
struct mtmd_input_chunks *llama_chunks (const LlamaEngine *engine, struct mtmd_context *projector,
                                        const LbEngineInput *audio, const char *prompt,
                                        GError **error);

G_END_DECLS
