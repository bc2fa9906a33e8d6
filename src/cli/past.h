/* What the commands about earlier runs share. */
#pragma once

#include "cli/cli.h"
#include "store/store.h"

G_BEGIN_DECLS

/** lb_past_open: the history, for commands that only look: none yet is an empty one; one that
 * can't be written is read. Warns of what opening had to do. Returns: (transfer full): the store,
 * or %NULL */
LbStore *lb_past_open (const LbCli *cli, GError **error);

/** lb_past_load: Returns: (transfer full): the record of the run that the user called @name, or
 * %NULL */
json_t *lb_past_load (LbStore *store, const char *name, GError **error);

/**
 * lb_past_parse_date:
 * @text: "2026-11-24", "2026-11-24T10:30", "2026-11-24T10:30:00Z": local time unless it says
 * otherwise
 * @end: whether a date without a time means the end of that day
 *
 * Returns: %TRUE and Unix seconds in @seconds, or %FALSE with %LB_ERROR_USAGE
 */
gboolean lb_past_parse_date (const char *option, const char *text, gboolean end, gint64 *seconds,
                             GError **error);

/** lb_past_append_md: appends a cell of a Markdown table: "| TEXT ", escaped */
void lb_past_append_md (GString *out, const char *cell);

G_END_DECLS
