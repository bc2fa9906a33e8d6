/* The window: a header with the pages, and the page that is shown. */
#pragma once

#include <adwaita.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_WINDOW (lb_window_get_type ())
G_DECLARE_FINAL_TYPE (LbWindow, lb_window, LB, WINDOW, AdwApplicationWindow)

LbWindow *lb_window_new (AdwApplication *application, LbGuiContext *context);

/** lb_window_show_page: @name: "benchmark", "history", "compare", "models", "system" */
void lb_window_show_page (LbWindow *window, const char *name);

/** lb_window_open: puts the sound file at @path (type filename) into the benchmark */
void lb_window_open (LbWindow *window, const char *path);

/** lb_gui_toast: a toast with @text, which is no markup, in the window that @widget is in */
void lb_gui_toast (GtkWidget *widget, const char *text);
/** lb_gui_toast_with: likewise a toast of one's own (with a button: undo). @toast: (transfer
 * full)
 */
void lb_gui_toast_with (GtkWidget *widget, AdwToast *toast);

G_END_DECLS
