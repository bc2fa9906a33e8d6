/* A user's own model comes into the store, under a name of its own. */
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "models/import.h"

/* "/home/me/ggml-mine.bin" → "mine" */
static char *
name_from_path (const char *path)
{
  static const char *const endings[] = { ".bin", ".onnx", ".gguf" };
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *before = NULL;
  guint number, count;
  g_autofree char *base = g_path_get_basename (
      lb_import_piece (absolute, &before, &number, &count) ? before : absolute);
  char *name = g_strdup (g_str_has_prefix (base, "ggml-") ? base + strlen ("ggml-") : base);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      {
        name[strlen (name) - strlen (endings[i])] = '\0';
        return name;
      }
  return name;
}

static gboolean
set_taken (const char *name, GError **error)
{
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "there is a model \"%s\" already: choose another --name", name);
  return FALSE;
}

static gboolean
check_name (LbModels *models, const char *name, GError **error)
{
  g_autofree char *shown = lb_text_escape (name);

  if (strlen (name) > 64 || !g_ascii_isalnum (*name) ||
      strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-") != strlen (name))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "\"%s\" can't be a model's name: letters, digits, dots, dashes and "
                   "underscores can (--name NAME)",
                   shown);
      return FALSE;
    }
  for (guint i = 0; i < models->all->len; i++)
    {
      const LbModel *model = models->all->pdata[i];

      if (g_ascii_strcasecmp (model->name, name) == 0 ||
          g_ascii_strcasecmp (model->id, name) == 0)
        return set_taken (shown, error);
    }
  return TRUE;
}

/* Another import may have ended since the models were read. */
static gboolean
check_record (LbModels *models, const char *name, GError **error)
{
  g_autoptr (json_t) imported = lb_models_record_read (models, "imported.json", error);
  const char *key;
  json_t *entry;

  if (imported == NULL)
    return FALSE;
  json_object_foreach (imported, key, entry)
    if (g_ascii_strcasecmp (key, name) == 0)
      return set_taken (name, error);
  return TRUE;
}

static json_t *
entry_of (const LbImportKind *kind, const char *name, const GPtrArray *files)
{
  json_t *entry = json_object ();
  g_autofree char *id = g_strconcat ("own-", name, NULL);
  g_autofree char *path = g_strconcat (kind->before, name, kind->after, NULL);

  lb_json_set_string (entry, "name", name);
  lb_json_set_string (entry, "id", id);
  lb_json_set_string (entry, "mode", kind->mode);
  lb_json_set_string (entry, "family", kind->family);
  lb_json_set_string (entry, "variant", kind->variant);
  lb_json_set_string (entry, "title", name);
  lb_json_set_string (entry, "licence", "unknown");
  lb_json_set_string (entry, "path", path);
  lb_json_set_integer (entry, "bytes", (gint64) lb_import_files_bytes (files));
  if (kind->flat)
    lb_json_set_boolean (entry, "flat", TRUE);
  return entry;
}

/* The names of the files, and their hashes once they are known. */
static void
set_files (json_t *entry, const LbImportKind *kind, const GPtrArray *files)
{
  json_t *list = json_array ();

  for (guint i = 0; i < files->len; i++)
    {
      const LbImportFile *file = g_ptr_array_index (files, i);
      json_t *one = kind->single ? entry : json_object ();

      lb_json_set_string (one, "sha256", file->sha256);
      if (kind->single)
        continue;
      lb_json_set_string (one, "path", file->to);
      lb_json_set_integer (one, "bytes", (gint64) file->bytes);
      json_array_append_new (list, one);
    }
  lb_json_set (entry, "files", kind->single ? NULL : list);
  if (kind->single)
    json_decref (list);
}

/* A file that somebody put there by hand stays; what an import left that was killed at its very
 * end is the same file. */
static gboolean
check_place (const LbImport *import, const LbImportKind *kind, GError **error)
{
  const LbImportFile *file = g_ptr_array_index (import->files, 0);
  g_autofree char *there = NULL;

  if (!kind->single || !g_file_test (import->path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (g_file_test (import->path, G_FILE_TEST_IS_REGULAR))
    there = lb_hash_file (import->path, import->cancellable, NULL);
  if (g_strcmp0 (there, file->sha256) == 0)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "the store has \"%s\" already: choose another --name", import->model->path);
  return FALSE;
}

static gboolean
import_locked (LbImport *import, const LbImportKind *kind, GError **error)
{
  LbModels *models = import->models;
  json_t *entry = import->model->json;
  g_autofree char *folder = g_path_get_dirname (import->path);

  if (!check_record (models, import->model->name, error))
    return FALSE;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder);
  if (!lb_import_bring (import, error))
    return FALSE;
  set_files (entry, kind, import->files);
  if (!check_place (import, kind, error))
    {
      lb_import_drop (import);
      return FALSE;
    }
  return lb_import_place (import, error) &&
         lb_models_record_set (models, "imported.json", import->model->name, json_incref (entry),
                               error);
}

/* Two imports of one name meet here, of whatever kinds. */
static gboolean
import_named (LbImport *import, const LbImportKind *kind, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (import->model->name, -1);
  g_autofree char *name = g_strconcat ("import-", lower, NULL);
  g_autofree char *path = g_build_filename (import->models->store, name, NULL);
  int lock = lb_models_lock (path, import->model->name, error);
  gboolean done;

  if (lock < 0)
    return FALSE;
  done = import_locked (import, kind, error);
  lb_models_unlock (path, lock);
  return done;
}

/* Returns: (transfer full): what is to be imported, as it will be listed */
static LbModel *
look_over (const LbOwnModel *own, const char *name, const LbImportKind **kind, GPtrArray *files,
           GError **error)
{
  g_autoptr (LbLook) look = lb_look_at (own->path, own->projector, error);
  g_autoptr (json_t) entry = NULL, more = json_object ();

  *kind = look != NULL ? lb_import_kind (look, error) : NULL;
  if (*kind == NULL)
    return NULL;
  if (own->projector != NULL && strcmp ((*kind)->variant, "mtmd") != 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "--mmproj goes with a language model (GGUF), and this is none");
      return NULL;
    }
  if (!(*kind)->gather (look, name, files, more, error))
    return NULL;
  entry = entry_of (*kind, name, files);
  json_object_update (entry, more);
  set_files (entry, *kind, files);
  return lb_model_from_json (entry, TRUE, error);
}

char *
lb_models_import (LbModels *models, const LbOwnModel *own, LbPullCallback callback,
                  gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = own->name != NULL ? g_strdup (own->name) : name_from_path (own->path);
  g_autofree char *shown = lb_text_escape (own->path), *path = NULL;
  g_autoptr (GPtrArray) files = lb_import_files_new ();
  g_autoptr (GError) why = NULL;
  const LbImportKind *kind = NULL;
  LbModel *model;
  gboolean done = FALSE;

  if (!check_name (models, name, error))
    return NULL;
  model = look_over (own, name, &kind, files, &why);
  if (model != NULL)
    {
      LbImport import = { models, model, files, NULL, callback, user_data, cancellable, 0 };

      import.path = path = g_build_filename (models->store, model->path, NULL);
      done = import_named (&import, kind, &why);
      lb_model_free (model);
    }
  if (done)
    return g_steal_pointer (&name);
  g_propagate_prefixed_error (error, g_steal_pointer (&why), "can't import \"%s\": ", shown);
  return NULL;
}
