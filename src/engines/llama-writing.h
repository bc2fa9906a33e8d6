/* The answer of a language model, token for token, after its prompt was read. */
#pragma once

#include "llama-engine.h"

G_BEGIN_DECLS

typedef struct {
  LlamaEngine *engine;
  llama_pos at; /* places of the context that are taken */
  gsize prompt_tokens;
  gint64 tokens;
  GString *text, *pending; /* all of it; what of it is no whole character yet */
  const char *stopped;
  double prompt_s, generate_s;
  double eval_s; /* of generate_s, by llama.cpp's own clock */
} LlamaWriting;

/** llama_writing_begin: forgets what the context and the sampler have seen. Cleared with
 * llama_writing_clear() */
void llama_writing_begin (LlamaWriting *writing, LlamaEngine *engine);

/**
 * llama_writing_go:
 * @writing: the prompt lies in the context up to `at`, the last token's logits are there
 * @error: %LB_ERROR_CANCELLED, %LB_ERROR_ENGINE
 *
 * Writes until the model ends its answer, or a limit does. Tells the sink the first token, and
 * whole characters as they come.
 */
gboolean llama_writing_go (LlamaWriting *writing, GError **error);

/** llama_writing_output: Returns: (transfer full): {text, repaired, tokens, prompt_tokens,
 * stopped, phases {prompt_s, generate_s, eval_s}} */
json_t *llama_writing_output (const LlamaWriting *writing);
void llama_writing_clear (LlamaWriting *writing);

/** llama_since: seconds from @begun_ns to now */
double llama_since (gint64 begun_ns);

G_END_DECLS
