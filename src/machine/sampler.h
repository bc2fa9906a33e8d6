/* What a run costs besides time and memory: GPU memory and load, temperature, clock, energy; by
 * a thread that looks ten times a second, and only where there is something to see. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef struct _LbSampler LbSampler;

/** lb_sampler_start: @pid: root of the process tree whose GPU memory is asked for */
LbSampler *lb_sampler_start (GPid pid);
LbSampler *lb_sampler_start_at (const char *root, GPid pid);

/** lb_sampler_finish: Returns: (transfer full): {samples, peak_gpu_bytes, peak_gpu_device_bytes,
 * gpu_busy (0…1, mean), cpu_energy_j, gpu_energy_j, energy_j (their sum), max_cpu_temperature_c,
 * max_gpu_temperature_c, min_cpu_clock_hz, max_cpu_clock_hz, min_gpu_clock_hz,
 * max_gpu_clock_hz}; what can't be read is absent; frees @sampler */
json_t *lb_sampler_finish (LbSampler *sampler);

G_END_DECLS
