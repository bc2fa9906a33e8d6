#include "gui/time-widget.h"

#include <math.h>

#define STEP_S 1.0 /* of an arrow key */

typedef struct {
  double duration_s, position_s, start_s;
} LbTimeWidgetPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (LbTimeWidget, lb_time_widget, GTK_TYPE_WIDGET)

enum {
  SIGNAL_SEEK,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static LbTimeWidgetPrivate *
private_of (LbTimeWidget *widget)
{
  return lb_time_widget_get_instance_private (widget);
}

void
lb_time_widget_set_duration (LbTimeWidget *widget, double seconds)
{
  *private_of (widget) = (LbTimeWidgetPrivate){ .duration_s = seconds, .position_s = NAN };
  gtk_widget_queue_draw (GTK_WIDGET (widget));
}

double
lb_time_widget_duration_s (LbTimeWidget *widget)
{
  return private_of (widget)->duration_s;
}

void
lb_time_widget_set_position (LbTimeWidget *widget, double seconds)
{
  private_of (widget)->position_s = seconds;
  gtk_widget_queue_draw (GTK_WIDGET (widget));
}

void
lb_time_widget_set_start (LbTimeWidget *widget, double seconds)
{
  private_of (widget)->start_s = seconds;
}

void
lb_time_widget_draw_position (LbTimeWidget *widget, cairo_t *cr)
{
  const LbTimeWidgetPrivate *private = private_of (widget);
  int width = gtk_widget_get_width (GTK_WIDGET (widget));
  GdkRGBA colour;

  if (!isfinite (private->position_s) || !(private->duration_s > 0))
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (widget)), &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_rectangle (cr, private->position_s * width / private->duration_s - 1, 0, 2,
                   gtk_widget_get_height (GTK_WIDGET (widget)));
  cairo_fill (cr);
}

static void
seek (LbTimeWidget *widget, double seconds)
{
  double duration_s = private_of (widget)->duration_s;

  if (duration_s > 0)
    g_signal_emit (widget, signals[SIGNAL_SEEK], 0, CLAMP (seconds, 0, duration_s));
}

static void
on_press (GtkGestureClick *gesture, int presses, double x, double y, LbTimeWidget *widget)
{
  int width = gtk_widget_get_width (GTK_WIDGET (widget));

  gtk_widget_grab_focus (GTK_WIDGET (widget));
  if (width > 0)
    seek (widget, x / width * private_of (widget)->duration_s);
}

static gboolean
move (GtkWidget *it, GVariant *argument, gpointer user_data)
{
  LbTimeWidget *widget = LB_TIME_WIDGET (it);
  const LbTimeWidgetPrivate *private = private_of (widget);
  double now = isfinite (private->position_s) ? private->position_s : private->start_s;

  seek (widget, now + g_variant_get_double (argument));
  return TRUE;
}

static void
lb_time_widget_class_init (LbTimeWidgetClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, move, "d", -STEP_S);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, move, "d", STEP_S);
  signals[SIGNAL_SEEK] = g_signal_new ("seek", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
}

static void
lb_time_widget_init (LbTimeWidget *widget)
{
  GtkGesture *click = gtk_gesture_click_new ();

  private_of (widget)->position_s = NAN;
  gtk_widget_set_focusable (GTK_WIDGET (widget), TRUE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_press), widget);
  gtk_widget_add_controller (GTK_WIDGET (widget), GTK_EVENT_CONTROLLER (click));
}
