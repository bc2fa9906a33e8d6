/* Columns of the list of runs. */
#pragma once

#include <gtk/gtk.h>

#include "gui/history-row.h"

G_BEGIN_DECLS

/** lb_history_columns_add: all columns, with sorters that only say which is wanted:
 * lb_history_columns_order() */
void lb_history_columns_add (GtkColumnView *view);

/** lb_history_columns_order: what the headers are clicked to. Returns: %FALSE: to nothing */
gboolean lb_history_columns_order (GtkColumnView *view, LbStoreOrder *order,
                                   gboolean *descending);

/** lb_history_columns_fit: shows as many as @width has room for; the least wanted go first */
void lb_history_columns_fit (GtkColumnView *view, int width);

/** lb_history_cell_text: Returns: (transfer full): @row in one line: number, engine, model, RTF:
 * for lists without columns */
char *lb_history_row_text (const LbStoreRow *row);

G_END_DECLS
