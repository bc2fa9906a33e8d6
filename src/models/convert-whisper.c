/* CTranslate2's Whisper (16-bit) to whisper.cpp's ggml file. The input is hostile: every length
 * is checked against what is there, every tensor's shape against what the model's size says. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "models/private.h"

#define MAX_VARIABLES 20000
#define MAX_RANK 4
#define MAX_TOKEN_BYTES 256
#define AUDIO_CONTEXT 1500
#define FFT_BINS 201 /* of 400 points at 16 kHz */
#define NYQUIST_HZ 8000.0
#define MAX_LAYERS 64
#define MAX_WIDTH 4096
#define HEAD_WIDTH 64
#define FLOAT32_KIND 0
#define FLOAT16_KIND 4

typedef struct {
  const guint8 *data; /* not aligned */
  guint32 dims[MAX_RANK];
  guint rank, kind;
  gsize bytes;
} Tensor;

typedef struct {
  const guint8 *data;
  gsize left;
} Reader;

typedef struct {
  GHashTable *tensors;
  FILE *out;
  gsize width, mels, vocabulary, text_context;
  guint encoder_layers, decoder_layers;
} Conversion;

static gboolean
bad (GError **error, const char *what, const char *subject)
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
take_tensor (Reader *reader, Tensor *tensor)
{
  static const guint sizes[] = { 4, 1, 2, 4, 2, 2 };
  guint64 count = 1;
  guint32 value;

  if (!take_uint (reader, 1, &value) || value > MAX_RANK)
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

static gboolean
read_tensors (Conversion *c, Reader reader, GError **error)
{
  guint32 version = 0, revision, count = 0;
  g_autofree char *spec = NULL;

  if (take_uint (&reader, 4, &version))
    spec = take_text (&reader);
  if (g_strcmp0 (spec, "WhisperSpec") != 0 || version < 4 || version > 6 ||
      !take_uint (&reader, 4, &revision) || !take_uint (&reader, 4, &count) ||
      count > MAX_VARIABLES)
    return bad (error, "this is no Whisper model of CTranslate2", spec != NULL ? spec : "");
  for (guint32 i = 0; i < count; i++)
    {
      g_autofree char *name = take_text (&reader);
      g_autofree Tensor *tensor = g_new0 (Tensor, 1);

      if (name == NULL || !take_tensor (&reader, tensor))
        return bad (error, "the file is cut or damaged at", name != NULL ? name : "a name");
      g_hash_table_replace (c->tensors, g_steal_pointer (&name), g_steal_pointer (&tensor));
    }
  return TRUE;
}

static const Tensor *
find_tensor (Conversion *c, const char *name, guint rank, gsize d0, gsize d1, gsize d2,
             GError **error)
{
  const Tensor *tensor = g_hash_table_lookup (c->tensors, name);
  const gsize wanted[] = { d0, d1, d2 };
  gboolean fits = tensor != NULL && tensor->rank == rank &&
                  (tensor->kind == FLOAT16_KIND || tensor->kind == FLOAT32_KIND);

  for (guint i = 0; fits && i < rank; i++)
    fits = tensor->dims[i] == wanted[i];
  if (!fits)
    bad (error, tensor != NULL ? "a tensor has another shape or type" : "a tensor is missing",
         name);
  return fits ? tensor : NULL;
}

static guint
count_layers (Conversion *c, const char *side)
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

static gboolean
measure (Conversion *c, GError **error)
{
  const Tensor *conv = g_hash_table_lookup (c->tensors, "encoder/conv1/weight");
  const Tensor *words = g_hash_table_lookup (c->tensors, "decoder/embeddings/weight");
  const Tensor *places = g_hash_table_lookup (c->tensors, "decoder/position_encodings/encodings");

  if (conv == NULL || words == NULL || places == NULL || conv->rank != 3 || words->rank != 2 ||
      places->rank != 2)
    return bad (error, "a tensor is missing", "encoder/conv1/weight");
  c->width = conv->dims[0];
  c->mels = conv->dims[1];
  c->vocabulary = words->dims[0];
  c->text_context = places->dims[0];
  c->encoder_layers = count_layers (c, "encoder");
  c->decoder_layers = count_layers (c, "decoder");
  if (c->width < HEAD_WIDTH || c->width > MAX_WIDTH || c->width % HEAD_WIDTH != 0 ||
      (c->mels != 80 && c->mels != 128) || c->vocabulary < 1000 || c->vocabulary > 200000 ||
      c->text_context < 1 || c->text_context > 4096 || c->encoder_layers < 1 ||
      c->encoder_layers > MAX_LAYERS || c->decoder_layers < 1 || c->decoder_layers > MAX_LAYERS)
    return bad (error, "sizes that no Whisper model has", "encoder/conv1/weight");
  return TRUE;
}

static void
put_int (Conversion *c, gsize value)
{
  guint32 little = GUINT32_TO_LE ((guint32) value);

  fwrite (&little, 4, 1, c->out); /* errors are sticky: ferror() at the end */
}

static void
put_float (Conversion *c, float value)
{
  guint32 bits;

  memcpy (&bits, &value, 4);
  put_int (c, bits);
}

/* IEEE 754 binary16 to binary32, exact. */
static float
half_to_float (guint16 half)
{
  int exponent = (half >> 10) & 31;
  int fraction = half & 1023;
  float value;

  if (exponent == 31)
    value = fraction != 0 ? NAN : INFINITY;
  else if (exponent == 0)
    value = ldexpf ((float) fraction, -24);
  else
    value = ldexpf ((float) (fraction + 1024), exponent - 25);
  return (half & 0x8000) != 0 ? -value : value;
}

/* binary32 to binary16, ties to even. */
static guint16
float_to_half (float value)
{
  guint16 sign = signbit (value) ? 0x8000 : 0;
  float size = fabsf (value);
  int exponent;
  long scaled;

  if (isnan (value))
    return sign | 0x7e00;
  if (size >= 65520.0f)
    return sign | 0x7c00;
  if (size < 0x1p-14f)
    return sign | (guint16) lrintf (ldexpf (size, 24));
  frexpf (size, &exponent);
  scaled = lrintf (ldexpf (size, 11 - exponent)); /* 1024 … 2048 */
  return sign | (guint16) (((exponent + 13) << 10) + scaled);
}

static float
element (const Tensor *tensor, gsize i)
{
  float value;

  if (tensor->kind == FLOAT16_KIND)
    return half_to_float ((guint16) (tensor->data[2 * i] | tensor->data[2 * i + 1] << 8));
  {
    const guint8 *at = tensor->data + 4 * i;
    guint32 bits = at[0] | at[1] << 8 | at[2] << 16 | (guint32) at[3] << 24;

    memcpy (&value, &bits, 4);
  }
  return value;
}

static void
put_header (Conversion *c, const char *name, guint rank, const gsize *dims, gboolean wide)
{
  put_int (c, rank);
  put_int (c, strlen (name));
  put_int (c, wide ? 0 : 1);
  for (guint i = rank; i > 0; i--)
    put_int (c, dims[i - 1]);
  fwrite (name, 1, strlen (name), c->out);
}

static void
put_elements (Conversion *c, const Tensor *tensor, gsize first, gsize count, gboolean wide)
{
  if (!wide && tensor->kind == FLOAT16_KIND)
    {
      fwrite (tensor->data + 2 * first, 2, count, c->out);
      return;
    }
  for (gsize i = first; i < first + count; i++)
    {
      guint16 half = wide ? 0 : GUINT16_TO_LE (float_to_half (element (tensor, i)));

      if (wide)
        put_float (c, element (tensor, i));
      else
        fwrite (&half, 2, 1, c->out);
    }
}

/* One matrix (16-bit) or vector (32-bit); @part of @parts of the source, which CTranslate2
 * stacks. */
static gboolean
put_part (Conversion *c, const char *to, const char *from, gsize rows, gsize columns, guint part,
          guint parts, GError **error)
{
  const Tensor *tensor = find_tensor (c, from, columns != 0 ? 2 : 1, rows * parts, columns, 0,
                                      error);
  const gsize dims[] = { rows, columns };
  gsize count = rows * MAX (columns, 1);

  if (tensor == NULL)
    return FALSE;
  put_header (c, to, columns != 0 ? 2 : 1, dims, columns == 0);
  put_elements (c, tensor, part * count, count, columns == 0);
  return TRUE;
}

typedef struct {
  const char *to, *from;
  guint rows, columns; /* in widths; columns 0: a vector */
  guint part, parts;
} Row;

/* In the order in which our Python recipe wrote them. */
static const Row self_rows[] = {
  { "attn.query.weight", "self_attention/linear_0/weight", 1, 1, 0, 3 },
  { "attn.query.bias", "self_attention/linear_0/bias", 1, 0, 0, 3 },
  { "attn.key.weight", "self_attention/linear_0/weight", 1, 1, 1, 3 },
  { "attn.value.weight", "self_attention/linear_0/weight", 1, 1, 2, 3 },
  { "attn.value.bias", "self_attention/linear_0/bias", 1, 0, 2, 3 },
  { "attn.out.weight", "self_attention/linear_1/weight", 1, 1, 0, 1 },
  { "attn.out.bias", "self_attention/linear_1/bias", 1, 0, 0, 1 },
  { "attn_ln.weight", "self_attention/layer_norm/gamma", 1, 0, 0, 1 },
  { "attn_ln.bias", "self_attention/layer_norm/beta", 1, 0, 0, 1 },
};

static const Row cross_rows[] = {
  { "cross_attn.query.weight", "attention/linear_0/weight", 1, 1, 0, 1 },
  { "cross_attn.query.bias", "attention/linear_0/bias", 1, 0, 0, 1 },
  { "cross_attn.key.weight", "attention/linear_1/weight", 1, 1, 0, 2 },
  { "cross_attn.value.weight", "attention/linear_1/weight", 1, 1, 1, 2 },
  { "cross_attn.value.bias", "attention/linear_1/bias", 1, 0, 1, 2 },
  { "cross_attn.out.weight", "attention/linear_2/weight", 1, 1, 0, 1 },
  { "cross_attn.out.bias", "attention/linear_2/bias", 1, 0, 0, 1 },
  { "cross_attn_ln.weight", "attention/layer_norm/gamma", 1, 0, 0, 1 },
  { "cross_attn_ln.bias", "attention/layer_norm/beta", 1, 0, 0, 1 },
};

static const Row mlp_rows[] = {
  { "mlp.0.weight", "ffn/linear_0/weight", 4, 1, 0, 1 },
  { "mlp.0.bias", "ffn/linear_0/bias", 4, 0, 0, 1 },
  { "mlp.2.weight", "ffn/linear_1/weight", 1, 4, 0, 1 },
  { "mlp.2.bias", "ffn/linear_1/bias", 1, 0, 0, 1 },
  { "mlp_ln.weight", "ffn/layer_norm/gamma", 1, 0, 0, 1 },
  { "mlp_ln.bias", "ffn/layer_norm/beta", 1, 0, 0, 1 },
};

static gboolean
put_rows (Conversion *c, const Row *rows, guint n, const char *side, guint layer, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *to = g_strdup_printf ("%s.blocks.%u.%s", side, layer, rows[i].to);
      g_autofree char *from = g_strdup_printf ("%s/layer_%u/%s", side, layer, rows[i].from);

      if (!put_part (c, to, from, rows[i].rows * c->width, rows[i].columns * c->width,
                     rows[i].part, rows[i].parts, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_layers (Conversion *c, const char *side, guint layers, gboolean cross, GError **error)
{
  for (guint i = 0; i < layers; i++)
    if (!put_rows (c, self_rows, G_N_ELEMENTS (self_rows), side, i, error) ||
        (cross && !put_rows (c, cross_rows, G_N_ELEMENTS (cross_rows), side, i, error)) ||
        !put_rows (c, mlp_rows, G_N_ELEMENTS (mlp_rows), side, i, error))
      return FALSE;
  return TRUE;
}

/* Sinusoids of section 3.5 of Vaswani et al. (2017), sines first as in Radford et al. (2022), for
 * files without. */
static void
put_sinusoids (Conversion *c)
{
  gsize half = c->width / 2;
  double step = log (10000.0) / (double) (half - 1);

  for (gsize t = 0; t < AUDIO_CONTEXT; t++)
    for (gsize i = 0; i < c->width; i++)
      {
        double angle = (double) t * exp (-step * (double) (i % half));

        put_float (c, (float) (i < half ? sin (angle) : cos (angle)));
      }
}

static gboolean
put_places (Conversion *c, GError **error)
{
  const char *from = "encoder/position_encodings/encodings";
  const gsize encoder[] = { AUDIO_CONTEXT, c->width };
  const gsize decoder[] = { c->text_context, c->width };
  const Tensor *tensor = NULL;

  put_header (c, "encoder.positional_embedding", 2, encoder, TRUE);
  if (!g_hash_table_contains (c->tensors, from))
    put_sinusoids (c);
  else if ((tensor = find_tensor (c, from, 2, AUDIO_CONTEXT, c->width, 0, error)) == NULL)
    return FALSE;
  else
    put_elements (c, tensor, 0, AUDIO_CONTEXT * c->width, TRUE);
  tensor = find_tensor (c, "decoder/position_encodings/encodings", 2, c->text_context, c->width,
                        0, error);
  if (tensor == NULL)
    return FALSE;
  put_header (c, "decoder.positional_embedding", 2, decoder, TRUE);
  put_elements (c, tensor, 0, c->text_context * c->width, TRUE);
  return put_part (c, "decoder.token_embedding.weight", "decoder/embeddings/weight",
                   c->vocabulary, c->width, 0, 1, error);
}

static gboolean
put_convolution (Conversion *c, const char *name, gsize channels, GError **error)
{
  const gsize dims[] = { c->width, channels, 3 };
  const gsize bias_dims[] = { c->width, 1 };
  g_autofree char *from = g_strdup_printf ("encoder/%s/weight", name);
  g_autofree char *from_bias = g_strdup_printf ("encoder/%s/bias", name);
  g_autofree char *to = g_strdup_printf ("encoder.%s.weight", name);
  g_autofree char *to_bias = g_strdup_printf ("encoder.%s.bias", name);
  const Tensor *weight = find_tensor (c, from, 3, c->width, channels, 3, error);
  const Tensor *bias = weight != NULL ? find_tensor (c, from_bias, 1, c->width, 0, 0, error)
                                      : NULL;

  if (bias == NULL)
    return FALSE;
  put_header (c, to, 3, dims, FALSE);
  put_elements (c, weight, 0, c->width * channels * 3, FALSE);
  put_header (c, to_bias, 2, bias_dims, TRUE);
  put_elements (c, bias, 0, c->width, TRUE);
  return TRUE;
}

static gboolean
put_tensors (Conversion *c, GError **error)
{
  gsize d = c->width;

  return put_places (c, error) && put_convolution (c, "conv1", c->mels, error) &&
         put_convolution (c, "conv2", d, error) &&
         put_part (c, "encoder.ln_post.weight", "encoder/layer_norm/gamma", d, 0, 0, 1, error) &&
         put_part (c, "encoder.ln_post.bias", "encoder/layer_norm/beta", d, 0, 0, 1, error) &&
         put_part (c, "decoder.ln.weight", "decoder/layer_norm/gamma", d, 0, 0, 1, error) &&
         put_part (c, "decoder.ln.bias", "decoder/layer_norm/beta", d, 0, 0, 1, error) &&
         put_layers (c, "encoder", c->encoder_layers, FALSE, error) &&
         put_layers (c, "decoder", c->decoder_layers, TRUE, error);
}

/* Slaney's mel scale: linear to 1 kHz, then 27 steps to each factor of 6.4 (Auditory Toolbox,
 * 1998). */
static double
mel_to_hz (double mel)
{
  return mel < 15 ? 200.0 / 3 * mel : 1000 * exp (log (6.4) / 27 * (mel - 15));
}

/* Triangles of equal area between neighbouring points of the mel scale. */
static void
put_mel_filters (Conversion *c)
{
  double top = 15 + log (NYQUIST_HZ / 1000) / (log (6.4) / 27);
  double step = top / (double) (c->mels + 1);
  double bin = NYQUIST_HZ / (FFT_BINS - 1);

  put_int (c, c->mels);
  put_int (c, FFT_BINS);
  for (gsize m = 0; m < c->mels; m++)
    {
      double low = mel_to_hz ((double) m * step);
      double mid = mel_to_hz ((double) (m + 1) * step);
      double high = mel_to_hz (m + 2 == c->mels + 1 ? top : (double) (m + 2) * step);

      for (gsize k = 0; k < FFT_BINS; k++)
        {
          double up = ((double) k * bin - low) / (mid - low);
          double down = (high - (double) k * bin) / (high - mid);

          put_float (c, (float) (MAX (0, MIN (up, down)) * (2 / (high - low))));
        }
    }
}

/* GPT-2's byte alphabet (Radford et al. 2019): printable bytes stand for themselves, the others
 * from U+0100 on. */
static int
byte_of (gunichar character)
{
  guint next = 256;

  for (guint b = 0; b < 256; b++)
    {
      gboolean plain = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;

      if (character == (plain ? b : next))
        return (int) b;
      next += !plain;
    }
  return -1;
}

static gboolean
put_token (Conversion *c, const gint16 *bytes_of, const char *token, GError **error)
{
  guint8 bytes[MAX_TOKEN_BYTES];
  guint n = 0;

  for (const char *p = token; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (character >= 512 || bytes_of[character] < 0 || n >= MAX_TOKEN_BYTES)
        return bad (error, "a token that is none", token);
      bytes[n++] = (guint8) bytes_of[character];
    }
  put_int (c, n);
  fwrite (bytes, 1, n, c->out);
  return TRUE;
}

/* Tokens by id, special ones left out: whisper.cpp adds those itself. */
static const char **
order_tokens (Conversion *c, const json_t *root, gsize *count, GError **error)
{
  json_t *added = json_object_get (root, "added_tokens");
  json_t *vocabulary = json_object_get (json_object_get (root, "model"), "vocab");
  g_autoptr (GHashTable) special = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree const char **by_id = g_new0 (const char *, c->vocabulary + 1);
  const char *token;
  json_t *value;
  size_t i;

  json_array_foreach (added, i, value)
    g_hash_table_add (special, (gpointer) lb_json_string (value, "content", ""));
  json_object_foreach (vocabulary, token, value)
    {
      json_int_t id = json_is_integer (value) ? json_integer_value (value) : -1;

      if (g_hash_table_contains (special, token))
        continue;
      if (id < 0 || (guint64) id >= c->vocabulary || by_id[id] != NULL)
        return bad (error, "a token has no place", token), NULL;
      by_id[id] = token;
      (*count)++;
    }
  for (gsize k = 0; k < *count; k++)
    if (by_id[k] == NULL)
      return bad (error, "the vocabulary has a gap", "tokenizer.json"), NULL;
  if (*count == 0)
    return bad (error, "there is no vocabulary", "tokenizer.json"), NULL;
  return g_steal_pointer (&by_id);
}

static gboolean
put_tokens (Conversion *c, const char *path, GError **error)
{
  g_autoptr (json_t) root = lb_json_read (path, error);
  g_autofree const char **tokens = NULL;
  gint16 bytes_of[512];
  gsize count = 0;

  if (root == NULL || (tokens = order_tokens (c, root, &count, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (bytes_of); i++)
    bytes_of[i] = (gint16) byte_of (i);
  put_int (c, count);
  for (gsize i = 0; i < count; i++)
    if (!put_token (c, bytes_of, tokens[i], error))
      return FALSE;
  return TRUE;
}

static void
put_sizes (Conversion *c)
{
  const gsize sizes[] = { 0x67676d6c,
                          c->vocabulary,
                          AUDIO_CONTEXT,
                          c->width,
                          c->width / HEAD_WIDTH,
                          c->encoder_layers,
                          c->text_context,
                          c->width,
                          c->width / HEAD_WIDTH,
                          c->decoder_layers,
                          c->mels,
                          1 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    put_int (c, sizes[i]);
}

static gboolean
write_out (Conversion *c, const char *tokenizer_path, const char *out_path, GError **error)
{
  gboolean done;

  c->out = fopen (out_path, "we");
  if (c->out == NULL)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", out_path);
  put_sizes (c);
  put_mel_filters (c);
  done = put_tokens (c, tokenizer_path, error) && put_tensors (c, error);
  if (done && (fflush (c->out) != 0 || ferror (c->out)))
    done = lb_error_set_errno (error, errno != 0 ? errno : EIO, "can't write \"%s\"", out_path);
  if (done && fsync (fileno (c->out)) != 0)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", out_path);
  if (fclose (c->out) != 0 && done)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", out_path);
  if (!done)
    remove (out_path);
  return done;
}

gboolean
lb_models_convert_whisper (const char *model_path, const char *tokenizer_path,
                           const char *out_path, GError **error)
{
  g_autoptr (GMappedFile) map = g_mapped_file_new (model_path, FALSE, error);
  g_autoptr (GHashTable)
      tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Conversion c = { .tensors = tensors };

  if (map == NULL)
    return FALSE;
  return read_tensors (&c,
                       (Reader){ (const guint8 *) g_mapped_file_get_contents (map),
                                 g_mapped_file_get_length (map) },
                       error) &&
         measure (&c, error) && write_out (&c, tokenizer_path, out_path, error);
}
