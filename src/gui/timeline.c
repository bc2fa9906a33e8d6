#include "gui/timeline.h"

#include "gui/live-chart.h"

#define TEXT_MARGIN 4
#define LEAST_BOX 1.5 /* pixels: what is shorter would not be seen */

struct _LbTimeline {
  LbTimeWidget parent;
  GArray *marks; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LbTimeline, lb_timeline, LB_TYPE_TIME_WIDGET)

void
lb_timeline_mark_clear (LbTimelineMark *mark)
{
  g_clear_pointer (&mark->text, g_free);
}

GArray *
lb_timeline_marks_new (void)
{
  GArray *marks = g_array_new (FALSE, TRUE, sizeof (LbTimelineMark));

  g_array_set_clear_func (marks, (GDestroyNotify) lb_timeline_mark_clear);
  return marks;
}

/* A box, or a line of two pixels, in units of the widget. */
static graphene_rect_t
place (LbTimeline *timeline, const LbTimelineMark *mark, int width, int height)
{
  double scale = width / lb_time_widget_duration_s (LB_TIME_WIDGET (timeline));
  double length = (mark->end_s - mark->start_s) * scale;

  return GRAPHENE_RECT_INIT ((float) (mark->start_s * scale), (float) (height * (1 - mark->high)),
                             (float) (mark->end_s > mark->start_s ? MAX (length, LEAST_BOX)
                                      : mark->strong              ? 2
                                                                  : 1),
                             (float) MAX (height * (mark->high - mark->low), LEAST_BOX));
}

static void
draw_marks (LbTimeline *timeline, cairo_t *cr, int width, int height)
{
  GdkRGBA strong = lb_gui_named_colour (GTK_WIDGET (timeline), "accent_color");
  GdkRGBA faint = strong;

  faint.alpha *= 0.5F;
  for (guint i = 0; i < timeline->marks->len; i++)
    {
      const LbTimelineMark *mark = &g_array_index (timeline->marks, LbTimelineMark, i);
      graphene_rect_t box = place (timeline, mark, width, height);

      gdk_cairo_set_source_rgba (cr, mark->strong ? &strong : &faint);
      cairo_rectangle (cr, (double) box.origin.x, (double) box.origin.y, (double) box.size.width,
                       (double) box.size.height);
      cairo_fill (cr);
    }
}

/* Names stand in their boxes; one that has no room there is left out, not cut: the list below the
 * picture has all. */
static void
draw_texts (LbTimeline *timeline, GtkSnapshot *snapshot, int width, int height)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (timeline), NULL);
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (timeline));

  for (guint i = 0; i < timeline->marks->len; i++)
    {
      const LbTimelineMark *mark = &g_array_index (timeline->marks, LbTimelineMark, i);
      graphene_rect_t box = place (timeline, mark, width, height);
      int text_width, text_height;

      if (mark->text == NULL || box.size.width < 2 * TEXT_MARGIN)
        continue;
      pango_layout_set_text (layout, mark->text, -1);
      pango_layout_get_pixel_size (layout, &text_width, &text_height);
      if ((float) (text_width + 2 * TEXT_MARGIN) <= box.size.width)
        gtk_snapshot_render_layout (
            snapshot, style, (double) box.origin.x + TEXT_MARGIN,
            (double) (box.origin.y + (box.size.height - (float) text_height) / 2), layout);
    }
}

static void
lb_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LbTimeline *timeline = LB_TIMELINE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr;

  if (timeline->marks == NULL || !(lb_time_widget_duration_s (LB_TIME_WIDGET (timeline)) > 0))
    return;
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  draw_marks (timeline, cr, width, height);
  lb_time_widget_draw_position (LB_TIME_WIDGET (timeline), cr);
  cairo_destroy (cr);
  draw_texts (timeline, snapshot, width, height);
}

GtkWidget *
lb_timeline_new (void)
{
  return g_object_new (LB_TYPE_TIMELINE, NULL);
}

void
lb_timeline_set (LbTimeline *timeline, GArray *marks, double duration_s, const char *label)
{
  g_clear_pointer (&timeline->marks, g_array_unref);
  timeline->marks = marks;
  gtk_accessible_update_property (GTK_ACCESSIBLE (timeline), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  lb_time_widget_set_duration (LB_TIME_WIDGET (timeline), duration_s);
}

static void
lb_timeline_finalize (GObject *object)
{
  g_clear_pointer (&LB_TIMELINE (object)->marks, g_array_unref);
  G_OBJECT_CLASS (lb_timeline_parent_class)->finalize (object);
}

static void
lb_timeline_class_init (LbTimelineClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = lb_timeline_finalize;
  widget_class->snapshot = lb_timeline_snapshot;
  gtk_widget_class_set_css_name (widget_class, "timeline");
}

static void
lb_timeline_init (LbTimeline *timeline)
{
}
