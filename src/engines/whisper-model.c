#include "whisper-model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/text.h"
#include "ggml-blocks.h"

#define GGML_MAGIC 0x67676d6c
#define MAX_NAME_BYTES 256
#define MAX_WORD_BYTES 4096
#define N_FFT_BINS 201
#define QUANTISATION_VERSION_FACTOR 1000

static const struct {
  gint32 ftype;
  const char *name;
} quantisations[] = {
  { 0, "f32" },  { 1, "f16" },   { 2, "q4_0" },  { 3, "q4_1" },  { 7, "q8_0" },  { 8, "q5_0" },
  { 9, "q5_1" }, { 10, "q2_k" }, { 11, "q3_k" }, { 12, "q4_k" }, { 13, "q5_k" }, { 14, "q6_k" },
};

typedef struct {
  FILE *file;
  char *shown;     /* the path, escaped */
  gint64 at, size; /* bytes */
} Reader;

guint64
whisper_model_parameters (const WhisperShape *shape)
{
  const guint64 d = (guint64) shape->n_audio_state;
  const guint64 attention = 4 * d * d +
                            3 * d; /* queries, keys, values, output; keys have no bias */
  const guint64 mlp = 2 * d * 4 * d + 4 * d + d;
  const guint64 norm = 2 * d;
  const guint64 convolutions = (guint64) shape->n_mels * d * 3 + d + d * d * 3 + d;
  const guint64 encoder_layer = attention + mlp + 2 * norm;
  const guint64 decoder_layer = 2 * attention + mlp + 3 * norm;
  const guint64 tables = ((guint64) shape->n_audio_ctx + (guint64) shape->n_text_ctx +
                          (guint64) shape->n_vocab) *
                         d;

  return convolutions + tables + 2 * norm + (guint64) shape->n_audio_layer * encoder_layer +
         (guint64) shape->n_text_layer * decoder_layer;
}

const char *
whisper_model_quantisation (gint32 ftype)
{
  for (gsize i = 0; i < G_N_ELEMENTS (quantisations); i++)
    if (quantisations[i].ftype == ftype % QUANTISATION_VERSION_FACTOR)
      return quantisations[i].name;
  return NULL;
}

static gboolean
bad (const Reader *reader, GError **error, const char *what)
{
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "the model \"%s\" %s: fetch it again with \"llamaburn models pull\"",
               reader->shown, what);
  return FALSE;
}

static gboolean
read_bytes (Reader *reader, gpointer buffer, gsize bytes, GError **error)
{
  if (fread (buffer, 1, bytes, reader->file) != bytes)
    return bad (reader, error, "is truncated");
  reader->at += (gint64) bytes;
  return TRUE;
}

static gboolean
read_int (Reader *reader, gint32 *value, GError **error)
{
  if (!read_bytes (reader, value, sizeof *value, error))
    return FALSE;
  *value = GINT32_FROM_LE (*value);
  return TRUE;
}

static gboolean
skip (Reader *reader, gint64 bytes, GError **error)
{
  if (bytes > reader->size - reader->at)
    return bad (reader, error, "is truncated");
  if (fseeko (reader->file, bytes, SEEK_CUR) != 0)
    return lb_error_set_errno (error, errno, "can't read the model \"%s\"", reader->shown);
  reader->at += bytes;
  return TRUE;
}

/* whisper.cpp knows sizes by the number of encoder layers, and aborts on others; its
 * tokens are fixed. */
static gboolean
shape_is_whisper (const WhisperShape *s)
{
  static const gint32 layers[] = { 4, 6, 12, 24, 32 };
  gboolean known = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
    known = known || s->n_audio_layer == layers[i];
  return known && s->n_vocab >= 51864 && s->n_vocab <= 60000 && s->n_audio_ctx >= 1 &&
         s->n_audio_ctx <= 1500 && s->n_audio_state >= 8 && s->n_audio_state <= 8192 &&
         s->n_audio_head >= 1 && s->n_audio_state % s->n_audio_head == 0 && s->n_text_ctx >= 16 &&
         s->n_text_ctx <= 4096 && s->n_text_state == s->n_audio_state && s->n_text_head >= 1 &&
         s->n_text_state % s->n_text_head == 0 && s->n_text_layer >= 1 && s->n_text_layer <= 64 &&
         (s->n_mels == 80 || s->n_mels == 128) && s->ftype >= 0;
}

static gboolean
read_shape (Reader *reader, WhisperShape *shape, GError **error)
{
  gint32 *const fields[] = {
    &shape->n_vocab,       &shape->n_audio_ctx, &shape->n_audio_state, &shape->n_audio_head,
    &shape->n_audio_layer, &shape->n_text_ctx,  &shape->n_text_state,  &shape->n_text_head,
    &shape->n_text_layer,  &shape->n_mels,      &shape->ftype,
  };
  gint32 magic;

  if (reader->size < (gint64) sizeof magic)
    return bad (reader, error, reader->size == 0 ? "is empty" : "is truncated");
  if (!read_int (reader, &magic, error))
    return FALSE;
  if (magic != GGML_MAGIC)
    return bad (reader, error, "is not a ggml file of Whisper weights");
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!read_int (reader, fields[i], error))
      return FALSE;
  if (!shape_is_whisper (shape))
    return bad (reader, error, "has the header of another kind of model than Whisper");
  if (whisper_model_quantisation (shape->ftype) == NULL)
    return bad (reader, error, "has weights of a type that is not known");
  return TRUE;
}

static gboolean
skip_filters_and_words (Reader *reader, const WhisperShape *shape, GError **error)
{
  gint32 n_mels, n_bins, n_words;

  if (!read_int (reader, &n_mels, error) || !read_int (reader, &n_bins, error))
    return FALSE;
  if (n_mels != shape->n_mels || n_bins != N_FFT_BINS)
    return bad (reader, error, "has mel filters of the wrong size");
  if (!skip (reader, (gint64) n_mels * n_bins * (gint64) sizeof (float), error) ||
      !read_int (reader, &n_words, error))
    return FALSE;
  if (n_words < 0 || n_words > shape->n_vocab)
    return bad (reader, error, "has a vocabulary of the wrong size");
  for (gint32 i = 0; i < n_words; i++)
    {
      gint32 bytes;

      if (!read_int (reader, &bytes, error))
        return FALSE;
      if (bytes < 0 || bytes > MAX_WORD_BYTES)
        return bad (reader, error, "has an impossible word in its vocabulary");
      if (!skip (reader, bytes, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
skip_tensor (Reader *reader, gint64 *elements, GError **error)
{
  gint32 n_dims, name_bytes, type;
  gint64 bytes;

  if (!read_int (reader, &n_dims, error) || !read_int (reader, &name_bytes, error) ||
      !read_int (reader, &type, error))
    return FALSE;
  if (n_dims < 1 || n_dims > 3 || name_bytes < 1 || name_bytes > MAX_NAME_BYTES)
    return bad (reader, error, "holds a tensor with an impossible header");
  *elements = 1;
  for (gint32 i = 0; i < n_dims; i++)
    {
      gint32 size;

      if (!read_int (reader, &size, error))
        return FALSE;
      if (size < 1 || *elements > G_MAXINT32 / size)
        return bad (reader, error, "holds a tensor of an impossible size");
      *elements *= size;
    }
  bytes = ggml_blocks_bytes ((guint32) type, *elements);
  if (bytes < 0)
    return bad (reader, error, "holds a tensor of a type that is not known");
  return skip (reader, name_bytes + bytes, error);
}

static gboolean
check_tensors (Reader *reader, const WhisperShape *shape, GError **error)
{
  const guint64 promised = whisper_model_parameters (shape);
  guint64 found = 0;

  while (reader->at < reader->size)
    {
      gint64 elements;

      if (!skip_tensor (reader, &elements, error))
        return FALSE;
      found += (guint64) elements;
      if (found > promised)
        return bad (reader, error, "holds more weights than its header promises");
    }
  if (found < promised)
    return bad (reader, error, "is truncated");
  return TRUE;
}

static gboolean
reader_open (Reader *reader, const char *path, const char *kind, GError **error)
{
  struct stat status;

  reader->shown = lb_text_escape (path);
  reader->file = fopen (path, "rbe");
  if (reader->file == NULL || fstat (fileno (reader->file), &status) != 0)
    return lb_error_set_errno (error, errno, "can't open the %s \"%s\"", kind, reader->shown);
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                   "the %s \"%s\" is not a file: name a ggml file", kind, reader->shown);
      return FALSE;
    }
  reader->size = status.st_size;
  return TRUE;
}

static void
reader_close (Reader *reader)
{
  if (reader->file != NULL)
    fclose (reader->file);
  g_free (reader->shown);
}

gboolean
whisper_model_check (const char *path, WhisperShape *shape, GError **error)
{
  Reader reader = { 0 };
  gboolean good;

  g_return_val_if_fail (path != NULL && shape != NULL, FALSE);
  good = reader_open (&reader, path, "model", error) && read_shape (&reader, shape, error) &&
         skip_filters_and_words (&reader, shape, error) && check_tensors (&reader, shape, error);
  reader_close (&reader);
  return good;
}

gboolean
whisper_vad_check (const char *path, GError **error)
{
  static const char kind[] = "silero-16k";
  Reader reader = { 0 };
  gint32 head[2] = { 0 };
  char name[sizeof kind] = { 0 };
  gboolean good;

  g_return_val_if_fail (path != NULL, FALSE);
  good = reader_open (&reader, path, "VAD model", error) &&
         fread (head, sizeof head, 1, reader.file) == 1 &&
         GINT32_FROM_LE (head[0]) == GGML_MAGIC &&
         GINT32_FROM_LE (head[1]) == (gint32) sizeof kind - 1 &&
         fread (name, sizeof kind - 1, 1, reader.file) == 1 && strcmp (name, kind) == 0;
  if (!good && (error == NULL || *error == NULL))
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the VAD model \"%s\" is not a ggml file of Silero weights: name one "
                 "with vad-model",
                 reader.shown);
  reader_close (&reader);
  return good;
}
