#include "core/clock.h"

#include <time.h>

static void
is_the_kernels_monotonic_clock (void)
{
  struct timespec before, after;
  gint64 now;

  clock_gettime (CLOCK_MONOTONIC, &before);
  now = lb_clock_now_ns ();
  clock_gettime (CLOCK_MONOTONIC, &after);
  g_assert_cmpint (now, >=, before.tv_sec * LB_NS_PER_S + before.tv_nsec);
  g_assert_cmpint (now, <=, after.tv_sec * LB_NS_PER_S + after.tv_nsec);
}

static void
does_not_call_waiting_sleep (void)
{
  gint64 before = lb_clock_suspended_ns ();

  g_usleep (50000);
  g_assert_cmpint (ABS (lb_clock_suspended_ns () - before), <, 20000000);
}

static void
turns_spans_into_seconds (void)
{
  gint64 late = G_GINT64_CONSTANT (9000000000000000000);

  g_assert_cmpfloat (lb_clock_seconds (0, 1500000000), ==, 1.5);
  g_assert_cmpfloat (lb_clock_seconds (late, late + 1000), ==,
                     1e-6); /* the span keeps its digits */
  g_assert_cmpfloat (lb_clock_seconds (5, 5), ==, 0);
  g_assert_cmpfloat (lb_clock_seconds (LB_NS_PER_S, 0), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/monotonic", is_the_kernels_monotonic_clock);
  g_test_add_func ("/clock/suspended", does_not_call_waiting_sleep);
  g_test_add_func ("/clock/seconds", turns_spans_into_seconds);
  return g_test_run ();
}
