/* Source: Documentation/ABI/testing/dev-kmsg of Linux: one record a
 * read, "6,1234,5678,-;text". */
#include "machine/kernel-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "machine/watch-reading.h"

#define MAX_READS 20000

/* clang-format off */
static const struct {
  const char *word; /* in the record */
  const char *what, *cure;
} anomalies[] = {
  { "Machine check", "a hardware error",
    "check the memory and the processor (rasdaemon, memtest)" },
  { "[Hardware Error]", "a hardware error",
    "check the memory and the processor (rasdaemon, memtest)" },
  { "GPU reset begin", "a reset of the GPU",
    "update driver and firmware, lower the GPU's clock" },
  { "GPU HANG", "a hang of the GPU",
    "update driver and firmware, lower the GPU's clock" },
  { "NVRM: Xid", "an error of the GPU",
    "look the Xid number up in NVIDIA's table" },
  { "ring gfx", "a time-out of the GPU",
    "update driver and firmware, lower the GPU's clock" },
  { "Killed process", "a process killed for lack of memory",
    "close other programs, or take a smaller model" },
  { "clock throttled", "a CPU slowed by heat",
    "improve the cooling, then measure again" },
  { "soft lockup", "a CPU that hung",
    "restart the machine, then measure again" },
  { "hung_task", "a task that hung",
    "check the disks, then measure again" },
  { "I/O error", "an error of a disk",
    "check the disk (smartctl)" },
};
/* clang-format on */

int
lb_kernel_log_open (const char *root)
{
  g_autofree char *path = g_strconcat (root, "/dev/kmsg", NULL);
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

  if (fd >= 0 && lseek (fd, 0, SEEK_END) == -1)
    {
      close (fd);
      return -1;
    }
  return fd;
}

static void
check_record (const char *record, gboolean *seen, json_t *flags)
{
  const char *text = strchr (record, ';');
  g_autofree char *line = NULL, *shown = NULL;

  if (text == NULL)
    return;
  line = g_strndup (text + 1, MIN (strcspn (text + 1, "\n"), 200));
  for (guint i = 0; i < G_N_ELEMENTS (anomalies); i++)
    if (!seen[i] && strstr (line, anomalies[i].word) != NULL)
      {
        seen[i] = TRUE;
        shown = lb_text_escape (line);
        lb_watch_flag (
            flags, "kernel-log",
            g_strdup_printf ("the kernel reported %s: \"%s\"", anomalies[i].what, shown),
            anomalies[i].cure);
        return;
      }
}

/* EPIPE: the ring has overtaken us; the next read goes on with what is left. */
void
lb_kernel_log_check (int fd, json_t *flags)
{
  gboolean seen[G_N_ELEMENTS (anomalies)] = { FALSE };
  char record[8193];

  if (fd < 0)
    return;
  for (int i = 0; i < MAX_READS; i++)
    {
      gssize got = read (fd, record, sizeof record - 1);

      if (got < 0 && (errno == EPIPE || errno == EINTR))
        continue;
      if (got <= 0)
        break;
      record[got] = '\0';
      check_record (record, seen, flags);
    }
  close (fd);
}
