/* Which engine a mode has when none was named: of the command line and of the window. */
#pragma once

#include "engine/manifest.h"
#include "models/models.h"

G_BEGIN_DECLS

/** LbIsHere: whether @model is on this computer */
typedef gboolean (*LbIsHere) (const LbModel *model, gpointer user_data);

/** lb_engine_takes: whether @model is one that @manifest's engine can load for @mode */
gboolean lb_engine_takes (const LbManifest *manifest, const LbModel *model, const char *mode);

/**
 * lb_default_engine:
 * @models: (element-type LbModel): all of the catalogue
 *
 * Of @mode's engines that are ready: the one of the lowest rank, then the first by id, that takes
 * no model or has one that is here. Hidden ones, and those that ask a server, are used by name
 * only.
 *
 * Returns: (transfer none) (nullable): %NULL: none has one
 */
const LbManifest *lb_default_engine (const LbRegistry *registry, const GPtrArray *models,
                                     const char *mode, LbIsHere is_here, gpointer user_data);

G_END_DECLS
