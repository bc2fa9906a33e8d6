/* What makes two records not the same benchmark. */
#pragma once

#include "bench/compare.h"

G_BEGIN_DECLS

/** lb_differences: @work, @user_data: as lb_compare() takes them.
 *  Returns: (transfer full): array of {what, baseline, here}; a side that has no value is absent
 */
json_t *lb_differences (const json_t *base, const json_t *record, LbCompareWork work,
                        gpointer user_data);

/** lb_differences_words: Returns: (transfer full): "threads 1 (baseline 2); precision int8
 * (baseline f16)"; "" when there are none */
char *lb_differences_words (const json_t *differences);

G_END_DECLS
