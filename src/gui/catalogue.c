#include "gui/catalogue.h"

#include "bench/default-engine.h"
#include "machine/machine.h"

static void
clear (gpointer data)
{
  LbGuiCatalogue *catalogue = data;

  g_clear_pointer (&catalogue->machine, json_decref);
  g_clear_pointer (&catalogue->here, g_hash_table_unref);
  g_clear_pointer (&catalogue->models, lb_models_free);
  g_clear_pointer (&catalogue->registry, lb_registry_free);
}

LbGuiCatalogue *
lb_gui_catalogue_read (GError **error)
{
  g_autoptr (LbGuiCatalogue) catalogue = g_atomic_rc_box_new0 (LbGuiCatalogue);
  const GPtrArray *all;

  catalogue->registry = lb_registry_new (error);
  catalogue->models = catalogue->registry != NULL ? lb_models_open (error) : NULL;
  if (catalogue->models == NULL)
    return NULL;
  catalogue->machine = lb_machine_describe ();
  catalogue->here = g_hash_table_new (NULL, NULL);
  all = lb_models_all (catalogue->models);
  for (guint i = 0; i < all->len; i++)
    if (lb_models_is_here (catalogue->models, g_ptr_array_index (all, i)))
      g_hash_table_add (catalogue->here, g_ptr_array_index (all, i));
  return g_steal_pointer (&catalogue);
}

LbGuiCatalogue *
lb_gui_catalogue_ref (LbGuiCatalogue *catalogue)
{
  return g_atomic_rc_box_acquire (catalogue);
}

void
lb_gui_catalogue_unref (LbGuiCatalogue *catalogue)
{
  g_atomic_rc_box_release_full (catalogue, clear);
}

gboolean
lb_gui_catalogue_is_here (const LbGuiCatalogue *catalogue, const LbModel *model)
{
  return g_hash_table_contains (catalogue->here, model);
}

static int
compare_engines (gconstpointer a, gconstpointer b)
{
  const LbManifest *first = *(const LbManifest *const *) a;
  const LbManifest *second = *(const LbManifest *const *) b;

  if ((first->missing != NULL) != (second->missing != NULL))
    return first->missing != NULL ? 1 : -1;
  if (first->rank != second->rank)
    return first->rank < second->rank ? -1 : 1;
  return g_strcmp0 (first->id, second->id);
}

GPtrArray *
lb_gui_catalogue_engines (const LbGuiCatalogue *catalogue, const char *mode)
{
  const GPtrArray *all = lb_registry_all (catalogue->registry);
  gboolean show_hidden = g_getenv ("LLAMABURN_GUI_HIDDEN") != NULL;
  GPtrArray *engines = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      LbManifest *manifest = g_ptr_array_index (all, i);

      if (g_strv_contains ((const char *const *) manifest->modes, mode) &&
          (show_hidden || !manifest->hidden))
        g_ptr_array_add (engines, manifest);
    }
  g_ptr_array_sort (engines, compare_engines);
  return engines;
}

static gboolean
is_here (const LbModel *model, gpointer catalogue)
{
  return lb_gui_catalogue_is_here (catalogue, model);
}

const LbManifest *
lb_gui_catalogue_default (const LbGuiCatalogue *catalogue, const char *mode)
{
  return lb_default_engine (catalogue->registry, lb_models_all (catalogue->models), mode, is_here,
                            (gpointer) catalogue);
}

GPtrArray *
lb_gui_catalogue_models (const LbGuiCatalogue *catalogue, const char *mode,
                         const LbManifest *engine)
{
  const GPtrArray *all = lb_models_all (catalogue->models);
  GPtrArray *models = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    if (lb_engine_takes (engine, g_ptr_array_index (all, i), mode))
      g_ptr_array_add (models, g_ptr_array_index (all, i));
  return models;
}

char **
lb_gui_catalogue_devices (const LbGuiCatalogue *catalogue, const LbManifest *engine)
{
  g_autoptr (GStrvBuilder) devices = g_strv_builder_new ();
  const char *const *backends = (const char *const *) engine->backends;
  size_t index;
  json_t *gpu;

  g_strv_builder_add_many (devices, "auto", "cpu", NULL);
  json_array_foreach (json_object_get (catalogue->machine, "gpus"), index, gpu)
    {
      const char *id = lb_json_string (gpu, "id", NULL);

      if (id != NULL && lb_json_boolean (gpu, "usable", FALSE) && backends != NULL &&
          g_strv_contains (backends, lb_json_string (gpu, "backend", "")))
        g_strv_builder_add (devices, id);
    }
  return g_strv_builder_end (devices);
}
