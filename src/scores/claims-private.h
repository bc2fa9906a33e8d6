/* Between the files that find claims. */
#pragma once

#include "scores/claim-words.h"
#include "scores/claims.h"

G_BEGIN_DECLS

/* Each looks for a claim that begins at word @at. Returns: how many words it takes; 0: there is
 * none */
typedef guint (*LbClaimFinder) (const LbWordList *list, guint at, LbClaim *claim);

guint lb_claim_tempo (const LbWordList *list, guint at, LbClaim *claim);
guint lb_claim_key (const LbWordList *list, guint at, LbClaim *claim);

/** lb_claim_named: likewise, by the lists: vocals, instruments, genres */
guint lb_claim_named (const LbClaimWords *words, const LbWordList *list, guint at,
                      LbClaim *claim);

/** lb_claim_is_negated: whether what stands around the words from @first to @last says that they
 * are not so */
gboolean lb_claim_is_negated (const LbWordList *list, guint first, guint last);

G_END_DECLS
