/* Flags: what was not as it must be, each with its evidence and its cure. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** lb_flag_new: Returns: (transfer full): {id, evidence, cure} */
json_t *lb_flag_new (const char *id, const char *cure, const char *evidence_format, ...)
    G_GNUC_PRINTF (3, 4);

/** lb_flag_invalidates: whether a result with the flag @id is not valid. Some only tell (a
 * governor, a cut-off file): the number is right for what ran. Unknown ids invalidate */
gboolean lb_flag_invalidates (const char *id);

/** lb_validity: Returns: (transfer full): {valid, flags}; @flags: (transfer full): doubles (same
 * id) are joined: the first's evidence stays and counts */
json_t *lb_validity (json_t *flags);

G_END_DECLS
