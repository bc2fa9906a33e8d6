/* Sources: proc_stat(5), proc_vmstat(5), Documentation/accounting/psi.rst,
 * admin-guide/pm/cpufreq.rst of Linux; thermal_throttle:
 * arch/x86/kernel/cpu/mce/therm_throt.c. */
#include "machine/watch-reading.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/text.h"
#include "machine/files.h"
#include "machine/quota.h"

#define PAGES_WORTH_SAYING 256 /* 1 MiB */

/* "cpu3 user nice system idle iowait irq softirq steal …"; guest time is in user already. */
static void
read_cpu_rows (LbWatchReading *reading, const char *root, const GArray *cpus)
{
  g_autofree char *text = lb_file_text (root, "/proc/stat");

  for (guint i = 0; text != NULL && i < cpus->len; i++)
    {
      g_autofree char *key = g_strdup_printf ("cpu%d", g_array_index (cpus, int, i));
      g_autofree char *row = lb_file_field (text, key, ' ');
      guint64 v[8] = { 0 };
      gboolean complete = row != NULL &&
                          sscanf (row,
                                  "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                                  " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                                  " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                                  " %" G_GUINT64_FORMAT,
                                  &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) == 8;

      if (!complete)
        continue;
      reading->cores++;
      reading->busy_ticks += v[0] + v[1] + v[2] + v[5] + v[6];
      reading->stolen_ticks += v[7];
    }
}

static void
read_frequencies (LbWatchReading *reading, const char *root, const GArray *cpus)
{
  guint64 value;

  for (guint i = 0; i < cpus->len; i++)
    {
      int cpu = g_array_index (cpus, int, i);
      g_autofree char *governor = lb_file_text (
          root, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);

      if (governor != NULL &&
          (reading->governor == NULL || g_str_equal (reading->governor, "performance")))
        {
          g_free (reading->governor);
          reading->governor = g_steal_pointer (&governor);
        }
      if (lb_file_number (&value, root, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_max_freq",
                          cpu) &&
          (reading->frequency_limit_khz == 0 || value < reading->frequency_limit_khz))
        reading->frequency_limit_khz = value;
      if (lb_file_number (&value, root,
                          "/sys/devices/system/cpu/cpu%d/thermal_throttle/core_throttle_count",
                          cpu))
        reading->throttled += value;
      if (lb_file_number (&value, root,
                          "/sys/devices/system/cpu/cpu%d/thermal_throttle/package_throttle_count",
                          cpu))
        reading->throttled += value;
    }
  reading->boost = -1;
  if (lb_file_number (&value, root, "/sys/devices/system/cpu/intel_pstate/no_turbo"))
    reading->boost = value == 0;
  else if (lb_file_number (&value, root, "/sys/devices/system/cpu/cpufreq/boost"))
    reading->boost = value != 0;
}

static void
read_memory (LbWatchReading *reading, const char *root)
{
  g_autofree char *pressure = lb_file_text (root, "/proc/pressure/memory");
  g_autofree char *vmstat = lb_file_text (root, "/proc/vmstat");
  const char *total = pressure != NULL ? strstr (pressure, "total=")
                                       : NULL; /* the first line: some */
  guint64 in = 0, out = 0;

  reading->has_pressure = total != NULL &&
                          sscanf (total, "total=%" G_GUINT64_FORMAT, &reading->pressure_us) == 1;
  lb_file_field_number (vmstat, "pswpin", ' ', &in);
  lb_file_field_number (vmstat, "pswpout", ' ', &out);
  reading->swapped_pages = in + out;
}

/* On battery: there is a mains adapter, and none is plugged in. */
static gboolean
read_battery (const char *root)
{
  g_autoptr (GPtrArray) names = lb_file_list ("", root, "/sys/class/power_supply");
  gboolean adapter = FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *type = lb_file_text (root, "/sys/class/power_supply/%s/type", name);
      guint64 online;

      if (g_strcmp0 (type, "Mains") != 0 ||
          !lb_file_number (&online, root, "/sys/class/power_supply/%s/online", name))
        continue;
      if (online != 0)
        return FALSE;
      adapter = TRUE;
    }
  return adapter;
}

LbWatchReading *
lb_watch_reading_new (const char *root, const GArray *cpus)
{
  LbWatchReading *reading = g_new0 (LbWatchReading, 1);

  reading->now_ns = lb_clock_now_ns ();
  reading->suspended_ns = lb_clock_suspended_ns ();
  reading->quota_cores = lb_limits_quota_cores (root);
  read_cpu_rows (reading, root, cpus);
  reading->processes = lb_proc_stat_all (root);
  read_frequencies (reading, root, cpus);
  read_memory (reading, root);
  reading->on_battery = read_battery (root);
  return reading;
}

void
lb_watch_reading_free (LbWatchReading *reading)
{
  g_array_unref (reading->processes);
  g_free (reading->governor);
  g_free (reading);
}

void
lb_watch_flag (json_t *flags, const char *id, char *evidence, const char *cure)
{
  json_t *flag = json_object ();

  lb_json_set_string (flag, "id", id);
  lb_json_set_string (flag, "evidence", evidence);
  lb_json_set_string (flag, "cure", cure);
  json_array_append_new (flags, flag);
  g_free (evidence);
}

/* The pids of the trees below the roots, by the parents in @processes. */
static GHashTable *
own_processes (const GArray *processes, GPid own, const GPid *own_pid)
{
  GHashTable *ours = g_hash_table_new (NULL, NULL);
  guint before;

  g_hash_table_add (ours, GINT_TO_POINTER (own));
  for (gsize i = 0; own_pid != NULL && own_pid[i] != 0; i++)
    g_hash_table_add (ours, GINT_TO_POINTER (own_pid[i]));
  do
    {
      before = g_hash_table_size (ours);
      for (guint i = 0; i < processes->len; i++)
        {
          const LbProcStat *stat = &g_array_index (processes, LbProcStat, i);

          if (g_hash_table_contains (ours, GINT_TO_POINTER (stat->parent)))
            g_hash_table_add (ours, GINT_TO_POINTER (stat->pid));
        }
    }
  while (g_hash_table_size (ours) > before);
  return ours;
}

/* A child's time moves into its parent's waited_ticks when it is waited for:
 * the tree's sum stays. */
static guint64
own_ticks (const LbWatchReading *reading, GHashTable *ours)
{
  guint64 sum = 0;

  for (guint i = 0; i < reading->processes->len; i++)
    {
      const LbProcStat *stat = &g_array_index (reading->processes, LbProcStat, i);

      if (g_hash_table_contains (ours, GINT_TO_POINTER (stat->pid)))
        sum += stat->own_ticks + stat->waited_ticks;
    }
  return sum;
}

/* The other process that used most. Returns: its ticks, 0: none */
static guint64
busiest_other (const LbWatchReading *begin, const LbWatchReading *end, GHashTable *ours,
               const LbProcStat **busiest)
{
  g_autoptr (GHashTable) earlier = g_hash_table_new (NULL, NULL);
  guint64 most = 0;

  for (guint i = 0; i < begin->processes->len; i++)
    {
      LbProcStat *stat = &g_array_index (begin->processes, LbProcStat, i);

      g_hash_table_insert (earlier, GINT_TO_POINTER (stat->pid), stat);
    }
  for (guint i = 0; i < end->processes->len; i++)
    {
      const LbProcStat *stat = &g_array_index (end->processes, LbProcStat, i);
      const LbProcStat *then = g_hash_table_lookup (earlier, GINT_TO_POINTER (stat->pid));
      gboolean same = then != NULL && then->start_ticks == stat->start_ticks;
      guint64 used = stat->own_ticks - (same ? MIN (then->own_ticks, stat->own_ticks) : 0);

      if (!g_hash_table_contains (ours, GINT_TO_POINTER (stat->pid)) && used > most)
        {
          most = used;
          *busiest = stat;
        }
    }
  return most;
}

static double
grown (guint64 begin, guint64 end)
{
  return end > begin ? (double) (end - begin) : 0;
}

typedef struct {
  const LbWatchReading *begin, *end;
  GPid own;
  const GPid *own_pid;
  double wall_s, tick_s;
} Comparison;

/* /proc/stat is counted in ticks of 10 ms: 50 ms at least, or a short window would cry wolf. */
static void
check_busy (const Comparison *c, json_t *flags)
{
  g_autoptr (GHashTable) ours_then = own_processes (c->begin->processes, c->own, c->own_pid);
  g_autoptr (GHashTable) ours = own_processes (c->end->processes, c->own, c->own_pid);
  double used = grown (c->begin->busy_ticks, c->end->busy_ticks) * c->tick_s;
  double own = grown (own_ticks (c->begin, ours_then), own_ticks (c->end, ours)) * c->tick_s;
  double others = used - own;
  double allowed = c->end->quota_cores > 0 ? MIN (c->end->quota_cores, c->end->cores)
                                           : c->end->cores;
  const LbProcStat *busiest = NULL;
  guint64 most;
  g_autoptr (GString) evidence = NULL;

  if (others <= 0.05 * allowed * c->wall_s || others < 0.05)
    return;
  evidence = g_string_new (NULL);
  g_string_printf (evidence, "other programs used %.2f of %g cores", others / c->wall_s, allowed);
  most = busiest_other (c->begin, c->end, ours, &busiest);
  if (busiest != NULL && (double) most * c->tick_s >= 0.25 * others)
    {
      g_autofree char *shown = lb_text_escape (busiest->name);

      g_string_append_printf (evidence, ", most of all \"%s\" (process %d): %.2f", shown,
                              (int) busiest->pid, (double) most * c->tick_s / c->wall_s);
    }
  lb_watch_flag (flags, "busy-machine", g_strdup (evidence->str),
                 "close other programs, or wait until they are done; then measure again");
}

static void
check_suspension (const Comparison *c, json_t *flags)
{
  double slept = lb_clock_seconds (c->begin->suspended_ns, c->end->suspended_ns);

  /* the two clocks are not read at one instant: some µs are no sleep */
  if (slept > 0.01)
    lb_watch_flag (flags, "suspended",
                   g_strdup_printf ("the machine slept for %.1f s meanwhile", slept),
                   "keep it awake (systemd-inhibit, or the power settings), then measure again");
}

static void
check_steal (const Comparison *c, json_t *flags)
{
  double stolen = grown (c->begin->stolen_ticks, c->end->stolen_ticks) * c->tick_s;

  if (stolen > 0.01 * c->end->cores * c->wall_s && stolen >= 0.03)
    lb_watch_flag (flags, "stolen-time",
                   g_strdup_printf (
                       "the host of this virtual machine kept %.1f %% of the CPU time for others",
                       100 * stolen / (c->end->cores * c->wall_s)),
                   "measure when the host is idle, or on a machine that is not shared");
}

static void
check_governor (const Comparison *c, json_t *flags)
{
  g_autofree char *shown = c->end->governor != NULL ? lb_text_escape (c->end->governor) : NULL;

  if (shown != NULL && !g_str_equal (shown, "performance"))
    lb_watch_flag (flags, "governor",
                   g_strdup_printf ("the CPU frequency governor is \"%s\"", shown),
                   "sudo cpupower frequency-set -g performance");
}

static void
check_frequency (const Comparison *c, json_t *flags)
{
  const LbWatchReading *a = c->begin, *b = c->end;
  static const char cure[] =
      "find what changes it (power profile, battery, heat), then measure again";

  if (a->frequency_limit_khz != 0 && b->frequency_limit_khz != 0 &&
      a->frequency_limit_khz != b->frequency_limit_khz)
    lb_watch_flag (flags, "frequency-changed",
                   g_strdup_printf ("the CPU's highest allowed clock went from %.2f to %.2f GHz",
                                    (double) a->frequency_limit_khz / 1e6,
                                    (double) b->frequency_limit_khz / 1e6),
                   cure);
  else if (a->boost >= 0 && b->boost >= 0 && a->boost != b->boost)
    lb_watch_flag (flags, "frequency-changed",
                   g_strdup_printf ("the CPU's boost was switched %s", b->boost ? "on" : "off"),
                   cure);
  else if (a->governor != NULL && b->governor != NULL && !g_str_equal (a->governor, b->governor))
    {
      g_autofree char *from = lb_text_escape (a->governor), *to = lb_text_escape (b->governor);

      lb_watch_flag (
          flags, "frequency-changed",
          g_strdup_printf ("the frequency governor went from \"%s\" to \"%s\"", from, to), cure);
    }
}

static void
check_heat (const Comparison *c, json_t *flags)
{
  double times = grown (c->begin->throttled, c->end->throttled);

  if (times > 0)
    lb_watch_flag (
        flags, "throttled", g_strdup_printf ("the CPU was slowed down by heat %.0f times", times),
        "improve the cooling, let it cool down, or measure shorter; then measure again");
}

static void
check_memory (const Comparison *c, json_t *flags)
{
  double waited = grown (c->begin->pressure_us, c->end->pressure_us) / 1e6;
  double pages = grown (c->begin->swapped_pages, c->end->swapped_pages);
  gboolean pressure = c->begin->has_pressure && c->end->has_pressure && waited > 0.01 * c->wall_s;

  if (pressure || pages >= PAGES_WORTH_SAYING)
    lb_watch_flag (flags, "memory-pressure",
                   pages >= PAGES_WORTH_SAYING
                       ? g_strdup_printf ("%.0f pages were swapped in or out", pages)
                       : g_strdup_printf ("programs waited %.2f s for memory", waited),
                   "close other programs, or take a smaller model");
}

static void
check_battery (const Comparison *c, json_t *flags)
{
  if (c->begin->on_battery || c->end->on_battery)
    lb_watch_flag (flags, "on-battery", g_strdup ("the machine ran on battery"),
                   "plug it in, then measure again");
}

json_t *
lb_watch_compare (const LbWatchReading *begin, const LbWatchReading *end, GPid own,
                  const GPid *own_pid)
{
  static void (*const checks[]) (const Comparison *, json_t *) = {
    check_busy,      check_suspension, check_steal,  check_governor,
    check_frequency, check_heat,       check_memory, check_battery,
  };
  const Comparison comparison = {
    .begin = begin,
    .end = end,
    .own = own,
    .own_pid = own_pid,
    .wall_s = MAX (lb_clock_seconds (begin->now_ns, end->now_ns), 1e-3),
    .tick_s = 1.0 / (double) sysconf (_SC_CLK_TCK),
  };
  json_t *flags = json_array ();

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    checks[i](&comparison, flags);
  return flags;
}
