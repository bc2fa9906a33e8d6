/* The features of a whole song, of decoded sound at any rate. */
#pragma once

#include "audio/loudness.h"
#include "audio/pcm.h"
#include "core/json.h"
#include "dsp/meter.h"

G_BEGIN_DECLS

#define LB_SONG_SCHEMA "llamaburn.features/1"

typedef struct {
  LbFeatures features;
  LbLevels levels; /* at the sound's own rate and channels */
} LbSong;

/** LbSongStop: asked some times a second. Returns: whether to give up: %LB_ERROR_CANCELLED */
typedef gboolean (*LbSongStop) (gpointer user_data);

/**
 * lb_song_measure:
 * @pcm: finite samples
 * @memory_limit_bytes: as in lb_pcm_new(), of the song at LB_FEATURES_RATE_HZ and one channel
 * @stop: (nullable)
 * @song: (out caller-allocates)
 *
 * Returns: whether @song was set; %LB_ERROR_BAD_INPUT: no sound, NaN; %LB_ERROR_NO_SPACE
 */
gboolean lb_song_measure (const LbPcm *pcm, guint64 memory_limit_bytes, LbSongStop stop,
                          gpointer user_data, LbSong *song, GError **error);

/** lb_song_json: Returns: (transfer full): @song as docs/FEATURES.md says; what could not be
 * measured is absent */
json_t *lb_song_json (const LbSong *song);

G_END_DECLS
