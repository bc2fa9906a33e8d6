#include "dsp/song.h"

#include <math.h>

#include "audio/resample.h"
#include "core/error.h"

#define CHUNK_SAMPLES 65536 /* of all channels */

/* What gets each piece of a sound. Returns: %FALSE: it can't be used */
typedef gboolean (*Taker) (gpointer taker, const float *samples, gsize frames);

typedef struct {
  LbSongStop stop;
  gpointer user_data;
} Stop;

static gboolean
give_pieces (const LbPcm *pcm, const Stop *stop, Taker take, gpointer taker, GError **error)
{
  guint channels = lb_pcm_channels (pcm);
  gsize chunk = CHUNK_SAMPLES / channels;
  g_autofree float *samples = g_new (float, chunk *channels);
  guint64 frames = lb_pcm_frames (pcm);

  for (guint64 at = 0; at < frames; at += chunk)
    {
      gsize n = (gsize) MIN (chunk, frames - at);

      if (stop->stop != NULL && stop->stop (stop->user_data))
        {
          g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
          return FALSE;
        }
      if (!lb_pcm_read (pcm, at, samples, n, error))
        return FALSE;
      if (!take (taker, samples, n))
        {
          g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                               "the sound holds samples that are no numbers");
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
take_levels (gpointer taker, const float *samples, gsize frames)
{
  return lb_loudness_add (taker, samples, frames);
}

static gboolean
take_samples (gpointer taker, const float *samples, gsize frames)
{
  lb_features_meter_add (taker, samples, frames);
  return TRUE;
}

static gboolean
measure_levels (const LbPcm *pcm, const Stop *stop, LbLevels *levels, GError **error)
{
  g_autoptr (LbLoudness)
      loudness = lb_loudness_new (lb_pcm_rate_hz (pcm), lb_pcm_channels (pcm), error);

  if (loudness == NULL || !give_pieces (pcm, stop, take_levels, loudness, error))
    return FALSE;
  lb_loudness_finish (loudness, levels);
  return TRUE;
}

static gboolean
measure_features (const LbPcm *mono, const Stop *stop, LbFeatures *features, GError **error)
{
  g_autoptr (LbFeaturesMeter) meter = lb_features_meter_new ();

  if (!give_pieces (mono, stop, take_samples, meter, error))
    return FALSE;
  lb_features_meter_again (meter);
  if (!give_pieces (mono, stop, take_samples, meter, error))
    return FALSE;
  lb_features_meter_finish (meter, features);
  return TRUE;
}

gboolean
lb_song_measure (const LbPcm *pcm, guint64 memory_limit_bytes, LbSongStop stop,
                 gpointer user_data, LbSong *song, GError **error)
{
  const Stop stopper = { stop, user_data };
  g_autoptr (LbPcm) mono = NULL;

  if (lb_pcm_frames (pcm) == 0)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT, "there is no sound to measure");
      return FALSE;
    }
  if (!measure_levels (pcm, &stopper, &song->levels, error))
    return FALSE;
  mono = lb_resample (pcm, LB_FEATURES_RATE_HZ, 1, memory_limit_bytes, error);
  if (mono == NULL || !measure_features (mono, &stopper, &song->features, error))
    return FALSE;
  song->features.duration_s = lb_pcm_duration_s (pcm);
  return TRUE;
}
