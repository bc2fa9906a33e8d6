/* All runs as a list that holds their numbers only, and reads what is looked at: a hundred
 * thousand take less than a megabyte. It follows the history: what other programs add to it
 * appears. */
#pragma once

#include "gui/context.h"
#include "gui/history-row.h"

G_BEGIN_DECLS

/**
 * LbHistoryList: a GListModel of LbHistoryRow.
 *
 * Signal "refreshed": it was read again, as it was or not; lb_history_list_problem() may be
 * another one.
 */
#define LB_TYPE_HISTORY_LIST (lb_history_list_get_type ())
G_DECLARE_FINAL_TYPE (LbHistoryList, lb_history_list, LB, HISTORY_LIST, GObject)

LbHistoryList *lb_history_list_new (LbGuiContext *context);

/** lb_history_list_set_filter: each (nullable): any */
void lb_history_list_set_filter (LbHistoryList *list, const char *mode, const char *engine,
                                 const char *model, const char *search);
void lb_history_list_set_order (LbHistoryList *list, LbStoreOrder order, gboolean descending);

/** lb_history_list_set_active: while it isn't, nothing is read: nobody looks. It reads what it
 * missed when it is set again */
void lb_history_list_set_active (LbHistoryList *list, gboolean active);

/** lb_history_list_hide: takes the run out of the list, or back into it: one that is deleted, as
 * long as that may be undone */
void lb_history_list_hide (LbHistoryList *list, gint64 number, gboolean hide);

/** lb_history_list_find: Returns: where the run is, or %GTK_INVALID_LIST_POSITION's value */
guint lb_history_list_find (LbHistoryList *list, gint64 number);

gboolean lb_history_list_was_read (LbHistoryList *list);
/** lb_history_list_total: how many runs there are without any filter */
gint64 lb_history_list_total (LbHistoryList *list);
/** lb_history_list_problem: Returns: (transfer none) (nullable): why it couldn't be read */
const char *lb_history_list_problem (LbHistoryList *list);

G_END_DECLS
