/* What goes into the tasks that listen to music: a sound file, the truth about it (a file or a
 * folder), and for language models the question, and whether the answer is checked. */
#pragma once

#include <adwaita.h>

#include "bench/plan.h"
#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_MUSIC_INPUT (lb_music_input_get_type ())
G_DECLARE_FINAL_TYPE (LbMusicInput, lb_music_input, LB, MUSIC_INPUT, AdwBin)

/* For the table of gui/mode.h: tasks whose truth is a file, is a folder (stems), and tasks that
 * are asked a question. */
GtkWidget *lb_music_input_new (LbGuiContext *context);
GtkWidget *lb_music_input_new_stems (LbGuiContext *context);
GtkWidget *lb_music_input_new_question (LbGuiContext *context);
gboolean lb_music_input_fill (GtkWidget *input, LbCase *it, GError **error);
/** lb_music_input_scores: Returns: (transfer full) (nullable): of settings.score */
json_t *lb_music_input_scores (GtkWidget *input);
double lb_music_input_duration_s (GtkWidget *input);
void lb_music_input_choose_file (GtkWidget *input);
void lb_music_input_set_file (GtkWidget *input, const char *path);

G_END_DECLS
