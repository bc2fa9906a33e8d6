/* A tiny model in CTranslate2's format, whole and damaged in every byte that counts. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"
#include "models/private.h"
#include "tiny.h"

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
  g_autoptr (GByteArray) model = lb_test_tiny_whisper ();
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  gsize length = 0;
  const guint32 *sizes;
  gsize at = 48 + 8 + 80 * 201 * 4;

  convert (model, model->len, tokenizer, &out, &length, &error);
  g_assert_no_error (error);
  sizes = (const guint32 *) (gpointer) out;
  g_assert_cmpuint (sizes[0], ==, 0x67676d6c);
  g_assert_cmpuint (sizes[1], ==, LB_TINY_VOCABULARY);
  g_assert_cmpuint (sizes[5], ==, 1);
  g_assert_cmpuint (sizes[10], ==, 80);
  g_assert_cmpmem (out + at, 15, "\2\0\0\0\1\0\0\0a\2\0\0\0 b", 15);
}

static void
every_cut_is_refused (void)
{
  g_autoptr (GByteArray) model = lb_test_tiny_whisper ();
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
  g_autoptr (GByteArray) model = lb_test_tiny_whisper ();
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
  g_autoptr (GByteArray) model = lb_test_tiny_whisper ();

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
