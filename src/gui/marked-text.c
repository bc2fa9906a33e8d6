#include "gui/marked-text.h"

#include "gui/live-chart.h"

GtkTextTag *
lb_marked_text_tag (GtkTextView *view, const char *name, const char *colour,
                    PangoUnderline underline, gboolean struck)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), name);
  GdkRGBA rgba = lb_gui_named_colour (GTK_WIDGET (view), colour);

  if (tag == NULL)
    tag = gtk_text_buffer_create_tag (buffer, name, "strikethrough", struck, "underline",
                                      underline, NULL);
  g_object_set (tag, "foreground-rgba", &rgba, NULL);
  return tag;
}
