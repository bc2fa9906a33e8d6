/* Whether what a description claims is so: the score "grounding" of mode analysis, by what can be
 * measured of the sound and by a reference. docs/MEASURING.md. */
#pragma once

#include "bench/plan.h"
#include "bench/result.h"

G_BEGIN_DECLS

#define LB_GROUNDING "grounding"

/** lb_grounded_is_asked: whether settings.score has it */
gboolean lb_grounded_is_asked (const LbSettings *settings);

/** lb_grounded_check: whether every case of @plan can have it, if it is asked for.
 * %LB_ERROR_USAGE */
gboolean lb_grounded_check (const LbPlan *plan, GError **error);

/** lb_grounded_read: the reference at @path (type filename): JSON, hostile. Returns: (transfer
 * full): checked; %NULL: as lb_truth_read() */
json_t *lb_grounded_read (const char *path, GError **error);

/** lb_grounded_score: puts `grounding` into the scores of each of the record's outputs.
 * @features: of the sound; @reference: (nullable): lb_grounded_read()'s */
gboolean lb_grounded_score (LbResult *result, const json_t *features, const json_t *reference,
                            GError **error);

G_END_DECLS
