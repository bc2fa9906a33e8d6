/* A row of the list of models: words, a bar while it is downloaded, and one button. */
#pragma once

#include <gtk/gtk.h>

#include "gui/model-item.h"

G_BEGIN_DECLS

#define LB_TYPE_MODEL_ROW (lb_model_row_get_type ())
G_DECLARE_FINAL_TYPE (LbModelRow, lb_model_row, LB, MODEL_ROW, GtkBox)

GtkWidget *lb_model_row_new (void);

/** lb_model_row_set_item: @item: (nullable) */
void lb_model_row_set_item (LbModelRow *row, LbModelItem *item);

G_END_DECLS
