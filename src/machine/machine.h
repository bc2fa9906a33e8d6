/* What this computer is, as it goes into every result, and what happened on it meanwhile. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** lb_machine_describe: Returns: (transfer full): {id, hostname_hash, os, kernel, architecture,
 * libc, cpu {model, vendor, cores (physical), threads, cores_allowed, smt, governor,
 * frequency_driver, boost, frequency_hz, frequency_limit_hz, microcode, flags[]}, memory
 * {total_bytes, available_bytes, swap_bytes}, gpus [{backend, id, name, vendor, device_id, slot,
 * architecture, driver, driver_version, memory_bytes, usable, why, cure}], container,
 * virtualisation, llamaburn {version, compiler, build}}; what is not known is absent. A card has
 * an element for each backend that it could serve. Reads /proc and /sys only; under 20 ms */
json_t *lb_machine_describe (void);

/** lb_machine_cores_allowed: Returns: CPUs that this process may use: the affinity mask's, capped
 * by the cgroup's cpu.max (rounded up); at least 1 */
int lb_machine_cores_allowed (void);

/** lb_machine_memory_available_bytes: Returns: MemAvailable, capped by the
 * cgroup's limit less its use */
guint64 lb_machine_memory_available_bytes (void);

/* What may have disturbed a measurement between two instants. */
typedef struct _LbWatch LbWatch;

LbWatch *lb_watch_start (void);
/** lb_watch_finish: @own_pid: processes whose load is ours (0-terminated), not a disturbance.
 *  Returns: (transfer full): array of {id, evidence, cure}: "busy-machine", "suspended",
 * "stopped" (Ctrl-Z), "frequency-changed", "throttled", "governor", "memory-pressure" …; frees
 * @watch */
json_t *lb_watch_finish (LbWatch *watch, const GPid *own_pid);

/** lb_inhibit_sleep: asks logind not to suspend while @why. Returns: a descriptor to close when
 * over, or −1 where there is no logind; never blocks longer than 1 s */
int lb_inhibit_sleep (const char *why);

/* One benchmark at a time: an abstract socket name, one per network namespace; the kernel frees
 * it at any death. */
typedef struct _LbMachineLock LbMachineLock;

/** lb_machine_lock_try: Returns: (transfer full): the lock, or %NULL: held by another; *@holder
 * (transfer full) (nullable) then says who ("llamaburn stt, process 1234") */
LbMachineLock *lb_machine_lock_try (char **holder);
void lb_machine_lock_free (LbMachineLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbMachineLock, lb_machine_lock_free)

G_END_DECLS
