/* Continuity after Hainsworth (2004) and Klapuri et al. (2006), Gaussian error after Cemgil et
 * al. (2001), all as in Davies, Degara and Plumbley (2009). */
#include "scores/beat-continuity.h"

#include <math.h>

#define PHASE_TOLERANCE 0.175
#define PERIOD_TOLERANCE 0.175
#define CEMGIL_SIGMA_S 0.04

gsize
lb_beat_nearest (const LbBeats *beats, double time)
{
  gsize low = 0, high = beats->n;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (beats->times[middle] < time)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0)
    return 0;
  if (low == beats->n)
    return low - 1;
  return fabs (time - beats->times[low - 1]) <= fabs (time - beats->times[low]) ? low - 1 : low;
}

static gboolean
is_correct (const LbBeats *reference, const LbBeats *estimate, gsize m, gsize nearest)
{
  const double *r = reference->times, *e = estimate->times;
  double difference = fabs (e[m] - r[nearest]), reference_interval = 0, estimated_interval;
  gboolean forward = m == 0 || nearest == 0;

  if (forward && nearest + 1 < reference->n)
    reference_interval = r[nearest + 1] - r[nearest];
  else if (nearest > 0)
    reference_interval = r[nearest] - r[nearest - 1];
  if (forward && m + 1 < estimate->n)
    estimated_interval = e[m + 1] - e[m];
  else
    estimated_interval = e[m] - e[m - 1];
  /* A level with a single beat has no interval. */
  return reference_interval > 0 && difference / reference_interval < PHASE_TOLERANCE &&
         fabs (1 - estimated_interval / reference_interval) < PERIOD_TOLERANCE;
}

static void
score_continuity (const LbBeats *reference, const LbBeats *estimate, LbBeatLevel *level)
{
  g_autofree gboolean *used = g_new0 (gboolean, reference->n);
  double n = (double) MAX (reference->n, estimate->n);
  gsize total = 0, run = 0, longest = 0;

  for (gsize m = 0; m < estimate->n; m++)
    {
      gsize nearest = lb_beat_nearest (reference, estimate->times[m]);
      gboolean correct = !used[nearest] && is_correct (reference, estimate, m, nearest);

      used[nearest] = used[nearest] || correct;
      total += correct;
      run = correct ? run + 1 : 0;
      longest = MAX (longest, run);
    }
  level->continuous = (double) longest / n;
  level->total = (double) total / n;
}

static LbBeatLevel
score_level (const LbBeats *reference, const LbBeats *estimate)
{
  LbBeatLevel level = { 0 };

  if (reference->n == 0)
    return level;
  for (gsize i = 0; i < reference->n; i++)
    {
      double time = reference->times[i];
      double error = time - estimate->times[lb_beat_nearest (estimate, time)];

      level.cemgil += exp (-(error * error) / (2 * CEMGIL_SIGMA_S * CEMGIL_SIGMA_S));
    }
  level.cemgil /= 0.5 * (double) (estimate->n + reference->n);
  if (estimate->n >= 2)
    score_continuity (reference, estimate, &level);
  return level;
}

void
lb_beat_levels (const LbBeats *reference, const LbBeats *estimate, LbBeatLevel *same,
                LbBeatLevel *best)
{
  static const struct {
    gsize first, step;
  } levels[] = {
    { 0, 2 }, /* as it is */
    { 1, 2 }, /* between the beats */
    { 0, 1 }, /* double tempo */
    { 0, 4 }, /* half, from the first beat on */
    { 2, 4 }, /* half, from the second on */
  };
  gsize n_double = 2 * reference->n - 1;
  g_autofree double *doubled = g_new (double, n_double);
  g_autofree double *times = g_new (double, n_double);

  for (gsize i = 0; i < n_double; i++)
    doubled[i] = i % 2 == 0 ? reference->times[i / 2]
                            : reference->times[i / 2] +
                                  0.5 * (reference->times[i / 2 + 1] - reference->times[i / 2]);
  *best = (LbBeatLevel){ 0 };
  for (gsize l = 0; l < G_N_ELEMENTS (levels); l++)
    {
      LbBeats at_level = { times, 0 };
      LbBeatLevel level;

      for (gsize i = levels[l].first; i < n_double; i += levels[l].step)
        times[at_level.n++] = doubled[i];
      level = score_level (&at_level, estimate);
      if (l == 0)
        *same = level;
      best->continuous = MAX (best->continuous, level.continuous);
      best->total = MAX (best->total, level.total);
      best->cemgil = MAX (best->cemgil, level.cemgil);
    }
}
