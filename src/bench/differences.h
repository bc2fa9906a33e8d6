/* What makes two records not the same benchmark. */
#pragma once

#include "bench/compare.h"

G_BEGIN_DECLS

/** lb_differences: @work, @user_data: as lb_compare() takes them.
 *  Returns: (transfer full): array of {what, baseline, here}; a side that has no value is absent
 */
json_t *lb_differences (const json_t *base, const json_t *record, LbCompareWork work,
                        gpointer user_data);

G_END_DECLS
