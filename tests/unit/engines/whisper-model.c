#include "whisper-model.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"

/* A file of ggml weights, put together here; every member can be wrong. */
typedef struct {
  gint32 magic;
  WhisperShape shape;
  gint32 bins, words;
  gint64 spare; /* weights more (or fewer) than the header promises */
  gsize cut;    /* bytes missing at the end */
  gint32 type;
} Recipe;

#define TINY_SHAPE                                                                               \
  {                                                                                              \
    51864, 4, 8, 1, 4, 16, 8, 1, 1, 80, 0                                                        \
  }

static const Recipe good = { 0x67676d6c, TINY_SHAPE, 201, 3, 0, 0, 0 };

static void
put (GByteArray *file, gint32 value)
{
  value = GINT32_TO_LE (value);
  g_byte_array_append (file, (const guint8 *) &value, sizeof value);
}

static void
put_zeros (GByteArray *file, gsize bytes)
{
  const guint length = file->len;

  g_byte_array_set_size (file, length + (guint) bytes);
  memset (file->data + length, 0, bytes);
}

static char *
write_model (const Recipe *recipe)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const gint32 *fields = &recipe->shape.n_vocab;
  const gint64 promised = (gint64) whisper_model_parameters (&recipe->shape);
  const gint32 elements = (gint32) (promised + recipe->spare);
  char *path = g_build_filename (g_get_tmp_dir (), "llamaburn-model-XXXXXX", NULL);
  const int fd = g_mkstemp (path);

  put (file, recipe->magic);
  for (guint i = 0; i < 11; i++)
    put (file, fields[i]);
  put (file, recipe->shape.n_mels);
  put (file, recipe->bins);
  put_zeros (file, (gsize) recipe->shape.n_mels * (gsize) recipe->bins * 4);
  put (file, recipe->words);
  for (gint32 i = 0; i < recipe->words; i++)
    put (file, 0);
  put (file, 1);
  put (file, 4);
  put (file, recipe->type);
  put (file, elements);
  g_byte_array_append (file, (const guint8 *) "name", 4);
  put_zeros (file, (gsize) elements * 4);
  g_byte_array_set_size (file, file->len - (guint) recipe->cut);
  g_assert_true (g_file_set_contents (path, (char *) file->data, (gssize) file->len, NULL));
  g_close (fd, NULL);
  return path;
}

static void
counts_published_models (void)
{
  static const struct {
    const char *name;
    WhisperShape shape;
    guint64 parameters;
  } models[] = {
    { "tiny", { 51865, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1 }, 37760640 },
    { "base", { 51865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1 }, 72593920 },
    { "small", { 51865, 1500, 768, 12, 12, 448, 768, 12, 12, 80, 1 }, 241734912 },
    { "medium", { 51865, 1500, 1024, 16, 24, 448, 1024, 16, 24, 80, 1 }, 763857920 },
    { "large-v2", { 51865, 1500, 1280, 20, 32, 448, 1280, 20, 32, 80, 1 }, 1543304960 },
    { "large-v3", { 51866, 1500, 1280, 20, 32, 448, 1280, 20, 32, 128, 1 }, 1543490560 },
    { "large-v3-turbo", { 51866, 1500, 1280, 20, 32, 448, 1280, 20, 4, 128, 1 }, 808878080 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_test_message ("%s", models[i].name);
      g_assert_cmpuint (whisper_model_parameters (&models[i].shape), ==, models[i].parameters);
    }
}

static void
names_quantisations (void)
{
  g_assert_cmpstr (whisper_model_quantisation (1), ==, "f16");
  g_assert_cmpstr (whisper_model_quantisation (2009), ==, "q5_1");
  g_assert_cmpstr (whisper_model_quantisation (2007), ==, "q8_0");
  g_assert_null (whisper_model_quantisation (99));
}

static void
takes_a_whole_model (void)
{
  g_autofree char *path = write_model (&good);
  g_autoptr (GError) error = NULL;
  WhisperShape shape;

  g_assert_true (whisper_model_check (path, &shape, &error));
  g_assert_no_error (error);
  g_assert_cmpint (shape.n_vocab, ==, 51864);
  g_unlink (path);
}

static void
expect_bad (const char *why, Recipe recipe, const char *word)
{
  g_autofree char *path = write_model (&recipe);
  g_autoptr (GError) error = NULL;
  WhisperShape shape;

  g_test_message ("%s", why);
  g_assert_false (whisper_model_check (path, &shape, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_MODEL);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, path));
  g_unlink (path);
}

static void
refuses_bad_files (void)
{
  Recipe recipe;

#define WITH(CHANGE) (recipe = good, CHANGE, recipe)
  expect_bad ("one byte short", WITH (recipe.cut = 1), "truncated");
  expect_bad ("half of the weights", WITH (recipe.cut = 800000), "truncated");
  expect_bad ("another kind of file", WITH (recipe.magic = 0x46554747), "not a ggml file");
  expect_bad ("no such size", WITH (recipe.shape.n_audio_layer = 5), "another kind");
  expect_bad ("no heads", WITH (recipe.shape.n_text_head = 0), "another kind");
  expect_bad ("widths that differ", WITH (recipe.shape.n_text_state = 16), "another kind");
  expect_bad ("unknown quantisation", WITH (recipe.shape.ftype = 77), "type that is not known");
  expect_bad ("unknown type of tensor", WITH (recipe.type = 99), "type that is not known");
  expect_bad ("mel filters", WITH (recipe.bins = 200), "mel filters");
  expect_bad ("vocabulary", WITH (recipe.words = 51865), "vocabulary");
  expect_bad ("more weights than promised", WITH (recipe.spare = 8), "more weights");
  expect_bad ("a tensor missing", WITH (recipe.spare = -8), "truncated");
#undef WITH
}

static void
refuses_any_cut (void)
{
  g_autofree char *path = write_model (&good);
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize cut = 0; cut < length; cut += cut < 80 ? 1 : 50021)
    {
      g_autoptr (GError) error = NULL;
      WhisperShape shape;

      g_assert_true (g_file_set_contents (path, bytes, (gssize) cut, NULL));
      g_assert_false (whisper_model_check (path, &shape, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_MODEL);
    }
  g_unlink (path);
}

static void
says_what_is_no_file (void)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) folder = NULL;
  g_autoptr (GError) vad = NULL;
  WhisperShape shape;

  g_assert_false (whisper_model_check ("/nonexistent/\n.bin", &shape, &missing));
  g_assert_error (missing, LB_ERROR, LB_ERROR_NOT_FOUND);
  g_assert_null (strchr (missing->message, '\n'));
  g_assert_false (whisper_model_check (g_get_tmp_dir (), &shape, &folder));
  g_assert_error (folder, LB_ERROR, LB_ERROR_BAD_MODEL);
  g_assert_false (whisper_vad_check ("/dev/null", &vad));
  g_assert_error (vad, LB_ERROR, LB_ERROR_BAD_MODEL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engines/whisper-model/counts-published-models", counts_published_models);
  g_test_add_func ("/engines/whisper-model/names-quantisations", names_quantisations);
  g_test_add_func ("/engines/whisper-model/takes-a-whole-model", takes_a_whole_model);
  g_test_add_func ("/engines/whisper-model/refuses-bad-files", refuses_bad_files);
  g_test_add_func ("/engines/whisper-model/refuses-any-cut", refuses_any_cut);
  g_test_add_func ("/engines/whisper-model/says-what-is-no-file", says_what_is_no_file);
  return g_test_run ();
}
