/* The page History of the window. */
#pragma once

#include <gtk/gtk.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_HISTORY_PAGE (lb_history_page_get_type ())
G_DECLARE_FINAL_TYPE (LbHistoryPage, lb_history_page, LB, HISTORY_PAGE, GtkBox)

/** lb_history_page_new: @context: held as long as the page lives */
GtkWidget *lb_history_page_new (LbGuiContext *context);

G_END_DECLS
