/* Shared by the files that convert CTranslate2's Whisper to ggml. */
#pragma once

#include <stdio.h>

#include "models/private.h"

G_BEGIN_DECLS

#define LB_CONVERT_MAX_RANK 4
#define LB_CONVERT_AUDIO_CONTEXT 1500
#define LB_CONVERT_HEAD_WIDTH 64

/* Kinds of elements: CTranslate2's numbers. */
#define LB_TENSOR_FLOAT32 0
#define LB_TENSOR_FLOAT16 4

typedef struct {
  const guint8 *data; /* not aligned */
  guint32 dims[LB_CONVERT_MAX_RANK];
  guint rank, kind;
  gsize bytes;
} LbTensor;

typedef struct {
  GHashTable *tensors;
  FILE *out;
  gsize width, mels, vocabulary, text_context;
  guint encoder_layers, decoder_layers;
} LbConversion;

/** lb_convert_refuse: sets %LB_ERROR_BAD_MODEL. Returns: %FALSE */
gboolean lb_convert_refuse (GError **error, const char *what, const char *subject);

/** lb_convert_read: the tensors of the model.bin at @data, which must outlive them */
gboolean lb_convert_read (LbConversion *c, const void *data, gsize bytes, GError **error);

/** lb_convert_measure: takes the model's sizes from its tensors */
gboolean lb_convert_measure (LbConversion *c, GError **error);

/** lb_convert_find: Returns: (transfer none): the tensor @name of that shape, or %NULL */
const LbTensor *lb_convert_find (LbConversion *c, const char *name, guint rank, gsize d0,
                                 gsize d1, gsize d2, GError **error);

/* Write to @c->out. Its errors are sticky: ferror() at the end. @wide: 32-bit, else 16-bit. */
void lb_convert_put_int (LbConversion *c, gsize value);
void lb_convert_put_float (LbConversion *c, float value);
void lb_convert_put_header (LbConversion *c, const char *name, guint rank, const gsize *dims,
                            gboolean wide);
void lb_convert_put_elements (LbConversion *c, const LbTensor *tensor, gsize first, gsize count,
                              gboolean wide);
void lb_convert_put_mel_filters (LbConversion *c);
void lb_convert_put_sinusoids (LbConversion *c);
gboolean lb_convert_put_tokens (LbConversion *c, const char *path, GError **error);

G_END_DECLS
