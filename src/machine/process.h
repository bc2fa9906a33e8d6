/* Memory and CPU time of a process and all its descendants. (Never ru_maxrss:
 * it inherits the parent's peak.) */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** lb_process_reset_peak: writes 5 to clear_refs of each process of @pid's
 * tree. Returns: whether it could */
gboolean lb_process_reset_peak (GPid pid);

/** lb_process_peak_rss_bytes: the sum of VmHWM over the tree, less the resident part of mappings
 * whose "dev:inode" (as in smaps) is in @not_counted. Returns: bytes, 0 where it can't be read */
guint64 lb_process_peak_rss_bytes (GPid pid, const char *const *not_counted);

/** lb_process_rss_bytes: resident now, whole tree. For limits: cheap */
guint64 lb_process_rss_bytes (GPid pid);

/** lb_process_cpu_s: user + system time of the tree, children that were waited for included, by
 *  clock_getcpuclockid. Returns: seconds, NAN where it can't be read */
double lb_process_cpu_s (GPid pid);

/** lb_process_tree: Returns: (transfer full): @pid and its living descendants, 0-terminated */
GPid *lb_process_tree (GPid pid);

G_END_DECLS
