/* A row of the list of models: words, a bar while it is downloaded, and one button. */
#pragma once

#include <gtk/gtk.h>

#include "gui/model-item.h"

G_BEGIN_DECLS

#define LB_TYPE_MODEL_LIST_ROW (lb_model_list_row_get_type ())
G_DECLARE_FINAL_TYPE (LbModelListRow, lb_model_list_row, LB, MODEL_LIST_ROW, GtkBox)

GtkWidget *lb_model_list_row_new (void);

/** lb_model_list_row_set_item: @item: (nullable) */
void lb_model_list_row_set_item (LbModelListRow *row, LbModelItem *item);

G_END_DECLS
