/* Runs of another history: asks for the file, and lets `llamaburn import` take it. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** lb_import_runs: what has become of them is said in a toast of @widget's window */
void lb_import_runs (GtkWidget *widget);

G_END_DECLS
