/* Entries of data/catalogue.json and imported.json. */
#include <string.h>

#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "models/private.h"

gboolean
lb_model_path_is_safe (const char *path)
{
  g_auto (GStrv) parts = NULL;

  if (path == NULL || *path == '\0' || *path == '/' || !g_utf8_validate (path, -1, NULL))
    return FALSE;
  parts = g_strsplit (path, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || *parts[i] == '.' || *parts[i] == '-')
      return FALSE;
  for (const char *p = path; *p != '\0'; p++)
    if ((guint8) *p < 0x20 || *p == 0x7f)
      return FALSE;
  return TRUE;
}

void
lb_model_free (LbModel *model)
{
  g_free (model->name);
  g_free (model->id);
  g_free (model->mode);
  g_free (model->family);
  g_free (model->variant);
  g_free (model->title);
  g_free (model->licence);
  g_free (model->path);
  g_free (model->sha256);
  json_decref (model->json);
  g_free (model);
}

static gboolean
is_sha256 (const char *text)
{
  return text != NULL && strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

LbModel *
lb_model_from_json (json_t *entry, gboolean imported, GError **error)
{
  static const char *const needed[] = { "name", "id", "mode", "family", "variant", "path" };
  const char *sha256 = lb_json_string (entry, "sha256", NULL);
  LbModel *model;

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    if (lb_json_string (entry, needed[i], NULL) == NULL)
      {
        g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "an entry has no \"%s\"", needed[i]);
        return NULL;
      }
  if (!lb_model_path_is_safe (lb_json_string (entry, "path", NULL)) ||
      (sha256 != NULL && !is_sha256 (sha256)) || lb_json_integer (entry, "bytes", 0) < 0 ||
      lb_json_integer (entry, "parameters", 0) < 0)
    {
      g_autofree char *shown = lb_text_escape (lb_json_string (entry, "name", ""));

      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "the entry \"%s\" has a path, size or checksum that can't be", shown);
      return NULL;
    }
  model = g_new0 (LbModel, 1);
  model->name = g_strdup (lb_json_string (entry, "name", NULL));
  model->id = g_strdup (lb_json_string (entry, "id", NULL));
  model->mode = g_strdup (lb_json_string (entry, "mode", NULL));
  model->family = g_strdup (lb_json_string (entry, "family", NULL));
  model->variant = g_strdup (lb_json_string (entry, "variant", NULL));
  model->title = g_strdup (lb_json_string (entry, "title", model->name));
  model->licence = g_strdup (lb_json_string (entry, "licence", "unknown"));
  model->path = g_strdup (lb_json_string (entry, "path", NULL));
  model->sha256 = g_strdup (sha256);
  model->bytes = (guint64) lb_json_integer (entry, "bytes", 0);
  model->parameters = (guint64) lb_json_integer (entry, "parameters", 0);
  model->imported = imported;
  model->json = json_incref (entry);
  return model;
}

char *
lb_model_folder (const LbModel *model, const char *path)
{
  return lb_json_boolean (model->json, "flat", FALSE) ? g_path_get_dirname (path)
                                                      : g_strdup (path);
}

gboolean
lb_model_hash_fits (const LbModel *model, const char *sha256)
{
  json_t *source;
  size_t i;

  if (model->sha256 == NULL || strcmp (model->sha256, sha256) == 0)
    return TRUE;
  json_array_foreach (json_object_get (model->json, "sources"), i, source)
    if (g_strcmp0 (lb_json_string (source, "sha256", NULL), sha256) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
add_catalogue (LbModels *models, GError **error)
{
  g_auto (GStrv) folders = lb_paths_shared ();
  g_autofree char *path = NULL;
  g_autoptr (json_t) root = NULL;
  json_t *entry;
  size_t i;

  for (guint k = 0; folders[k] != NULL && path == NULL; k++)
    {
      path = g_build_filename (folders[k], "catalogue.json", NULL);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        g_clear_pointer (&path, g_free);
    }
  if (path == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                   "the catalogue of models is missing: install LlamaBurn again");
      return FALSE;
    }
  root = lb_json_read (path, error);
  if (root == NULL)
    return FALSE;
  json_array_foreach (json_object_get (root, "models"), i, entry)
    {
      LbModel *model = lb_model_from_json (entry, FALSE, error);

      if (model == NULL)
        {
          g_prefix_error (error, "\"%s\": ", path);
          return FALSE;
        }
      g_ptr_array_add (models->all, model);
    }
  return TRUE;
}

/* A damaged record hides none of the catalogue's models, but it is said. */
static void
add_imports (LbModels *models)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (json_t) imports = lb_models_record_read (models, "imported.json", &why);
  const char *key;
  json_t *entry;

  json_object_foreach (imports, key, entry)
    {
      LbModel *model = lb_model_from_json (entry, TRUE, NULL);

      if (model != NULL) /* an entry damaged by hand hides no other */
        g_ptr_array_add (models->all, model);
    }
  if (imports == NULL)
    models->notice = g_strdup_printf ("your own models are not listed: %s", why->message);
}

/* [models] folder= of config.ini: an absolute path, or one that begins with ~/. */
static gboolean
read_folder (LbModels *models, GError **error)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "llamaburn", "config.ini",
                                            NULL);
  g_autofree char *shown = lb_text_escape (path), *folder = NULL;
  g_autoptr (GKeyFile) settings = g_key_file_new ();
  g_autoptr (GError) why = NULL;

  if (!g_key_file_load_from_file (settings, path, G_KEY_FILE_NONE, &why))
    {
      if (g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "can't read the settings \"%s\": %s", shown,
                   why->message);
      return FALSE;
    }
  folder = g_key_file_get_string (settings, "models", "folder", NULL);
  if (folder == NULL || *folder == '\0')
    return TRUE;
  if (g_str_has_prefix (folder, "~/"))
    models->folder = g_build_filename (g_get_home_dir (), folder + 2, NULL);
  else if (g_path_is_absolute (folder))
    models->folder = g_steal_pointer (&folder);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "\"%s\": folder= of [models] must be an absolute path", shown);
  return models->folder != NULL;
}

LbModels *
lb_models_open (GError **error)
{
  g_autoptr (LbModels) models = g_new0 (LbModels, 1);

  models->all = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_model_free);
  models->own_paths = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_model_free);
  models->store = lb_paths_data (error);
  if (models->store == NULL || !read_folder (models, error) || !add_catalogue (models, error))
    return NULL;
  add_imports (models);
  return g_steal_pointer (&models);
}

void
lb_models_free (LbModels *models)
{
  g_ptr_array_unref (models->all);
  g_ptr_array_unref (models->own_paths);
  g_free (models->store);
  g_free (models->folder);
  g_free (models->notice);
  g_free (models);
}

const GPtrArray *
lb_models_all (const LbModels *models)
{
  return models->all;
}

const char *
lb_models_notice (const LbModels *models)
{
  return models->notice;
}
