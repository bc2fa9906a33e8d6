/* The page Compare of the window. */
#pragma once

#include <gtk/gtk.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_COMPARE_PAGE (lb_compare_page_get_type ())
G_DECLARE_FINAL_TYPE (LbComparePage, lb_compare_page, LB, COMPARE_PAGE, GtkBox)

/** lb_compare_page_new: @context: held as long as the page lives */
GtkWidget *lb_compare_page_new (LbGuiContext *context);

G_END_DECLS
