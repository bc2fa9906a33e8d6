#include "gui/alignment.h"

#include <string.h>

#include "gui/marked-text.h"

static void
append (GtkTextBuffer *buffer, GtkTextTag *tag, const char *sign, const char *text)
{
  g_autofree char *words = g_strconcat (sign, text, NULL);
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  if (tag != NULL)
    gtk_text_buffer_insert_with_tags (buffer, &end, words, -1, tag, NULL);
  else
    gtk_text_buffer_insert (buffer, &end, words, -1);
}

void
lb_alignment_show (GtkTextView *view, const json_t *alignment)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextTag *said = lb_marked_text_tag (view, "said", "error_color", PANGO_UNDERLINE_NONE, TRUE);
  GtkTextTag *heard = lb_marked_text_tag (view, "heard", "error_color", PANGO_UNDERLINE_SINGLE,
                                          FALSE);
  size_t index;
  json_t *piece;

  gtk_text_buffer_set_text (buffer, "", 0);
  json_array_foreach ((json_t *) alignment, index, piece)
    {
      const char *op = lb_json_string (piece, "op", "equal");
      const char *reference = lb_json_string (piece, "reference", "");
      const char *hypothesis = lb_json_string (piece, "hypothesis", "");

      if (index > 0)
        append (buffer, NULL, "", " ");
      if (strcmp (op, "substitute") == 0)
        {
          append (buffer, said, "", reference);
          append (buffer, NULL, "", " → ");
          append (buffer, heard, "", hypothesis);
        }
      else if (strcmp (op, "delete") == 0)
        append (buffer, said, "−", reference);
      else if (strcmp (op, "insert") == 0)
        append (buffer, heard, "+", hypothesis);
      else
        append (buffer, NULL, "", reference);
    }
}
