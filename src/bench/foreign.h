/* Records that were made elsewhere, before they come into the history: hostile. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** lb_foreign_check: whether @record is that of a run that has ended, and every member of the
 * kind that the rest of the house takes it for. %LB_ERROR_BAD_INPUT names the member */
gboolean lb_foreign_check (const json_t *record, GError **error);

/** lb_foreign_read: the file at @path (type filename): a list of records, one, or one a line.
 * Returns: (transfer full): an array, at least one, all checked; %NULL: the message names file
 * and record */
json_t *lb_foreign_read (const char *path, GError **error);

G_END_DECLS
