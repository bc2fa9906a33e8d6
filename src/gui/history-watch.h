/* Tells when any program has written to the history. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LbHistoryWatch LbHistoryWatch;

/** lb_history_watch_new: @changed: void (*) (GObject *owner): may be called often */
LbHistoryWatch *lb_history_watch_new (GCallback changed, GObject *owner);
void lb_history_watch_free (LbHistoryWatch *watch);

G_END_DECLS
