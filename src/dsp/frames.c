#include "dsp/frames.h"

#include <math.h>
#include <string.h>

#include "dsp/stft.h"

#define HANN 0.5
#define HAMMING 0.54
#define POVEY_POWER 0.85

struct _LbFrames {
  LbFramesSettings settings;
  guint frame_size, lead; /* samples of a frame, and of it before the window */
  double *window;
  LbFourier *fourier;
  double *cut; /* a frame as it is before the transform */
};

static double
window_at (LbWindow kind, guint i, guint size)
{
  const gboolean periodic = kind == LB_WINDOW_HANN || kind == LB_WINDOW_HAMMING;
  const gboolean is_hamming = kind == LB_WINDOW_HAMMING || kind == LB_WINDOW_HAMMING_SYMMETRIC;
  const double a = is_hamming ? HAMMING : HANN;
  const double value = a - (1 - a) * cos (2 * G_PI * i / (periodic ? size : size - 1));

  if (kind == LB_WINDOW_RECTANGULAR)
    return 1;
  return kind == LB_WINDOW_POVEY ? pow (MAX (value, 0), POVEY_POWER) : value;
}

LbFrames *
lb_frames_new (const LbFramesSettings *settings)
{
  LbFrames *frames;

  g_return_val_if_fail (settings->fft_size >= LB_FRAMES_MIN_FFT, NULL);
  g_return_val_if_fail (settings->fft_size <= LB_FRAMES_MAX_FFT, NULL);
  g_return_val_if_fail (settings->window_size >= 2, NULL);
  g_return_val_if_fail (settings->window_size <= settings->fft_size, NULL);
  g_return_val_if_fail (settings->hop >= 1, NULL);
  frames = g_new0 (LbFrames, 1);
  frames->settings = *settings;
  frames->frame_size = settings->wide_frames ? settings->fft_size : settings->window_size;
  frames->lead = (frames->frame_size - settings->window_size) / 2;
  frames->window = g_new (double, settings->window_size);
  for (guint i = 0; i < settings->window_size; i++)
    frames->window[i] = window_at (settings->window, i, settings->window_size);
  frames->fourier = lb_fourier_new (settings->fft_size);
  /* what lies behind the window stays 0 */
  memset (lb_fourier_samples (frames->fourier), 0, settings->fft_size * sizeof (float));
  frames->cut = g_new (double, settings->window_size);
  return frames;
}

void
lb_frames_free (LbFrames *frames)
{
  if (frames == NULL)
    return;
  lb_fourier_free (frames->fourier);
  g_free (frames->window);
  g_free (frames->cut);
  g_free (frames);
}

guint
lb_frames_bins (const LbFrames *frames)
{
  return frames->settings.fft_size / 2 + 1;
}

gsize
lb_frames_count (const LbFrames *frames, gsize samples)
{
  gsize length = samples;

  if (frames->settings.centre != LB_CENTRE_NONE)
    length += 2 * (gsize) (frames->frame_size / 2);
  return samples == 0 || length < frames->frame_size
             ? 0
             : 1 + (length - frames->frame_size) / frames->settings.hop;
}

/* The sound beyond its ends: silence, or itself backwards, the end not repeated. */
static double
sample_at (const LbFrames *frames, const float *samples, gsize n, gint64 index)
{
  const gint64 last = (gint64) n - 1, period = 2 * last;

  if (index >= 0 && index <= last)
    return samples[index];
  if (frames->settings.centre != LB_CENTRE_REFLECT)
    return 0;
  if (last == 0)
    return samples[0];
  index = ((index % period) + period) % period;
  return samples[index <= last ? index : period - index];
}

static void
cut_frame (const LbFrames *frames, const float *samples, gsize n, gsize frame, double *into)
{
  const guint size = frames->settings.window_size;
  gint64 begin = (gint64) (frame * frames->settings.hop) + frames->lead;

  if (frames->settings.centre != LB_CENTRE_NONE)
    begin -= frames->frame_size / 2;
  for (guint i = 0; i < size; i++)
    into[i] = sample_at (frames, samples, n, begin + i);
}

/* In place, from the end: the first sample is its own predecessor. */
static void
emphasise (double *samples, guint size, double factor)
{
  for (guint i = size - 1; i > 0; i--)
    samples[i] -= factor * samples[i - 1];
  samples[0] -= factor * samples[0];
}

void
lb_frames_power (LbFrames *frames, const float *samples, gsize n, gsize frame, float *power)
{
  const LbFramesSettings *settings = &frames->settings;
  const guint size = settings->window_size;
  float *windowed = lb_fourier_samples (frames->fourier);
  double mean = 0;

  cut_frame (frames, samples, n, frame, frames->cut);
  for (guint i = 0; i < size && settings->remove_dc; i++)
    mean += frames->cut[i] / size;
  for (guint i = 0; i < size && settings->remove_dc; i++)
    frames->cut[i] -= mean;
  if (settings->preemphasis != 0)
    emphasise (frames->cut, size, settings->preemphasis);
  for (guint i = 0; i < size; i++)
    windowed[i] = (float) (frames->cut[i] * frames->window[i]);
  lb_fourier_forward (frames->fourier);
  lb_stft_power (lb_fourier_bins (frames->fourier), power, lb_frames_bins (frames));
}
