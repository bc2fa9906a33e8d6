/* Shared by the files that convert CTranslate2's Whisper to a folder of Hugging Face's kind. */
#pragma once

#include "models/convert-whisper.h"

G_BEGIN_DECLS

/* A tensor as it is written: some elements of one that was read. */
typedef struct {
  char *name;
  const LbTensor *tensor; /* (nullable): the encoder's sinusoids, which are computed */
  gsize first, count;     /* of its elements */
  guint rank;
  gsize dims[3];
} LbPiece;

/** lb_convert_put_safetensors: writes @pieces (LbPiece; sorted here) to the new file @path, as
 * 32-bit floats */
gboolean lb_convert_put_safetensors (LbConversion *c, GArray *pieces, const char *path,
                                     GError **error);

/** lb_convert_put_descriptions: writes config.json, generation_config.json,
 * preprocessor_config.json, tokenizer.json and tokenizer_config.json into @folder, from the
 * config.json and tokenizer.json that are in @source */
gboolean lb_convert_put_descriptions (const LbConversion *c, const char *source,
                                      const char *folder, GError **error);

G_END_DECLS
