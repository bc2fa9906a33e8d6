/* Sounds of a song: its parts, played by fluidsynth, and their sum. */
#pragma once

#include "audio/pcm.h"
#include "song.h"

G_BEGIN_DECLS

#define RENDER_RATE_HZ 44100
#define RENDER_TAIL_S 1.0 /* after the last bar, until the last notes are gone */

/**
 * render_part:
 * @soundfont: (type filename)
 * @folder: (type filename): for two files that are gone afterwards
 *
 * Bounded in length and time. Without reverb and chorus: the parts' sum is what all would sound
 * like together.
 *
 * Returns: (transfer full): the song's length and RENDER_TAIL_S, stereo; or %NULL
 */
LbPcm *render_part (const Song *song, guint part, const char *soundfont, const char *folder,
                    GError **error);

/** render_sum: Returns: (transfer full): of @n sounds alike; as long as the shortest, or %NULL */
LbPcm *render_sum (LbPcm *const *sounds, guint n, GError **error);

/** render_midi: Returns: (transfer full): all parts in one file (@part < 0), or one of them */
GBytes *render_midi (const Song *song, int part, GError **error);

G_END_DECLS
