/* One line of /proc/PID/stat. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  GPid pid, parent;
  char name[64]; /* as the process calls itself: any bytes but NUL */
  char state;
  guint64 own_ticks;    /* user + system */
  guint64 waited_ticks; /* of children that were waited for, and theirs */
  guint64 start_ticks;  /* since boot: with the pid it names a process */
} LbProcStat;

/** lb_proc_stat_parse: Returns: whether @text is such a line, complete */
gboolean lb_proc_stat_parse (const char *text, LbProcStat *stat);

/** lb_proc_stat_read: Returns: whether @pid lives (or is a zombie) below @root */
gboolean lb_proc_stat_read (const char *root, GPid pid, LbProcStat *stat);

/** lb_proc_stat_all: Returns: (transfer full) (element-type LbProcStat): every process;
 * those that vanish meanwhile are left out */
GArray *lb_proc_stat_all (const char *root);

G_END_DECLS
