/* What the user has of a model that the catalogue knows goes where a pull would put it. */
#include <errno.h>

#include "core/error.h"
#include "core/text.h"
#include "models/import.h"

static gboolean
bring_locked (LbImport *import, GError **error)
{
  g_autofree char *part = g_strconcat (import->path, ".part", NULL);
  g_autofree char *state = g_strconcat (part, ".json", NULL);

  return lb_import_bring (import, error) && lb_import_place (import, error) &&
         lb_models_record_pulled (import->models, import->model, import->path, "import",
                                  import->cancellable, error) &&
         lb_models_remove_tree (part, NULL, error) && lb_models_remove_tree (state, NULL, error);
}

/* One that is here and good is left as it is, as a pull leaves it. */
static gboolean
bring (LbImport *import, gboolean *was_here, GError **error)
{
  const LbModel *model = import->model;
  g_autofree char *folder = g_path_get_dirname (import->path);
  gboolean done;
  int lock;

  if (g_mkdir_with_parents (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder);
  lock = lb_models_lock (import->path, model->name, error);
  if (lock < 0)
    return FALSE;
  *was_here = lb_models_is_here (import->models, model) &&
              lb_models_verify (import->models, model, NULL);
  done = *was_here || bring_locked (import, error);
  lb_models_unlock (import->path, lock);
  return done;
}

gboolean
lb_models_import_as (LbModels *models, const LbModel *model, const char *path,
                     LbPullCallback callback, gpointer user_data, gboolean *was_here,
                     GCancellable *cancellable, GError **error)
{
  g_autofree char *final_path = g_build_filename (models->store, model->path, NULL);
  g_autofree char *shown = lb_text_escape (path);
  g_autoptr (GError) why = NULL;
  g_autoptr (GPtrArray) files = lb_import_find (model, path, &why);
  LbImport import = { .models = models,
                      .model = model,
                      .files = files,
                      .path = final_path,
                      .callback = callback,
                      .user_data = user_data,
                      .cancellable = cancellable };

  if (files != NULL && bring (&import, was_here, &why))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&why), "can't import \"%s\": ", shown);
  return FALSE;
}
