/* What the list of runs is cut down to: words, a mode, an engine, a model. */
#pragma once

#include <gtk/gtk.h>

#include "gui/history-list.h"

G_BEGIN_DECLS

typedef struct _LbHistoryFilter LbHistoryFilter;

/** lb_history_filter_new: any of the widgets may be %NULL */
LbHistoryFilter *lb_history_filter_new (LbGuiContext *context, LbHistoryList *list,
                                        GtkSearchEntry *search, GtkDropDown *mode,
                                        GtkDropDown *engine, GtkDropDown *model);
void lb_history_filter_free (LbHistoryFilter *filter);

/** lb_history_filter_apply: now, not when the typing has paused; the list then says "refreshed"
 */
void lb_history_filter_apply (LbHistoryFilter *filter);

/** lb_history_filter_refresh: what can be chosen, where runs came or went */
void lb_history_filter_refresh (LbHistoryFilter *filter);

G_END_DECLS
