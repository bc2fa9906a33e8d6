/* Sounds that came out, as files: in the folder of the run, and where the user wants a copy. What
 * can't be written is said by a flag: it costs no figure. */
#pragma once

#include "bench/result.h"
#include "bench/sound.h"
#include "store/store.h"

G_BEGIN_DECLS

/** lb_keep_check: whether settings.save and settings.click of @plan can be a file (one case of
 * one sound) or a folder (else). %LB_ERROR_USAGE, %LB_ERROR_NOT_FOUND… */
gboolean lb_keep_check (const LbPlan *plan, GError **error);

/** lb_keep_path: Returns: (transfer full): @target, or in it "NN-ENGINE-WHAT.SUFFIX" where it is
 * a folder */
char *lb_keep_path (const LbPlan *plan, guint case_index, const char *target, const char *what,
                    const char *suffix);

/** lb_keep_flag: flags that @what was not done because of @error: "not-kept", "not-saved" */
void lb_keep_flag (LbResult *result, const char *id, const char *what, const GError *error);

/**
 * lb_keep_sounds:
 * @store: (nullable): without it nothing is kept, only saved
 * @sounds: of the output that @result got last
 *
 * Does what the plan's settings say for that output, if it is a new one: files, the record's
 * `artifacts`, `output.audio` or `output.stems`. Returns: bytes that were kept
 */
guint64 lb_keep_sounds (LbStore *store, const LbPlan *plan, guint case_index, LbResult *result,
                        const GPtrArray *sounds);

G_END_DECLS
