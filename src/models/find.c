/* Names and paths to models. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "models/private.h"

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
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0 && read (fd, first, sizeof first) < 0)
    first[0] = 0;
  if (fd >= 0)
    close (fd);
  return memcmp (first, "GGUF", 4) == 0 ? "gguf" : "ggml";
}

static gboolean
takes (const char *const *variants, const char *variant)
{
  return variants == NULL || g_strv_contains (variants, variant);
}

static const LbModel *
find_path (LbModels *models, const char *name, const char *mode, const char *const *variants, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (name, NULL);
  g_autofree char *shown = lb_text_escape (name);
  g_autofree char *stem = g_path_get_basename (path);
  const char *variant;
  struct stat status;
  LbModel *model;
  char *dot;

  if (stat (path, &status) != 0)
    return lb_error_set_errno (error, errno, "model file \"%s\"", shown), NULL;
  if (!S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "model file \"%s\" is neither a file nor a folder", shown);
      return NULL;
    }
  variant = variant_of_path (path);
  if (!takes (variants, variant))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "model file \"%s\" is of kind %s: the engine takes %s", shown,
                   variant, variants[0]);
      return NULL;
    }
  dot = strrchr (stem, '.');
  if (S_ISREG (status.st_mode) && dot != NULL && dot != stem)
    *dot = '\0';
  model = g_new0 (LbModel, 1);
  model->id = lb_text_escape (stem);
  model->name = g_strdup (model->id);
  model->mode = g_strdup (mode != NULL ? mode : "stt");
  model->family = g_strdup ("own");
  model->variant = g_strdup (variant);
  model->title = g_strdup (model->id);
  model->licence = g_strdup ("unknown");
  model->path = g_steal_pointer (&path);
  model->imported = TRUE;
  model->json = json_object ();
  g_ptr_array_add (models->own_paths, model);
  return model;
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
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "there is no model \"%s\": did you mean \"%s\"?", shown, nearest);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "there is no model \"%s\": llamaburn models list shows all; write ./%s for a file of your own", shown,
                 shown);
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
lb_models_find (LbModels *models, const char *name, const char *mode, const char *const *variants, GError **error)
{
  const LbModel *best = NULL;
  const LbModel *other = NULL;
  guint best_rank = G_MAXUINT;

  if (strchr (name, '/') != NULL)
    return find_path (models, name, mode, variants, error);
  for (guint i = 0; i < models->all->len; i++)
    {
      const LbModel *model = models->all->pdata[i];
      guint place = rank (variants, model->variant);

      if ((g_ascii_strcasecmp (name, model->name) != 0 && g_ascii_strcasecmp (name, model->id) != 0) ||
          (mode != NULL && strcmp (mode, model->mode) != 0))
        continue;
      other = model;
      if (place < best_rank)
        {
          best = model;
          best_rank = place;
        }
    }
  if (best == NULL && other != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "model \"%s\" is there as %s only: the engine takes %s", other->name,
                 other->variant, variants[0]);
  else if (best == NULL)
    set_unknown (models, name, mode, error);
  return best;
}

static char *
path_of (LbModels *models, const LbModel *model)
{
  return g_path_is_absolute (model->path) ? g_strdup (model->path) : g_build_filename (models->store, model->path, NULL);
}

/* A file: readable, of the right size, with ggml's first bytes. */
static gboolean
check_file (const LbModel *model, const char *path, guint64 bytes, gboolean is_ggml, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  char first[4];
  gboolean good;

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      int saved = errno;

      if (fd >= 0)
        close (fd);
      return lb_error_set_errno (error, saved, "model \"%s\" can't be read: \"%s\"", model->name, shown);
    }
  good = S_ISREG (status.st_mode) && status.st_size > 0 && (bytes == 0 || (guint64) status.st_size == bytes);
  if (!good)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "model \"%s\" is damaged: \"%s\" has %" G_GINT64_FORMAT " bytes, not %" G_GUINT64_FORMAT
                 ": llamaburn models pull %s", model->name, shown, (gint64) status.st_size, bytes, model->name);
  else if (is_ggml && (pread (fd, first, 4, 0) != 4 || memcmp (first, LB_GGML_MAGIC, 4) != 0))
    {
      good = FALSE;
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                   "model \"%s\": \"%s\" is no ggml file: llamaburn models verify %s", model->name, shown, model->name);
    }
  close (fd);
  return good;
}

gboolean
lb_model_check (const LbModel *model, const char *path, GError **error)
{
  json_t *files = json_object_get (model->json, "files");
  json_t *file;
  size_t i;

  if (json_array_size (files) == 0 && g_file_test (path, G_FILE_TEST_IS_DIR) && strcmp (model->variant, "ggml") != 0)
    return TRUE;
  if (json_array_size (files) == 0)
    return check_file (model, path, model->bytes, strcmp (model->variant, "ggml") == 0, error);
  json_array_foreach (files, i, file)
    {
      g_autofree char *part = g_build_filename (path, lb_json_string (file, "path", ""), NULL);

      if (!check_file (model, part, (guint64) lb_json_integer (file, "bytes", 0), FALSE, error))
        return FALSE;
    }
  return TRUE;
}

char *
lb_models_locate (LbModels *models, const LbModel *model, GError **error)
{
  g_autofree char *path = path_of (models, model);
  struct stat status;

  if (stat (path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_MODEL_MISSING, "model \"%s\" is not on this machine: llamaburn models %s %s%s%s",
                   model->name, model->imported ? "import" : "pull", model->imported ? "FILE --name " : "", model->name,
                   strcmp (model->variant, "ct2") == 0 ? " --variant ct2" : "");
      return NULL;
    }
  return lb_model_check (model, path, error) ? g_steal_pointer (&path) : NULL;
}

gboolean
lb_models_is_here (LbModels *models, const LbModel *model)
{
  g_autofree char *path = lb_models_locate (models, model, NULL);

  return path != NULL;
}
