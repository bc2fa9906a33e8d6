/* What lies along the time of a sound: it marks the place that is heard, and lets the user choose
 * one, by click or by the arrow keys. Waveforms and timelines are such. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** LbTimeWidget: signal "seek" (double: seconds): the user chose a place */
#define LB_TYPE_TIME_WIDGET (lb_time_widget_get_type ())
G_DECLARE_DERIVABLE_TYPE (LbTimeWidget, lb_time_widget, LB, TIME_WIDGET, GtkWidget)

struct _LbTimeWidgetClass {
  GtkWidgetClass parent_class;
};

/** lb_time_widget_set_duration: @seconds: of the whole width; 0 or NAN: there is nothing to
 * choose. Nothing is heard then, and the keys begin at 0 */
void lb_time_widget_set_duration (LbTimeWidget *widget, double seconds);
double lb_time_widget_duration_s (LbTimeWidget *widget);

/** lb_time_widget_set_position: @seconds: that are heard now; NAN: nothing is */
void lb_time_widget_set_position (LbTimeWidget *widget, double seconds);
/** lb_time_widget_set_start: @seconds: where the keys begin while nothing is heard */
void lb_time_widget_set_start (LbTimeWidget *widget, double seconds);

/** lb_time_widget_draw_position: the place that is heard, over all else */
void lb_time_widget_draw_position (LbTimeWidget *widget, cairo_t *cr);

G_END_DECLS
