/* Plays a sound file, or a part of it, through GTK's media files (GStreamer). One at a time. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** LbPlayer: signals: "moved": position or state is another one; "problem" (text): it can't be
 * heard, and why */
#define LB_TYPE_PLAYER (lb_player_get_type ())
G_DECLARE_FINAL_TYPE (LbPlayer, lb_player, LB, PLAYER, GObject)

LbPlayer *lb_player_new (void);

/** lb_player_play: stops what is playing. @path: (type filename); @to_s: 0: to its end */
void lb_player_play (LbPlayer *player, const char *path, double from_s, double to_s);
void lb_player_stop (LbPlayer *player);
gboolean lb_player_is_playing (LbPlayer *player);
/** lb_player_position_s: Returns: of the sound that plays; NAN: none does */
double lb_player_position_s (LbPlayer *player);

/** lb_player_has_output: whether this computer has anything that could sound: a sound card, or a
 * sound server of this session. GStreamer plays into nothing without a word where it has not.
 * $LLAMABURN_GUI_SOUND (any value) says yes: tests do that */
gboolean lb_player_has_output (void);

G_END_DECLS
