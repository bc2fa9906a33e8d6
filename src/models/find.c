/* Names and paths to models. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "models/private.h"

#define MAX_FILES 10000 /* of a folder, that are looked at */

static const char *
variant_of_path (const char *path)
{
  char first[4] = { 0 };
  int fd;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autofree char *ct2 = g_build_filename (path, "model.bin", NULL);

      return g_file_test (ct2, G_FILE_TEST_EXISTS) ? "ct2" : "hf";
    }
  if (g_str_has_suffix (path, ".onnx"))
    return "onnx";
  if (g_str_has_suffix (path, ".ckpt")) /* of PyTorch Lightning */
    return "ckpt";
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0 && read (fd, first, sizeof first) < 0)
    first[0] = 0;
  if (fd >= 0)
    close (fd);
  return memcmp (first, "GGUF", 4) == 0 ? "gguf" : "ggml";
}

static gboolean
is_projector (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return strstr (lower, "mmproj") != NULL;
}

/* Of @folder's language model, which listens where a projector lies beside it. Returns:
 * (nullable): %NULL: there is none */
static const char *
gguf_variant (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name, *variant = NULL;

  for (guint i = 0; dir != NULL && i < MAX_FILES && (name = g_dir_read_name (dir)) != NULL; i++)
    if (g_str_has_suffix (name, ".gguf"))
      {
        if (is_projector (name))
          return "mtmd";
        variant = "llm";
      }
  return variant;
}

const char *
lb_models_tell (const char *path)
{
  /* What only folders of one kind hold, the surest first. */
  static const struct {
    const char *file, *variant;
  } marks[] = {
    { "model_index.json", "diffusers" },
    { "classifier.json", "classifier" },
    { "model.bin", "ct2" },
    { "config.json", "hf" },
  };
  g_autofree char *folder = g_path_get_dirname (path);
  const char *variant;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      variant = variant_of_path (path);
      return strcmp (variant, "gguf") == 0 ? gguf_variant (folder) ?: "llm" : variant;
    }
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autofree char *file = g_build_filename (path, marks[i].file, NULL);

      if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
        return marks[i].variant;
    }
  return gguf_variant (path);
}

/* As if it had been imported: "/home/me/ggml-mine.bin" → "own-mine". It never
 * equals an id of the catalogue. */
static char *
id_of_path (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *text = lb_text_escape (base);

  if (g_str_has_suffix (text, ".bin"))
    text[strlen (text) - strlen (".bin")] = '\0';
  return g_strconcat ("own-", g_str_has_prefix (text, "ggml-") ? text + strlen ("ggml-") : text,
                      NULL);
}

static gboolean
takes (const char *const *variants, const char *variant)
{
  return variants == NULL || g_strv_contains (variants, variant);
}

/* What a folder holds, only the engine knows: it is of the first kind that the
 * engine takes as a folder; @guess where it takes only what can be told. */
static const char *
folder_variant (const char *const *variants, const char *guess)
{
  static const char *const known[] = { "ckpt", "ggml", "gguf", "onnx", "hf", NULL };

  for (guint i = 0; variants[i] != NULL; i++)
    if (!g_strv_contains (known, variants[i]))
      return variants[i];
  return guess;
}

/* One for each file, however often it is asked for. */
static const LbModel *
own_model (LbModels *models, const char *path, const char *mode, const char *variant)
{
  LbModel *model;

  for (guint i = 0; i < models->own_paths->len; i++)
    {
      const LbModel *known = models->own_paths->pdata[i];

      if (strcmp (known->path, path) == 0 && strcmp (known->variant, variant) == 0 &&
          (mode == NULL || strcmp (known->mode, mode) == 0))
        return known;
    }
  model = g_new0 (LbModel, 1);
  model->id = id_of_path (path);
  model->name = g_strdup (model->id);
  model->mode = g_strdup (mode != NULL ? mode : "stt");
  model->family = g_strdup ("own");
  model->variant = g_strdup (variant);
  model->title = g_strdup (model->id);
  model->licence = g_strdup ("unknown");
  model->path = g_strdup (path);
  model->imported = TRUE;
  model->json = json_object ();
  g_ptr_array_add (models->own_paths, model);
  return model;
}

static const LbModel *
find_path (LbModels *models, const char *name, const char *mode, const char *const *variants,
           GError **error)
{
  g_autofree char *path = g_canonicalize_filename (name, NULL);
  g_autofree char *shown = lb_text_escape (name);
  const char *variant;
  struct stat status;

  if (stat (path, &status) != 0)
    return lb_error_set_errno (error, errno, "model file \"%s\"", shown), NULL;
  if (!S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                   "model file \"%s\" is neither a file nor a folder", shown);
      return NULL;
    }
  variant = variant_of_path (path);
  if (S_ISDIR (status.st_mode) && !takes (variants, variant))
    variant = folder_variant (variants, variant);
  if (!takes (variants, variant))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                   "model file \"%s\" is of kind %s: the engine takes %s", shown, variant,
                   variants[0]);
      return NULL;
    }
  return own_model (models, path, mode, variant);
}

static void
set_unknown (LbModels *models, const char *name, const char *mode, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *shown = lb_text_escape (name);
  const char *nearest;

  for (guint i = 0; i < models->all->len; i++)
    {
      const LbModel *model = models->all->pdata[i];

      if (mode == NULL || strcmp (mode, model->mode) == 0)
        {
          g_ptr_array_add (names, model->name);
          g_ptr_array_add (names, model->id);
        }
    }
  g_ptr_array_add (names, NULL);
  nearest = lb_text_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "there is no model \"%s\": did you mean \"%s\"?", shown, nearest);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "there is no model \"%s\": llamaburn models list shows all; write ./%s for a "
                 "file of your own",
                 shown, shown);
}

/* Rank of a variant in the engine's list: the smallest is best; G_MAXUINT: not taken. */
static guint
rank (const char *const *variants, const char *variant)
{
  if (variants == NULL)
    return 0;
  for (guint i = 0; variants[i] != NULL; i++)
    if (strcmp (variants[i], variant) == 0)
      return i;
  return G_MAXUINT;
}

const LbModel *
lb_models_find (LbModels *models, const char *name, const char *mode, const char *const *variants,
                GError **error)
{
  const LbModel *best = NULL;
  const LbModel *other = NULL;
  guint best_rank = G_MAXUINT;
  gboolean best_here = FALSE;

  if (strchr (name, '/') != NULL)
    return find_path (models, name, mode, variants, error);
  for (guint i = 0; i < models->all->len; i++)
    {
      const LbModel *model = models->all->pdata[i];
      guint place = rank (variants, model->variant);
      gboolean here;

      if ((g_ascii_strcasecmp (name, model->name) != 0 &&
           g_ascii_strcasecmp (name, model->id) != 0) ||
          (mode != NULL && strcmp (mode, model->mode) != 0))
        continue;
      other = model;
      if (place == G_MAXUINT)
        continue;
      here = lb_models_is_here (models, model);
      if (best == NULL || here > best_here || (here == best_here && place < best_rank))
        {
          best = model;
          best_rank = place;
          best_here = here;
        }
    }
  if (best == NULL && other != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "model \"%s\" is there as %s only: the engine takes %s", other->name,
                 other->variant, variants[0]);
  else if (best == NULL)
    set_unknown (models, name, mode, error);
  return best;
}
