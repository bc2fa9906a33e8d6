/* A run in the list of the history: known by its number, read when it is looked at. */
#pragma once

#include <gio/gio.h>

#include "store/store.h"

G_BEGIN_DECLS

/** LbHistoryRow: signal "changed": its contents are other ones */
#define LB_TYPE_HISTORY_ROW (lb_history_row_get_type ())
G_DECLARE_FINAL_TYPE (LbHistoryRow, lb_history_row, LB, HISTORY_ROW, GObject)

LbHistoryRow *lb_history_row_new (gint64 number);
gint64 lb_history_row_number (LbHistoryRow *row);

/** lb_history_row_content: Returns: (transfer none) (nullable): %NULL until it has been read */
const LbStoreRow *lb_history_row_content (LbHistoryRow *row);

/** lb_history_row_set: @content: (transfer full): by lb_store_row_copy() */
void lb_history_row_set (LbHistoryRow *row, LbStoreRow *content);

G_END_DECLS
