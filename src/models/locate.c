/* Where a model is, and whether what lies there can be it: found before an
 * engine chokes on it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "models/private.h"

static gboolean refuse (const LbModel *model, GError **error, const char *path,
                        const char *format, ...) G_GNUC_PRINTF (4, 5);

/* "PATH" WHAT: what to do about it. */
static gboolean
refuse (const LbModel *model, GError **error, const char *path, const char *format, ...)
{
  va_list arguments;
  g_autofree char *what = NULL, *shown = lb_text_escape (path), *cure = NULL;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (g_path_is_absolute (model->path))
    cure = g_strdup ("give another file");
  else if (model->imported)
    cure = g_strdup_printf ("llamaburn models remove %s, then import it again", model->name);
  else
    cure = g_strdup_printf ("llamaburn models pull %s", model->name);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "model \"%s\" can't be used: \"%s\" %s: %s",
               model->name, shown, what, cure);
  return FALSE;
}

static gboolean
check_open_file (const LbModel *model, const char *path, int fd, const struct stat *status,
                 guint64 bytes, gboolean is_ggml, GError **error)
{
  guint64 is = (guint64) status->st_size;
  char first[4];

  if (S_ISDIR (status->st_mode))
    return refuse (model, error, path, "is a folder, not a file");
  if (!S_ISREG (status->st_mode))
    return refuse (model, error, path, "is no file that can be read twice");
  if (is == 0)
    return refuse (model, error, path, "is empty");
  if (bytes != 0 && is != bytes)
    return refuse (model, error, path,
                   "%s: it has %" G_GUINT64_FORMAT " bytes, not %" G_GUINT64_FORMAT,
                   is < bytes ? "is cut short" : "is another file", is, bytes);
  if (is_ggml && (pread (fd, first, 4, 0) != 4 || memcmp (first, LB_GGML_MAGIC, 4) != 0))
    return refuse (model, error, path, "is no ggml file: it does not begin like one");
  return TRUE;
}

/* A file: readable, of the right size, with ggml's first bytes. */
static gboolean
check_file (const LbModel *model, const char *path, guint64 bytes, gboolean is_ggml,
            GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  gboolean good;

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      int saved = errno;
      g_autofree char *shown = lb_text_escape (path);

      if (fd >= 0)
        close (fd);
      if (saved == ENOENT || saved == ENOTDIR)
        return refuse (model, error, path, "is missing");
      return lb_error_set_errno (error, saved, "model \"%s\" can't be read: \"%s\"", model->name,
                                 shown);
    }
  good = check_open_file (model, path, fd, &status, bytes, is_ggml, error);
  close (fd);
  return good;
}

static gboolean
check_parts (const LbModel *model, const char *path, json_t *files, GError **error)
{
  g_autofree char *folder = lb_model_folder (model, path);
  json_t *file;
  size_t i;

  json_array_foreach (files, i, file)
    {
      g_autofree char *part = g_build_filename (folder, lb_json_string (file, "path", ""), NULL);

      if (!check_file (model, part, (guint64) lb_json_integer (file, "bytes", 0), FALSE, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lb_model_check (const LbModel *model, const char *path, GError **error)
{
  json_t *files = json_object_get (model->json, "files");

  if (json_array_size (files) > 0)
    return check_parts (model, path, files, error);
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && strcmp (model->variant, "ggml") != 0)
    return TRUE;
  return check_file (model, path, model->bytes, strcmp (model->variant, "ggml") == 0, error);
}

static gboolean
is_absent (const char *path)
{
  struct stat status;

  return stat (path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* The store first, then the user's read-only folder. Returns: (transfer full):
 * what is there, or %NULL */
static char *
place_of (const LbModels *models, const LbModel *model)
{
  g_autofree char *path = NULL;

  if (g_path_is_absolute (model->path))
    return is_absent (model->path) ? NULL : g_strdup (model->path);
  path = g_build_filename (models->store, model->path, NULL);
  if (is_absent (path) && models->folder != NULL)
    {
      g_free (path);
      path = g_build_filename (models->folder, model->path, NULL);
    }
  return is_absent (path) ? NULL : g_steal_pointer (&path);
}

static gboolean
set_missing (const LbModel *model, GError **error)
{
  g_autofree char *variant = strcmp (model->variant, "ggml") != 0
                                 ? g_strconcat (" --variant ", model->variant, NULL)
                                 : g_strdup ("");

  if (g_path_is_absolute (model->path))
    g_set_error (error, LB_ERROR, LB_ERROR_MODEL_MISSING,
                 "model \"%s\" is gone: give another file", model->path);
  else if (model->imported)
    g_set_error (error, LB_ERROR, LB_ERROR_MODEL_MISSING,
                 "your model \"%s\" is not in the store any more: llamaburn models remove %s, "
                 "then import it again",
                 model->name, model->name);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_MODEL_MISSING,
                 "model \"%s\" is not on this machine: llamaburn models pull %s%s; or, of files "
                 "that you have, llamaburn models import PATH --as %s%s",
                 model->name, model->name, variant, model->name, variant);
  return FALSE;
}

char *
lb_models_locate (LbModels *models, const LbModel *model, GError **error)
{
  g_autofree char *path = place_of (models, model);

  if (path == NULL)
    set_missing (model, error);
  return path != NULL && lb_model_check (model, path, error) ? g_steal_pointer (&path) : NULL;
}

gboolean
lb_models_is_here (LbModels *models, const LbModel *model)
{
  g_autofree char *path = lb_models_locate (models, model, NULL);

  return path != NULL;
}
