/* What a watch compares: the machine's counters at one instant. */
#pragma once

#include "core/json.h"
#include "machine/proc-stat.h"

G_BEGIN_DECLS

typedef struct {
  gint64 now_ns, suspended_ns;
  int cores;          /* that we may use: rows of /proc/stat in @cpus */
  double quota_cores; /* the cgroup's limit, 0: none */
  guint64 busy_ticks, stolen_ticks;
  GArray *processes; /* LbProcStat */
  /* the first allowed CPU's that is not "performance", else its first; NULL: none */
  char *governor;
  guint64 frequency_limit_khz; /* the lowest scaling_max_freq of the allowed CPUs, 0: not known */
  gint boost;                  /* −1: not known */
  guint64 throttled;           /* events, all allowed CPUs */
  gboolean has_pressure;
  guint64 pressure_us; /* that some task waited for memory */
  guint64 swapped_pages;
  gboolean on_battery;
} LbWatchReading;

/** lb_watch_reading_new: @cpus (element-type gint): numbers of the CPUs that we may use */
LbWatchReading *lb_watch_reading_new (const char *root, const GArray *cpus);
void lb_watch_reading_free (LbWatchReading *reading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbWatchReading, lb_watch_reading_free)

/**
 * lb_watch_compare:
 * @own: root of our process tree
 * @own_pid: (nullable): more roots of ours, 0-terminated
 *
 * Pure. Returns: (transfer full): the flags {id, evidence, cure} that follow from the two
 * readings
 */
json_t *lb_watch_compare (const LbWatchReading *begin, const LbWatchReading *end, GPid own,
                          const GPid *own_pid);

/** lb_watch_flag: appends {id, evidence, cure}; @evidence: (transfer full) */
void lb_watch_flag (json_t *flags, const char *id, char *evidence, const char *cure);

G_END_DECLS
