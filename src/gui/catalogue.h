/* What can be measured with: engines and models as they were found. A snapshot that any thread
 * may read; a newer one replaces it, and who still holds the old one may go on reading it. */
#pragma once

#include "engine/manifest.h"
#include "models/models.h"

G_BEGIN_DECLS

typedef struct {
  LbRegistry *registry;
  LbModels *models;
  GHashTable *here; /* of const LbModel *: those that are on this machine, whole */
  json_t *machine;  /* of lb_machine_describe() */
} LbGuiCatalogue;

/** lb_gui_catalogue_read: reads manifests, models and what is here: blocks on the disk. Returns:
 * (transfer full) */
LbGuiCatalogue *lb_gui_catalogue_read (GError **error);
LbGuiCatalogue *lb_gui_catalogue_ref (LbGuiCatalogue *catalogue);
void lb_gui_catalogue_unref (LbGuiCatalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbGuiCatalogue, lb_gui_catalogue_unref)

gboolean lb_gui_catalogue_is_here (const LbGuiCatalogue *catalogue, const LbModel *model);

/** lb_gui_catalogue_engines: Returns: (transfer container) (element-type LbManifest): those that
 * do @mode, the most wanted first: ready ones before others, by rank. Hidden ones (null) only
 * where $LLAMABURN_GUI_HIDDEN is set: tests do that */
GPtrArray *lb_gui_catalogue_engines (const LbGuiCatalogue *catalogue, const char *mode);

/** lb_gui_catalogue_default: Returns: (transfer none) (nullable): the engine that stands first
 * for @mode, as on the command line (lb_default_engine()); %NULL: none has a model here */
const LbManifest *lb_gui_catalogue_default (const LbGuiCatalogue *catalogue, const char *mode);

/** lb_gui_catalogue_models: Returns: (transfer container) (element-type LbModel): those of @mode
 * that @engine takes, in the order of the catalogue */
GPtrArray *lb_gui_catalogue_models (const LbGuiCatalogue *catalogue, const char *mode,
                                    const LbManifest *engine);

/** lb_gui_catalogue_devices: Returns: (transfer full) (array zero-terminated=1): "auto", "cpu"
 * and the cards that @engine could use here */
char **lb_gui_catalogue_devices (const LbGuiCatalogue *catalogue, const LbManifest *engine);

G_END_DECLS
