/* An engine: its state, and what can be done with it: installed, checked. By a child `llamaburn
 * engines …`, whose words are shown. */
#pragma once

#include <adwaita.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_ENGINE_ROW (lb_engine_row_get_type ())
G_DECLARE_FINAL_TYPE (LbEngineRow, lb_engine_row, LB, ENGINE_ROW, AdwActionRow)

GtkWidget *lb_engine_row_new (LbGuiContext *context);

/** lb_engine_row_set: @manifest: read now, not kept */
void lb_engine_row_set (LbEngineRow *row, const LbManifest *manifest);

G_END_DECLS
