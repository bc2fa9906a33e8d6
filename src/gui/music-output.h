/* What comes out of every mode but speech to text: sounds and marks along time, genres, a
 * description; to be heard, seen, copied, saved. */
#pragma once

#include <adwaita.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_MUSIC_OUTPUT (lb_music_output_get_type ())
G_DECLARE_FINAL_TYPE (LbMusicOutput, lb_music_output, LB, MUSIC_OUTPUT, AdwBin)

/* For the table of gui/mode.h. @input: not needed */
GtkWidget *lb_music_output_new (LbGuiContext *context, GtkWidget *input);
void lb_music_output_show (GtkWidget *output, const json_t *record);

G_END_DECLS
