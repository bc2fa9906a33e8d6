#include "core/statistics.h"

#include <math.h>

/* Skewed, independent samples: exp of a normal deviate, by Box & Muller. */
static double
draw (GRand *random)
{
  double radius = sqrt (-2 * log (1 - g_rand_double (random)));

  return exp (0.8 * radius * cos (2 * G_PI * g_rand_double (random)));
}

static void
draw_many (GRand *random, double *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] = draw (random);
}

static void
gives_known_figures (void)
{
  const double x[] = { 3, 1, 4, 1, 5, 9, 2, 6 };

  g_assert_cmpfloat (lb_mean (x, 8), ==, 3.875);
  g_assert_cmpfloat (lb_median (x, 8), ==, 3.5);
  g_assert_cmpfloat (lb_median (x, 7), ==, 3);
  g_assert_cmpfloat (lb_minimum (x, 8), ==, 1);
  g_assert_cmpfloat (lb_maximum (x, 8), ==, 9);
  g_assert_cmpfloat_with_epsilon (lb_standard_deviation (x, 8), 2.748376143938713, 1e-14);
  g_assert_cmpfloat_with_epsilon (lb_percentile (x, 8, 25), 1.75, 1e-14);
}

static void
gives_no_figure_below_its_smallest_n (void)
{
  double x[32];
  gboolean marks[32];
  LbInterval interval;
  LbRatio ratio;

  for (guint i = 0; i < 32; i++)
    x[i] = 1 + i % 7;
  g_assert_true (isnan (lb_mean (x, 0)));
  g_assert_true (isnan (lb_median (x, 0)));
  g_assert_true (isnan (lb_minimum (x, 0)));
  g_assert_true (isnan (lb_standard_deviation (x, 1)));
  g_assert_true (isnan (lb_percentile (x, 19, 95)));
  g_assert_false (isnan (lb_percentile (x, 20, 95)));
  g_assert_true (isnan (lb_percentile (x, 20, 101)));
  g_assert_false (lb_median_interval (x, 5, &interval));
  g_assert_true (lb_median_interval (x, 6, &interval));
  g_assert_cmpuint (lb_outliers (x, 4, marks), ==, 0);
  g_assert_true (isnan (lb_lag1 (x, 9)));
  g_assert_false (isnan (lb_lag1 (x, 10)));
  g_assert_false (lb_ratio_unpaired (x, 3, x, 20, &ratio));
  g_assert_true (lb_ratio_unpaired (x, 4, x, 4, &ratio));
  g_assert_false (lb_ratio_paired (x, x, 5, &ratio));
  g_assert_true (lb_ratio_paired (x, x, 6, &ratio));
}

static void
refuses_what_is_not_finite_or_has_no_ratio (void)
{
  const double with_nan[] = { 1, 2, NAN, 3, 4, 5, 6 };
  const double with_zero[] = { 1, 2, 0, 3, 4, 5, 6 };
  const double fine[] = { 1, 2, 3, 4, 5, 6, 7 };
  gboolean marks[7] = { TRUE, TRUE };
  LbInterval interval;
  LbRatio ratio;

  g_assert_true (isnan (lb_median (with_nan, 7)));
  g_assert_true (isnan (lb_mean (with_nan, 7)));
  g_assert_false (lb_median_interval (with_nan, 7, &interval));
  g_assert_cmpuint (lb_outliers (with_nan, 7, marks), ==, 0);
  g_assert_false (marks[0]);
  g_assert_false (lb_ratio_unpaired (with_zero, 7, fine, 7, &ratio));
  g_assert_false (lb_ratio_unpaired (fine, 7, with_nan, 7, &ratio));
  g_assert_false (lb_ratio_paired (fine, with_zero, 7, &ratio));
}

static void
marks_outliers (void)
{
  const double one_far[] = { 10, 10.1, 9.9, 10.05, 9.95, 14 };
  const double mostly_equal[] = { 10, 10, 10, 10, 10, 10, 10, 10, 12 };
  const double all_equal[] = { 7, 7, 7, 7, 7 };
  gboolean marks[9];

  g_assert_cmpuint (lb_outliers (one_far, 6, marks), ==, 1);
  g_assert_true (marks[5] && !marks[0]);
  g_assert_cmpuint (lb_outliers (mostly_equal, 9, marks), ==, 1);
  g_assert_true (marks[8]);
  g_assert_cmpuint (lb_outliers (all_equal, 5, marks), ==, 0);
}

static void
sees_drift (void)
{
  double rising[20], alternating[20], equal[20];

  for (int i = 0; i < 20; i++)
    {
      rising[i] = i;
      alternating[i] = i % 2;
      equal[i] = 1;
    }
  g_assert_cmpfloat (lb_lag1 (rising, 20), >, 0.8);
  g_assert_cmpfloat (lb_lag1 (alternating, 20), <, -0.9);
  g_assert_true (isnan (lb_lag1 (equal, 20)));
}

static void
finds_a_ratio_and_says_how (void)
{
  double x[60], y[60];
  LbRatio ratio;

  for (int i = 0; i < 60; i++)
    {
      y[i] = 1 + i / 100.0;
      x[i] = 2 * y[i];
    }
  g_assert_true (lb_ratio_unpaired (x, 50, y, 50, &ratio));
  g_assert_true (ratio.exact);
  g_assert_cmpfloat_with_epsilon (ratio.ratio, 2, 1e-12);
  g_assert_true (lb_ratio_unpaired (x, 60, y, 60, &ratio));
  g_assert_false (ratio.exact);
  g_assert_cmpfloat (ratio.interval.low, >, 1.8);
  g_assert_cmpfloat (ratio.interval.high, <, 2.2);
  g_assert_true (lb_ratio_paired (x, y, 60, &ratio));
  g_assert_cmpfloat_with_epsilon (ratio.ratio, 2, 1e-12);
}

/* The interval must hold the true median (1) in about 95 of 100 draws. */
static void
covers_the_median_of_skewed_samples (void)
{
  static const gsize sizes[] = { 6, 7, 8, 10, 15, 30 };
  g_autoptr (GRand) random = g_rand_new_with_seed (1986);
  double x[30];

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      guint covered = 0, draws = 10000;
      LbInterval interval;

      for (guint i = 0; i < draws; i++)
        {
          draw_many (random, x, sizes[s]);
          g_assert_true (lb_median_interval (x, sizes[s], &interval));
          covered += interval.low <= 1 && 1 <= interval.high;
        }
      g_test_message ("n %" G_GSIZE_FORMAT ": %.1f %%", sizes[s], 100.0 * covered / draws);
      g_assert_cmpfloat (covered, >, 0.932 * draws);
      g_assert_cmpfloat (covered, <, 0.965 * draws);
    }
}

static gboolean
differs (const LbRatio *ratio)
{
  return ratio->interval.low > 1 || ratio->interval.high < 1;
}

static void
seldom_tells_equal_programs_apart (void)
{
  static const gsize sizes[][2] = { { 4, 4 }, { 6, 6 }, { 5, 12 }, { 20, 20 }, { 55, 55 } };
  g_autoptr (GRand) random = g_rand_new_with_seed (1947);
  double x[60], y[60];

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      guint unpaired = 0, paired = 0, draws = 4000;
      gsize nx = sizes[s][0], ny = sizes[s][1];
      LbRatio ratio;

      for (guint i = 0; i < draws; i++)
        {
          draw_many (random, x, nx);
          draw_many (random, y, ny);
          g_assert_true (lb_ratio_unpaired (x, nx, y, ny, &ratio));
          unpaired += differs (&ratio);
          if (lb_ratio_paired (x, y, MIN (nx, ny), &ratio))
            paired += differs (&ratio);
        }
      g_test_message ("%" G_GSIZE_FORMAT " × %" G_GSIZE_FORMAT ": %.1f %%, paired %.1f %%", nx,
                      ny, 100.0 * unpaired / draws, 100.0 * paired / draws);
      g_assert_cmpfloat (unpaired, <, 0.058 * draws);
      g_assert_cmpfloat (unpaired, >, 0.015 * draws);
      g_assert_cmpfloat (paired, <, 0.06 * draws);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/statistics/known", gives_known_figures);
  g_test_add_func ("/statistics/smallest-n", gives_no_figure_below_its_smallest_n);
  g_test_add_func ("/statistics/not-finite", refuses_what_is_not_finite_or_has_no_ratio);
  g_test_add_func ("/statistics/outliers", marks_outliers);
  g_test_add_func ("/statistics/lag1", sees_drift);
  g_test_add_func ("/statistics/ratio", finds_a_ratio_and_says_how);
  g_test_add_func ("/statistics/coverage", covers_the_median_of_skewed_samples);
  g_test_add_func ("/statistics/false-alarms", seldom_tells_equal_programs_apart);
  return g_test_run ();
}
