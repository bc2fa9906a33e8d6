/* Figures from samples. Each says its smallest n; below it, or where a sample is not finite, it
 * answers NAN or FALSE. docs/MEASURING.md says what can fool each. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double low, high;
} LbInterval;

double lb_mean (const double *x, gsize n);               /* n ≥ 1 */
double lb_median (const double *x, gsize n);             /* n ≥ 1 */
double lb_minimum (const double *x, gsize n);            /* n ≥ 1 */
double lb_maximum (const double *x, gsize n);            /* n ≥ 1 */
double lb_standard_deviation (const double *x, gsize n); /* n ≥ 2, divisor n − 1 */
/** lb_percentile: the @p-th percentile (@p in 0 … 100), type 7 of Hyndman & Fan 1996; n ≥ 20 for
 * the 95th: at least one sample's worth must lie beyond it on either side */
double lb_percentile (const double *x, gsize n, double p);

/** lb_median_interval: 95 % interval of the median by interpolated order statistics
 * (Hettmansperger & Sheather 1986), n ≥ 6 */
gboolean lb_median_interval (const double *x, gsize n, LbInterval *interval);

/** lb_outliers: marks[i] = modified Z-score of x[i] > 3.5 (Iglewicz & Hoaglin 1993), n ≥ 5; with
 * MAD 0 the mean absolute deviation takes its place; all equal: none. Returns: how many */
gsize lb_outliers (const double *x, gsize n, gboolean *marks);

/** lb_lag1: lag-1 autocorrelation, n ≥ 10, else NAN; also where all are equal */
double lb_lag1 (const double *x, gsize n);

typedef struct {
  double ratio;        /* of @x to @y: above 1: x takes longer */
  LbInterval interval; /* 95 % */
  gboolean exact;      /* FALSE: the interval is by the normal approximation */
} LbRatio;

/** lb_ratio_unpaired: Hodges–Lehmann estimate on logarithms with the exact
 * Wilcoxon (Mann–Whitney) interval; n ≥ 4 against 4, all samples > 0; over 50 ×
 * 50 by normal approximation */
gboolean lb_ratio_unpaired (const double *x, gsize nx, const double *y, gsize ny, LbRatio *ratio);

/** lb_ratio_paired: median of x[i]/y[i] and its interval
 * (lb_median_interval()); n ≥ 6 pairs, all > 0 */
gboolean lb_ratio_paired (const double *x, const double *y, gsize n, LbRatio *ratio);

G_END_DECLS
