#include "dsp/spectral.h"

#include <math.h>

#define NEGATIVE (-1e-10f)

/* In four sums: one alone waits for each addition. */
static double
sum_of (const float *values, guint count, double *weighted)
{
  double sums[4] = { 0 }, by_index[4] = { 0 };

  for (guint i = 0; i + 4 <= count; i += 4)
    for (guint k = 0; k < 4; k++)
      {
        sums[k] += values[i + k];
        by_index[k] += (double) values[i + k] * (i + k);
      }
  for (guint i = count & ~3u; i < count; i++)
    {
      sums[0] += values[i];
      by_index[0] += (double) values[i] * i;
    }
  *weighted = by_index[0] + by_index[1] + by_index[2] + by_index[3];
  return sums[0] + sums[1] + sums[2] + sums[3];
}

static double
spread_around (const float *values, guint count, double middle)
{
  double sums[4] = { 0 };

  for (guint i = 0; i < count; i++)
    sums[i & 3] += values[i] * (i - middle) * (i - middle);
  return sums[0] + sums[1] + sums[2] + sums[3];
}

void
lb_spectral_measure (const float *magnitudes, guint bins, double bin_hz, LbSpectral *spectral)
{
  double weighted, sum = sum_of (magnitudes, bins, &weighted), reached = 0;
  guint bin = 0;

  *spectral = (LbSpectral){ 0 };
  if (!(sum > 0))
    return;
  spectral->centroid_hz = weighted / sum * bin_hz;
  spectral->bandwidth_hz = sqrt (spread_around (magnitudes, bins, weighted / sum) / sum) * bin_hz;
  for (bin = 0; bin < bins; bin++)
    {
      reached += magnitudes[bin];
      if (reached >= LB_SPECTRAL_ROLLOFF_SHARE * sum)
        break;
    }
  spectral->rolloff_hz = MIN (bin, bins - 1) * bin_hz;
}

guint
lb_zero_crossings (const float *samples, guint count)
{
  guint crossings = 0;

  for (guint i = 1; i < count; i++)
    crossings += (samples[i] < NEGATIVE) != (samples[i - 1] < NEGATIVE);
  return crossings;
}
