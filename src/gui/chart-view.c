#include "gui/chart-view.h"

#include <adwaita.h>

#define LEAST_WIDTH 260
#define NATURAL_WIDTH 640

struct _LbChartView {
  GtkWidget parent;
  LbChart *chart;
};

G_DEFINE_FINAL_TYPE (LbChartView, lb_chart_view, GTK_TYPE_WIDGET)

static LbChartStyle
style_of (GtkWidget *widget)
{
  AdwStyleManager *manager = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  PangoContext *context = gtk_widget_get_pango_context (widget);
  const PangoFontDescription *font = pango_context_get_font_description (context);
  double size = (double) pango_font_description_get_size (font) / PANGO_SCALE;
  double dots = pango_font_description_get_size_is_absolute (font)
                    ? 1
                    : pango_cairo_context_get_resolution (context) / 72;

  return (LbChartStyle){ .dark = adw_style_manager_get_dark (manager),
                         .clear = TRUE,
                         .font_size = size * (dots > 0 ? dots : 96.0 / 72) * 0.92 };
}

static GtkSizeRequestMode
lb_chart_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lb_chart_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  const LbChartStyle style = style_of (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = LEAST_WIDTH;
      *natural = NATURAL_WIDTH;
      return;
    }
  *minimum = *natural = (int) lb_chart_height (LB_CHART_VIEW (widget)->chart,
                                               for_size > 0 ? for_size : NATURAL_WIDTH, &style);
}

static void
lb_chart_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const LbChartStyle style = style_of (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cairo;

  if (width <= 0 || height <= 0)
    return;
  cairo = gtk_snapshot_append_cairo (snapshot,
                                     &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  lb_chart_draw (LB_CHART_VIEW (widget)->chart, cairo, width, height, &style);
  cairo_destroy (cairo);
}

static void
lb_chart_view_finalize (GObject *object)
{
  lb_chart_free (LB_CHART_VIEW (object)->chart);
  G_OBJECT_CLASS (lb_chart_view_parent_class)->finalize (object);
}

static void
lb_chart_view_class_init (LbChartViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = lb_chart_view_finalize;
  widget_class->get_request_mode = lb_chart_view_get_request_mode;
  widget_class->measure = lb_chart_view_measure;
  widget_class->snapshot = lb_chart_view_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lb_chart_view_init (LbChartView *view)
{
}

GtkWidget *
lb_chart_view_new (LbChart *chart)
{
  LbChartView *view = g_object_new (LB_TYPE_CHART_VIEW, NULL);
  AdwStyleManager *manager = adw_style_manager_get_default ();
  g_autofree char *words = lb_chart_describe (chart);

  view->chart = chart;
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (gtk_widget_queue_draw), view,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (view);
}
