#include "machine/proc-stat.h"
#include "machine/process.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"

#define MIB (1024 * 1024)

/* A child that does @work, says so, and waits to be told to go on (to @more), then to end. */
typedef struct {
  GPid pid;
  int says, hears;
} Child;

typedef void (*Work) (int number);

static void
say (int fd)
{
  g_assert_cmpint (write (fd, "x", 1), ==, 1);
}

static void
hear (int fd)
{
  char letter;

  if (read (fd, &letter, 1) != 1)
    _exit (0);
}

static Child
child_start (Work work, int number, Work more, int more_number)
{
  int up[2], down[2];
  Child child;

  g_assert_cmpint (pipe (up), ==, 0);
  g_assert_cmpint (pipe (down), ==, 0);
  child.pid = fork ();
  if (child.pid == 0)
    {
      close (up[0]);
      close (down[1]);
      work (number);
      say (up[1]);
      hear (down[0]);
      if (more != NULL)
        more (more_number);
      say (up[1]);
      hear (down[0]);
      _exit (0);
    }
  close (up[1]);
  close (down[0]);
  child.says = up[0];
  child.hears = down[1];
  hear (child.says);
  return child;
}

static void
child_go_on (const Child *child)
{
  say (child->hears);
  hear (child->says);
}

static void
child_end (Child *child)
{
  close (child->hears);
  close (child->says);
  g_assert_cmpint (waitpid (child->pid, NULL, 0), ==, child->pid);
}

static void
nothing (int number)
{
}

static void
use_memory (int mib)
{
  char *block = mmap (NULL, (size_t) mib * MIB, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  memset (block, 1, (size_t) mib * MIB);
}

static void
use_and_free_memory (int mib)
{
  char *block = mmap (NULL, (size_t) mib * MIB, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  memset (block, 1, (size_t) mib * MIB);
  munmap (block, (size_t) mib * MIB);
}

static void
use_memory_in_a_child (int mib)
{
  int ready[2];
  char byte;

  g_assert_cmpint (pipe (ready), ==, 0);
  if (fork () == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      use_memory (mib);
      g_assert_cmpint (write (ready[1], "", 1), ==, 1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1); /* all of it is touched */
}

static void
burn (int ms)
{
  struct timespec used;

  do
    clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < ms);
}

static void
burn_in_a_child_that_ends (int ms)
{
  GPid pid = fork ();

  if (pid == 0)
    {
      burn (ms);
      _exit (0);
    }
  waitpid (pid, NULL, 0);
}

static void
resets_the_peak_and_sees_the_next (void)
{
  Child child = child_start (use_and_free_memory, 96, use_and_free_memory, 40);
  guint64 before = lb_process_peak_rss_bytes (child.pid, NULL), reset, next;

  g_assert_cmpuint (before, >, 96u * MIB);
  g_assert_true (lb_process_reset_peak (child.pid));
  reset = lb_process_peak_rss_bytes (child.pid, NULL);
  g_assert_cmpuint (reset, <, 60u * MIB); /* what is resident now, not 0 */
  g_assert_cmpuint (reset, >, 0);
  child_go_on (&child);
  next = lb_process_peak_rss_bytes (child.pid, NULL);
  g_assert_cmpuint (next, >, reset + 36u * MIB);
  g_assert_cmpuint (next, <, before);
  child_end (&child);
}

/* ru_maxrss of a fork is its parent's; VmHWM after exec is the program's own. */
static void
does_not_inherit_the_parents_peak (void)
{
  static const char *const command[] = { "sleep", "30", NULL };
  GPid pid;

  /* mapped: a sanitizer keeps freed blocks, and every later fork would begin with them */
  char *block = mmap (NULL, 200 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                      0);

  memset (block, 1, 200 * MIB);
  g_assert_true (g_spawn_async (NULL, (char **) command, NULL,
                                G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                                NULL));
  g_usleep (200000);
  g_assert_cmpuint (lb_process_peak_rss_bytes (pid, NULL), >, 0);
  g_assert_cmpuint (lb_process_peak_rss_bytes (pid, NULL), <, 100u * MIB);
  munmap (block, 200 * MIB);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static int shared_fd;

static void
touch_shared (int mib)
{
  char *block = mmap (NULL, (size_t) mib * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, shared_fd, 0);

  memset (block, 1, (size_t) mib * MIB);
}

static void
leaves_out_mappings_that_are_ours (void)
{
  struct stat about;
  g_autofree char *as_smaps = NULL, *as_number = NULL;
  const char *other[] = { "00:00:1", "nonsense", "", NULL };
  Child child;
  guint64 all, without;

  shared_fd = memfd_create ("pcm", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (shared_fd, 64 * MIB), ==, 0);
  g_assert_cmpint (fstat (shared_fd, &about), ==, 0);
  as_smaps = g_strdup_printf ("%02x:%02x:%" G_GUINT64_FORMAT, major (about.st_dev),
                              minor (about.st_dev), (guint64) about.st_ino);
  as_number = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) about.st_dev,
                               (guint64) about.st_ino);
  child = child_start (touch_shared, 64, NULL, 0);
  all = lb_process_peak_rss_bytes (child.pid, NULL);
  g_assert_cmpuint (all, >, 64u * MIB);
  for (int i = 0; i < 2; i++)
    {
      const char *not_counted[] = { i == 0 ? as_smaps : as_number, NULL };

      without = lb_process_peak_rss_bytes (child.pid, not_counted);
      g_assert_cmpuint (all - without, >=, 64u * MIB);
      g_assert_cmpuint (all - without, <, 66u * MIB);
    }
  g_assert_cmpuint (lb_process_peak_rss_bytes (child.pid, other), ==, all);
  child_end (&child);
  close (shared_fd);
}

static void
counts_the_whole_tree (void)
{
  Child child = child_start (use_memory_in_a_child, 48, NULL, 0);
  g_autofree GPid *tree = lb_process_tree (child.pid);

  g_assert_cmpint (tree[0], ==, child.pid);
  g_assert_cmpint (tree[1], >, 0);
  g_assert_cmpint (tree[2], ==, 0);
  g_assert_cmpuint (lb_process_rss_bytes (child.pid), >, 48u * MIB);
  g_assert_cmpuint (lb_process_peak_rss_bytes (child.pid, NULL), >, 48u * MIB);
  child_end (&child);
}

static void
counts_cpu_time_of_living_and_ended (void)
{
  Child child = child_start (nothing, 0, burn, 150);
  double before = lb_process_cpu_s (child.pid), after;
  Child parent;

  child_go_on (&child);
  after = lb_process_cpu_s (child.pid);
  g_assert_cmpfloat (after - before, >, 0.12);
  g_assert_cmpfloat (after - before, <, 0.4);
  child_end (&child);
  parent = child_start (nothing, 0, burn_in_a_child_that_ends, 150);
  before = lb_process_cpu_s (parent.pid);
  child_go_on (&parent);
  g_assert_cmpfloat (lb_process_cpu_s (parent.pid) - before, >, 0.12);
  child_end (&parent);
}

static void
answers_nothing_for_what_is_gone (void)
{
  GPid pid = fork ();
  g_autofree GPid *tree = NULL;

  if (pid == 0)
    _exit (0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  tree = lb_process_tree (pid);
  g_assert_cmpint (tree[0], ==, 0);
  g_assert_false (lb_process_reset_peak (pid));
  g_assert_cmpuint (lb_process_peak_rss_bytes (pid, NULL), ==, 0);
  g_assert_cmpuint (lb_process_rss_bytes (pid), ==, 0);
  g_assert_true (isnan (lb_process_cpu_s (pid)));
  g_assert_true (isnan (lb_process_cpu_s (-1)));
  g_assert_true (isnan (lb_process_cpu_s (0)));
}

static void
fork_and_end_for_a_second (int number)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;

  if (fork () != 0)
    return;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  while (g_get_monotonic_time () < end)
    {
      if (fork () == 0)
        _exit (0);
      wait (NULL);
    }
  _exit (0);
}

/* Its children end while they are read. Time never runs backwards, and memory stays sane. */
static void
survives_processes_that_end_while_read (void)
{
  Child child = child_start (fork_and_end_for_a_second, 0, NULL, 0);
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  double last = 0;

  while (g_get_monotonic_time () < end)
    {
      double now = lb_process_cpu_s (child.pid);

      g_assert_true (isfinite (now));
      g_assert_cmpfloat (now, >, last - 0.05);
      last = now;
      g_assert_cmpuint (lb_process_peak_rss_bytes (child.pid, NULL), <, 200u * MIB);
      g_assert_true (lb_process_reset_peak (child.pid));
    }
  child_end (&child);
}

static void
reads_stat_whatever_the_name (void)
{
  LbProcStat stat;
  static const char tail[] = " S 7 1 1 0 -1 4194304 9 8 7 6 11 22 33 44 20 0 1 0 555 1000 2 3";
  static const char *const bad[] = {
    "", "1", "1 (x", "1 x) S 1", "1 (x) S", ")1 (", "(x) S 7 1 1 0 -1 1 9 8"
  };
  g_autofree char *odd = g_strconcat ("12 () R 1 (a\nb)", tail, NULL);

  g_assert_true (lb_proc_stat_parse (odd, &stat));
  g_assert_cmpint (stat.pid, ==, 12);
  g_assert_cmpint (stat.parent, ==, 7);
  g_assert_cmpstr (stat.name, ==, ") R 1 (a\nb");
  g_assert_cmpuint (stat.own_ticks, ==, 33);
  g_assert_cmpuint (stat.waited_ticks, ==, 77);
  g_assert_cmpuint (stat.start_ticks, ==, 555);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (lb_proc_stat_parse (bad[i], &stat));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/peak", resets_the_peak_and_sees_the_next);
  g_test_add_func ("/process/not-inherited", does_not_inherit_the_parents_peak);
  g_test_add_func ("/process/not-counted", leaves_out_mappings_that_are_ours);
  g_test_add_func ("/process/tree", counts_the_whole_tree);
  g_test_add_func ("/process/cpu", counts_cpu_time_of_living_and_ended);
  g_test_add_func ("/process/gone", answers_nothing_for_what_is_gone);
  g_test_add_func ("/process/races", survives_processes_that_end_while_read);
  g_test_add_func ("/process/stat", reads_stat_whatever_the_name);
  return g_test_run ();
}
