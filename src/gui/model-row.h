/* The row that chooses a model; what is not here yet shows its size, and can be fetched. */
#pragma once

#include <adwaita.h>

#include "gui/context.h"

G_BEGIN_DECLS

/** LbModelRow: signal "changed": another model, or the chosen one has come */
#define LB_TYPE_MODEL_ROW (lb_model_row_get_type ())
G_DECLARE_FINAL_TYPE (LbModelRow, lb_model_row, LB, MODEL_ROW, AdwBin)

GtkWidget *lb_model_row_new (LbGuiContext *context);

/** lb_model_row_set_title: what the models are called: "Voice" */
void lb_model_row_set_title (LbModelRow *row, const char *title);

/** lb_model_row_set: offers the models of @mode that @engine takes (nullable: none); @wanted
 * (nullable): name of the one to choose; else the first that is here, else the first */
void lb_model_row_set (LbModelRow *row, const char *mode, const LbManifest *engine,
                       const char *wanted);

/** lb_model_row_model: Returns: (transfer none) (nullable): of the context's catalogue */
const LbModel *lb_model_row_model (LbModelRow *row);

/** lb_model_row_check: %LB_ERROR_MODEL_MISSING: there is none, or it isn't here. An engine that
 * takes no model is content */
gboolean lb_model_row_check (LbModelRow *row, GError **error);

/** lb_gui_model_title: Returns: (transfer full): "Base, English only" */
char *lb_gui_model_title (const LbModel *model);

G_END_DECLS
