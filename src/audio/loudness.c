#include "audio/loudness.h"

#include <ebur128.h>
#include <math.h>

#include "audio/pcm.h"
#include "core/error.h"

/* What 16 bits can say at most: engines that quantise end there. */
#define FULL_SCALE (32767.0f / 32768.0f)
#define SILENCE 1e-6 /* −60 dB, as a mean square */
#define WINDOWS_PER_S 100
#define RANGE_WINDOW_S 3.0

struct _LbLoudness {
  ebur128_state *meter;
  guint rate_hz, channels;
  guint64 frames, clipped;
  float peak;
  double squares; /* of all samples */
  guint window_frames;
  guint in_window; /* frames of the window that is not full */
  double window_squares;
  guint64 windows, silent_windows;
};

LbLoudness *
lb_loudness_new (guint rate_hz, guint channels, GError **error)
{
  LbLoudness *loudness;
  ebur128_state *meter = NULL;

  if (rate_hz >= LB_PCM_MIN_RATE_HZ && rate_hz <= LB_PCM_MAX_RATE_HZ && channels >= 1 &&
      channels <= LB_PCM_MAX_CHANNELS)
    meter = ebur128_init (channels, rate_hz, EBUR128_MODE_I | EBUR128_MODE_LRA);
  if (meter == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "sound of %u Hz and %u channels has no loudness", rate_hz, channels);
      return NULL;
    }
  loudness = g_new0 (LbLoudness, 1);
  loudness->meter = meter;
  loudness->rate_hz = rate_hz;
  loudness->channels = channels;
  loudness->window_frames = MAX (1, rate_hz / WINDOWS_PER_S);
  return loudness;
}

void
lb_loudness_free (LbLoudness *loudness)
{
  if (loudness == NULL)
    return;
  ebur128_destroy (&loudness->meter);
  g_free (loudness);
}

static void
end_window (LbLoudness *loudness)
{
  double samples = (double) loudness->in_window * loudness->channels;

  if (loudness->in_window == 0)
    return;
  loudness->windows++;
  loudness->silent_windows += loudness->window_squares / samples < SILENCE;
  loudness->in_window = 0;
  loudness->window_squares = 0;
}

static gboolean
add_frame (LbLoudness *loudness, const float *frame)
{
  for (guint c = 0; c < loudness->channels; c++)
    {
      float size = fabsf (frame[c]);

      if (!isfinite (size))
        return FALSE;
      loudness->peak = MAX (loudness->peak, size);
      loudness->clipped += size >= FULL_SCALE;
      loudness->window_squares += (double) size * size;
      loudness->squares += (double) size * size;
    }
  if (++loudness->in_window == loudness->window_frames)
    end_window (loudness);
  return TRUE;
}

gboolean
lb_loudness_add (LbLoudness *loudness, const float *samples, gsize frames)
{
  for (gsize i = 0; i < frames; i++)
    if (!add_frame (loudness, samples + i * loudness->channels))
      return FALSE;
  loudness->frames += frames;
  return ebur128_add_frames_float (loudness->meter, samples, frames) == EBUR128_SUCCESS;
}

static double
in_db (double power)
{
  return power > 0 ? 10 * log10 (power) : NAN;
}

void
lb_loudness_finish (LbLoudness *loudness, LbLevels *levels)
{
  double samples = (double) loudness->frames * loudness->channels;
  double lufs = -HUGE_VAL, range = NAN;

  end_window (loudness);
  *levels = (LbLevels){ .frames = loudness->frames, .beyond = loudness->peak > 1.0f };
  levels->peak_db = in_db ((double) loudness->peak * loudness->peak);
  levels->rms_db = samples > 0 ? in_db (loudness->squares / samples) : NAN;
  levels->clipped_share = samples > 0 ? (double) loudness->clipped / samples : NAN;
  levels->silent_share = loudness->windows > 0
                             ? (double) loudness->silent_windows / (double) loudness->windows
                             : NAN;
  if (ebur128_loudness_global (loudness->meter, &lufs) != EBUR128_SUCCESS || !isfinite (lufs))
    lufs = NAN;
  levels->loudness_lufs = lufs;
  levels->range_lu = NAN;
  if (isfinite (lufs) && (double) loudness->frames >= RANGE_WINDOW_S * loudness->rate_hz &&
      ebur128_loudness_range (loudness->meter, &range) == EBUR128_SUCCESS)
    levels->range_lu = range;
}
