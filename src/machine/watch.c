#include "machine/watch.h"

#include <unistd.h>

#include "core/clock.h"
#include "machine/kernel-log.h"
#include "machine/quota.h"
#include "machine/watch-reading.h"

#define BEAT_US (200 * 1000)
#define MISSED_NS (700 * G_GINT64_CONSTANT (1000000))

struct _LbWatch {
  char *root;
  GArray *cpus;
  LbWatchReading *begin;
  int kernel_log;
  GThread *heart;
  GMutex mutex;
  GCond wake;
  gboolean over;
  gint64 last_beat_ns, longest_gap_ns;
};

/* A stopped process (Ctrl-Z, SIGSTOP) leaves no trace in /proc once it goes on: but a
 * thread of it that wakes five times a second misses beats. CLOCK_MONOTONIC does not run
 * while the machine sleeps. */
static gpointer
beat (gpointer data)
{
  LbWatch *watch = data;

  g_mutex_lock (&watch->mutex);
  while (TRUE)
    {
      gint64 now;

      if (!watch->over)
        g_cond_wait_until (&watch->wake, &watch->mutex, g_get_monotonic_time () + BEAT_US);
      now = lb_clock_now_ns ();
      watch->longest_gap_ns = MAX (watch->longest_gap_ns, now - watch->last_beat_ns);
      watch->last_beat_ns = now;
      if (watch->over)
        break;
    }
  g_mutex_unlock (&watch->mutex);
  return NULL;
}

LbWatch *
lb_watch_start_at (const char *root)
{
  LbWatch *watch = g_new0 (LbWatch, 1);

  watch->root = g_strdup (root);
  watch->cpus = lb_limits_affinity ();
  watch->kernel_log = lb_kernel_log_open (root);
  g_mutex_init (&watch->mutex);
  g_cond_init (&watch->wake);
  watch->begin = lb_watch_reading_new (root, watch->cpus);
  watch->last_beat_ns = lb_clock_now_ns (); /* not the thread's: it may begin late */
  watch->heart = g_thread_try_new ("heartbeat", beat, watch, NULL);
  return watch;
}

LbWatch *
lb_watch_start (void)
{
  return lb_watch_start_at ("");
}

static void
stop_heart (LbWatch *watch)
{
  if (watch->heart == NULL)
    return;
  g_mutex_lock (&watch->mutex);
  watch->over = TRUE;
  g_cond_signal (&watch->wake);
  g_mutex_unlock (&watch->mutex);
  g_thread_join (watch->heart);
}

json_t *
lb_watch_finish (LbWatch *watch, const GPid *own_pid)
{
  g_autoptr (LbWatchReading) end = lb_watch_reading_new (watch->root, watch->cpus);
  json_t *flags;

  stop_heart (watch);
  flags = lb_watch_compare (watch->begin, end, getpid (), own_pid);
  if (watch->longest_gap_ns > MISSED_NS)
    lb_watch_flag (flags, "stopped",
                   g_strdup_printf (
                       "this program stood still for %.1f s (stopped, or the machine overloaded)",
                       lb_clock_seconds (0, watch->longest_gap_ns)),
                   "do not stop a benchmark (Ctrl-Z); measure again");
  lb_kernel_log_check (watch->kernel_log, flags);
  lb_watch_reading_free (watch->begin);
  g_array_unref (watch->cpus);
  g_mutex_clear (&watch->mutex);
  g_cond_clear (&watch->wake);
  g_free (watch->root);
  g_free (watch);
  return flags;
}
