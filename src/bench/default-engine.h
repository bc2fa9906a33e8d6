/* Which engine a mode has when none was named: of the command line and of the window. */
#pragma once

#include "engine/manifest.h"
#include "models/models.h"

G_BEGIN_DECLS

/** LbIsHere: whether @model is on this computer */
typedef gboolean (*LbIsHere) (const LbModel *model, gpointer user_data);

/** lb_engine_takes: whether @model is one that @manifest's engine can load for @mode */
gboolean lb_engine_takes (const LbManifest *manifest, const LbModel *model, const char *mode);

/** LbEngineFits: whether @manifest's engine can be the one */
typedef gboolean (*LbEngineFits) (const LbManifest *manifest, gpointer user_data);

/**
 * lb_best_engine:
 * @fits: (nullable): %NULL: all do
 *
 * Of @mode's engines that fit: what is ready comes before what isn't, then the lower rank, then
 * the first by id. Hidden ones, and those that ask a server, are used by name only.
 *
 * Returns: (transfer none) (nullable): %NULL: none fits
 */
const LbManifest *lb_best_engine (const LbRegistry *registry, const char *mode, LbEngineFits fits,
                                  gpointer user_data);

/**
 * lb_default_engine:
 * @models: (element-type LbModel): all of the catalogue
 *
 * The best of @mode's engines that is ready, and takes no model or has one that is here.
 *
 * Returns: (transfer none) (nullable): %NULL: none has one
 */
const LbManifest *lb_default_engine (const LbRegistry *registry, const GPtrArray *models,
                                     const char *mode, LbIsHere is_here, gpointer user_data);

/**
 * lb_engine_for_models:
 * @names: (array zero-terminated=1): as typed after -m: names, ids, paths; at least one
 *
 * The best of @mode's engines that takes all of @names, here or not. Of a path: one for what it
 * shows to be (lb_models_tell()), else one that could take it.
 *
 * Returns: (transfer none): or %NULL with %LB_ERROR_NOT_FOUND: no engine takes one of them; or
 * %LB_ERROR_USAGE: each has an engine, but there is none for all
 */
const LbManifest *lb_engine_for_models (const LbRegistry *registry, LbModels *models,
                                        const char *mode, const char *const *names,
                                        GError **error);

G_END_DECLS
