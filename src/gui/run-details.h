/* One run, whole: what `llamaburn show` says, what it sounds like, and how it went on. */
#pragma once

#include <gtk/gtk.h>

#include "core/json.h"

G_BEGIN_DECLS

/** lb_run_details_new: @record: a whole one; @folder: of the history, where its files lie */
GtkWidget *lb_run_details_new (const json_t *record, const char *folder);

G_END_DECLS
