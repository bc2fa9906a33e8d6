/* What an engine's process sees of our environment. */
#pragma once

#include "engine/manifest.h"

G_BEGIN_DECLS

/** lb_environment_build: picks from @ours (NAME=VALUE) what the allow-list and @manifest's keys
 * let pass.
 *  @recorded: (out) (transfer full): object of what may change a measurement: without keys, home
 * and user Returns: (transfer full) (array zero-terminated=1) */
char **lb_environment_build (const char *const *ours, const LbManifest *manifest,
                             json_t **recorded);

G_END_DECLS
