/* What is done to a model that is here: verify, remove. */
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "models/private.h"

/* The other files of a flat entry. */
static gboolean
remove_beside (const LbModel *model, const char *path, guint64 *freed, GError **error)
{
  g_autofree char *folder = lb_model_folder (model, path);
  json_t *file;
  size_t i;

  if (!lb_json_boolean (model->json, "flat", FALSE))
    return TRUE;
  json_array_foreach (json_object_get (model->json, "files"), i, file)
    {
      const char *name = lb_json_string (file, "path", NULL);
      g_autofree char *one = lb_model_path_is_safe (name) ? g_build_filename (folder, name, NULL)
                                                          : NULL;

      if (one != NULL && !lb_models_remove_tree (one, freed, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lb_models_remove (LbModels *models, const LbModel *model, guint64 *freed, GError **error)
{
  g_autofree char *path = g_build_filename (models->store, model->path, NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autofree char *state = g_strconcat (part, ".json", NULL);
  g_autofree char *import = g_strconcat (path, LB_IMPORT_PART, NULL);
  gboolean there = g_file_test (path, G_FILE_TEST_EXISTS) ||
                   g_file_test (path, G_FILE_TEST_IS_SYMLINK) ||
                   g_file_test (part, G_FILE_TEST_EXISTS) ||
                   g_file_test (import, G_FILE_TEST_EXISTS);
  gboolean done;
  int lock;

  if (freed != NULL)
    *freed = 0;
  if (g_path_is_absolute (model->path))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "\"%s\" is your own file, not in the store: remove it yourself", model->path);
      return FALSE;
    }
  if (!there && !model->imported)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_MODEL_MISSING, "model \"%s\" is not on this machine",
                   model->name);
      return FALSE;
    }
  lock = there ? lb_models_lock (path, model->name, error) : -1;
  if (there && lock < 0)
    return FALSE;
  done = remove_beside (model, path, freed, error) &&
         lb_models_remove_tree (path, freed, error) &&
         lb_models_remove_tree (part, freed, error) &&
         lb_models_remove_tree (import, freed, error) &&
         lb_models_remove_tree (state, NULL, error) &&
         lb_models_record_set (models, model->imported ? "imported.json" : "pulled.json",
                               model->imported ? model->name : model->path, NULL, error);
  if (lock >= 0)
    lb_models_unlock (path, lock);
  return done;
}

static gboolean
set_differs (GError **error, const LbModel *model)
{
  g_set_error (error, LB_ERROR, LB_ERROR_CHECKSUM,
               model->imported
                   ? "model \"%s\" has changed since it was imported: import it again"
                   : "model \"%s\" is damaged (SHA-256 differs): llamaburn models pull %s",
               model->name, model->name);
  return FALSE;
}

static gboolean
verify_folder (LbModels *models, const LbModel *model, const char *path, GError **error)
{
  g_autofree char *folder = lb_model_folder (model, path);
  json_t *file;
  size_t i;

  json_array_foreach (json_object_get (model->json, "files"), i, file)
    {
      g_autofree char *one = g_build_filename (folder, lb_json_string (file, "path", ""), NULL);
      g_autofree char *sha256 = lb_hash_file (one, NULL, error);

      if (sha256 == NULL)
        return FALSE;
      if (g_strcmp0 (sha256, lb_json_string (file, "sha256", sha256)) != 0)
        return set_differs (error, model);
    }
  return TRUE;
}

gboolean
lb_models_verify (LbModels *models, const LbModel *model, GError **error)
{
  g_autofree char *path = lb_models_locate (models, model, error);
  g_autoptr (json_t) pulled = path != NULL ? lb_models_record_read (models, "pulled.json", error)
                                           : NULL;
  const char *recorded = lb_json_string (json_object_get (pulled, model->path), "sha256", NULL);
  g_autofree char *sha256 = NULL;

  if (pulled == NULL)
    return FALSE;
  if (json_array_size (json_object_get (model->json, "files")) > 0)
    return verify_folder (models, model, path, error);
  /* Read anew: a remembered hash would hide what the disk lost. */
  sha256 = lb_hash_file (path, NULL, error);
  if (sha256 == NULL)
    return FALSE;
  if (model->sha256 != NULL)
    return lb_model_hash_fits (model, sha256) || set_differs (error, model);
  return recorded == NULL || strcmp (recorded, sha256) == 0 || set_differs (error, model);
}
