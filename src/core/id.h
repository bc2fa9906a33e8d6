/* Names of runs: UUIDs, version 7 (RFC 9562, section 5.7): they sort by time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** lb_id_new: Returns: (transfer full): a new UUIDv7, lower case, with dashes */
char *lb_id_new (void);

/** lb_id_is_valid: Returns: whether @text looks like lb_id_new()'s answer (36 characters) */
gboolean lb_id_is_valid (const char *text);

G_END_DECLS
