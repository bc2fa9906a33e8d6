#include "fake.h"
#include "machine/machine.h"
#include "machine/watch-reading.h"
#include "machine/watch.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPU0 "/sys/devices/system/cpu/cpu0"

static const json_t *
flag_by (const json_t *flags, const char *id)
{
  for (size_t i = 0; i < json_array_size (flags); i++)
    if (g_str_equal (lb_json_string (json_array_get (flags, i), "id", ""), id))
      return json_array_get (flags, i);
  return NULL;
}

/* One process of a machine of 2 cores whose reading is @seconds after boot. */
static LbWatchReading *
reading (gint64 seconds, guint64 busy, guint64 ours, guint64 other)
{
  LbWatchReading *it = g_new0 (LbWatchReading, 1);
  LbProcStat processes[] = {
    { .pid = 100, .parent = 1, .name = "llamaburn", .own_ticks = 1, .start_ticks = 5 },
    { .pid = 101, .parent = 100, .name = "engine", .own_ticks = ours, .start_ticks = 6 },
    { .pid = 200, .parent = 1, .name = "fire\x1b[1mfox", .own_ticks = other, .start_ticks = 7 },
  };

  it->now_ns = seconds * 1000000000;
  it->cores = 2;
  it->boost = -1;
  it->busy_ticks = busy;
  it->processes = g_array_new (FALSE, FALSE, sizeof (LbProcStat));
  g_array_append_vals (it->processes, processes, G_N_ELEMENTS (processes));
  return it;
}

static void
calls_a_machine_busy_for_others_load_only (void)
{
  static const struct {
    guint64 busy, ours, other; /* ticks of 10 ms in 10 s */
    gboolean flagged;
    const char *what;
  } cases[] = {
    { 2000, 2000, 0, FALSE, "all ours" },
    { 1090, 1000, 90, FALSE, "4.5 % others" },
    { 1110, 1000, 110, TRUE, "5.5 % others" },
    { 1800, 0, 1800, TRUE, "all others" },
    { 900, 1000, 0, FALSE, "ours seems more than all" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LbWatchReading) begin = reading (10, 5000, 300, 40);
      g_autoptr (LbWatchReading)
          end = reading (20, 5000 + cases[i].busy, 300 + cases[i].ours, 40 + cases[i].other);
      g_autoptr (json_t) flags = lb_watch_compare (begin, end, 100, NULL);
      const json_t *flag = flag_by (flags, "busy-machine");

      g_test_message ("%s: %s", cases[i].what, lb_json_string (flag, "evidence", "no flag"));
      g_assert_cmpint (flag != NULL, ==, cases[i].flagged);
      g_assert_cmpuint (json_array_size (flags), ==, cases[i].flagged);
      if (flag != NULL)
        g_assert_nonnull (strstr (lb_json_string (flag, "evidence", ""), "fire\\x1b[1mfox"));
    }
}

static void
counts_engines_as_ours_that_started_or_ended_meanwhile (void)
{
  g_autoptr (LbWatchReading) begin = reading (10, 0, 0, 0);
  g_autoptr (LbWatchReading) end = reading (20, 1000, 0, 0);
  LbProcStat *parent = &g_array_index (end->processes, LbProcStat, 0);
  LbProcStat adopted = { .pid = 300, .parent = 1, .name = "worker", .own_ticks = 400 };
  const GPid own[] = { 300, 0 };
  g_autoptr (json_t) without = NULL, with = NULL;

  parent->waited_ticks = 600;
  g_array_append_val (end->processes, adopted);
  without = lb_watch_compare (begin, end, 100, NULL);
  with = lb_watch_compare (begin, end, 100, own);
  g_assert_nonnull (flag_by (without, "busy-machine"));
  g_assert_null (flag_by (with, "busy-machine"));
}

static void
flags_what_else_happened (void)
{
  g_autoptr (LbWatchReading) begin = reading (10, 0, 0, 0);
  g_autoptr (LbWatchReading) end = reading (20, 0, 0, 0);
  g_autoptr (json_t) flags = NULL, again = NULL;
  static const char *const ids[] = { "suspended",         "stolen-time", "governor",
                                     "frequency-changed", "throttled",   "memory-pressure",
                                     "on-battery" };

  begin->governor = g_strdup ("performance");
  end->governor = g_strdup ("power\nsave");
  end->suspended_ns = 3000000000;
  end->stolen_ticks = 100;
  end->throttled = 4;
  begin->has_pressure = end->has_pressure = TRUE;
  end->pressure_us = 200000;
  end->on_battery = TRUE;
  flags = lb_watch_compare (begin, end, 100, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const json_t *flag = flag_by (flags, ids[i]);

      g_assert_nonnull (flag);
      g_assert_cmpuint (strlen (lb_json_string (flag, "evidence", "")), >, 10);
      g_assert_cmpuint (strlen (lb_json_string (flag, "cure", "")), >, 10);
      g_assert_null (strchr (lb_json_string (flag, "evidence", ""), '\n'));
    }
  g_assert_cmpuint (json_array_size (flags), ==, G_N_ELEMENTS (ids));
  again = lb_watch_compare (begin, begin, 100, NULL);
  g_assert_cmpuint (json_array_size (again), ==, 0);
}

static void
reads_both_ends_from_files (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) flags = NULL;
  LbWatch *watch;

  fake_write (fake, CPU0 "/cpufreq/scaling_governor", "performance\n");
  fake_write (fake, CPU0 "/cpufreq/scaling_max_freq", "4000000\n");
  fake_write (fake, CPU0 "/thermal_throttle/core_throttle_count", "3\n");
  fake_write (fake, "/proc/vmstat", "nr_free 1\npswpin 100\npswpout 100\n");
  fake_write (fake, "/proc/pressure/memory",
              "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\nfull total=1\n");
  fake_write (fake, "/proc/stat",
              "cpu  1 1 1 1 1 1 1 1\ncpu0 10 0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\n");
  fake_write (fake, "/sys/class/power_supply/AC/type", "Mains\n");
  fake_write (fake, "/sys/class/power_supply/AC/online", "1\n");
  fake_write (fake, "/dev/kmsg", "6,1,1,-;amdgpu: GPU reset begin!\n"); /* before */
  watch = lb_watch_start_at (fake->root);
  fake_write (fake, CPU0 "/cpufreq/scaling_max_freq", "2200000\n");
  fake_write (fake, CPU0 "/thermal_throttle/core_throttle_count", "8\n");
  fake_write (fake, "/proc/vmstat", "nr_free 1\npswpin 300\npswpout 400\n");
  fake_write (fake, "/proc/stat", "cpu0 60 0 0 0 0 0 0 0 0 0\ncpu1 50 0 0 0 0 0 0 40 0 0\n");
  fake_write (fake, "/sys/class/power_supply/AC/online", "0\n");
  fake_append (fake, "/dev/kmsg", "3,2,2,-;NVRM: Xid (PCI:0000:01:00): 79, \x1b]0;bad\x07\n");
  flags = lb_watch_finish (watch, NULL);
  g_assert_nonnull (flag_by (flags, "frequency-changed"));
  g_assert_nonnull (strstr (lb_json_string (flag_by (flags, "frequency-changed"), "evidence", ""),
                            "4.00 to 2.20 GHz"));
  g_assert_nonnull (flag_by (flags, "throttled"));
  g_assert_nonnull (flag_by (flags, "memory-pressure"));
  g_assert_nonnull (flag_by (flags, "on-battery"));
  g_assert_nonnull (flag_by (flags, "busy-machine"));
  g_assert_nonnull (flag_by (flags, "stolen-time"));
  g_assert_nonnull (
      strstr (lb_json_string (flag_by (flags, "kernel-log"), "evidence", ""), "Xid"));
  g_assert_null (strchr (lb_json_string (flag_by (flags, "kernel-log"), "evidence", ""), '\x1b'));
  g_assert_null (flag_by (flags, "governor"));
  g_assert_null (flag_by (flags, "stopped"));
}

static void
survives_garbage_and_absence (void)
{
  static const char *const texts[] = { NULL, "", "cpu0\n",
                                       "cpu0 -1 x\ncpu1 99999999999999999999999 1\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Fake) fake = fake_new ();
      g_autoptr (json_t) flags = NULL;

      if (texts[i] != NULL)
        {
          fake_write (fake, "/proc/stat", texts[i]);
          fake_write (fake, "/proc/pressure/memory", texts[i]);
          fake_write (fake, "/proc/12/stat", texts[i]);
          fake_write (fake, CPU0 "/cpufreq/scaling_max_freq", texts[i]);
        }
      flags = lb_watch_finish (lb_watch_start_at (fake->root), NULL);
      g_assert_cmpuint (json_array_size (flags), ==, 0);
    }
}

/* In a child, as the test itself can't be stopped: stopped for 1.5 s, it must say so. */
static void
notices_that_it_was_stopped (void)
{
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      g_autoptr (Fake) fake = fake_new ();
      LbWatch *watch = lb_watch_start_at (fake->root);
      g_autoptr (json_t) flags = NULL;

      raise (SIGSTOP);
      flags = lb_watch_finish (watch, NULL);
      _exit (flag_by (flags, "stopped") != NULL ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, WUNTRACED), ==, child);
  g_assert_true (WIFSTOPPED (status));
  g_usleep (1500000);
  kill (child, SIGCONT);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

/* Real load by a process that is not ours: its parent has left it. */
static void
sees_a_stranger_burn_this_machine (void)
{
  int said[2];
  GPid stranger = 0;
  LbWatch *watch;
  g_autoptr (json_t) flags = NULL;

  g_assert_cmpint (pipe (said), ==, 0);
  if (fork () == 0)
    {
      GPid pid = fork ();

      if (pid == 0)
        {
          prctl (PR_SET_NAME, "stranger");
          alarm (20);
          for (;;)
            ;
        }
      _exit (write (said[1], &pid, sizeof pid) != sizeof pid);
    }
  g_assert_cmpint (read (said[0], &stranger, sizeof stranger), ==, sizeof stranger);
  wait (NULL);
  watch = lb_watch_start ();
  g_usleep (800000);
  flags = lb_watch_finish (watch, NULL);
  kill (stranger, SIGKILL);
  close (said[0]);
  close (said[1]);
  g_assert_nonnull (flag_by (flags, "busy-machine"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watch/busy", calls_a_machine_busy_for_others_load_only);
  g_test_add_func ("/watch/ours", counts_engines_as_ours_that_started_or_ended_meanwhile);
  g_test_add_func ("/watch/flags", flags_what_else_happened);
  g_test_add_func ("/watch/files", reads_both_ends_from_files);
  g_test_add_func ("/watch/garbage", survives_garbage_and_absence);
  g_test_add_func ("/watch/stopped", notices_that_it_was_stopped);
  g_test_add_func ("/watch/stranger", sees_a_stranger_burn_this_machine);
  return g_test_run ();
}
