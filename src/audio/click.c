#include "audio/click.h"

#include <math.h>

#define CHUNK_FRAMES 16384
#define SONG_GAIN 0.5f
#define CLICK_GAIN 0.5
#define FADE_S (LB_CLICK_LENGTH_S / 5)

/* A tone that fades, from its first sample on. At most half of full scale. */
static float
click_sample (const LbClick *click, double since_s)
{
  double hz = click->down ? LB_CLICK_DOWNBEAT_HZ : LB_CLICK_BEAT_HZ;

  return (float) (CLICK_GAIN * exp (-since_s / FADE_S) * sin (2 * G_PI * hz * since_s));
}

/* Adds what of @click lies in the @frames from @start on. */
static void
add_click (const LbClick *click, const LbPcm *in, guint64 start, gsize frames, float *samples)
{
  guint rate_hz = lb_pcm_rate_hz (in), channels = lb_pcm_channels (in);
  double first = round (click->at_s * rate_hz);
  double end = first + LB_CLICK_LENGTH_S * rate_hz;

  for (gsize i = 0; i < frames; i++)
    {
      double frame = (double) (start + i);

      if (frame >= end)
        return;
      for (guint c = 0; frame >= first && c < channels; c++)
        samples[i * channels + c] += click_sample (click, (frame - first) / rate_hz);
    }
}

static gboolean
ends_before (const LbClick *click, const LbPcm *in, guint64 frame)
{
  return (click->at_s + LB_CLICK_LENGTH_S) * lb_pcm_rate_hz (in) + 1 < (double) frame;
}

LbPcm *
lb_click_mix (const LbPcm *in, const LbClick *clicks, guint n_clicks, guint64 memory_limit_bytes,
              GError **error)
{
  guint rate_hz = lb_pcm_rate_hz (in), channels = lb_pcm_channels (in), next = 0;
  g_autofree float *samples = g_new (float, (gsize) CHUNK_FRAMES * channels);
  g_autoptr (LbPcm) out = lb_pcm_new (rate_hz, channels, memory_limit_bytes, error);

  if (out == NULL)
    return NULL;
  for (guint64 start = 0; start < lb_pcm_frames (in); start += CHUNK_FRAMES)
    {
      gsize frames = (gsize) MIN (CHUNK_FRAMES, lb_pcm_frames (in) - start);
      guint64 end = start + frames;

      if (!lb_pcm_read (in, start, samples, frames, error))
        return NULL;
      for (gsize i = 0; i < frames * channels; i++)
        samples[i] *= SONG_GAIN;
      while (next < n_clicks && ends_before (&clicks[next], in, start))
        next++;
      for (guint i = next; i < n_clicks && clicks[i].at_s * rate_hz < (double) end; i++)
        add_click (&clicks[i], in, start, frames, samples);
      if (!lb_pcm_append (out, samples, frames, error))
        return NULL;
    }
  return g_steal_pointer (&out);
}
