/* What comes out of speech to text: the words with their times, to be heard, copied, saved; and
 * against the reference, what is wrong with them. */
#pragma once

#include <adwaita.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_STT_OUTPUT (lb_stt_output_get_type ())
G_DECLARE_FINAL_TYPE (LbSttOutput, lb_stt_output, LB, STT_OUTPUT, AdwBin)

/* For the table of gui/mode.h. @input: an LbSttInput: it plays */
GtkWidget *lb_stt_output_new (LbGuiContext *context, GtkWidget *input);
void lb_stt_output_show (GtkWidget *output, const json_t *record);

G_END_DECLS
