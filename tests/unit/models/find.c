#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "models/models.h"

static const char *const ggml[] = { "ggml", NULL };
static const char *const both[] = { "ct2", "ggml", NULL };
static const char *const onnx[] = { "onnx", NULL };

static void
finds_names_and_ids (void)
{
  g_autoptr (LbModels) models = lb_models_open (NULL);
  const LbModel *base = lb_models_find (models, "base", "stt", ggml, NULL);

  g_assert_cmpstr (base->id, ==, "whisper-base");
  g_assert_cmpstr (base->variant, ==, "ggml");
  g_assert_true (lb_models_find (models, "whisper-base", NULL, ggml, NULL) == base);
  g_assert_cmpstr (lb_models_find (models, "base.en-q5_1", "stt", ggml, NULL)->path, ==,
                   "whisper/ggml-base.en-q5_1.bin");
}

/* The best variant; but one that is here goes before one that would have to be pulled. */
static void
prefers_what_is_here (void)
{
  g_autoptr (LbModels) models = lb_models_open (NULL);
  const LbModel *best = lb_models_find (models, "base", "stt", both, NULL);
  g_autofree char *path = g_build_filename (g_get_user_data_dir (),
                                            "llamaburn/whisper/ggml-base.bin", NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpstr (best->variant, ==, "ct2");
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "lmgg", 4, NULL));
  g_assert_cmpstr (lb_models_find (models, "base", "stt", both, NULL)->variant, ==,
                   "ct2"); /* cut short: not here */
  g_assert_cmpint (truncate (path, 147951465), ==, 0);
  g_assert_cmpstr (lb_models_find (models, "base", "stt", both, NULL)->variant, ==, "ggml");
}

static const struct {
  const char *what, *name, *mode;
  const char *const *variants;
  const char *words;
} refused[] = {
  { "near", "tinny", "stt", ggml, "did you mean \"tiny\"?" },
  { "far", "zzzzzzzzzz", "stt", ggml, "models list" },
  { "empty", "", NULL, NULL, "no model" },
  { "other engine", "tiny", "stt", onnx, "takes onnx" },
  { "terminal's control", "\033[31mzzzzzzzz", NULL, NULL, "\\x1b[31m" },
};

static void
refuses_and_offers_the_nearest (void)
{
  g_autoptr (LbModels) models = lb_models_open (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", refused[i].what);
      g_assert_null (
          lb_models_find (models, refused[i].name, refused[i].mode, refused[i].variants, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, refused[i].words));
    }
}

static void
takes_a_path (void)
{
  g_autoptr (LbModels) models = lb_models_open (NULL);
  g_autofree char *file = g_build_filename (g_get_user_data_dir (), "ggml-mine.bin", NULL),
                  *found = NULL, *gone = NULL;
  g_autoptr (GError) missing = NULL, kind = NULL, late = NULL;
  const LbModel *own;

  g_assert_null (lb_models_find (models, file, "stt", ggml, &missing));
  g_assert_error (missing, LB_ERROR, LB_ERROR_NOT_FOUND);
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "lmgg and so on", -1, NULL));
  own = lb_models_find (models, file, "stt", ggml, NULL);
  g_assert_cmpstr (own->id, ==, "own-mine");
  g_assert_true (lb_models_find (models, file, "stt", ggml, NULL) == own); /* no second one */
  g_assert_null (lb_models_find (models, file, "stt", onnx, &kind));
  g_assert_nonnull (kind);
  found = lb_models_locate (models, own, NULL);
  g_assert_cmpstr (found, ==, file);
  g_assert_cmpint (g_remove (file), ==, 0);
  gone = lb_models_locate (models, own, &late);
  g_assert_null (gone);
  g_assert_error (late, LB_ERROR, LB_ERROR_MODEL_MISSING);
}

/* What is in a folder, only the engine knows; what can be told by itself is told. */
static void
takes_a_folder (void)
{
  static const char *const xtts[] = { "xtts", NULL }, *const hf[] = { "hf", NULL },
                           *const mixed[] = { "onnx", "kokoro", NULL };
  g_autoptr (LbModels) models = lb_models_open (NULL);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "mine", NULL),
                  *weights = g_build_filename (folder, "model.bin", NULL);
  g_autoptr (GError) other = NULL, file = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpstr (lb_models_find (models, folder, "tts", xtts, NULL)->variant, ==, "xtts");
  g_assert_cmpstr (lb_models_find (models, folder, "tts", mixed, NULL)->variant, ==, "kokoro");
  g_assert_null (lb_models_find (models, folder, "stt", ggml, &file));
  g_assert_error (file, LB_ERROR, LB_ERROR_BAD_MODEL);
  g_assert_true (g_file_set_contents (weights, "weights", -1, NULL));
  g_assert_cmpstr (lb_models_find (models, folder, "tts", xtts, NULL)->variant, ==, "xtts");
  g_assert_cmpstr (lb_models_find (models, folder, "stt", both, NULL)->variant, ==, "ct2");
  g_assert_null (lb_models_find (models, folder, "stt", hf, &other));
  g_assert_nonnull (strstr (other->message, "is of kind ct2"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/models/find/names", finds_names_and_ids);
  g_test_add_func ("/models/find/here", prefers_what_is_here);
  g_test_add_func ("/models/find/refuses", refuses_and_offers_the_nearest);
  g_test_add_func ("/models/find/path", takes_a_path);
  g_test_add_func ("/models/find/folder", takes_a_folder);
  return g_test_run ();
}
