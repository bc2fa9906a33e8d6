/* The machine's lock under another name: tests must not wait for a benchmark
 * that really runs. */
#pragma once

#include "machine/machine.h"

G_BEGIN_DECLS

#define LB_MACHINE_LOCK_NAME "llamaburn-benchmark"

/** lb_machine_lock_try_named: as lb_machine_lock_try(), for the abstract socket
 * @name (≤ 100 bytes) */
LbMachineLock *lb_machine_lock_try_named (const char *name, char **holder);

G_END_DECLS
