/* A tiny model in CTranslate2's format, whole and damaged in every byte that counts. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"
#include "models/private.h"

#define WIDTH 64
#define VOCABULARY 1001

typedef struct {
  GByteArray *bytes;
  guint32 count;
} Writer;

static void
put (Writer *w, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (w->bytes, &byte, 1);
    }
}

static void
put_text (Writer *w, const char *text)
{
  put (w, strlen (text) + 1, 2);
  g_byte_array_append (w->bytes, (const guint8 *) text, (guint) strlen (text) + 1);
}

static void
tensor (Writer *w, const char *name, guint rank, guint d0, guint d1, guint d2)
{
  const guint dims[] = { d0, d1, d2 };
  guint count = 1;

  put_text (w, name);
  put (w, rank, 1);
  for (guint i = 0; i < rank; i++)
    {
      put (w, dims[i], 4);
      count *= dims[i];
    }
  put (w, 4, 1);
  put (w, 2 * count, 4);
  for (guint i = 0; i < count; i++)
    put (w, 0x3c00 + (i + w->count) % 1024, 2); /* 1 … 2 */
  w->count++;
}

static void
layer (Writer *w, const char *side, gboolean cross)
{
  static const struct {
    const char *name;
    guint rank, rows, columns;
    gboolean cross;
  } rows[] = {
    { "self_attention/linear_0/weight", 2, 3, 1, FALSE },
    { "self_attention/linear_0/bias", 1, 3, 0, FALSE },
    { "self_attention/linear_1/weight", 2, 1, 1, FALSE },
    { "self_attention/linear_1/bias", 1, 1, 0, FALSE },
    { "self_attention/layer_norm/gamma", 1, 1, 0, FALSE },
    { "self_attention/layer_norm/beta", 1, 1, 0, FALSE },
    { "attention/linear_0/weight", 2, 1, 1, TRUE },
    { "attention/linear_0/bias", 1, 1, 0, TRUE },
    { "attention/linear_1/weight", 2, 2, 1, TRUE },
    { "attention/linear_1/bias", 1, 2, 0, TRUE },
    { "attention/linear_2/weight", 2, 1, 1, TRUE },
    { "attention/linear_2/bias", 1, 1, 0, TRUE },
    { "attention/layer_norm/gamma", 1, 1, 0, TRUE },
    { "attention/layer_norm/beta", 1, 1, 0, TRUE },
    { "ffn/linear_0/weight", 2, 4, 1, FALSE },
    { "ffn/linear_0/bias", 1, 4, 0, FALSE },
    { "ffn/linear_1/weight", 2, 1, 4, FALSE },
    { "ffn/linear_1/bias", 1, 1, 0, FALSE },
    { "ffn/layer_norm/gamma", 1, 1, 0, FALSE },
    { "ffn/layer_norm/beta", 1, 1, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/layer_0/%s", side, rows[i].name);

      if (cross || !rows[i].cross)
        tensor (w, name, rows[i].rank, rows[i].rows * WIDTH, rows[i].columns * WIDTH, 0);
    }
}

static GByteArray *
tiny_model (void)
{
  Writer w = { g_byte_array_new (), 0 };

  put (&w, 6, 4);
  put_text (&w, "WhisperSpec");
  put (&w, 3, 4);
  put (&w, 0, 4); /* how many: below */
  tensor (&w, "decoder/embeddings/weight", 2, VOCABULARY, WIDTH, 0);
  tensor (&w, "decoder/position_encodings/encodings", 2, 8, WIDTH, 0);
  tensor (&w, "encoder/conv1/weight", 3, WIDTH, 80, 3);
  tensor (&w, "encoder/conv1/bias", 1, WIDTH, 0, 0);
  tensor (&w, "encoder/conv2/weight", 3, WIDTH, WIDTH, 3);
  tensor (&w, "encoder/conv2/bias", 1, WIDTH, 0, 0);
  tensor (&w, "encoder/layer_norm/gamma", 1, WIDTH, 0, 0);
  tensor (&w, "encoder/layer_norm/beta", 1, WIDTH, 0, 0);
  tensor (&w, "decoder/layer_norm/gamma", 1, WIDTH, 0, 0);
  tensor (&w, "decoder/layer_norm/beta", 1, WIDTH, 0, 0);
  layer (&w, "encoder", FALSE);
  layer (&w, "decoder", TRUE);
  w.bytes->data[22] = (guint8) w.count;
  return w.bytes;
}

static const char tokenizer[] =
    "{\"added_tokens\": [{\"content\": \"<|end|>\"}],"
    " \"model\": {\"vocab\": {\"a\": 0, \"\\u0120b\": 1, \"<|end|>\": 2}}}";

static gboolean
convert (const GByteArray *model, gsize length, const char *tokens, char **out, gsize *out_length,
         GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("convert-XXXXXX", NULL);
  g_autofree char *from = g_build_filename (folder, "model.bin", NULL);
  g_autofree char *words = g_build_filename (folder, "tokenizer.json", NULL);
  g_autofree char *to = g_build_filename (folder, "out.bin", NULL);
  gboolean done;

  g_assert_true (g_file_set_contents (from, (const char *) model->data, (gssize) length, NULL));
  g_assert_true (g_file_set_contents (words, tokens, -1, NULL));
  done = lb_models_convert_whisper (from, words, to, error);
  g_assert_true (g_file_test (to, G_FILE_TEST_EXISTS) == done); /* nothing half-done stays */
  if (done && out != NULL)
    g_assert_true (g_file_get_contents (to, out, out_length, NULL));
  g_unlink (from);
  g_unlink (words);
  g_unlink (to);
  g_rmdir (folder);
  return done;
}

static void
a_tiny_model_is_converted (void)
{
  g_autoptr (GByteArray) model = tiny_model ();
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  gsize length = 0;
  const guint32 *sizes;
  gsize at = 48 + 8 + 80 * 201 * 4;

  convert (model, model->len, tokenizer, &out, &length, &error);
  g_assert_no_error (error);
  sizes = (const guint32 *) (gpointer) out;
  g_assert_cmpuint (sizes[0], ==, 0x67676d6c);
  g_assert_cmpuint (sizes[1], ==, VOCABULARY);
  g_assert_cmpuint (sizes[5], ==, 1);
  g_assert_cmpuint (sizes[10], ==, 80);
  g_assert_cmpmem (out + at, 15, "\2\0\0\0\1\0\0\0a\2\0\0\0 b", 15);
}

static void
every_cut_is_refused (void)
{
  g_autoptr (GByteArray) model = tiny_model ();
  gsize step = 1;

  for (gsize length = 0; length < model->len; length += step)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (convert (model, length, tokenizer, NULL, NULL, &error));
      g_assert_nonnull (error);
      step = length < 100 ? 1 : 9973;
    }
}

static void
no_byte_of_the_headers_makes_it_read_astray (void)
{
  g_autoptr (GByteArray) model = tiny_model ();
  static const guint8 values[] = { 0x00, 0x7f, 0xff };

  /* The file's head, and the first tensor's. Whatever the answer: no crash,
   * under ASan no read outside. */
  for (gsize i = 0; i < 80; i++)
    for (guint k = 0; k < G_N_ELEMENTS (values); k++)
      {
        guint8 kept = model->data[i];

        model->data[i] = values[k];
        (void) !convert (model, model->len, tokenizer, NULL, NULL, NULL);
        model->data[i] = kept;
      }
}

static void
tokenizers_that_lie_are_refused (void)
{
  static const char *const texts[] = {
    "",
    "{}",
    "[]",
    "{\"model\": 3}",
    "{\"model\": {\"vocab\": {}}}",
    "{\"model\": {\"vocab\": {\"a\": -1}}}",
    "{\"model\": {\"vocab\": {\"a\": 1}}}",
    "{\"model\": {\"vocab\": {\"a\": 0, \"b\": 0}}}",
    "{\"model\": {\"vocab\": {\"a\": 1e9}}}",
    "{\"model\": {\"vocab\": {\"a\": 999999999}}}",
    "{\"model\": {\"vocab\": {\"\\u4e00\": 0}}}",
    "{\"added_tokens\": 1, \"model\": {\"vocab\": {\"a\": \"0\"}}}",
  };
  g_autoptr (GByteArray) model = tiny_model ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_false (convert (model, model->len, texts[i], NULL, NULL, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/convert/tiny", a_tiny_model_is_converted);
  g_test_add_func ("/models/convert/cut", every_cut_is_refused);
  g_test_add_func ("/models/convert/hostile", no_byte_of_the_headers_makes_it_read_astray);
  g_test_add_func ("/models/convert/tokenizer", tokenizers_that_lie_are_refused);
  return g_test_run ();
}
