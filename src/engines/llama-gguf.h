/* The head of a GGUF file: looked at before llama.cpp is given it, whose answer to a bad file is
 * one line of a log, or an assertion that ends the process. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *architecture;       /* "qwen2"; "clip" of a projector; escaped */
  char *projector;          /* of a projector: its type, "qwen2a"; or NULL; escaped */
  gboolean has_audio;       /* of a projector: whether it encodes sound */
  guint32 embedding_length; /* what the language model takes; 0: not said */
  guint32 projection_dim;   /* what the projector gives; 0: not said */
  guint64 parameters;       /* elements of all tensors */
} LlamaGguf;

/** llama_gguf_is_projector: by its architecture */
gboolean llama_gguf_is_projector (const LlamaGguf *gguf);

/**
 * llama_gguf_read:
 * @path: (type filename): hostile
 * @gguf: (out caller-allocates): cleared with llama_gguf_clear(), whatever is returned
 * @error: %LB_ERROR_BAD_MODEL: no GGUF, cut short, of another version, nonsense in its head;
 * names the file and what to do
 *
 * Source: the description of GGUF in ggml's repository (docs/gguf.md), versions 2 and 3.
 */
gboolean llama_gguf_read (const char *path, LlamaGguf *gguf, GError **error);

/** llama_gguf_parse: likewise of a file's bytes. @shown: its name, escaped */
gboolean llama_gguf_parse (const guint8 *data, gsize size, const char *shown, LlamaGguf *gguf,
                           GError **error);
void llama_gguf_clear (LlamaGguf *gguf);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LlamaGguf, llama_gguf_clear)

G_END_DECLS
