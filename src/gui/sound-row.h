/* A file in a list: a sound has a button to hear it; one that is gone says so. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LB_TYPE_SOUND_ROW (lb_sound_row_get_type ())
G_DECLARE_FINAL_TYPE (LbSoundRow, lb_sound_row, LB, SOUND_ROW, AdwActionRow)

/** lb_sound_row_new: @title: is no markup; @path: (type filename) */
GtkWidget *lb_sound_row_new (const char *title, const char *path);

G_END_DECLS
