/* Sources: Documentation/admin-guide/cgroup-v2.rst (cpu.max, memory.max) and
 * cgroup-v1/memory.rst, scheduler/sched-bwc.rst (cpu.cfs_quota_us) of Linux. A limit of
 * any folder above ours holds for us. */
#include "machine/quota.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "machine/files.h"
#include "machine/machine.h"

#define MAX_CPUS 65536

GArray *
lb_limits_affinity (void)
{
  GArray *cpus = g_array_new (FALSE, FALSE, sizeof (int));

  for (int count = 1024; count <= MAX_CPUS; count *= 2)
    {
      cpu_set_t *set = CPU_ALLOC (count);
      gsize size = CPU_ALLOC_SIZE (count);
      int failed = sched_getaffinity (0, size, set) != 0 ? errno : 0;

      for (int i = 0; failed == 0 && i < count; i++)
        if (CPU_ISSET_S (i, size, set))
          g_array_append_val (cpus, i);
      CPU_FREE (set);
      if (failed != EINVAL) /* EINVAL: the kernel's mask is larger */
        break;
    }
  return cpus;
}

/* The path of our group in the hierarchy that has @controller ("" for version 2). */
static char *
group_path (const char *root, const char *controller)
{
  g_autofree char *text = lb_file_text (root, "/proc/self/cgroup");
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (int i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ":", 3); /* 4:cpu,cpuacct:/path */
      g_auto (GStrv) controllers = NULL;

      if (g_strv_length (parts) != 3)
        continue;
      controllers = g_strsplit (parts[1], ",", -1);
      if (*controller == '\0' ? *parts[1] != '\0'
                              : !g_strv_contains ((const char *const *) controllers, controller))
        continue;
      /* seen from inside a namespace the group may lie outside: "/../x" */
      return strstr (parts[2], "..") == NULL ? g_strdup (parts[2]) : g_strdup ("/");
    }
  return g_strdup ("/");
}

typedef void (*VisitGroup) (const char *root, const char *folder, double *least);

/* Visits our group's folder below @mount and all above it. */
static void
climb (const char *root, const char *mount, const char *controller, VisitGroup visit,
       double *least)
{
  g_autofree char *path = group_path (root, controller);

  while (TRUE)
    {
      g_autofree char *folder = g_strconcat (mount, path, NULL);
      char *slash = strrchr (path, '/');

      visit (root, folder, least);
      if (slash == NULL)
        return;
      *slash = '\0';
    }
}

static void
visit_cpu_2 (const char *root, const char *folder, double *least)
{
  g_autofree char *text = lb_file_text (root, "%s/cpu.max", folder);
  guint64 quota, period;

  if (text != NULL &&
      sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &quota, &period) == 2 &&
      period > 0)
    *least = MIN (*least, (double) quota / (double) period);
}

static void
visit_cpu_1 (const char *root, const char *folder, double *least)
{
  guint64 quota, period; /* −1 in the quota: no limit; it is no number ≥ 0 */

  if (lb_file_number (&quota, root, "%s/cpu.cfs_quota_us", folder) &&
      lb_file_number (&period, root, "%s/cpu.cfs_period_us", folder) && period > 0)
    *least = MIN (*least, (double) quota / (double) period);
}

double
lb_limits_quota_cores (const char *root)
{
  double least = INFINITY;

  climb (root, "/sys/fs/cgroup", "", visit_cpu_2, &least);
  climb (root, "/sys/fs/cgroup/cpu", "cpu", visit_cpu_1, &least);
  return isfinite (least) ? least : 0;
}

static void
cap_memory (const char *root, const char *folder, const char *const names[3], double *least)
{
  g_autofree char *stat = lb_file_text (root, "%s/memory.stat", folder);
  guint64 limit, used, droppable = 0;

  if (!lb_file_number (&limit, root, "%s/%s", folder, names[0]) ||
      !lb_file_number (&used, root, "%s/%s", folder, names[1]))
    return;
  lb_file_field_number (stat, names[2], ' ', &droppable);
  used -= MIN (used, droppable);
  *least = MIN (*least, (double) (limit - MIN (limit, used)));
}

static void
visit_memory_2 (const char *root, const char *folder, double *least)
{
  static const char *const names[] = { "memory.max", "memory.current", "inactive_file" };

  cap_memory (root, folder, names, least);
}

static void
visit_memory_1 (const char *root, const char *folder, double *least)
{
  static const char *const names[] = { "memory.limit_in_bytes", "memory.usage_in_bytes",
                                       "total_inactive_file" };

  cap_memory (root, folder, names, least);
}

guint64
lb_limits_memory_available (const char *root)
{
  g_autofree char *text = lb_file_text (root, "/proc/meminfo");
  guint64 kib = 0;
  double least;

  if (!lb_file_field_number (text, "MemAvailable", ':', &kib))
    return 0;
  least = (double) kib * 1024;
  climb (root, "/sys/fs/cgroup", "", visit_memory_2, &least);
  climb (root, "/sys/fs/cgroup/memory", "memory", visit_memory_1, &least);
  return (guint64) least;
}

guint64
lb_machine_memory_available_bytes (void)
{
  return lb_limits_memory_available ("");
}

int
lb_machine_cores_allowed (void)
{
  g_autoptr (GArray) cpus = lb_limits_affinity ();
  double quota = lb_limits_quota_cores ("");
  int cores = MAX (1, (int) cpus->len);

  return quota > 0 && quota < cores ? MAX (1, (int) ceil (quota)) : cores;
}
