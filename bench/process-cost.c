/* usage: process-cost [REPETITIONS]: what one clear_refs + VmHWM pair costs, of a small
 * process and of one with 1 GiB resident, and what reading the machine, a watch and the
 * lock cost. All of it is untimed work. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "machine/machine.h"
#include "machine/process.h"

#define MAX_REPETITIONS 100000

static int
by_value (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static GPid
start_child (gsize mib)
{
  GPid pid = fork ();

  if (pid == 0)
    {
      gsize bytes = mib * 1024 * 1024;
      char *block = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                          0);

      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if (block != MAP_FAILED)
        memset (block, 1, bytes);
      for (;;)
        pause ();
    }
  for (int i = 0; i < 100 && lb_process_rss_bytes (pid) < mib * 1024 * 1024; i++)
    g_usleep (20000);
  return pid;
}

static void
pair (GPid pid)
{
  lb_process_reset_peak (pid);
  lb_process_peak_rss_bytes (pid, NULL);
}

static void
pair_less_mappings (GPid pid)
{
  static const char *const none[] = { "00:00:1", NULL };

  lb_process_reset_peak (pid);
  lb_process_peak_rss_bytes (pid, none);
}

static void
cpu_time (GPid pid)
{
  lb_process_cpu_s (pid);
}

static void
describe (GPid pid)
{
  json_decref (lb_machine_describe ());
}

static void
watch (GPid pid)
{
  json_decref (lb_watch_finish (lb_watch_start (), NULL));
}

static void
time_it (const char *what, void (*work) (GPid pid), GPid pid, int repetitions)
{
  g_autofree double *ms = g_new (double, (gsize) repetitions);

  for (int i = 0; i < repetitions; i++)
    {
      gint64 before = lb_clock_now_ns ();

      work (pid);
      ms[i] = lb_clock_seconds (before, lb_clock_now_ns ()) * 1e3;
    }
  qsort (ms, (gsize) repetitions, sizeof *ms, by_value);
  printf ("%-44s median %8.3f ms   worst %8.3f ms   n %d\n", what, ms[repetitions / 2],
          ms[repetitions - 1], repetitions);
}

int
main (int argc, char **argv)
{
  int repetitions = argc > 1 ? CLAMP (atoi (argv[1]), 1, MAX_REPETITIONS) : 200;
  GPid small = start_child (1), large = start_child (1024);

  time_it ("clear_refs + VmHWM, small process", pair, small, repetitions);
  time_it ("clear_refs + VmHWM, 1 GiB resident", pair, large, repetitions);
  time_it ("the same less mappings by smaps, 1 GiB", pair_less_mappings, large, repetitions);
  time_it ("CPU time of a process", cpu_time, small, repetitions);
  time_it ("lb_machine_describe", describe, 0, repetitions);
  time_it ("lb_watch_start + lb_watch_finish", watch, 0, repetitions);
  kill (small, SIGKILL);
  kill (large, SIGKILL);
  waitpid (small, NULL, 0);
  waitpid (large, NULL, 0);
  return 0;
}
