#include "llama-gguf.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "ggml-blocks.h"

#define NEWEST_VERSION 3
#define OLDEST_VERSION 2
#define MAX_DIMENSIONS 4
#define USUAL_ALIGNMENT 32
#define LEAST_MEMBER_BYTES 13  /* an empty name, a type, one byte */
#define LEAST_TENSOR_BYTES 32  /* an empty name, one dimension, type, offset */
#define MAX_KEPT_TEXT_BYTES 64 /* of texts that are asked for */

/* Types of a member's value, as GGUF numbers them. */
enum { UINT8, INT8, UINT16, INT16, UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY, UINT64, INT64 };

static const guint8 type_bytes[] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };

typedef struct {
  const guint8 *data;
  gsize at, size;
  const char *shown; /* the path, escaped */
  guint32 alignment;
  GHashTable *lengths; /* "qwen2.embedding_length" → guint32 */
} Reader;

static gboolean bad (const Reader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
bad (const Reader *reader, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "the file \"%s\" %s", reader->shown, what);
  return FALSE;
}

static gboolean
is_short (const Reader *reader, GError **error)
{
  return bad (reader, error, "is cut short: fetch it again");
}

static gboolean
read_bytes (Reader *reader, gpointer into, gsize bytes, GError **error)
{
  if (bytes > reader->size - reader->at)
    return is_short (reader, error);
  memcpy (into, reader->data + reader->at, bytes);
  reader->at += bytes;
  return TRUE;
}

static gboolean
read_u32 (Reader *reader, guint32 *value, GError **error)
{
  *value = 0;
  if (!read_bytes (reader, value, sizeof *value, error))
    return FALSE;
  *value = GUINT32_FROM_LE (*value);
  return TRUE;
}

static gboolean
read_u64 (Reader *reader, guint64 *value, GError **error)
{
  *value = 0;
  if (!read_bytes (reader, value, sizeof *value, error))
    return FALSE;
  *value = GUINT64_FROM_LE (*value);
  return TRUE;
}

static gboolean
skip (Reader *reader, guint64 count, guint64 each, GError **error)
{
  if (each != 0 && count > (reader->size - reader->at) / each)
    return is_short (reader, error);
  reader->at += (gsize) (count * each);
  return TRUE;
}

/* @text: (out) (nullable): its beginning, escaped, where somebody wants it */
static gboolean
read_string (Reader *reader, char **text, GError **error)
{
  guint64 length;
  gsize start;

  if (!read_u64 (reader, &length, error))
    return FALSE;
  start = reader->at;
  if (!skip (reader, length, 1, error))
    return FALSE;
  if (text != NULL)
    {
      g_autofree char *bytes = g_strndup ((const char *) reader->data + start,
                                          (gsize) MIN (length, MAX_KEPT_TEXT_BYTES));

      *text = lb_text_escape (bytes);
    }
  return TRUE;
}

static gboolean
skip_array (Reader *reader, GError **error)
{
  guint32 type;
  guint64 count;

  if (!read_u32 (reader, &type, error) || !read_u64 (reader, &count, error))
    return FALSE;
  if (type >= G_N_ELEMENTS (type_bytes) || type == ARRAY)
    return bad (reader, error, "holds a list of a kind that is not known: is it damaged?");
  if (type != STRING)
    return skip (reader, count, type_bytes[type], error);
  if (count > (reader->size - reader->at) / sizeof (guint64))
    return is_short (reader, error);
  for (guint64 i = 0; i < count; i++)
    if (!read_string (reader, NULL, error))
      return FALSE;
  return TRUE;
}

/* A number is kept by its key where that ends as one of those that are looked at. */
static void
keep_number (Reader *reader, LlamaGguf *gguf, const char *key, guint32 type, const guint8 *bytes)
{
  guint32 value = 0;

  if (type == BOOL && strcmp (key, "clip.has_audio_encoder") == 0)
    gguf->has_audio = bytes[0] != 0;
  if (type != UINT32 && type != INT32)
    return;
  memcpy (&value, bytes, sizeof value);
  value = GUINT32_FROM_LE (value);
  if (strcmp (key, "general.alignment") == 0)
    reader->alignment = value;
  else if (strcmp (key, "clip.audio.projection_dim") == 0)
    gguf->projection_dim = value;
  else if (g_str_has_suffix (key, ".embedding_length"))
    g_hash_table_insert (reader->lengths, g_strdup (key), GUINT_TO_POINTER (value));
}

static gboolean
read_text_member (Reader *reader, LlamaGguf *gguf, const char *key, GError **error)
{
  char **place = strcmp (key, "general.architecture") == 0        ? &gguf->architecture
                 : strcmp (key, "clip.projector_type") == 0       ? &gguf->projector
                 : strcmp (key, "clip.audio.projector_type") == 0 ? &gguf->projector
                                                                  : NULL;
  char *text = NULL;

  if (!read_string (reader, place != NULL ? &text : NULL, error))
    return FALSE;
  if (place != NULL)
    {
      g_free (*place);
      *place = text;
    }
  return TRUE;
}

static gboolean
read_member (Reader *reader, LlamaGguf *gguf, GError **error)
{
  g_autofree char *key = NULL;
  guint8 bytes[8];
  guint32 type;

  if (!read_string (reader, &key, error) || !read_u32 (reader, &type, error))
    return FALSE;
  if (type == STRING)
    return read_text_member (reader, gguf, key, error);
  if (type == ARRAY)
    return skip_array (reader, error);
  if (type >= G_N_ELEMENTS (type_bytes))
    return bad (reader, error, "holds a value of a kind that is not known: is it damaged?");
  if (!read_bytes (reader, bytes, type_bytes[type], error))
    return FALSE;
  keep_number (reader, gguf, key, type, bytes);
  return TRUE;
}

/* @end: (inout): how far into the data the tensors that were read reach */
static gboolean
read_tensor (Reader *reader, LlamaGguf *gguf, guint64 *end, GError **error)
{
  guint32 n_dimensions, type;
  guint64 elements = 1, offset;
  gint64 bytes;

  if (!read_string (reader, NULL, error) || !read_u32 (reader, &n_dimensions, error))
    return FALSE;
  if (n_dimensions < 1 || n_dimensions > MAX_DIMENSIONS)
    return bad (reader, error, "holds a tensor of %u dimensions: is it damaged?", n_dimensions);
  for (guint32 i = 0; i < n_dimensions; i++)
    {
      guint64 size;

      if (!read_u64 (reader, &size, error))
        return FALSE;
      if (size == 0 || size > (guint64) G_MAXINT64 / 64 / elements)
        return bad (reader, error, "holds a tensor of an impossible size: is it damaged?");
      elements *= size;
    }
  if (!read_u32 (reader, &type, error) || !read_u64 (reader, &offset, error))
    return FALSE;
  gguf->parameters += elements;
  bytes = ggml_blocks_bytes (type, (gint64) elements);
  if (offset > reader->size || (bytes > 0 && (guint64) bytes > reader->size - offset))
    return is_short (reader, error);
  *end = MAX (*end, offset + (guint64) MAX (bytes, 0));
  return TRUE;
}

static gboolean
read_counts (Reader *reader, guint64 *n_tensors, guint64 *n_members, GError **error)
{
  char magic[4];
  guint32 version;

  if (reader->size == 0)
    return bad (reader, error, "is empty: fetch it again");
  if (reader->size < sizeof magic || memcmp (reader->data, "GGUF", sizeof magic) != 0)
    return bad (reader, error, "is no GGUF file: give one that llama.cpp's converter wrote");
  reader->at = sizeof magic;
  if (!read_u32 (reader, &version, error))
    return FALSE;
  if (version > NEWEST_VERSION)
    return bad (reader, error,
                "is of version %u of GGUF, newer than the %d that is known here: take a newer "
                "llama.cpp, or a file that was made for this one",
                version, NEWEST_VERSION);
  if (version < OLDEST_VERSION)
    return bad (reader, error, "is of version %u of GGUF, which is too old: convert it again",
                version);
  if (!read_u64 (reader, n_tensors, error) || !read_u64 (reader, n_members, error))
    return FALSE;
  if (*n_members > reader->size / LEAST_MEMBER_BYTES ||
      *n_tensors > reader->size / LEAST_TENSOR_BYTES)
    return bad (reader, error,
                "promises %" G_GUINT64_FORMAT " tensors and %" G_GUINT64_FORMAT
                " values, more than it can hold: it is cut short or damaged, fetch it again",
                *n_tensors, *n_members);
  return TRUE;
}

static gboolean
read_all (Reader *reader, LlamaGguf *gguf, GError **error)
{
  guint64 n_tensors = 0, n_members = 0, end = 0, start;
  g_autofree char *key = NULL;

  if (!read_counts (reader, &n_tensors, &n_members, error))
    return FALSE;
  for (guint64 i = 0; i < n_members; i++)
    if (!read_member (reader, gguf, error))
      return FALSE;
  for (guint64 i = 0; i < n_tensors; i++)
    if (!read_tensor (reader, gguf, &end, error))
      return FALSE;
  if (gguf->architecture == NULL)
    return bad (reader, error, "does not say what architecture it is of: convert it again");
  if (reader->alignment == 0 || reader->alignment > 65536)
    return bad (reader, error, "has an impossible alignment: is it damaged?");
  start = (reader->at + reader->alignment - 1) / reader->alignment * reader->alignment;
  if (end > 0 && (start > reader->size || end > reader->size - start))
    return is_short (reader, error);
  key = g_strconcat (gguf->architecture, ".embedding_length", NULL);
  gguf->embedding_length = GPOINTER_TO_UINT (g_hash_table_lookup (reader->lengths, key));
  return TRUE;
}

gboolean
llama_gguf_is_projector (const LlamaGguf *gguf)
{
  return g_strcmp0 (gguf->architecture, "clip") == 0;
}

gboolean
llama_gguf_parse (const guint8 *data, gsize size, const char *shown, LlamaGguf *gguf,
                  GError **error)
{
  g_autoptr (GHashTable) lengths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Reader reader = {
    .data = data, .size = size, .shown = shown, .alignment = USUAL_ALIGNMENT, .lengths = lengths
  };

  *gguf = (LlamaGguf){ 0 };
  return read_all (&reader, gguf, error);
}

gboolean
llama_gguf_read (const char *path, LlamaGguf *gguf, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  g_autoptr (GError) why = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &why);

  *gguf = (LlamaGguf){ 0 };
  if (file == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "can't read the file \"%s\": %s", shown,
                   why->message);
      return FALSE;
    }
  return llama_gguf_parse ((const guint8 *) g_mapped_file_get_contents (file),
                           g_mapped_file_get_length (file), shown, gguf, error);
}

void
llama_gguf_clear (LlamaGguf *gguf)
{
  g_clear_pointer (&gguf->architecture, g_free);
  g_clear_pointer (&gguf->projector, g_free);
}
