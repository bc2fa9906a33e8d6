/* Sources: proc(5), proc_pid_smaps(5), Documentation/filesystems/proc.rst of Linux,
 * section 3.7 and "clear_refs". */
#include "machine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "machine/files.h"
#include "machine/proc-stat.h"

#define MAX_PROCESSES 4096
#define CPU_ATTEMPTS 4

static gboolean
known (const GArray *pids, GPid pid)
{
  for (guint i = 0; i < pids->len; i++)
    if (g_array_index (pids, GPid, i) == pid)
      return TRUE;
  return FALSE;
}

static void
add (GArray *pids, GPid pid)
{
  if (pid > 0 && pids->len < MAX_PROCESSES && !known (pids, pid))
    g_array_append_val (pids, pid);
}

/* Each thread has its own children. */
static void
add_children (GArray *pids, GPid pid)
{
  g_autoptr (GPtrArray) threads = lb_file_list ("", "", "/proc/%d/task", (int) pid);

  for (guint i = 0; i < threads->len; i++)
    {
      g_autofree char *text = lb_file_text ("", "/proc/%d/task/%s/children", (int) pid,
                                            (char *) threads->pdata[i]);
      char *p = text;

      while (p != NULL && *p != '\0')
        {
          char *end;
          long child = strtol (p, &end, 10);

          if (end == p)
            break;
          add (pids, (GPid) child);
          p = end;
        }
    }
}

static void
add_descendants_by_scan (GArray *pids)
{
  g_autoptr (GArray) all = lb_proc_stat_all ("");
  guint before;

  do
    {
      before = pids->len;
      for (guint i = 0; i < all->len; i++)
        {
          const LbProcStat *stat = &g_array_index (all, LbProcStat, i);

          if (known (pids, stat->parent))
            add (pids, stat->pid);
        }
    }
  while (pids->len > before);
}

GPid *
lb_process_tree (GPid pid)
{
  GArray *pids = g_array_new (TRUE, FALSE, sizeof (GPid));

  if (pid > 0 && lb_file_exists ("", "/proc/%d", (int) pid))
    {
      add (pids, pid);
      /* the file needs CONFIG_PROC_CHILDREN */
      if (lb_file_exists ("", "/proc/self/task/%d/children", (int) getpid ()))
        for (guint i = 0; i < pids->len; i++)
          add_children (pids, g_array_index (pids, GPid, i));
      else
        add_descendants_by_scan (pids);
    }
  return (GPid *) (gpointer) g_array_free (pids, FALSE);
}

/* 5 sets VmHWM to what is resident now. A process that has just ended is no failure. */
static gboolean
reset_one (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/clear_refs", (int) pid);
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean written;

  if (fd < 0)
    return errno == ENOENT || errno == ESRCH;
  written = write (fd, "5", 1) == 1 || errno == ESRCH;
  close (fd);
  return written;
}

gboolean
lb_process_reset_peak (GPid pid)
{
  g_autofree GPid *tree = lb_process_tree (pid);
  gboolean all = tree[0] != 0;

  for (guint i = 0; tree[i] != 0; i++)
    all = reset_one (tree[i]) && all;
  return all;
}

typedef struct {
  guint major, minor;
  guint64 inode;
} Mapping;

/* "00:01:4097", as the columns dev and inode of smaps, or "DEV:INODE" with
 * st_dev as one number. */
static gboolean
parse_mapping (const char *text, Mapping *mapping)
{
  guint64 device;

  if (sscanf (text, "%x:%x:%" G_GUINT64_FORMAT, &mapping->major, &mapping->minor,
              &mapping->inode) == 3)
    return TRUE;
  if (sscanf (text, "%x:%x %" G_GUINT64_FORMAT, &mapping->major, &mapping->minor,
              &mapping->inode) == 3)
    return TRUE;
  if (sscanf (text, "%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, &device, &mapping->inode) != 2)
    return FALSE;
  mapping->major = major (device);
  mapping->minor = minor (device);
  return TRUE;
}

static gboolean
is_not_counted (const char *line, const GArray *not_counted)
{
  Mapping found;

  if (sscanf (line, "%*x-%*x %*s %*x %x:%x %" G_GUINT64_FORMAT, &found.major, &found.minor,
              &found.inode) != 3 ||
      found.inode == 0)
    return FALSE;
  for (guint i = 0; i < not_counted->len; i++)
    {
      const Mapping *mapping = &g_array_index (not_counted, Mapping, i);

      if (mapping->major == found.major && mapping->minor == found.minor &&
          mapping->inode == found.inode)
        return TRUE;
    }
  return FALSE;
}

/* smaps of a process with GPU buffers runs to megabytes: it is read line by line. */
static guint64
resident_of (GPid pid, const GArray *not_counted)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps", (int) pid);
  FILE *smaps = fopen (path, "re");
  char *line = NULL;
  size_t size = 0;
  gboolean inside = FALSE;
  guint64 total = 0;

  while (smaps != NULL && getline (&line, &size, smaps) > 0)
    {
      guint64 kib;

      /* "Rss:  12 kB" against "7f0c…-7f0d… rw-s …": only a mapping's line
       * begins in lower case */
      if (!g_ascii_isupper (line[0]))
        inside = is_not_counted (line, not_counted);
      else if (inside && sscanf (line, "Rss: %" G_GUINT64_FORMAT " kB", &kib) == 1)
        total += kib * 1024;
    }
  free (line);
  if (smaps != NULL)
    fclose (smaps);
  return total;
}

static GArray *
parse_mappings (const char *const *texts)
{
  GArray *mappings = g_array_new (FALSE, FALSE, sizeof (Mapping));

  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      Mapping mapping;

      if (parse_mapping (texts[i], &mapping))
        g_array_append_val (mappings, mapping);
    }
  return mappings;
}

static guint64
peak_of (GPid pid)
{
  g_autofree char *status = lb_file_text ("", "/proc/%d/status", (int) pid);
  guint64 kib;

  return lb_file_field_number (status, "VmHWM", ':', &kib) ? kib * 1024 : 0;
}

guint64
lb_process_peak_rss_bytes (GPid pid, const char *const *not_counted)
{
  g_autofree GPid *tree = lb_process_tree (pid);
  g_autoptr (GArray) mappings = parse_mappings (not_counted);
  guint64 total = 0;

  for (guint i = 0; tree[i] != 0; i++)
    {
      guint64 peak = peak_of (tree[i]);
      guint64 ours = peak > 0 && mappings->len > 0 ? resident_of (tree[i], mappings) : 0;

      total += peak - MIN (peak, ours);
    }
  return total;
}

guint64
lb_process_rss_bytes (GPid pid)
{
  g_autofree GPid *tree = lb_process_tree (pid);
  guint64 page = (guint64) sysconf (_SC_PAGESIZE);
  guint64 total = 0;

  for (guint i = 0; tree[i] != 0; i++)
    {
      g_autofree char *text = lb_file_text ("", "/proc/%d/statm", (int) tree[i]);
      guint64 pages;

      if (text != NULL && sscanf (text, "%*u %" G_GUINT64_FORMAT, &pages) == 1)
        total += pages * page;
    }
  return total;
}

/* The process's own clock counts nanoseconds, threads that ended included. What children
 * used that it has waited for is nowhere but in cutime and cstime, cut to 10 ms: the last
 * resort, for those only. */
static gboolean
cpu_of (GPid pid, double *seconds)
{
  clockid_t clock;
  struct timespec used;
  LbProcStat stat;

  if (!lb_proc_stat_read ("", pid, &stat) || clock_getcpuclockid (pid, &clock) != 0 ||
      clock_gettime (clock, &used) != 0)
    return FALSE;
  *seconds = (double) used.tv_sec + (double) used.tv_nsec / 1e9 +
             (double) stat.waited_ticks / (double) sysconf (_SC_CLK_TCK);
  return TRUE;
}

static gboolean
cpu_of_tree (const GPid *tree, double *seconds)
{
  gboolean all = TRUE;

  *seconds = 0;
  for (guint i = 0; tree[i] != 0; i++)
    {
      double one;

      if (cpu_of (tree[i], &one))
        *seconds += one;
      else
        all = FALSE;
    }
  return all;
}

/* A process that ends between being listed and being read is missing in both its own
 * clock and its parent's cutime (parents are read first): read again then. */
double
lb_process_cpu_s (GPid pid)
{
  double seconds = 0;

  for (int attempt = 0; attempt < CPU_ATTEMPTS; attempt++)
    {
      g_autofree GPid *tree = lb_process_tree (pid);

      if (tree[0] == 0)
        return NAN;
      if (cpu_of_tree (tree, &seconds))
        break;
    }
  return lb_file_exists ("", "/proc/%d", (int) pid) ? seconds : NAN;
}
