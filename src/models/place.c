/* A model that lies whole beside its place goes into it. */
#include "models/private.h"

/* Files that lie beside each other among others': the model's own comes last, and with it the
 * model is there. */
static gboolean
appear_flat (const LbModel *model, const char *part, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *own = g_path_get_basename (path);
  g_autofree char *own_part = g_build_filename (part, own, NULL);
  json_t *file;
  size_t i;

  json_array_foreach (json_object_get (model->json, "files"), i, file)
    {
      const char *name = lb_json_string (file, "path", "");
      g_autofree char *from = g_build_filename (part, name, NULL);
      g_autofree char *to = g_build_filename (folder, name, NULL);

      if (!g_str_equal (name, own) && !lb_models_appear (from, to, error))
        return FALSE;
    }
  return lb_models_appear (own_part, path, error) && lb_models_remove_tree (part, NULL, error);
}

gboolean
lb_models_place (const LbModel *model, const char *part, const char *path, GError **error)
{
  if (lb_json_boolean (model->json, "flat", FALSE))
    return appear_flat (model, part, path, error);
  /* A damaged folder in its place, or a file where a folder goes, would keep rename() from
   * working. */
  if ((g_file_test (path, G_FILE_TEST_IS_DIR) || g_file_test (part, G_FILE_TEST_IS_DIR)) &&
      !lb_models_remove_tree (path, NULL, error))
    return FALSE;
  return lb_models_appear (part, path, error);
}

gboolean
lb_models_record_pulled (LbModels *models, const LbModel *model, const char *path,
                         const char *source, GCancellable *cancellable, GError **error)
{
  g_autofree char *sha256 = lb_models_sha256 (models, path, NULL, cancellable, error);
  json_t *entry;

  if (sha256 == NULL)
    return FALSE;
  entry = json_object ();
  lb_json_set_string (entry, "sha256", sha256);
  lb_json_set_string (entry, "source", source);
  lb_json_set_integer (entry, "timestamp", g_get_real_time () / G_USEC_PER_SEC);
  return lb_models_record_set (models, "pulled.json", model->path, entry, error);
}
