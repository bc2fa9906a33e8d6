/* A child of the program `llamaburn` that does something other than measure: installs, checks,
 * writes a report. Nothing of it blocks; it is ended with its page. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** LbGuiChildLine: @line: of its standard error, valid UTF-8, without the program's name */
typedef void (*LbGuiChildLine) (const char *line, gpointer user_data);

/** LbGuiChildEnd: @output: its standard output, valid UTF-8; @error: (nullable): why it failed:
 * its last line, or that it could not be started. Not called where it was cancelled because who
 * asked is gone */
typedef void (*LbGuiChildEnd) (const char *output, const GError *error, gpointer user_data);

/**
 * lb_gui_child_run:
 * @arguments: (array zero-terminated=1): of `llamaburn`
 * @line: (nullable)
 * @cancellable: cancelled: SIGINT is sent, and @end is called when it has ended
 * @owner: neither callback is called when it is gone; the child is then told to end
 */
void lb_gui_child_run (const char *const *arguments, LbGuiChildLine line, LbGuiChildEnd end,
                       GCancellable *cancellable, GObject *owner);

G_END_DECLS
