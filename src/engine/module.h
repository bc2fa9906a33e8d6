/* Opens an engine's module. */
#pragma once

#include "engine/engine.h"
#include "engine/manifest.h"

G_BEGIN_DECLS

/** lb_module_open: opens the file at @path (nullable) RTLD_LOCAL and checks that it is
 * @manifest's. Returns: (transfer none): its hooks, or %NULL with %LB_ERROR_ENGINE_MISSING */
const LbEngineHooks *lb_module_open (const LbManifest *manifest, const char *path,
                                     GError **error);

G_END_DECLS
