/* The lines of a load, between JSON and engine.h's structs; of the engine's process only. */
#pragma once

#include "engine/engine.h"
#include "engine/manifest.h"

G_BEGIN_DECLS

/** lb_load_options: Returns: (transfer full): every option of @manifest that has a value, typed
 * and checked, defaults filled in, or %NULL with %LB_ERROR_USAGE. @given: (nullable) */
json_t *lb_load_options (const LbManifest *manifest, const json_t *given, GError **error);

/** lb_load_read: all of @message but the options. @path: (out) (transfer full) (nullable): holds
 * a model's name that came as a URI */
void lb_load_read (const json_t *message, LbLoadRequest *request, char **path);

/** lb_load_describe: the members of `loaded` into @message */
void lb_load_describe (LbLoadAnswer *answer, const json_t *options, json_t *message);

G_END_DECLS
