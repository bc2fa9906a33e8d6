#include "machine/proc-stat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/files.h"

gboolean
lb_proc_stat_parse (const char *text, LbProcStat *stat)
{
  const char *open = strchr (text, '(');
  const char *close = strrchr (text, ')'); /* the name may hold brackets and blanks itself */
  guint64 user, system;
  gint64 waited_user, waited_system; /* printed signed */
  int parent;

  if (open == NULL || close == NULL || close < open)
    return FALSE;
  memset (stat, 0, sizeof *stat);
  stat->pid = atoi (text);
  memcpy (stat->name, open + 1, MIN ((gsize) (close - open - 1), sizeof stat->name - 1));
  if (sscanf (close + 1,
              " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT
              " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
              " %*d %*d %*d %*d %" G_GUINT64_FORMAT,
              &stat->state, &parent, &user, &system, &waited_user, &waited_system,
              &stat->start_ticks) != 7)
    return FALSE;
  stat->parent = parent;
  stat->own_ticks = user + system;
  stat->waited_ticks = (guint64) MAX (waited_user, 0) + (guint64) MAX (waited_system, 0);
  return stat->pid > 0;
}

gboolean
lb_proc_stat_read (const char *root, GPid pid, LbProcStat *stat)
{
  g_autofree char *text = lb_file_text (root, "/proc/%d/stat", (int) pid);

  return text != NULL && lb_proc_stat_parse (text, stat) && stat->pid == pid;
}

GArray *
lb_proc_stat_all (const char *root)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (LbProcStat));
  g_autoptr (GPtrArray) names = lb_file_list ("", root, "/proc");

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      LbProcStat stat;

      if (g_ascii_isdigit (*name) && lb_proc_stat_read (root, atoi (name), &stat))
        g_array_append_val (all, stat);
    }
  return all;
}
