#include "dsp/mel.h"

#include <math.h>

#define SLANEY_HZ_OF_MEL (200.0 / 3)
#define SLANEY_BREAK_HZ 1000.0
#define SLANEY_LOG_STEP (log (6.4) / 27)

/* The bins that a band's triangle covers, and where their factors lie. */
typedef struct {
  guint first, count, at;
} Band;

struct _LbMel {
  guint bands;
  Band *band;
  float *factors;
};

static double
mel_of (double hz, LbMelScale scale)
{
  if (scale == LB_MEL_HTK)
    return 2595 * log10 (1 + hz / 700);
  if (hz < SLANEY_BREAK_HZ)
    return hz / SLANEY_HZ_OF_MEL;
  return SLANEY_BREAK_HZ / SLANEY_HZ_OF_MEL + log (hz / SLANEY_BREAK_HZ) / SLANEY_LOG_STEP;
}

static double
hz_of (double mel, LbMelScale scale)
{
  double break_mel = SLANEY_BREAK_HZ / SLANEY_HZ_OF_MEL;

  if (scale == LB_MEL_HTK)
    return 700 * (pow (10, mel / 2595) - 1);
  if (mel < break_mel)
    return mel * SLANEY_HZ_OF_MEL;
  return SLANEY_BREAK_HZ * exp (SLANEY_LOG_STEP * (mel - break_mel));
}

/* @edges: left foot, peak and right foot of the triangle, in Hz or mel as @at is */
static double
height (const double *edges, double at)
{
  double up = (at - edges[0]) / (edges[1] - edges[0]);
  double down = (edges[2] - at) / (edges[2] - edges[1]);

  return MAX (0, MIN (up, down));
}

static void
add_band (LbMel *mel, const LbMelShape *shape, guint index, const double *mels, GArray *factors)
{
  Band *band = &mel->band[index];
  double hz[3], area;

  for (guint i = 0; i < 3; i++)
    hz[i] = hz_of (mels[i], shape->scale);
  area = shape->equal_area ? 2 / (hz[2] - hz[0]) : 1;

  band->at = factors->len;
  for (guint bin = 0; bin <= shape->size / 2; bin++)
    {
      double at = bin * shape->rate_hz / shape->size;
      float factor = (float) (shape->mel_triangles ? height (mels, mel_of (at, shape->scale))
                                                   : height (hz, at));

      if (factor <= 0)
        continue;
      if (band->count++ == 0)
        band->first = bin;
      factor = (float) (factor * area);
      g_array_append_val (factors, factor);
    }
}

LbMel *
lb_mel_new (const LbMelShape *shape)
{
  g_autoptr (GArray) factors = g_array_new (FALSE, FALSE, sizeof (float));
  double low = mel_of (shape->min_hz, shape->scale), high = mel_of (shape->max_hz, shape->scale);
  LbMel *mel = g_new0 (LbMel, 1);

  mel->bands = shape->bands;
  mel->band = g_new0 (Band, shape->bands);
  for (guint b = 0; b < shape->bands; b++)
    {
      double mels[3];

      for (guint i = 0; i < 3; i++)
        mels[i] = low + (high - low) * (b + i) / (shape->bands + 1);
      add_band (mel, shape, b, mels, factors);
    }
  mel->factors = (float *) g_array_steal (factors, NULL);
  return mel;
}

void
lb_mel_free (LbMel *mel)
{
  if (mel == NULL)
    return;
  g_free (mel->band);
  g_free (mel->factors);
  g_free (mel);
}

void
lb_mel_apply (const LbMel *mel, const float *bins, float *bands)
{
  for (guint b = 0; b < mel->bands; b++)
    {
      const Band *band = &mel->band[b];
      float sum = 0;

      for (guint i = 0; i < band->count; i++)
        sum += bins[band->first + i] * mel->factors[band->at + i];
      bands[b] = sum;
    }
}
