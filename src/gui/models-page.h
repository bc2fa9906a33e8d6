/* The page Models of the window. */
#pragma once

#include <gtk/gtk.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_MODELS_PAGE (lb_models_page_get_type ())
G_DECLARE_FINAL_TYPE (LbModelsPage, lb_models_page, LB, MODELS_PAGE, GtkBox)

/** lb_models_page_new: @context: held as long as the page lives */
GtkWidget *lb_models_page_new (LbGuiContext *context);

G_END_DECLS
