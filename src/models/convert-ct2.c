/* Reads CTranslate2's model.bin. It is hostile: every length is checked against what is there,
 * every tensor's shape against what the model's size says. */
#include "core/error.h"
#include "core/text.h"
#include "models/convert-whisper.h"

#define MAX_VARIABLES 20000
#define MAX_LAYERS 64
#define MAX_WIDTH 4096

typedef struct {
  const guint8 *data;
  gsize left;
} Reader;

gboolean
lb_convert_refuse (GError **error, const char *what, const char *subject)
{
  g_autofree char *shown = lb_text_escape (subject);

  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "can't convert the model: %s: \"%s\"", what,
               shown);
  return FALSE;
}

static const guint8 *
take (Reader *reader, gsize bytes)
{
  const guint8 *at = reader->data;

  if (bytes > reader->left)
    return NULL;
  reader->data += bytes;
  reader->left -= bytes;
  return at;
}

static gboolean
take_uint (Reader *reader, guint bytes, guint32 *value)
{
  const guint8 *at = take (reader, bytes);

  *value = 0;
  for (guint i = 0; at != NULL && i < bytes; i++)
    *value |= (guint32) at[i] << (8 * i);
  return at != NULL;
}

static char *
take_text (Reader *reader)
{
  guint32 length;
  const guint8 *at;

  if (!take_uint (reader, 2, &length) || length > 1024)
    return NULL;
  at = take (reader, length);
  return at != NULL ? g_strndup ((const char *) at, length) : NULL;
}

static gboolean
take_tensor (Reader *reader, LbTensor *tensor)
{
  static const guint sizes[] = { 4, 1, 2, 4, 2, 2 };
  guint64 count = 1;
  guint32 value;

  if (!take_uint (reader, 1, &value) || value > LB_CONVERT_MAX_RANK)
    return FALSE;
  tensor->rank = value;
  for (guint i = 0; i < tensor->rank; i++)
    {
      if (!take_uint (reader, 4, &tensor->dims[i]) || tensor->dims[i] > (1u << 24))
        return FALSE;
      count *= tensor->dims[i];
      if (count > G_MAXUINT32)
        return FALSE;
    }
  if (!take_uint (reader, 1, &tensor->kind) || tensor->kind >= G_N_ELEMENTS (sizes) ||
      !take_uint (reader, 4, &value))
    return FALSE;
  tensor->bytes = value;
  tensor->data = take (reader, tensor->bytes);
  return tensor->data != NULL && count * sizes[tensor->kind] == tensor->bytes;
}

gboolean
lb_convert_read (LbConversion *c, const void *data, gsize bytes, GError **error)
{
  Reader reader = { data, bytes };
  guint32 version = 0, revision, count = 0;
  g_autofree char *spec = NULL;

  if (take_uint (&reader, 4, &version))
    spec = take_text (&reader);
  if (g_strcmp0 (spec, "WhisperSpec") != 0 || version < 4 || version > 6 ||
      !take_uint (&reader, 4, &revision) || !take_uint (&reader, 4, &count) ||
      count > MAX_VARIABLES)
    return lb_convert_refuse (error, "this is no Whisper model of CTranslate2",
                              spec != NULL ? spec : "");
  for (guint32 i = 0; i < count; i++)
    {
      g_autofree char *name = take_text (&reader);
      g_autofree LbTensor *tensor = g_new0 (LbTensor, 1);

      if (name == NULL || !take_tensor (&reader, tensor))
        return lb_convert_refuse (error, "the file is cut or damaged at",
                                  name != NULL ? name : "a name");
      g_hash_table_replace (c->tensors, g_steal_pointer (&name), g_steal_pointer (&tensor));
    }
  return TRUE;
}

const LbTensor *
lb_convert_find (LbConversion *c, const char *name, guint rank, gsize d0, gsize d1, gsize d2,
                 GError **error)
{
  const LbTensor *tensor = g_hash_table_lookup (c->tensors, name);
  const gsize wanted[] = { d0, d1, d2 };
  gboolean fits = tensor != NULL && tensor->rank == rank &&
                  (tensor->kind == LB_TENSOR_FLOAT16 || tensor->kind == LB_TENSOR_FLOAT32);

  for (guint i = 0; fits && i < rank; i++)
    fits = tensor->dims[i] == wanted[i];
  if (!fits)
    lb_convert_refuse (
        error, tensor != NULL ? "a tensor has another shape or type" : "a tensor is missing",
        name);
  return fits ? tensor : NULL;
}

static guint
count_layers (LbConversion *c, const char *side)
{
  guint n = 0;

  while (n <= MAX_LAYERS)
    {
      g_autofree char *name = g_strdup_printf ("%s/layer_%u/ffn/linear_0/weight", side, n);

      if (!g_hash_table_contains (c->tensors, name))
        break;
      n++;
    }
  return n;
}

gboolean
lb_convert_measure (LbConversion *c, GError **error)
{
  const LbTensor *conv = g_hash_table_lookup (c->tensors, "encoder/conv1/weight");
  const LbTensor *words = g_hash_table_lookup (c->tensors, "decoder/embeddings/weight");
  const LbTensor *places = g_hash_table_lookup (c->tensors,
                                                "decoder/position_encodings/encodings");

  if (conv == NULL || words == NULL || places == NULL || conv->rank != 3 || words->rank != 2 ||
      places->rank != 2)
    return lb_convert_refuse (error, "a tensor is missing", "encoder/conv1/weight");
  c->width = conv->dims[0];
  c->mels = conv->dims[1];
  c->vocabulary = words->dims[0];
  c->text_context = places->dims[0];
  c->encoder_layers = count_layers (c, "encoder");
  c->decoder_layers = count_layers (c, "decoder");
  if (c->width < LB_CONVERT_HEAD_WIDTH || c->width > MAX_WIDTH ||
      c->width % LB_CONVERT_HEAD_WIDTH != 0 || (c->mels != 80 && c->mels != 128) ||
      c->vocabulary < 1000 || c->vocabulary > 200000 || c->text_context < 1 ||
      c->text_context > 4096 || c->encoder_layers < 1 || c->encoder_layers > MAX_LAYERS ||
      c->decoder_layers < 1 || c->decoder_layers > MAX_LAYERS)
    return lb_convert_refuse (error, "sizes that no Whisper model has", "encoder/conv1/weight");
  return TRUE;
}
