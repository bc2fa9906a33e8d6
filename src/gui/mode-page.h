/* The page of one mode: what goes in and how on one side, what comes out on the other. */
#pragma once

#include <adwaita.h>

#include "gui/mode.h"

G_BEGIN_DECLS

#define LB_TYPE_MODE_PAGE (lb_mode_page_get_type ())
G_DECLARE_FINAL_TYPE (LbModePage, lb_mode_page, LB, MODE_PAGE, AdwBin)

/** lb_mode_page_new: @mode: a row of lb_modes() */
GtkWidget *lb_mode_page_new (LbGuiContext *context, const LbMode *mode);

void lb_mode_page_choose_file (LbModePage *page);
void lb_mode_page_set_file (LbModePage *page, const char *path);
/** lb_mode_page_run, lb_mode_page_stop: as its button does */
void lb_mode_page_run (LbModePage *page);
void lb_mode_page_stop (LbModePage *page);

G_END_DECLS
