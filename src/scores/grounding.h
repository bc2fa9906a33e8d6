/* How far what a description claims agrees with what is known of the song: by a reference, or by
 * what can be measured. docs/MEASURING.md. */
#pragma once

#include "scores/claims.h"

G_BEGIN_DECLS

#define LB_GROUNDING_TEMPO_TOLERANCE 0.04 /* of a figure */
#define LB_GROUNDING_ABOUT_TOLERANCE 0.08 /* of "around" a figure */
/* Below these a measured tempo or key is too uncertain to judge by. */
#define LB_GROUNDING_MIN_STRENGTH 0.3
#define LB_GROUNDING_MIN_CORRELATION 0.6
#define LB_GROUNDING_MIN_LEAD 0.05

/**
 * lb_grounding_check_reference:
 * @reference: {"tempo": 120 or [120, 60], "key": "A minor", "vocals": true, "instruments":
 * ["piano"], "genre": "jazz" or […]}, each optional
 *
 * Returns: whether it is one, with at least one member; %LB_ERROR_BAD_INPUT names the member
 */
gboolean lb_grounding_check_reference (const LbClaimWords *words, const json_t *reference,
                                       GError **error);

/**
 * lb_grounding_score:
 * @text: the description
 * @features: (nullable): as docs/FEATURES.md has them
 * @reference: (nullable): checked; what it says counts more than what was measured
 *
 * Returns: (transfer full): {"value" (precision), "precision", "recall", "claims", "right",
 * "wrong", "unchecked", "facts", "facts_told", "list": [{"kind", "said", "start_characters"
 * (of @text before it), "negated", "right", "against", "truth"}…], "words"}; what can't be had is
 * absent
 */
json_t *lb_grounding_score (const LbClaimWords *words, const char *text, const json_t *features,
                            const json_t *reference);

G_END_DECLS
