/* Members of a record by their names, which hold their units: "load_s", "peak_rss_bytes". */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** lb_unit_label: Returns: (transfer full): for people: "load", "peak rss"; escaped */
char *lb_unit_label (const char *name, const json_t *value);

/** lb_unit_show: Returns: (transfer full): @value, no object or array, with its unit; escaped */
char *lb_unit_show (const char *name, const json_t *value);

G_END_DECLS
