/* What of this computer this process may use. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** lb_limits_affinity: Returns: (transfer full) (element-type gint): numbers of the CPUs
 * in the affinity mask */
GArray *lb_limits_affinity (void);

/** lb_limits_quota_cores: Returns: the cgroup's share of CPU time in cores, 0: no limit */
double lb_limits_quota_cores (const char *root);

/** lb_limits_memory_available: MemAvailable of @root, capped by the cgroup's limit less its use
 * (file pages that it may drop are not use). Returns: bytes, 0 where nothing can be read */
guint64 lb_limits_memory_available (const char *root);

G_END_DECLS
