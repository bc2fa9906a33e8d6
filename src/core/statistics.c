#include "core/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONFIDENCE 0.95
#define TAIL ((1 - CONFIDENCE) / 2)
#define NORMAL_QUANTILE 1.959963984540054 /* of 1 − TAIL */
#define MAX_EXACT 50                      /* samples a side for the exact rank-sum distribution */

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Returns: (transfer full) (nullable): @x in order; %NULL where it is empty or
 * one is not finite */
static double *
sort_finite (const double *x, gsize n)
{
  double *sorted;

  for (gsize i = 0; i < n; i++)
    if (!isfinite (x[i]))
      return NULL;
  if (n == 0)
    return NULL;
  sorted = g_new (double, n);
  memcpy (sorted, x, n * sizeof (double));
  qsort (sorted, n, sizeof (double), compare_doubles);
  return sorted;
}

/* Type 7 of Hyndman & Fan (1996), "Sample Quantiles in Statistical Packages". */
static double
quantile_of_sorted (const double *sorted, gsize n, double share)
{
  double position = share * (double) (n - 1);
  gsize below = MIN ((gsize) position, n - 1), above = MIN (below + 1, n - 1);

  return sorted[below] + (position - (double) below) * (sorted[above] - sorted[below]);
}

double
lb_mean (const double *x, gsize n)
{
  long double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (long double) x[i];
  return n == 0 || !isfinite ((double) sum) ? (double) NAN : (double) (sum / (long double) n);
}

double
lb_median (const double *x, gsize n)
{
  g_autofree double *sorted = sort_finite (x, n);

  return sorted == NULL ? (double) NAN : quantile_of_sorted (sorted, n, 0.5);
}

double
lb_minimum (const double *x, gsize n)
{
  g_autofree double *sorted = sort_finite (x, n);

  return sorted == NULL ? (double) NAN : sorted[0];
}

double
lb_maximum (const double *x, gsize n)
{
  g_autofree double *sorted = sort_finite (x, n);

  return sorted == NULL ? (double) NAN : sorted[n - 1];
}

double
lb_standard_deviation (const double *x, gsize n)
{
  double mean = lb_mean (x, n);
  long double squares = 0;

  if (n < 2 || isnan (mean))
    return (double) NAN;
  for (gsize i = 0; i < n; i++)
    squares += ((long double) x[i] - (long double) mean) *
               ((long double) x[i] - (long double) mean);
  return (double) sqrtl (squares / (long double) (n - 1));
}

double
lb_percentile (const double *x, gsize n, double p)
{
  g_autofree double *sorted = NULL;

  if (!(p >= 0 && p <= 100))
    return (double) NAN;
  if (p > 0 && p < 100 && (double) n * MIN (p, 100 - p) < 100 - 1e-9)
    return (double) NAN;
  sorted = sort_finite (x, n);
  return sorted == NULL ? (double) NAN : quantile_of_sorted (sorted, n, p / 100);
}

/* P(B = k) for B of n fair coins */
static double
coin_probability (gsize n, gsize k)
{
  return exp (lgamma ((double) n + 1) - lgamma ((double) k + 1) - lgamma ((double) (n - k) + 1) -
              (double) n * log (2));
}

/* Hettmansperger & Sheather (1986), "Confidence intervals based on interpolated
 * order statistics", Statistics & Probability Letters 4: [x(d), x(n + 1 − d)]
 * covers with 1 − 2 P(B < d); between the d that covers too much and the next,
 * which covers too little, λ interpolates. */
gboolean
lb_median_interval (const double *x, gsize n, LbInterval *interval)
{
  g_autofree double *sorted = NULL;
  double covers = 1, covers_next, share, lambda;
  gsize d = 0;

  g_return_val_if_fail (interval != NULL, FALSE);

  if (n < 6 || (sorted = sort_finite (x, n)) == NULL)
    return FALSE;
  for (covers_next = 1 - 2 * coin_probability (n, 0); covers_next >= CONFIDENCE;
       covers_next = covers - 2 * coin_probability (n, d))
    {
      covers = covers_next;
      d++;
    }
  share = (covers - CONFIDENCE) / (covers - covers_next);
  lambda = (double) (n - d) * share / ((double) d + ((double) n - 2 * (double) d) * share);
  interval->low = (1 - lambda) * sorted[d - 1] + lambda * sorted[d];
  interval->high = (1 - lambda) * sorted[n - d] + lambda * sorted[n - d - 1];
  return TRUE;
}

/* Iglewicz & Hoaglin (1993), "How to Detect and Handle Outliers": 0.6745 |x −
 * median| / MAD > 3.5. Where more than half are equal (MAD 0): |x − median| /
 * (1.253314 × mean deviation) > 3.5. */
gsize
lb_outliers (const double *x, gsize n, gboolean *marks)
{
  g_autofree double *deviations = NULL;
  double median, scale;
  gsize found = 0;

  g_return_val_if_fail (marks != NULL || n == 0, 0);

  if (n > 0)
    memset (marks, 0, n * sizeof (gboolean));
  median = lb_median (x, n);
  if (n < 5 || isnan (median))
    return 0;
  deviations = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    deviations[i] = fabs (x[i] - median);
  scale = lb_median (deviations, n) / 0.6745;
  if (scale == 0)
    scale = lb_mean (deviations, n) * 1.253314;
  for (gsize i = 0; i < n; i++)
    {
      marks[i] = deviations[i] > 3.5 * scale;
      found += marks[i] ? 1 : 0;
    }
  return found;
}

double
lb_lag1 (const double *x, gsize n)
{
  double mean = lb_mean (x, n);
  long double products = 0, squares = 0;

  if (n < 10 || isnan (mean))
    return (double) NAN;
  for (gsize i = 0; i < n; i++)
    {
      squares += ((long double) x[i] - (long double) mean) *
                 ((long double) x[i] - (long double) mean);
      if (i > 0)
        products += ((long double) x[i] - (long double) mean) *
                    ((long double) x[i - 1] - (long double) mean);
    }
  return squares > 0 ? (double) (products / squares) : (double) NAN;
}

/* The distribution of Mann & Whitney's U under no difference, P(U = u) for u below @size:
 * p(m, n, u) = m/(m + n) p(m − 1, n, u − n) + n/(m + n) p(m, n − 1, u)  (Mann & Whitney 1947) */
static double *
rank_sum_distribution (gsize nx, gsize ny, gsize size)
{
  g_autofree double *before = g_new0 (double, (ny + 1) * size);
  double *result = g_new (double, size);

  for (gsize n = 0; n <= ny; n++)
    before[n * size] = 1; /* m = 0: U is 0 */
  for (gsize m = 1; m <= nx; m++)
    for (gsize n = 1; n <= ny; n++)
      {
        double *row = before + n * size, *row_above = before + (n - 1) * size;
        double share = (double) m / (double) (m + n);

        /* In place, from the end: row still holds m − 1, the row above is done for m. */
        for (gsize u = size; u-- > 0;)
          row[u] = (u >= n ? share * row[u - n] : 0) + (1 - share) * row_above[u];
      }
  memcpy (result, before + ny * size, size * sizeof (double));
  return result;
}

/* The greatest k with P(U < k) ≤ TAIL: the interval goes from the k-th smallest
 * difference to the k-th greatest. */
static gsize
rank_of_bound (gsize nx, gsize ny, gboolean exact)
{
  double pairs = (double) nx * (double) ny, below = 0;
  g_autofree double *probability = NULL;
  gsize k = 0, size = nx * ny / 2 + 1;

  if (!exact)
    return (gsize) floor (pairs / 2 + 0.5 -
                          NORMAL_QUANTILE * sqrt (pairs * ((double) nx + (double) ny + 1) / 12));
  probability = rank_sum_distribution (nx, ny, size);
  while (k < size && below + probability[k] <= TAIL)
    below += probability[k++];
  return k;
}

/* Doubles in their order as integers, so that bisection ends after 64 steps at an exact value. */
static guint64
rank_of_double (double x)
{
  guint64 bits;

  memcpy (&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | (G_GUINT64_CONSTANT (1) << 63);
}

static double
double_of_rank (guint64 rank)
{
  guint64 bits = rank >> 63 ? rank & ~(G_GUINT64_CONSTANT (1) << 63) : ~rank;
  double x;

  memcpy (&x, &bits, sizeof x);
  return x;
}

/* How many differences x[i] − y[j] are at most @limit; both are sorted. */
static gsize
count_differences (const double *x, gsize nx, const double *y, gsize ny, double limit)
{
  gsize count = 0, j = 0;

  for (gsize i = 0; i < nx; i++)
    {
      while (j < ny && x[i] - y[j] > limit)
        j++;
      count += ny - j;
    }
  return count;
}

/* The @k-th smallest (from 1) of all differences, which are never laid out. */
static double
nth_difference (const double *x, gsize nx, const double *y, gsize ny, gsize k)
{
  guint64 low = rank_of_double (x[0] - y[ny - 1]), high = rank_of_double (x[nx - 1] - y[0]);

  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;

      if (count_differences (x, nx, y, ny, double_of_rank (middle)) >= k)
        high = middle;
      else
        low = middle + 1;
    }
  return double_of_rank (low);
}

/* Returns: (transfer full) (nullable): sorted logarithms; %NULL where one has none */
static double *
sort_logarithms (const double *x, gsize n)
{
  g_autofree double *logs = g_new (double, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    logs[i] = x[i] > 0 ? log (x[i]) : (double) NAN;
  return sort_finite (logs, n);
}

/* Hodges & Lehmann (1963), "Estimates of location based on rank tests": the median of all
 * differences; its interval inverts the rank-sum test (Hollander & Wolfe, section 4.3). */
gboolean
lb_ratio_unpaired (const double *x, gsize nx, const double *y, gsize ny, LbRatio *ratio)
{
  g_autofree double *a = NULL;
  g_autofree double *b = NULL;
  gsize k, pairs;

  g_return_val_if_fail (ratio != NULL, FALSE);

  if (nx < 4 || ny < 4 || nx > G_MAXINT32 || ny > G_MAXINT32)
    return FALSE;
  a = sort_logarithms (x, nx);
  b = sort_logarithms (y, ny);
  if (a == NULL || b == NULL)
    return FALSE;
  pairs = nx * ny;
  ratio->exact = nx <= MAX_EXACT && ny <= MAX_EXACT;
  k = rank_of_bound (nx, ny, ratio->exact);
  if (k == 0)
    return FALSE;
  ratio->ratio = exp ((nth_difference (a, nx, b, ny, (pairs + 1) / 2) +
                       nth_difference (a, nx, b, ny, pairs / 2 + 1)) /
                      2);
  ratio->interval.low = exp (nth_difference (a, nx, b, ny, k));
  ratio->interval.high = exp (nth_difference (a, nx, b, ny, pairs + 1 - k));
  return TRUE;
}

gboolean
lb_ratio_paired (const double *x, const double *y, gsize n, LbRatio *ratio)
{
  g_autofree double *ratios = NULL;

  g_return_val_if_fail (ratio != NULL, FALSE);

  if (n < 6)
    return FALSE;
  ratios = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    ratios[i] = x[i] > 0 && y[i] > 0 ? x[i] / y[i] : (double) NAN;
  ratio->ratio = lb_median (ratios, n);
  ratio->exact = TRUE;
  return lb_median_interval (ratios, n, &ratio->interval);
}
