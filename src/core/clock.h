/* Instants are nanoseconds of CLOCK_MONOTONIC, everywhere. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_NS_PER_S G_GINT64_CONSTANT (1000000000)

/** lb_clock_now_ns: Returns: CLOCK_MONOTONIC, in nanoseconds */
gint64 lb_clock_now_ns (void);

/** lb_clock_suspended_ns: Returns: how long this machine has slept since it was started
 *  (CLOCK_BOOTTIME − CLOCK_MONOTONIC), in nanoseconds */
gint64 lb_clock_suspended_ns (void);

/** lb_clock_seconds: Returns: the span from @start_ns to @end_ns, in seconds */
double lb_clock_seconds (gint64 start_ns, gint64 end_ns);

G_END_DECLS
