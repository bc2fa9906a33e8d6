/* A text of several lines with its name above it. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** LbTextArea: signal "changed": the text is another one */
#define LB_TYPE_TEXT_AREA (lb_text_area_get_type ())
G_DECLARE_FINAL_TYPE (LbTextArea, lb_text_area, LB, TEXT_AREA, AdwBin)

GtkWidget *lb_text_area_new (const char *title, const char *text);

/** lb_text_area_text: Returns: (transfer full): without white space at its ends */
char *lb_text_area_text (LbTextArea *area);

G_END_DECLS
