/* What lies in a ggml file of Whisper weights, read without whisper.cpp: it aborts, or
 * reads uninitialised memory, on files that are truncated or lie in their header. No
 * machine-learning library is needed here. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In the file's order, after its magic. */
typedef struct {
  gint32 n_vocab;
  gint32 n_audio_ctx, n_audio_state, n_audio_head, n_audio_layer;
  gint32 n_text_ctx, n_text_state, n_text_head, n_text_layer;
  gint32 n_mels;
  gint32 ftype;
} WhisperShape;

/**
 * whisper_model_parameters:
 *
 * Weights of the architecture of @shape: encoder and decoder with both position tables,
 * the token table once (output and input share it).
 *
 * Source: Radford et al. (2022), section 2.2; keys have no bias. 72,593,920 for base.
 */
guint64 whisper_model_parameters (const WhisperShape *shape);

/** whisper_model_quantisation: Returns: the name of the type of the large matrices
 * ("f16", "q5_1"…), a constant, or %NULL for one that is not known */
const char *whisper_model_quantisation (gint32 ftype);

/**
 * whisper_model_check:
 * @path: a file
 * @shape: (out caller-allocates): its hyperparameters
 * @error: %LB_ERROR_BAD_MODEL, %LB_ERROR_NOT_FOUND, %LB_ERROR_NOT_PERMITTED
 *
 * Walks over all tensors' headers: whether the file is whole, and holds what its header promises.
 */
gboolean whisper_model_check (const char *path, WhisperShape *shape, GError **error);

/** whisper_vad_check: whether @path can be read and begins as a ggml file of
 * Silero weights does */
gboolean whisper_vad_check (const char *path, GError **error);

G_END_DECLS
