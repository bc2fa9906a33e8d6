/* Runs that are deleted, unless it is undone while the toast is there. */
#pragma once

#include <gtk/gtk.h>

#include "gui/history-list.h"

G_BEGIN_DECLS

typedef struct _LbDeletion LbDeletion;

/** lb_deletion_new: hides @numbers (element-type gint64) from @list, and says so with a toast
 * that can undo it. Removed are they when the toast has gone, or lb_deletion_end() is called.
 * Returns: (transfer full) */
LbDeletion *lb_deletion_new (GtkWidget *widget, LbGuiContext *context, LbHistoryList *list,
                             const GArray *numbers);

/** lb_deletion_end: removes them now, if it was not undone; the page goes. Frees @deletion */
void lb_deletion_end (LbDeletion *deletion);

G_END_DECLS
