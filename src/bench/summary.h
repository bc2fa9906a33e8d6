/* The figures over all iterations of a record. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** lb_summary: @iterations: the record's; @overhead_s: decode, resample and load; @processed_s:
 * of sound that went in (NAN: none: then of what came out); marks each iteration's `outlier`,
 * appends `drift` to @flags. Returns: (transfer full): {iterations, avg_rtf, …} */
json_t *lb_summary (json_t *iterations, double overhead_s, double processed_s, json_t *flags);

G_END_DECLS
