/* What is shown of the claims of a description: where each is said, whether it is so, and by what
 * that is known. Pure: of the score "grounding" (docs/MEASURING.md). */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef enum {
  LB_CLAIM_NOT_CHECKABLE,
  LB_CLAIM_WRONG,
  LB_CLAIM_RIGHT,
} LbClaimVerdict;

typedef struct {
  LbClaimVerdict verdict;
  char *said;     /* "120 BPM"; with a word on it where it was denied */
  char *words;    /* translated: "Right: 119.8 bpm was measured" */
  int start, end; /* where it is said, characters of the text; −1: it isn't there */
} LbClaimMark;

/** lb_claim_marks_of: @text: the description; @score: (nullable): its "grounding". Returns:
 * (transfer full) (element-type LbClaimMark): in the order of the score */
GPtrArray *lb_claim_marks_of (const char *text, const json_t *score);

/** lb_claim_verdict_sign: Returns: "✓", "✗" or "?": no mark is by colour alone */
const char *lb_claim_verdict_sign (LbClaimVerdict verdict);

G_END_DECLS
