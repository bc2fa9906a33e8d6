/* A small chart that grows while a benchmark runs: bars of what was counted, or a line of what
 * was looked at. Finished results have charts of src/report. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum {
  LB_LIVE_CHART_BARS,
  LB_LIVE_CHART_LINE,
} LbLiveChartKind;

#define LB_TYPE_LIVE_CHART (lb_live_chart_get_type ())
G_DECLARE_FINAL_TYPE (LbLiveChart, lb_live_chart, LB, LIVE_CHART, GtkWidget)

void lb_live_chart_set_kind (LbLiveChart *chart, LbLiveChartKind kind);

/**
 * lb_live_chart_set:
 * @values: NAN: a gap. Not below 0. The last ones, as many as there is room for, are drawn
 * @most: (nullable): what the highest one shown is in words: "0.42"
 * @label: what a screen reader says
 */
void lb_live_chart_set (LbLiveChart *chart, const double *values, gsize n, const char *most,
                        const char *label);

/** lb_gui_named_colour: the theme's @name ("accent_color"), else @widget's text colour */
GdkRGBA lb_gui_named_colour (GtkWidget *widget, const char *name);

G_END_DECLS
