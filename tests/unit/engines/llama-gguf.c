#include "llama-gguf.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"

/* A GGUF file, put together here; every member can be wrong. */
typedef struct {
  const char *what;
  const char *magic;
  guint32 version;
  guint64 n_tensors, n_members;
  guint64 width; /* of its one tensor, 2 high, of 32-bit floats */
  guint32 type;
  gsize cut;        /* bytes that are missing at the end */
  const char *said; /* of the error */
} Case;

static void
put (GByteArray *bytes, const void *data, gsize size)
{
  g_byte_array_append (bytes, data, (guint) size);
}

static void
put_u32 (GByteArray *bytes, guint32 value)
{
  value = GUINT32_TO_LE (value);
  put (bytes, &value, sizeof value);
}

static void
put_u64 (GByteArray *bytes, guint64 value)
{
  value = GUINT64_TO_LE (value);
  put (bytes, &value, sizeof value);
}

static void
put_text (GByteArray *bytes, const char *text)
{
  put_u64 (bytes, strlen (text));
  put (bytes, text, strlen (text));
}

static GByteArray *
make (const Case *it)
{
  GByteArray *bytes = g_byte_array_new ();
  static const float values[8] = { 0 };

  put (bytes, it->magic, 4);
  put_u32 (bytes, it->version);
  put_u64 (bytes, it->n_tensors);
  put_u64 (bytes, it->n_members);
  put_text (bytes, "general.architecture");
  put_u32 (bytes, 8);
  put_text (bytes, "qwen2");
  put_text (bytes, "qwen2.embedding_length");
  put_u32 (bytes, 4);
  put_u32 (bytes, 4096);
  put_text (bytes, "tokenizer.ggml.tokens");
  put_u32 (bytes, 9);
  put_u32 (bytes, 8);
  put_u64 (bytes, 2);
  put_text (bytes, "a");
  put_text (bytes, "bc");
  put_text (bytes, "token_embd.weight");
  put_u32 (bytes, 2);
  put_u64 (bytes, it->width);
  put_u64 (bytes, 2);
  put_u32 (bytes, it->type);
  put_u64 (bytes, 0);
  while (bytes->len % 32 != 0)
    put (bytes, "", 1);
  put (bytes, values, sizeof values);
  g_byte_array_set_size (bytes, (guint) (bytes->len - it->cut));
  return bytes;
}

static char *
save (const GByteArray *bytes)
{
  char *path = NULL;
  int fd = g_file_open_tmp ("gguf-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  g_close (fd, NULL);
  return path;
}

static void
reads_the_head (void)
{
  const Case good = { "good", "GGUF", 3, 1, 3, 4, 0, 0, NULL };
  g_autoptr (GByteArray) bytes = make (&good);
  g_autofree char *path = save (bytes);
  g_auto (LlamaGguf) gguf;

  g_assert_true (llama_gguf_read (path, &gguf, NULL));
  g_assert_cmpstr (gguf.architecture, ==, "qwen2");
  g_assert_cmpuint (gguf.embedding_length, ==, 4096);
  g_assert_cmpuint (gguf.parameters, ==, 8);
  g_assert_false (llama_gguf_is_projector (&gguf));
  g_unlink (path);
}

static void
refuses_what_is_bad (void)
{
  static const Case cases[] = {
    { "another magic", "GGML", 3, 1, 3, 4, 0, 0, "is no GGUF file" },
    { "a newer version", "GGUF", 4, 1, 3, 4, 0, 0, "version 4 of GGUF, newer than the 3" },
    { "an older version", "GGUF", 1, 1, 3, 4, 0, 0, "version 1 of GGUF, which is too old" },
    { "the other byte order", "GGUF", 3u << 24, 1, 3, 4, 0, 0, "newer than the 3" },
    { "many tensors", "GGUF", 3, G_MAXUINT64, 3, 4, 0, 0, "more than it can hold" },
    { "many values", "GGUF", 3, 1, 1u << 30, 4, 0, 0, "more than it can hold" },
    { "a wide tensor", "GGUF", 3, 1, 3, G_MAXINT64, 0, 0, "impossible size" },
    { "an empty tensor", "GGUF", 3, 1, 3, 0, 0, 0, "impossible size" },
    { "a tensor beyond the end", "GGUF", 3, 1, 3, 64, 0, 0, "is cut short" },
    { "weights cut short", "GGUF", 3, 1, 3, 4, 0, 1, "is cut short" },
    { "a head cut short", "GGUF", 3, 1, 3, 4, 0, 100, "is cut short" },
    { "one value too many", "GGUF", 3, 1, 4, 4, 0, 0, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) bytes = make (&cases[i]);
      g_autofree char *path = save (bytes);
      g_autoptr (GError) error = NULL;
      g_auto (LlamaGguf) gguf;

      g_test_message ("%s", cases[i].what);
      g_assert_false (llama_gguf_read (path, &gguf, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_MODEL);
      g_assert_nonnull (strstr (error->message, path));
      g_assert_nonnull (strstr (error->message, cases[i].said));
      g_unlink (path);
    }
}

/* Whatever a length says, nothing outside of the file is read: run under ASan. */
static void
survives_any_cut_and_flip (void)
{
  const Case good = { "good", "GGUF", 3, 1, 3, 4, 0, 0, NULL };
  g_autoptr (GByteArray) bytes = make (&good);

  for (guint i = 0; i < bytes->len; i++)
    for (guint flip = 0; flip < 2; flip++)
      {
        g_autoptr (GByteArray) other = g_byte_array_new ();
        g_autofree char *path = NULL;
        g_auto (LlamaGguf) gguf;

        g_byte_array_append (other, bytes->data, flip ? bytes->len : i);
        if (flip)
          other->data[i] ^= 0xff;
        path = save (other);
        llama_gguf_read (path, &gguf, NULL);
        g_unlink (path);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engines/llama-gguf/reads", reads_the_head);
  g_test_add_func ("/engines/llama-gguf/refuses", refuses_what_is_bad);
  g_test_add_func ("/engines/llama-gguf/survives", survives_any_cut_and_flip);
  return g_test_run ();
}
