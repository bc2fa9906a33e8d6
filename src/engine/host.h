/* The engine's side of the protocol for a native engine: one thread reads always, the main thread
 * runs the hooks. */
#pragma once

#include "engine/engine.h"
#include "engine/manifest.h"

G_BEGIN_DECLS

/** lb_host_serve: opens the module at @module, says hello, serves until bye or end of file.
 *  Returns: the exit status */
int lb_host_serve (const LbManifest *manifest, const char *module);

/** lb_host_refuse: tells the parent why there will be no hello. Returns: the exit status */
int lb_host_refuse (const GError *error);

G_END_DECLS
