#include "bench/default-engine.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

gboolean
lb_engine_takes (const LbManifest *manifest, const LbModel *model, const char *mode)
{
  return strcmp (model->mode, mode) == 0 && manifest->variants != NULL &&
         g_strv_contains ((const char *const *) manifest->variants, model->variant);
}

const LbManifest *
lb_best_engine (const LbRegistry *registry, const char *mode, LbEngineFits fits,
                gpointer user_data)
{
  const GPtrArray *all = lb_registry_all (registry);
  const LbManifest *best = NULL;

  for (guint i = 0; i < all->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (all, i);
      const gboolean ready = manifest->missing == NULL;
      const gboolean best_is_ready = best != NULL && best->missing == NULL;

      /* What asks a server is only measured by name, also where nothing else can run. */
      if (manifest->hidden || manifest->network || manifest->modes == NULL ||
          !g_strv_contains ((const char *const *) manifest->modes, mode))
        continue;
      if (best != NULL && (ready != best_is_ready ? best_is_ready : manifest->rank >= best->rank))
        continue;
      if (fits == NULL || fits (manifest, user_data))
        best = manifest;
    }
  return best;
}

typedef struct {
  const GPtrArray *models;
  const char *mode;
  LbIsHere is_here;
  gpointer user_data;
} Here;

static gboolean
can_begin (const LbManifest *manifest, gpointer user_data)
{
  const Here *here = user_data;

  if (manifest->missing != NULL)
    return FALSE;
  if (manifest->variants == NULL || manifest->variants[0] == NULL)
    return TRUE;
  for (guint i = 0; i < here->models->len; i++)
    {
      const LbModel *model = g_ptr_array_index (here->models, i);

      if (lb_engine_takes (manifest, model, here->mode) && here->is_here (model, here->user_data))
        return TRUE;
    }
  return FALSE;
}

const LbManifest *
lb_default_engine (const LbRegistry *registry, const GPtrArray *models, const char *mode,
                   LbIsHere is_here, gpointer user_data)
{
  Here here = { models, mode, is_here, user_data };

  return lb_best_engine (registry, mode, can_begin, &here);
}

typedef struct {
  LbModels *models;
  const char *mode;
  const char *const *names;
  gboolean told; /* a path must be what it shows to be, not only what could be */
} Named;

static gboolean
takes_name (const LbManifest *manifest, const Named *named, const char *name)
{
  const char *const *variants = (const char *const *) manifest->variants;
  const char *told = NULL;

  if (variants == NULL || variants[0] == NULL)
    return FALSE;
  if (named->told && strchr (name, '/') != NULL)
    {
      told = lb_models_tell (name);
      if (told == NULL || !g_strv_contains (variants, told))
        return FALSE;
    }
  return lb_models_find (named->models, name, named->mode, variants, NULL) != NULL;
}

static gboolean
takes_names (const LbManifest *manifest, gpointer user_data)
{
  const Named *named = user_data;

  for (guint i = 0; named->names[i] != NULL; i++)
    if (!takes_name (manifest, named, named->names[i]))
      return FALSE;
  return TRUE;
}

/* Any folder could be a model of most engines: by what it shows first. */
static const LbManifest *
find_for (const LbRegistry *registry, LbModels *models, const char *mode,
          const char *const *names)
{
  Named named = { models, mode, names, TRUE };
  const LbManifest *engine = lb_best_engine (registry, mode, takes_names, &named);

  named.told = FALSE;
  return engine != NULL ? engine : lb_best_engine (registry, mode, takes_names, &named);
}

const LbManifest *
lb_engine_for_models (const LbRegistry *registry, LbModels *models, const char *mode,
                      const char *const *names, GError **error)
{
  const LbManifest *engine = find_for (registry, models, mode, names);
  g_autoptr (GString) each = g_string_new (NULL);

  if (engine != NULL)
    return engine;
  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *const one[] = { names[i], NULL };
      g_autofree char *shown = lb_text_escape (names[i]);

      engine = find_for (registry, models, mode, one);
      if (engine == NULL)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "no engine takes \"%s\"", shown);
          return NULL;
        }
      g_string_append_printf (each, "%s\"%s\" is for %s", i > 0 ? ", " : "", shown, engine->id);
    }
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "no engine takes all of these models: %s: measure them one after the other",
               each->str);
  return NULL;
}
