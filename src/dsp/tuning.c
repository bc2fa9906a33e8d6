#include "dsp/tuning.h"

#include <math.h>
#include <string.h>

#define MIN_HZ 150.0
#define MAX_HZ 4000.0
#define PEAK_SHARE 0.1f /* of the frame's largest magnitude: below that a peak is none */
#define STEPS 100       /* of a semitone */
/* A float's bits without the last 15, counted from 2^−40 on: 256 steps an octave, up to 2^12. The
 * median of the peaks' magnitudes is known to a step, 0.02 dB. */
#define DROPPED_BITS 15
#define FIRST_STEP ((127 - 40) << (23 - DROPPED_BITS))
#define LEVELS (52 << (23 - DROPPED_BITS))

struct _LbTuning {
  guint first, end; /* bins that are looked at */
  guint bins;
  double bin_hz;
  guint32 *counts; /* LEVELS × STEPS */
  guint64 peaks;
};

LbTuning *
lb_tuning_new (guint bins, double bin_hz)
{
  LbTuning *tuning = g_new0 (LbTuning, 1);

  tuning->bins = bins;
  tuning->bin_hz = bin_hz;
  tuning->first = MAX (1, (guint) ceil (MIN_HZ / bin_hz));
  tuning->end = MIN (bins - 1, (guint) ceil (MAX_HZ / bin_hz));
  tuning->counts = g_new0 (guint32, LEVELS * STEPS);
  return tuning;
}

void
lb_tuning_free (LbTuning *tuning)
{
  if (tuning == NULL)
    return;
  g_free (tuning->counts);
  g_free (tuning);
}

static guint
level_of (float magnitude)
{
  guint32 bits;

  memcpy (&bits, &magnitude, sizeof bits);
  return (guint) CLAMP ((gint64) (bits >> DROPPED_BITS) - FIRST_STEP, 0, LEVELS - 1);
}

static guint
step_of (double hz)
{
  double semitones = 12 * log2 (hz / 440.0 * 16);
  double apart = semitones - floor (semitones);

  if (apart >= 0.5)
    apart -= 1;
  return (guint) CLAMP ((int) floor ((apart + 0.5) * STEPS), 0, STEPS - 1);
}

/* A parabola through a peak and its neighbours says where between the bins it lies, and how high
 * it is. */
static void
add_peak (LbTuning *tuning, const float *at, guint bin)
{
  float bend = at[1] + at[-1] - 2 * at[0], slope = (at[1] - at[-1]) / 2;
  float shift = fabsf (slope) >= fabsf (bend) ? 0 : -slope / bend;
  float magnitude = at[0] + 0.5f * slope * shift;

  tuning->counts[level_of (magnitude) * STEPS + step_of ((bin + shift) * tuning->bin_hz)]++;
  tuning->peaks++;
}

void
lb_tuning_add (LbTuning *tuning, const float *magnitudes)
{
  float floor_level = 0;

  for (guint bin = 0; bin < tuning->bins; bin++)
    floor_level = MAX (floor_level, magnitudes[bin]);
  floor_level *= PEAK_SHARE;
  for (guint bin = tuning->first; bin < tuning->end; bin++)
    {
      const float *at = magnitudes + bin;

      if (at[0] > floor_level && at[0] > at[-1] && at[0] >= at[1])
        add_peak (tuning, at, bin);
    }
}

/* The louder half of the peaks: of the level in which it begins a share. */
double
lb_tuning_finish (const LbTuning *tuning)
{
  double wanted = ceil ((double) tuning->peaks / 2), sums[STEPS] = { 0 };
  guint best = 0;

  if (tuning->peaks == 0)
    return NAN;
  for (guint level = LEVELS; level-- > 0 && wanted > 0;)
    {
      const guint32 *counts = tuning->counts + level * STEPS;
      double all = 0, share;

      for (guint step = 0; step < STEPS; step++)
        all += counts[step];
      share = all > wanted ? wanted / all : 1;
      for (guint step = 0; step < STEPS; step++)
        sums[step] += share * counts[step];
      wanted -= all;
    }
  for (guint step = 1; step < STEPS; step++)
    if (sums[step] > sums[best])
      best = step;
  return (double) best / STEPS - 0.5;
}
