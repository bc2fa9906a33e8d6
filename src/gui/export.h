/* Runs as a file that can be passed on: asks where to, and lets `llamaburn report` write it. */
#pragma once

#include <gtk/gtk.h>

#include "report/chart.h"

G_BEGIN_DECLS

/** lb_export_runs: @numbers: (element-type gint64): at least one; the first is the baseline */
void lb_export_runs (GtkWidget *widget, const GArray *numbers);

/** lb_export_charts: only one chart, "rtf", "quality"…; %NULL: all. As SVG or PNG */
void lb_export_charts (GtkWidget *widget, const GArray *numbers, const char *chart);

G_END_DECLS
