#include "gui/text-area.h"

#define MARGIN 6
#define LEAST_HEIGHT 90

struct _LbTextArea {
  AdwBin parent;
  GtkTextBuffer *buffer;
};

G_DEFINE_FINAL_TYPE (LbTextArea, lb_text_area, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

char *
lb_text_area_text (LbTextArea *area)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (area->buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (area->buffer, &start, &end, FALSE));
}

static void
on_changed (LbTextArea *area)
{
  g_signal_emit (area, signals[SIGNAL_CHANGED], 0);
}

static GtkWidget *
make_view (const char *title)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkTextView *text = GTK_TEXT_VIEW (view);

  gtk_text_view_set_wrap_mode (text, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (text, FALSE); /* Tab goes on to the next control */
  gtk_text_view_set_top_margin (text, MARGIN);
  gtk_text_view_set_bottom_margin (text, MARGIN);
  gtk_text_view_set_left_margin (text, MARGIN);
  gtk_text_view_set_right_margin (text, MARGIN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  return view;
}

GtkWidget *
lb_text_area_new (const char *title, const char *text)
{
  LbTextArea *area = g_object_new (LB_TYPE_TEXT_AREA, NULL);
  GtkWidget *group = adw_preferences_group_new (), *window = gtk_scrolled_window_new ();
  GtkWidget *view = make_view (title);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (window), TRUE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (window), LEAST_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (window), view);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), window);
  adw_bin_set_child (ADW_BIN (area), group);
  area->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_buffer_set_text (area->buffer, text, -1);
  g_signal_connect_object (area->buffer, "changed", G_CALLBACK (on_changed), area,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (area);
}

static void
lb_text_area_class_init (LbTextAreaClass *class)
{
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_text_area_init (LbTextArea *area)
{
}
