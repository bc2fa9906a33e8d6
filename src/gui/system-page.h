/* The page System of the window. */
#pragma once

#include <gtk/gtk.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_SYSTEM_PAGE (lb_system_page_get_type ())
G_DECLARE_FINAL_TYPE (LbSystemPage, lb_system_page, LB, SYSTEM_PAGE, GtkBox)

/** lb_system_page_new: @context: held as long as the page lives */
GtkWidget *lb_system_page_new (LbGuiContext *context);

G_END_DECLS
