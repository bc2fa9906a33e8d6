/* Plays several sounds at once, in step, each of which can be silenced: stems, a song and its
 * clicks. By GStreamer. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** LbMixer: signals: "moved": position, or whether it plays, is another one, at most ten times a
 * second; "problem" (text): it can't be heard, and why */
#define LB_TYPE_MIXER (lb_mixer_get_type ())
G_DECLARE_FINAL_TYPE (LbMixer, lb_mixer, LB, MIXER, GObject)

LbMixer *lb_mixer_new (void);

/** lb_mixer_set_sounds: what plays from now on, from its beginning; stops what plays. @paths:
 * (array zero-terminated=1) (element-type filename) */
void lb_mixer_set_sounds (LbMixer *mixer, const char *const *paths);

/** lb_mixer_silence: @silent: sound @index is not heard, also while it plays */
void lb_mixer_silence (LbMixer *mixer, guint index, gboolean silent);

/** lb_mixer_play: goes on where it was; from the beginning after its end */
void lb_mixer_play (LbMixer *mixer);
void lb_mixer_pause (LbMixer *mixer);
void lb_mixer_seek (LbMixer *mixer, double seconds);
gboolean lb_mixer_is_playing (LbMixer *mixer);
/** lb_mixer_position_s: Returns: NAN: nothing was played yet */
double lb_mixer_position_s (LbMixer *mixer);

G_END_DECLS
