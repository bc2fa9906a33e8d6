#include "engine/module.h"

#include <gmodule.h>

#include "core/error.h"
#include "core/text.h"

const LbEngineHooks *
lb_module_open (const LbManifest *manifest, const char *path, GError **error)
{
  GModule *module;
  gpointer symbol = NULL;
  const LbEngineModule *found;

  if (path == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_ENGINE_MISSING, "the engine \"%s\" isn't built here",
                   manifest->id);
      return NULL;
    }
  module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (module == NULL || !g_module_symbol (module, "lb_engine_module", &symbol))
    {
      g_autofree char *why = lb_text_escape (g_module_error ());

      g_set_error (error, LB_ERROR, LB_ERROR_ENGINE_MISSING,
                   "the engine \"%s\" can't be opened: %s: build or install it again",
                   manifest->id, why);
      return NULL;
    }
  found = symbol;
  if (found->abi != LB_ENGINE_ABI || g_strcmp0 (found->id, manifest->id) != 0 ||
      found->hooks == NULL || found->hooks->load == NULL || found->hooks->run == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_ENGINE_MISSING,
                   "the module of the engine \"%s\" is another's, or of another "
                   "LlamaBurn: build it again",
                   manifest->id);
      return NULL;
    }
  return found->hooks;
}
