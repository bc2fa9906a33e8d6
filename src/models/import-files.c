/* The files of one import: copied beside their place, checked there, then put into it. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "models/import.h"

static void
file_free (gpointer data)
{
  LbImportFile *file = data;

  g_free (file->from);
  g_free (file->to);
  g_free (file->sha256);
  g_free (file);
}

GPtrArray *
lb_import_files_new (void)
{
  return g_ptr_array_new_with_free_func (file_free);
}

gboolean
lb_import_files_add (GPtrArray *files, const char *from, const char *to, GError **error)
{
  g_autofree char *shown = lb_text_escape (from);
  LbImportFile *file;
  struct stat status;

  if (stat (from, &status) != 0)
    return lb_error_set_errno (error, errno, "\"%s\"", shown);
  if (!S_ISREG (status.st_mode) || status.st_size == 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "\"%s\" is %s", shown,
                   S_ISREG (status.st_mode) ? "empty" : "no file");
      return FALSE;
    }
  file = g_new0 (LbImportFile, 1);
  file->from = g_strdup (from);
  file->to = g_strdup (to);
  file->bytes = (guint64) status.st_size;
  g_ptr_array_add (files, file);
  return TRUE;
}

guint64
lb_import_files_bytes (const GPtrArray *files)
{
  guint64 sum = 0;

  for (guint i = 0; i < files->len; i++)
    sum += ((const LbImportFile *) g_ptr_array_index (files, i))->bytes;
  return sum;
}

const json_t *
lb_import_promised (const LbModel *model, const char *to)
{
  const json_t *files = json_object_get (model->json, "files");

  if (json_array_size (files) == 0)
    return model->json;
  for (size_t i = 0; i < json_array_size (files); i++)
    if (g_strcmp0 (lb_json_string (json_array_get (files, i), "path", NULL), to) == 0)
      return json_array_get (files, i);
  return NULL;
}

gboolean
lb_import_fits_size (const LbModel *model, const LbImportFile *file)
{
  const gint64 bytes = lb_json_integer (lb_import_promised (model, file->to), "bytes", 0);

  return bytes == 0 || (guint64) bytes == file->bytes;
}

static gboolean
fits_hash (const LbModel *model, const LbImportFile *file, GError **error)
{
  const json_t *promised = lb_import_promised (model, file->to);
  const char *sha256 = lb_json_string (promised, "sha256", file->sha256);
  g_autofree char *shown = NULL;

  if (promised == model->json ? lb_model_hash_fits (model, file->sha256)
                              : strcmp (sha256, file->sha256) == 0)
    return TRUE;
  shown = lb_text_escape (file->from);
  g_set_error (error, LB_ERROR, LB_ERROR_CHECKSUM,
               "\"%s\" is not \"%s\" of \"%s\": its SHA-256 is %s, expected is %s", shown,
               file->to, model->name, file->sha256, sha256);
  return FALSE;
}

static void
on_copied (guint64 bytes, gpointer user_data)
{
  LbImport *import = user_data;
  const LbPullProgress progress = { .done_bytes = import->done_bytes + bytes,
                                    .total_bytes = lb_import_files_bytes (import->files) };

  import->done_bytes += bytes;
  if (import->callback != NULL)
    import->callback (&progress, import->user_data);
}

static gboolean
bring_file (LbImport *import, LbImportFile *file, const char *to, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (to);

  if (g_mkdir_with_parents (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder);
  if (!lb_models_copy (file->from, to, file->bytes, on_copied, import, import->cancellable,
                       error))
    return FALSE;
  file->sha256 = lb_hash_file (to, import->cancellable, error);
  return file->sha256 != NULL && fits_hash (import->model, file, error);
}

static gboolean
bring_all (LbImport *import, const char *part, GError **error)
{
  const gboolean single = json_array_size (json_object_get (import->model->json, "files")) == 0;

  for (guint i = 0; i < import->files->len; i++)
    {
      LbImportFile *file = g_ptr_array_index (import->files, i);
      g_autofree char *to = single ? g_strdup (part) : g_build_filename (part, file->to, NULL);

      if (!bring_file (import, file, to, error))
        return FALSE;
    }
  return TRUE;
}

void
lb_import_drop (const LbImport *import)
{
  g_autofree char *part = g_strconcat (import->path, LB_IMPORT_PART, NULL);

  lb_models_remove_tree (part, NULL, NULL);
}

/* What a killed import left goes first. */
gboolean
lb_import_bring (LbImport *import, GError **error)
{
  g_autofree char *part = g_strconcat (import->path, LB_IMPORT_PART, NULL);
  gboolean done = lb_models_remove_tree (part, NULL, error) &&
                  lb_models_space (part, lb_import_files_bytes (import->files), error) &&
                  bring_all (import, part, error);

  if (!done)
    lb_import_drop (import);
  return done;
}

gboolean
lb_import_place (const LbImport *import, GError **error)
{
  g_autofree char *part = g_strconcat (import->path, LB_IMPORT_PART, NULL);
  gboolean done = lb_models_place (import->model, part, import->path, error);

  if (!done)
    lb_import_drop (import);
  return done;
}
