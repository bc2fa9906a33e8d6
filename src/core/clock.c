#include "core/clock.h"

#include <time.h>

static gint64
read_ns (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);
  return (gint64) now.tv_sec * LB_NS_PER_S + now.tv_nsec;
}

gint64
lb_clock_now_ns (void)
{
  return read_ns (CLOCK_MONOTONIC);
}

gint64
lb_clock_suspended_ns (void)
{
  return read_ns (CLOCK_BOOTTIME) - read_ns (CLOCK_MONOTONIC);
}

double
lb_clock_seconds (gint64 start_ns, gint64 end_ns)
{
  return (double) (end_ns - start_ns) / (double) LB_NS_PER_S;
}
