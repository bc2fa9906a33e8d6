#include "gui/waveform.h"

#include "gui/live-chart.h"

struct _LbWaveform {
  LbTimeWidget parent;
  LbGuiPeaks *peaks; /* (nullable) */
  double from_s, to_s;
};

G_DEFINE_FINAL_TYPE (LbWaveform, lb_waveform, LB_TYPE_TIME_WIDGET)

/* The lowest and highest of the peaks that share the column @x of @width. */
static void
column (const LbGuiPeaks *peaks, int x, int width, double *low, double *high)
{
  guint first = (guint) ((gint64) x * peaks->n / width);
  guint end = MAX ((guint) ((gint64) (x + 1) * peaks->n / width), first + 1);

  *low = *high = 0;
  for (guint i = first; i < end && i < peaks->n; i++)
    {
      *low = MIN (*low, (double) peaks->low[i]);
      *high = MAX (*high, (double) peaks->high[i]);
    }
  *low = MAX (*low, -1);
  *high = MIN (*high, 1);
}

static void
draw_peaks (LbWaveform *waveform, cairo_t *cr, int width, int height)
{
  GdkRGBA colour = lb_gui_named_colour (GTK_WIDGET (waveform), "accent_color");

  gdk_cairo_set_source_rgba (cr, &colour);
  for (int x = 0; x < width; x++)
    {
      double low, high;

      column (waveform->peaks, x, width, &low, &high);
      cairo_rectangle (cr, x, height * (1 - high) / 2, 1, MAX (height * (high - low) / 2, 1));
    }
  cairo_fill (cr);
}

static void
draw_range (LbWaveform *waveform, cairo_t *cr, int width, int height)
{
  double scale = width / waveform->peaks->duration_s;
  GdkRGBA colour;

  if (!(waveform->to_s > waveform->from_s))
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (waveform)), &colour);
  colour.alpha *= 0.15F;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_rectangle (cr, waveform->from_s * scale, 0, (waveform->to_s - waveform->from_s) * scale,
                   height);
  cairo_fill (cr);
}

static void
lb_waveform_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LbWaveform *waveform = LB_WAVEFORM (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr;

  if (waveform->peaks == NULL || waveform->peaks->n == 0)
    return;
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  draw_peaks (waveform, cr, width, height);
  lb_time_widget_draw_position (LB_TIME_WIDGET (waveform), cr);
  draw_range (waveform, cr, width, height);
  cairo_destroy (cr);
}

GtkWidget *
lb_waveform_new (void)
{
  return g_object_new (LB_TYPE_WAVEFORM, NULL);
}

void
lb_waveform_set_peaks (LbWaveform *waveform, LbGuiPeaks *peaks, const char *label)
{
  g_free (waveform->peaks);
  waveform->peaks = peaks;
  waveform->from_s = waveform->to_s = 0;
  lb_time_widget_set_duration (LB_TIME_WIDGET (waveform), peaks != NULL ? peaks->duration_s : 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (waveform), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (waveform));
}

void
lb_waveform_set_range (LbWaveform *waveform, double from_s, double to_s)
{
  waveform->from_s = from_s;
  waveform->to_s = to_s;
  lb_time_widget_set_start (LB_TIME_WIDGET (waveform), from_s);
  gtk_widget_queue_draw (GTK_WIDGET (waveform));
}

static void
lb_waveform_finalize (GObject *object)
{
  g_free (LB_WAVEFORM (object)->peaks);
  G_OBJECT_CLASS (lb_waveform_parent_class)->finalize (object);
}

static void
lb_waveform_class_init (LbWaveformClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = lb_waveform_finalize;
  widget_class->snapshot = lb_waveform_snapshot;
  gtk_widget_class_set_css_name (widget_class, "waveform");
}

static void
lb_waveform_init (LbWaveform *waveform)
{
}
