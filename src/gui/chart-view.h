/* A chart of src/report in the window: as wide as there is room, in the window's colours, its
 * figures in words for screen readers. */
#pragma once

#include <gtk/gtk.h>

#include "report/chart.h"

G_BEGIN_DECLS

#define LB_TYPE_CHART_VIEW (lb_chart_view_get_type ())
G_DECLARE_FINAL_TYPE (LbChartView, lb_chart_view, LB, CHART_VIEW, GtkWidget)

/** lb_chart_view_new: @chart: (transfer full) */
GtkWidget *lb_chart_view_new (LbChart *chart);

G_END_DECLS
