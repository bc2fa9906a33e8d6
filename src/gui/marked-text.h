/* Parts of a text in a text view that are marked: by a colour of the theme, and by lines. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * lb_marked_text_tag:
 * @name: of the tag: made once for each buffer
 * @colour: as the theme calls it ("error_color"): its colour at the time of asking
 * @underline, @struck: the lines below and through it
 *
 * Returns: (transfer none)
 */
GtkTextTag *lb_marked_text_tag (GtkTextView *view, const char *name, const char *colour,
                                PangoUnderline underline, gboolean struck);

G_END_DECLS
