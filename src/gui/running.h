/* A benchmark that runs, of this window or of another program: it is said, since another waits
 * for it. */
#pragma once

#include <gtk/gtk.h>

#include "gui/context.h"

G_BEGIN_DECLS

/** lb_running_look: looks in the history, off the main thread, and then shows @bar with the words
 * in @label, or hides it where nothing runs */
void lb_running_look (LbGuiContext *context, GtkInfoBar *bar, GtkLabel *label);

G_END_DECLS
