/* Anomalies that the kernel wrote to its log while we measured. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** lb_kernel_log_open: Returns: a descriptor of /dev/kmsg at its present end, −1 where it
 * may not be read */
int lb_kernel_log_open (const char *root);

/** lb_kernel_log_check: appends a flag "kernel-log" for the first record of each kind
 * that came since; closes @fd */
void lb_kernel_log_check (int fd, json_t *flags);

G_END_DECLS
