/* CTranslate2's Whisper to a folder of Hugging Face's kind; what comes in is hostile. */
#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "models/private.h"
#include "tiny.h"

static const char good_config[] =
    "{\"alignment_heads\": [[0, 0]], \"suppress_ids\": [1, 2], \"suppress_ids_begin\": [3]}";

static const char good_tokenizer[] =
    "{\"added_tokens\": ["
    "{\"id\": 10, \"content\": \"<|endoftext|>\", \"special\": true},"
    "{\"id\": 11, \"content\": \"<|startoftranscript|>\", \"special\": true},"
    "{\"id\": 12, \"content\": \"<|transcribe|>\", \"special\": true},"
    "{\"id\": 13, \"content\": \"<|translate|>\", \"special\": true},"
    "{\"id\": 14, \"content\": \"<|startofprev|>\", \"special\": true},"
    "{\"id\": 15, \"content\": \"<|notimestamps|>\", \"special\": true}],"
    " \"model\": {\"vocab\": {\"a\": 0, \"b\": 1}}}";

/* Converts in a folder of its own; what came is in @folder, to be removed by the caller. */
static gboolean
convert (const GByteArray *model, gsize length, const char *config, const char *tokenizer,
         char **folder, GError **error)
{
  g_autofree char *home = g_dir_make_tmp ("convert-hf-XXXXXX", NULL);
  g_autofree char *weights = g_build_filename (home, "model.bin", NULL);
  g_autofree char *config_path = g_build_filename (home, "config.json", NULL);
  g_autofree char *tokenizer_path = g_build_filename (home, "tokenizer.json", NULL);
  g_autofree char *to = g_build_filename (home, "out", NULL);
  gboolean done;

  g_assert_true (
      g_file_set_contents (weights, (const char *) model->data, (gssize) length, NULL));
  g_assert_true (g_file_set_contents (config_path, config, -1, NULL));
  g_assert_true (g_file_set_contents (tokenizer_path, tokenizer, -1, NULL));
  done = lb_models_convert_whisper_hf (home, to, error);
  g_assert_true (g_file_test (to, G_FILE_TEST_EXISTS) == done); /* nothing half-done stays */
  if (folder != NULL)
    *folder = g_steal_pointer (&home);
  else
    g_assert_true (lb_models_remove_tree (home, NULL, NULL));
  return done;
}

static void
check_weights (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "out", "model.safetensors", NULL);
  g_autofree char *text = NULL, *last = NULL;
  g_autoptr (json_t) header = NULL;
  gsize length, end = 0;
  guint64 head;
  const char *name;
  json_t *tensor;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  memcpy (&head, text, 8);
  head = GUINT64_FROM_LE (head);
  g_assert_cmpuint (head % 8, ==, 0);
  header = lb_json_parse (text + 8, (gssize) head, NULL);
  g_assert_nonnull (header);
  json_object_foreach (header, name, tensor)
    {
      json_t *offsets = json_object_get (tensor, "data_offsets");
      json_t *shape = json_object_get (tensor, "shape");
      json_int_t bytes = 4;

      if (strcmp (name, "__metadata__") == 0)
        continue;
      for (gsize i = 0; i < json_array_size (shape); i++)
        bytes *= json_integer_value (json_array_get (shape, i));
      g_assert_cmpint (json_integer_value (json_array_get (offsets, 0)), ==, (gint64) end);
      g_assert_cmpint (json_integer_value (json_array_get (offsets, 1)), ==,
                       (gint64) end + bytes);
      g_assert_true (last == NULL || strcmp (last, name) < 0);
      end += (gsize) bytes;
      g_free (last);
      last = g_strdup (name);
    }
  /* Two layers of 15 tensors, 9 of attention to the encoder, 11 others. */
  g_assert_cmpuint (json_object_size (header), ==, 1 + 2 * 15 + 9 + 11);
  g_assert_cmpuint (length, ==, 8 + head + end);
}

/* Halves in the tiny model are 1 + (element + tensor) / 1024: the values that stack after q's and
 * k's are found as v's. */
static void
check_stack (const char *folder)
{
  static const struct {
    const char *name;
    float first;
  } expected[] = {
    { "model.encoder.layers.0.self_attn.q_proj.bias", 1 + 11 / 1024.0f },
    { "model.encoder.layers.0.self_attn.v_proj.bias", 1 + (128 + 11) / 1024.0f },
  };
  g_autofree char *path = g_build_filename (folder, "out", "model.safetensors", NULL);
  g_autofree char *text = NULL;
  g_autoptr (json_t) header = NULL;
  guint64 head;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  memcpy (&head, text, 8);
  head = GUINT64_FROM_LE (head);
  header = lb_json_parse (text + 8, (gssize) head, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      json_t *offsets = json_object_get (json_object_get (header, expected[i].name),
                                         "data_offsets");
      float first;

      memcpy (&first, text + 8 + head + json_integer_value (json_array_get (offsets, 0)), 4);
      g_assert_cmpfloat (first, ==, expected[i].first);
    }
}

static void
a_tiny_model_becomes_a_folder (void)
{
  g_autoptr (GByteArray) model = lb_test_tiny_whisper ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL, *path = NULL, *generation = NULL, *words = NULL;
  g_autoptr (json_t) config = NULL, generates = NULL, tokenizer = NULL;

  convert (model, model->len, good_config, good_tokenizer, &folder, &error);
  g_assert_no_error (error);
  check_weights (folder);
  check_stack (folder);
  path = g_build_filename (folder, "out", "config.json", NULL);
  config = lb_json_read (path, &error);
  g_assert_cmpint (lb_json_integer (config, "d_model", 0), ==, LB_TINY_WIDTH);
  g_assert_cmpint (lb_json_integer (config, "vocab_size", 0), ==, LB_TINY_VOCABULARY);
  g_assert_cmpint (lb_json_integer (config, "encoder_layers", 0), ==, 1);
  generation = g_build_filename (folder, "out", "generation_config.json", NULL);
  generates = lb_json_read (generation, &error);
  g_assert_cmpint (lb_json_integer (generates, "no_timestamps_token_id", 0), ==, 15);
  g_assert_null (json_object_get (generates, "lang_to_id")); /* as small as English ones */
  words = g_build_filename (folder, "out", "tokenizer.json", NULL);
  tokenizer = lb_json_read (words, &error);
  /* 16 … 1000 are left for timestamps. */
  g_assert_cmpuint (json_array_size (json_object_get (tokenizer, "added_tokens")), ==, 6 + 985);
  lb_models_remove_tree (folder, NULL, NULL);
}

static void
every_cut_is_refused (void)
{
  g_autoptr (GByteArray) model = lb_test_tiny_whisper ();

  for (gsize length = 0; length < model->len; length += length < 100 ? 1 : 39989)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (convert (model, length, good_config, good_tokenizer, NULL, &error));
      g_assert_nonnull (error);
    }
}

static void
no_byte_of_the_headers_makes_it_read_astray (void)
{
  g_autoptr (GByteArray) model = lb_test_tiny_whisper ();
  static const guint8 values[] = { 0x00, 0x7f, 0xff };

  for (gsize i = 0; i < 80; i++)
    for (guint k = 0; k < G_N_ELEMENTS (values); k++)
      {
        guint8 kept = model->data[i];

        model->data[i] = values[k];
        (void) !convert (model, model->len, good_config, good_tokenizer, NULL, NULL);
        model->data[i] = kept;
      }
}

static void
descriptions_that_lie_are_refused (void)
{
  static const char *const configs[] = {
    "",
    "{}",
    "[]",
    "{\"alignment_heads\": [[0, 8]], \"suppress_ids\": [1], \"suppress_ids_begin\": [3]}",
    "{\"alignment_heads\": [[1, 0]], \"suppress_ids\": [1], \"suppress_ids_begin\": [3]}",
    "{\"alignment_heads\": [[0]], \"suppress_ids\": [1], \"suppress_ids_begin\": [3]}",
    "{\"alignment_heads\": [0], \"suppress_ids\": [1], \"suppress_ids_begin\": [3]}",
    "{\"alignment_heads\": [], \"suppress_ids\": [1001], \"suppress_ids_begin\": [3]}",
    "{\"alignment_heads\": [], \"suppress_ids\": [-1], \"suppress_ids_begin\": [3]}",
    "{\"alignment_heads\": [], \"suppress_ids\": [\"1\"], \"suppress_ids_begin\": [3]}",
    "{\"alignment_heads\": [], \"suppress_ids\": [1], \"suppress_ids_begin\": {}}",
  };
  static const char *const tokenizers[] = {
    "",
    "{}",
    "[]",
    "{\"model\": {\"vocab\": []}}",
    "{\"model\": {\"vocab\": {\"a\": 0}}}",
    "{\"added_tokens\": 7, \"model\": {\"vocab\": {\"a\": 0}}}",
    "{\"added_tokens\": [7, {}], \"model\": {\"vocab\": {\"a\": 0}}}",
    "{\"added_tokens\": [{\"id\": 99999, \"content\": \"<|endoftext|>\"}],"
    " \"model\": {\"vocab\": {\"a\": 0}}}",
  };
  g_autoptr (GByteArray) model = lb_test_tiny_whisper ();

  for (guint i = 0; i < G_N_ELEMENTS (configs) + G_N_ELEMENTS (tokenizers); i++)
    {
      gboolean is_config = i < G_N_ELEMENTS (configs);
      const char *config = is_config ? configs[i] : good_config;
      const char *tokenizer = is_config ? good_tokenizer : tokenizers[i - G_N_ELEMENTS (configs)];
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", is_config ? config : tokenizer);
      g_assert_false (convert (model, model->len, config, tokenizer, NULL, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/convert-hf/tiny", a_tiny_model_becomes_a_folder);
  g_test_add_func ("/models/convert-hf/cut", every_cut_is_refused);
  g_test_add_func ("/models/convert-hf/hostile", no_byte_of_the_headers_makes_it_read_astray);
  g_test_add_func ("/models/convert-hf/descriptions", descriptions_that_lie_are_refused);
  return g_test_run ();
}
