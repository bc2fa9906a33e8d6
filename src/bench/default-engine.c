#include "bench/default-engine.h"

#include <string.h>

gboolean
lb_engine_takes (const LbManifest *manifest, const LbModel *model, const char *mode)
{
  return strcmp (model->mode, mode) == 0 && manifest->variants != NULL &&
         g_strv_contains ((const char *const *) manifest->variants, model->variant);
}

static gboolean
can_begin (const LbManifest *manifest, const GPtrArray *models, const char *mode,
           LbIsHere is_here, gpointer user_data)
{
  if (manifest->variants == NULL || manifest->variants[0] == NULL)
    return TRUE;
  for (guint i = 0; i < models->len; i++)
    {
      const LbModel *model = g_ptr_array_index (models, i);

      if (lb_engine_takes (manifest, model, mode) && is_here (model, user_data))
        return TRUE;
    }
  return FALSE;
}

const LbManifest *
lb_default_engine (const LbRegistry *registry, const GPtrArray *models, const char *mode,
                   LbIsHere is_here, gpointer user_data)
{
  const GPtrArray *all = lb_registry_all (registry);
  const LbManifest *best = NULL;

  for (guint i = 0; i < all->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (all, i);

      if (manifest->hidden || manifest->network || manifest->missing != NULL ||
          !g_strv_contains ((const char *const *) manifest->modes, mode) ||
          (best != NULL && manifest->rank >= best->rank))
        continue;
      if (can_begin (manifest, models, mode, is_here, user_data))
        best = manifest;
    }
  return best;
}
