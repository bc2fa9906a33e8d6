#include "gui/live-chart.h"

#include <math.h>

#define MOST_POINTS 240
#define BAR_GAP 2.0
#define WIDEST_BAR 26.0
#define ROOM_FOR_WORDS 16.0

struct _LbLiveChart {
  GtkWidget parent;
  LbLiveChartKind kind;
  GArray *values; /* of double */
  PangoLayout *most;
};

G_DEFINE_FINAL_TYPE (LbLiveChart, lb_live_chart, GTK_TYPE_WIDGET)

GdkRGBA
lb_gui_named_colour (GtkWidget *widget, const char *name)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA colour;

  if (!gtk_style_context_lookup_color (style, name, &colour))
    gtk_style_context_get_color (style, &colour);
  return colour;
}

static double
highest (const LbLiveChart *chart)
{
  double most = 0;

  for (guint i = 0; i < chart->values->len; i++)
    if (isfinite (g_array_index (chart->values, double, i)))
      most = MAX (most, g_array_index (chart->values, double, i));
  return most > 0 ? most : 1;
}

static void
draw_bars (LbLiveChart *chart, cairo_t *cr, double width, double height)
{
  double most = highest (chart);
  double step = MIN (width / MAX (chart->values->len, 1u), WIDEST_BAR);

  for (guint i = 0; i < chart->values->len; i++)
    {
      double value = g_array_index (chart->values, double, i);

      if (isfinite (value))
        cairo_rectangle (cr, i * step, ROOM_FOR_WORDS + height * (1 - value / most),
                         MAX (step - BAR_GAP, 1), height * value / most);
    }
  cairo_fill (cr);
}

static void
draw_line (LbLiveChart *chart, cairo_t *cr, double width, double height)
{
  double most = highest (chart);
  double step = width / MAX (chart->values->len - 1, 1u);
  gboolean pen_down = FALSE;

  cairo_set_line_width (cr, 2);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < chart->values->len; i++)
    {
      double value = g_array_index (chart->values, double, i);
      double y = ROOM_FOR_WORDS + (height - 1) * (1 - value / most);

      if (!isfinite (value))
        pen_down = FALSE;
      else if (pen_down)
        cairo_line_to (cr, i * step, y);
      else
        cairo_move_to (cr, i * step, y);
      pen_down = isfinite (value);
    }
  cairo_stroke (cr);
}

static void
lb_live_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LbLiveChart *chart = LB_LIVE_CHART (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GdkRGBA line = lb_gui_named_colour (widget, "accent_color");
  GdkRGBA words;
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &words);
  words.alpha *= 0.2F;
  gdk_cairo_set_source_rgba (cr, &words);
  cairo_rectangle (cr, 0, height - 1, width, 1);
  cairo_fill (cr);
  gdk_cairo_set_source_rgba (cr, &line);
  if (chart->kind == LB_LIVE_CHART_BARS)
    draw_bars (chart, cr, width, height - ROOM_FOR_WORDS - 1);
  else if (chart->values->len > 1)
    draw_line (chart, cr, width, height - ROOM_FOR_WORDS - 1);
  cairo_destroy (cr);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &words);
  gtk_snapshot_append_layout (snapshot, chart->most, &words);
}

void
lb_live_chart_set_kind (LbLiveChart *chart, LbLiveChartKind kind)
{
  chart->kind = kind;
  gtk_widget_queue_draw (GTK_WIDGET (chart));
}

void
lb_live_chart_set (LbLiveChart *chart, const double *values, gsize n, const char *most,
                   const char *label)
{
  gsize first = n > MOST_POINTS ? n - MOST_POINTS : 0;

  g_array_set_size (chart->values, 0);
  if (n > first)
    g_array_append_vals (chart->values, values + first, (guint) (n - first));
  pango_layout_set_text (chart->most, most != NULL ? most : "", -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (chart));
}

static void
lb_live_chart_finalize (GObject *object)
{
  LbLiveChart *chart = LB_LIVE_CHART (object);

  g_array_unref (chart->values);
  g_object_unref (chart->most);
  G_OBJECT_CLASS (lb_live_chart_parent_class)->finalize (object);
}

static void
lb_live_chart_class_init (LbLiveChartClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = lb_live_chart_finalize;
  widget_class->snapshot = lb_live_chart_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lb_live_chart_init (LbLiveChart *chart)
{
  chart->values = g_array_new (FALSE, FALSE, sizeof (double));
  chart->most = gtk_widget_create_pango_layout (GTK_WIDGET (chart), "");
  gtk_widget_add_css_class (GTK_WIDGET (chart), "caption");
}
