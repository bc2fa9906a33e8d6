#include "dsp/mel-spectrum.h"

#include <math.h>

struct _LbMelSpectrum {
  LbMelSpectrumSettings settings;
  LbFrames *frames;
  LbMel *mel;
  float *bins;
};

LbMelSpectrum *
lb_mel_spectrum_new (const LbMelSpectrumSettings *settings)
{
  LbMelShape shape = settings->mel;
  LbMelSpectrum *spectrum;

  g_return_val_if_fail (shape.bands >= 1 && shape.bands <= LB_MEL_MAX_BANDS, NULL);
  g_return_val_if_fail (shape.min_hz >= 0 && shape.min_hz < shape.max_hz, NULL);
  g_return_val_if_fail (shape.max_hz <= shape.rate_hz / 2, NULL);
  shape.size = settings->frames.fft_size;
  spectrum = g_new0 (LbMelSpectrum, 1);
  spectrum->settings = *settings;
  spectrum->frames = lb_frames_new (&settings->frames);
  spectrum->mel = lb_mel_new (&shape);
  spectrum->bins = g_new (float, lb_frames_bins (spectrum->frames));
  return spectrum;
}

void
lb_mel_spectrum_free (LbMelSpectrum *spectrum)
{
  if (spectrum == NULL)
    return;
  lb_frames_free (spectrum->frames);
  lb_mel_free (spectrum->mel);
  g_free (spectrum->bins);
  g_free (spectrum);
}

gsize
lb_mel_spectrum_frames (const LbMelSpectrum *spectrum, gsize samples)
{
  return lb_frames_count (spectrum->frames, samples);
}

static double
level_of (const LbMelSpectrumSettings *settings, double x)
{
  const double value = MAX (settings->gain * x + settings->offset, settings->floor);

  switch (settings->level)
    {
    case LB_LEVEL_LN:
      return log (value);
    case LB_LEVEL_LOG10:
      return log10 (value);
    case LB_LEVEL_DB:
      return (settings->magnitude ? 20 : 10) * log10 (value);
    case LB_LEVEL_LINEAR:
    default:
      return value;
    }
}

double
lb_mel_spectrum_silence (const LbMelSpectrum *spectrum)
{
  return level_of (&spectrum->settings, 0);
}

static void
limit_range (const LbMelSpectrumSettings *settings, float *values, gsize n)
{
  float loudest = -INFINITY;

  if (!settings->from_loudest && settings->range <= 0)
    return;
  for (gsize i = 0; i < n; i++)
    loudest = MAX (loudest, values[i]);
  for (gsize i = 0; i < n; i++)
    {
      if (settings->range > 0)
        values[i] = MAX (values[i], loudest - (float) settings->range);
      if (settings->from_loudest)
        values[i] -= loudest;
    }
}

void
lb_mel_spectrum_fill (LbMelSpectrum *spectrum, const float *samples, gsize n, gsize first,
                      gsize frames, float *values)
{
  const LbMelSpectrumSettings *settings = &spectrum->settings;
  const gsize bands = settings->mel.bands, all = frames * bands;

  for (gsize t = 0; t < frames; t++)
    {
      lb_frames_power (spectrum->frames, samples, n, first + t, spectrum->bins);
      for (guint k = 0; k < lb_frames_bins (spectrum->frames) && settings->magnitude; k++)
        spectrum->bins[k] = sqrtf (spectrum->bins[k]);
      lb_mel_apply (spectrum->mel, spectrum->bins, values + t * bands);
    }
  for (gsize i = 0; i < all; i++)
    values[i] = (float) level_of (settings, values[i]);
  limit_range (settings, values, all);
}
