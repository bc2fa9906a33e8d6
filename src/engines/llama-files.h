/* The files of a language model; of one that listens two: the model, and the projector that turns
 * sound into what it reads. */
#pragma once

#include "llama-gguf.h"

G_BEGIN_DECLS

typedef struct {
  char *model, *projector; /* (type filename): paths */
  LlamaGguf model_head, projector_head;
} LlamaFiles;

/**
 * llama_files_find:
 * @path: (type filename): a folder with a model .gguf and an mmproj*.gguf, or the model, beside
 *   which its mmproj*.gguf lies
 * @files: (out caller-allocates): cleared with llama_files_clear(), whatever is returned
 * @error: %LB_ERROR_BAD_MODEL: one of them is missing or bad, there are several, they don't fit
 *
 * Of a model in pieces ("-00001-of-00003.gguf") it is the first.
 */
gboolean llama_files_find (const char *path, LlamaFiles *files, GError **error);

/**
 * llama_files_find_model:
 * @path: (type filename): a model's .gguf, or a folder with one; projectors beside it don't
 * matter
 * @files: (out caller-allocates): without a projector; cleared with llama_files_clear(), whatever
 *   is returned
 * @error: %LB_ERROR_BAD_MODEL: it is missing or bad, there are several, it is a projector
 */
gboolean llama_files_find_model (const char *path, LlamaFiles *files, GError **error);
void llama_files_clear (LlamaFiles *files);

G_END_DECLS
