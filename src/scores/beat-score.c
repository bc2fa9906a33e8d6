/* Beats after Davies, Degara and Plumbley (2009), "Evaluation Methods for Musical Audio Beat
 * Tracking Algorithms"; P-score and tempo after McKinney et al. (2007), "Evaluation of Audio Beat
 * Tracking and Music Tempo Extraction Algorithms". */
#include "scores/beat-score.h"

#include <math.h>

#include "core/error.h"
#include "core/statistics.h"
#include "scores/beat-continuity.h"
#include "scores/matching.h"

#define MATCH_TOLERANCE_S 0.07
#define P_SCORE_RATE_HZ 100.0
#define P_SCORE_TOLERANCE 0.2
#define BINS 41
#define TEMPO_TOLERANCE 0.08

static gboolean
check_beats (const double *times, gsize n, const char *kind, GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      const char *what = NULL;

      if (!isfinite (times[i]))
        what = "is no finite number";
      else if (times[i] < 0)
        what = "is before 0 s";
      else if (times[i] > LB_BEAT_MAX_TIME_S)
        what = "is after 30000 s: are the times in seconds?";
      else if (i > 0 && times[i] <= times[i - 1])
        what = "is not after the one before it: sort the times, each once";
      if (what == NULL)
        continue;
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "%s beat %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " %s", kind, i + 1, n, what);
      return FALSE;
    }
  if (n > LB_BEAT_MAX_BEATS)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                 "%" G_GSIZE_FORMAT " %s beats are more than can be scored at once (%d)", n, kind,
                 LB_BEAT_MAX_BEATS);
  return n <= LB_BEAT_MAX_BEATS;
}

static LbBeats
skip (const double *times, gsize n, double skip_s)
{
  gsize first = 0;

  while (first < n && times[first] < skip_s)
    first++;
  return (LbBeats){ times + first, n - first };
}

/* Beats on a grid of 10 ms from @offset on. Returns: (transfer full): their indices, each once */
static gint64 *
quantise (const LbBeats *beats, double offset, gsize *n)
{
  gint64 *indices = g_new (gint64, beats->n);

  *n = 0;
  for (gsize i = 0; i < beats->n; i++)
    {
      gint64 index = (gint64) ceil ((beats->times[i] - offset) * P_SCORE_RATE_HZ);

      if (*n == 0 || indices[*n - 1] != index)
        indices[(*n)++] = index;
    }
  return indices;
}

static double
median_interval (const gint64 *indices, gsize n)
{
  g_autofree double *intervals = g_new (double, n);

  for (gsize i = 1; i < n; i++)
    intervals[i - 1] = (double) (indices[i] - indices[i - 1]);
  return n < 2 ? 0 : lb_median (intervals, n - 1);
}

static double
p_score (const LbBeats *reference, const LbBeats *estimate)
{
  double offset = MIN (reference->times[0], estimate->times[0]);
  gsize n, m, low = 0, high = 0;
  g_autofree gint64 *r = quantise (reference, offset, &n);
  g_autofree gint64 *e = quantise (estimate, offset, &m);
  gint64 window = (gint64) rint (P_SCORE_TOLERANCE * median_interval (r, n));
  guint64 pairs = 0;

  for (gsize i = 0; i < n; i++)
    {
      while (low < m && e[low] < r[i] - window)
        low++;
      while (high < m && e[high] <= r[i] + window)
        high++;
      pairs += high - low;
    }
  return (double) pairs / (double) MAX (reference->n, estimate->n);
}

/* Where @time lies between the beats: −½ … ½ of the interval, 0 on the beat. A time before the
 * first beat is measured by the span of all beats, as mir_eval does. */
static double
relative_error (const LbBeats *beats, double time)
{
  const double *times = beats->times;
  gsize nearest = lb_beat_nearest (beats, time), last = beats->n - 1;
  double difference = time - times[nearest], interval, error;

  if (nearest == last)
    interval = 0.5 * (times[last] - times[last - 1]);
  else if (difference < 0)
    interval = 0.5 * (times[nearest] - times[nearest == 0 ? last : nearest - 1]);
  else
    interval = 0.5 * (times[nearest + 1] - times[nearest]);
  error = fmod (0.5 * difference / interval + 0.5, 1);
  return (error > 0 ? error - 1 : error) + 0.5;
}

/* The entropy, in bits, of where @estimate lies between the beats of @reference */
static double
entropy (const LbBeats *reference, const LbBeats *estimate)
{
  guint64 counts[BINS] = { 0 };
  double sum = 0;

  for (gsize i = 0; i < estimate->n; i++)
    {
      double error = relative_error (reference, estimate->times[i]);
      int bin = CLAMP ((int) floor ((error + 0.5) * BINS), 0, BINS - 1);

      while (bin > 0 && error < bin * (1.0 / BINS) - 0.5)
        bin--;
      while (bin < BINS - 1 && error >= (bin + 1) * (1.0 / BINS) - 0.5)
        bin++;
      counts[bin]++;
    }
  for (guint i = 0; i < BINS; i++)
    if (counts[i] > 0)
      {
        double share = (double) counts[i] / (double) estimate->n;

        sum -= share * log2 (share);
      }
  return sum;
}

static void
score_beats (const LbBeats *reference, const LbBeats *estimate, LbBeatScore *score)
{
  LbBeatLevel same, best;
  gsize matched = lb_matching_on_line (reference->times, reference->n, estimate->times,
                                       estimate->n, MATCH_TOLERANCE_S);

  score->precision = (double) matched / (double) estimate->n;
  score->recall = (double) matched / (double) reference->n;
  score->f_measure = 2 * (double) matched / (double) (reference->n + estimate->n);
  lb_beat_levels (reference, estimate, &same, &best);
  score->cemgil = same.cemgil;
  score->cemgil_best = best.cemgil;
  if (reference->n < 2 || estimate->n < 2)
    return;
  score->cml_c = same.continuous;
  score->cml_t = same.total;
  score->aml_c = best.continuous;
  score->aml_t = best.total;
  score->p_score = p_score (reference, estimate);
  score->information_gain = 1 -
                            MAX (entropy (reference, estimate), entropy (estimate, reference)) /
                                log2 (BINS);
}

gboolean
lb_beat_score (const double *references, gsize n_references, const double *estimates,
               gsize n_estimates, double skip_s, LbBeatScore *score, GError **error)
{
  LbBeats reference, estimate;

  g_return_val_if_fail (score != NULL, FALSE);
  g_return_val_if_fail (references != NULL || n_references == 0, FALSE);
  g_return_val_if_fail (estimates != NULL || n_estimates == 0, FALSE);

  if (!check_beats (references, n_references, "reference", error) ||
      !check_beats (estimates, n_estimates, "tracked", error))
    return FALSE;
  reference = skip (references, n_references, skip_s);
  estimate = skip (estimates, n_estimates, skip_s);
  if (reference.n == 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
                   "the reference has no beats from %.3g s on: give the times of the beats",
                   skip_s);
      return FALSE;
    }
  *score = (LbBeatScore){ reference.n, estimate.n };
  if (reference.n < 2)
    score->cml_c = score->cml_t = score->aml_c = score->aml_t = score->p_score =
        score->information_gain = NAN;
  if (estimate.n > 0)
    score_beats (&reference, &estimate, score);
  return TRUE;
}

json_t *
lb_beat_score_json (const LbBeatScore *score)
{
  json_t *object = json_object ();

  lb_json_set_real (object, "f_measure", score->f_measure);
  lb_json_set_real (object, "precision", score->precision);
  lb_json_set_real (object, "recall", score->recall);
  lb_json_set_real (object, "cml_c", score->cml_c);
  lb_json_set_real (object, "cml_t", score->cml_t);
  lb_json_set_real (object, "aml_c", score->aml_c);
  lb_json_set_real (object, "aml_t", score->aml_t);
  lb_json_set_real (object, "p_score", score->p_score);
  lb_json_set_real (object, "information_gain", score->information_gain);
  lb_json_set_real (object, "cemgil", score->cemgil);
  lb_json_set_real (object, "cemgil_best", score->cemgil_best);
  lb_json_set_integer (object, "reference_beats", (gint64) score->reference_beats);
  lb_json_set_integer (object, "estimated_beats", (gint64) score->estimated_beats);
  return object;
}

static gboolean
check_tempi (const double tempi[2], const char *kind, GError **error)
{
  for (guint i = 0; i < 2; i++)
    if (!isfinite (tempi[i]) || tempi[i] < 0)
      {
        g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                     "%s tempo %u is no finite number from 0 on: give beats a minute", kind,
                     i + 1);
        return FALSE;
      }
  return TRUE;
}

gboolean
lb_tempo_score (const double references[2], double weight, const double estimates[2],
                LbTempoScore *score, GError **error)
{
  gboolean hits[2] = { FALSE, FALSE };

  g_return_val_if_fail (references != NULL && estimates != NULL && score != NULL, FALSE);

  if (!check_tempi (references, "reference", error) ||
      !check_tempi (estimates, "estimated", error))
    return FALSE;
  if (!(weight >= 0 && weight <= 1))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                           "the weight of the first reference tempo is not from 0 to 1");
      return FALSE;
    }
  if (references[0] == 0 && references[1] == 0)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
                           "the reference has no tempo above 0: give beats a minute");
      return FALSE;
    }
  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < 2; j++)
      hits[i] = hits[i] ||
                (references[i] > 0 &&
                 fabs (references[i] - estimates[j]) / references[i] <= TEMPO_TOLERANCE);
  *score = (LbTempoScore){
    .p_score = weight * hits[0] + (1 - weight) * hits[1],
    .one_correct = hits[0] || hits[1],
    .both_correct = hits[0] && hits[1],
  };
  return TRUE;
}

json_t *
lb_tempo_score_json (const LbTempoScore *score)
{
  json_t *object = json_object ();

  lb_json_set_real (object, "p_score", score->p_score);
  lb_json_set_boolean (object, "one_correct", score->one_correct);
  lb_json_set_boolean (object, "both_correct", score->both_correct);
  return object;
}
