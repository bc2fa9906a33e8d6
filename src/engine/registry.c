#include <string.h>

#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "engine/manifest.h"

struct _LbRegistry {
  GPtrArray *all;
  GPtrArray *problems;
};

static gboolean
has (const LbRegistry *registry, const char *id)
{
  for (guint i = 0; i < registry->all->len; i++)
    if (g_str_equal (((LbManifest *) registry->all->pdata[i])->id, id))
      return TRUE;
  return FALSE;
}

static void
add (LbRegistry *registry, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbManifest) manifest = lb_manifest_read (path, &error);

  if (manifest == NULL)
    g_ptr_array_add (registry->problems, g_strdup (error->message));
  else if (!has (registry, manifest->id))
    g_ptr_array_add (registry->all, g_steal_pointer (&manifest));
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* FOLDER/NAME.json, or, with @inner, FOLDER/NAME/@inner: in the order of their names. */
static void
add_folder (LbRegistry *registry, const char *folder, const char *inner)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (directory == NULL)
    return;
  while ((name = g_dir_read_name (directory)) != NULL)
    if (*name != '.' && (inner != NULL || g_str_has_suffix (name, ".json")))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], inner, NULL);

      if (inner == NULL || g_file_test (path, G_FILE_TEST_EXISTS))
        add (registry, path);
    }
}

static void
add_workers (LbRegistry *registry, const char *shared)
{
  g_autofree char *name = g_path_get_basename (shared);
  g_autofree char *parent = g_path_get_dirname (shared);
  g_autofree char *inside = g_build_filename (shared, "workers", NULL);
  g_autofree char *beside = g_build_filename (parent, "workers", NULL);

  add_folder (registry, inside, "manifest.json");
  if (g_str_equal (name, "data")) /* the source tree's */
    add_folder (registry, beside, "manifest.json");
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const LbManifest *first = *(LbManifest *const *) a;
  const LbManifest *second = *(LbManifest *const *) b;

  return strcmp (first->id, second->id);
}

LbRegistry *
lb_registry_new (GError **error)
{
  LbRegistry *registry = g_new0 (LbRegistry, 1);
  g_auto (GStrv) shared = lb_paths_shared ();
  const char *const own[] = { "workers", "engines" };

  registry->all = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_manifest_free);
  registry->problems = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; shared[i] != NULL; i++)
    {
      g_autofree char *folder = g_build_filename (shared[i], "engines", NULL);

      add_folder (registry, folder, NULL);
    }
  for (guint i = 0; shared[i] != NULL; i++)
    add_workers (registry, shared[i]);
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    {
      g_autofree char *folder =
          g_build_filename (g_get_user_data_dir (), "llamaburn", own[i], NULL);

      add_folder (registry, folder, "manifest.json");
    }
  if (registry->all->len == 0 && registry->problems->len == 0)
    {
      g_set_error_literal (
          error, LB_ERROR, LB_ERROR_NOT_FOUND,
          "no engine's manifest is to be found: build or install LlamaBurn again");
      lb_registry_free (registry);
      return NULL;
    }
  g_ptr_array_sort (registry->all, compare_ids);
  return registry;
}

void
lb_registry_free (LbRegistry *registry)
{
  if (registry == NULL)
    return;
  g_ptr_array_unref (registry->all);
  g_ptr_array_unref (registry->problems);
  g_free (registry);
}

const GPtrArray *
lb_registry_all (const LbRegistry *registry)
{
  return registry->all;
}

const GPtrArray *
lb_registry_problems (const LbRegistry *registry)
{
  return registry->problems;
}

static void
refuse_unknown (const LbRegistry *registry, const char *id, const char *mode, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *shown = lb_text_escape (id);
  g_autofree char *list = NULL;
  const char *near;

  for (guint i = 0; i < registry->all->len; i++)
    {
      const LbManifest *manifest = registry->all->pdata[i];

      if (mode == NULL || g_strv_contains ((const char *const *) manifest->modes, mode))
        g_ptr_array_add (names, manifest->id);
    }
  g_ptr_array_add (names, NULL);
  near = lb_text_nearest (id, (const char *const *) names->pdata);
  list = g_strjoinv (", ", (char **) names->pdata);
  if (near != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "no engine is called \"%s\": did you mean \"%s\"?", shown, near);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "no engine is called \"%s\": there are %s",
                 shown, *list != '\0' ? list : "none");
}

const LbManifest *
lb_registry_find (const LbRegistry *registry, const char *id, const char *mode, GError **error)
{
  for (guint i = 0; i < registry->all->len; i++)
    {
      const LbManifest *manifest = registry->all->pdata[i];
      g_autofree char *can = NULL;

      if (!g_str_equal (manifest->id, id))
        continue;
      if (mode == NULL || g_strv_contains ((const char *const *) manifest->modes, mode))
        return manifest;
      can = g_strjoinv (", ", manifest->modes);
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "the engine \"%s\" does not do \"%s\": it does %s", id, mode, can);
      return NULL;
    }
  refuse_unknown (registry, id, mode, error);
  return NULL;
}
