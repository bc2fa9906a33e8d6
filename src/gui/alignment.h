/* Two texts against each other, in a text view: what is wrong is marked by signs and by colour.
 */
#pragma once

#include <gtk/gtk.h>

#include "core/json.h"

G_BEGIN_DECLS

/**
 * lb_alignment_show:
 * @alignment: of lb_wer_alignment()
 *
 * Equal words as they are; wrong ones as "said → heard" struck and underlined; missing ones as
 * "−words" struck; those too many as "+words" underlined.
 */
void lb_alignment_show (GtkTextView *view, const json_t *alignment);

G_END_DECLS
