/* What goes into text-to-speech and into music generation: a text, a recording where the engine
 * takes one (a voice, a melody), and for music how long it is to be. */
#pragma once

#include <adwaita.h>

#include "bench/plan.h"
#include "engine/manifest.h"
#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TEXT_INPUT_DURATION "duration" /* the engines' option that a prompt's input sets */

#define LB_TYPE_TEXT_INPUT (lb_text_input_get_type ())
G_DECLARE_FINAL_TYPE (LbTextInput, lb_text_input, LB, TEXT_INPUT, AdwBin)

/* For the table of gui/mode.h: a text to be spoken, and a prompt for music. */
GtkWidget *lb_text_input_new_speech (LbGuiContext *context);
GtkWidget *lb_text_input_new_prompt (LbGuiContext *context);
gboolean lb_text_input_fill (GtkWidget *input, LbCase *it, GError **error);
void lb_text_input_set_engine (GtkWidget *input, const LbManifest *engine);
/** lb_text_input_duration_s: of the music that is asked for; NAN: of speech nobody knows */
double lb_text_input_duration_s (GtkWidget *input);

G_END_DECLS
