#include "dsp/median.h"

#include <stdlib.h>

#define COUNT 200

static int
compare (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

static float
sorted_median (float values[COUNT][LB_MEDIAN_LANES], guint first, guint lane)
{
  float window[LB_MEDIAN_WINDOW];

  for (guint i = 0; i < LB_MEDIAN_WINDOW; i++)
    window[i] = values[first + i][lane];
  qsort (window, LB_MEDIAN_WINDOW, sizeof *window, compare);
  return window[LB_MEDIAN_WINDOW / 2];
}

/* Few different values: many are equal, which a removal by value must bear. */
static void
is_what_sorting_gives (void)
{
  g_autoptr (GRand) draw = g_rand_new_with_seed (3);
  float values[COUNT][LB_MEDIAN_LANES];
  LbMedian median;

  for (guint i = 0; i < COUNT; i++)
    for (guint lane = 0; lane < LB_MEDIAN_LANES; lane++)
      values[i][lane] = lane % 2 == 0 ? (float) g_rand_int_range (draw, 0, 5)
                                      : (float) g_rand_double (draw);
  lb_median_init (&median);
  for (guint i = 0; i < COUNT; i++)
    {
      guint first = i + 1 - LB_MEDIAN_WINDOW;

      lb_median_slide (&median, i >= LB_MEDIAN_WINDOW ? values[i - LB_MEDIAN_WINDOW] : NULL,
                       values[i]);
      for (guint lane = 0; i + 1 >= LB_MEDIAN_WINDOW && lane < LB_MEDIAN_LANES; lane++)
        g_assert_cmpfloat (lb_median_get (&median)[lane], ==,
                           sorted_median (values, first, lane));
    }
}

static void
reflects_at_both_ends (void)
{
  static const gint64 cases[][3] = { { 0, 3, 0 },  { 2, 3, 2 },  { 3, 3, 2 },  { 5, 3, 0 },
                                     { 6, 3, 0 },  { -1, 3, 0 }, { -3, 3, 2 }, { -4, 3, 2 },
                                     { 15, 1, 0 }, { -9, 2, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (lb_median_reflect (cases[i][0], cases[i][1]), ==, cases[i][2]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/median/is-what-sorting-gives", is_what_sorting_gives);
  g_test_add_func ("/median/reflects-at-both-ends", reflects_at_both_ends);
  return g_test_run ();
}
