#include "gui/timeline.h"

#include <math.h>

#include "gui/live-chart.h"

#define STEP_S 1.0 /* of an arrow key */
#define TEXT_MARGIN 4
#define LEAST_BOX 1.5 /* pixels: what is shorter would not be seen */

struct _LbTimeline {
  GtkWidget parent;
  GArray *marks; /* (nullable) */
  double duration_s, position_s;
};

G_DEFINE_FINAL_TYPE (LbTimeline, lb_timeline, GTK_TYPE_WIDGET)

enum {
  SIGNAL_SEEK,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

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
place (const LbTimeline *timeline, const LbTimelineMark *mark, int width, int height)
{
  double scale = width / timeline->duration_s;
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
draw_position (LbTimeline *timeline, cairo_t *cr, int width, int height)
{
  GdkRGBA colour;

  if (!isfinite (timeline->position_s))
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (timeline)), &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_rectangle (cr, timeline->position_s * width / timeline->duration_s - 1, 0, 2, height);
  cairo_fill (cr);
}

static void
lb_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LbTimeline *timeline = LB_TIMELINE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr;

  if (timeline->marks == NULL || !(timeline->duration_s > 0))
    return;
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  draw_marks (timeline, cr, width, height);
  draw_position (timeline, cr, width, height);
  cairo_destroy (cr);
  draw_texts (timeline, snapshot, width, height);
}

static void
seek (LbTimeline *timeline, double seconds)
{
  if (timeline->duration_s > 0)
    g_signal_emit (timeline, signals[SIGNAL_SEEK], 0, CLAMP (seconds, 0, timeline->duration_s));
}

static void
on_press (GtkGestureClick *gesture, int presses, double x, double y, LbTimeline *timeline)
{
  int width = gtk_widget_get_width (GTK_WIDGET (timeline));

  gtk_widget_grab_focus (GTK_WIDGET (timeline));
  if (width > 0)
    seek (timeline, x / width * timeline->duration_s);
}

static gboolean
move (GtkWidget *widget, GVariant *argument, gpointer user_data)
{
  LbTimeline *timeline = LB_TIMELINE (widget);
  double now = isfinite (timeline->position_s) ? timeline->position_s : 0;

  seek (timeline, now + g_variant_get_double (argument));
  return TRUE;
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
  timeline->duration_s = duration_s;
  timeline->position_s = NAN;
  gtk_accessible_update_property (GTK_ACCESSIBLE (timeline), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (timeline));
}

void
lb_timeline_set_position (LbTimeline *timeline, double seconds)
{
  timeline->position_s = seconds;
  gtk_widget_queue_draw (GTK_WIDGET (timeline));
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
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "timeline");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, move, "d", -STEP_S);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, move, "d", STEP_S);
  signals[SIGNAL_SEEK] = g_signal_new ("seek", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
}

static void
lb_timeline_init (LbTimeline *timeline)
{
  GtkGesture *click = gtk_gesture_click_new ();

  timeline->position_s = NAN;
  gtk_widget_set_focusable (GTK_WIDGET (timeline), TRUE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_press), timeline);
  gtk_widget_add_controller (GTK_WIDGET (timeline), GTK_EVENT_CONTROLLER (click));
}
