/* What goes into speech to text: a sound file, and the words that should come out. */
#pragma once

#include <adwaita.h>

#include "bench/plan.h"
#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_STT_INPUT (lb_stt_input_get_type ())
G_DECLARE_FINAL_TYPE (LbSttInput, lb_stt_input, LB, STT_INPUT, AdwBin)

/* For the table of gui/mode.h. */
GtkWidget *lb_stt_input_new (LbGuiContext *context);
gboolean lb_stt_input_fill (GtkWidget *input, LbCase *it, GError **error);
double lb_stt_input_duration_s (GtkWidget *input);
void lb_stt_input_choose_file (GtkWidget *input);
void lb_stt_input_set_file (GtkWidget *input, const char *path);

/** lb_stt_input_play: the part of the sound that is between these seconds */
void lb_stt_input_play (GtkWidget *input, double from_s, double to_s);

G_END_DECLS
