/* What a description of music claims that can be checked: found by rules, in English. What can
 * fool them stands in docs/MEASURING.md. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef enum {
  LB_CLAIM_TEMPO,
  LB_CLAIM_KEY,
  LB_CLAIM_VOCALS,
  LB_CLAIM_INSTRUMENT,
  LB_CLAIM_GENRE,
} LbClaimKind;

typedef enum {
  LB_KEY_MODE_ANY,
  LB_KEY_MODE_MAJOR,
  LB_KEY_MODE_MINOR,
} LbKeyMode;

typedef struct {
  LbClaimKind kind;
  gboolean negated;         /* that it is not so; of vocals: that there are none */
  gsize start, end;         /* where it is said, bytes of the text */
  double low_bpm, high_bpm; /* of a tempo; the same where it is no range */
  gboolean about;           /* "around 120" */
  int level;                /* −1: "half-time", 1: "double-time" */
  int tonic;                /* of a key: semitones above C; −1: only its mode is said */
  LbKeyMode mode;
  const char *name; /* of an instrument or a genre, as the lists call it; lives as they do */
} LbClaim;

/* The lists of data/words/claims.json. */
typedef struct _LbClaimWords LbClaimWords;

/** lb_claim_words_new: Returns: (transfer full): of @lists; %NULL: %LB_ERROR_FAILED: they are
 * none */
LbClaimWords *lb_claim_words_new (const json_t *lists, GError **error);
void lb_claim_words_free (LbClaimWords *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbClaimWords, lb_claim_words_free)

/** lb_claim_words_version: Returns: (transfer none): to be kept with a score */
const char *lb_claim_words_version (const LbClaimWords *words);

/** lb_claim_words_find: @kind: LB_CLAIM_INSTRUMENT or LB_CLAIM_GENRE. Returns: (transfer none)
 * (nullable): what the lists call @said ("violins" → "violin") */
const char *lb_claim_words_find (const LbClaimWords *words, LbClaimKind kind, const char *said);

/** lb_claim_words_is_a: whether @name is @other, or a kind of it ("violin" of "strings") */
gboolean lb_claim_words_is_a (const LbClaimWords *words, LbClaimKind kind, const char *name,
                              const char *other);

/** lb_claims_find: Returns: (transfer full) (element-type LbClaim): all that @text (UTF-8)
 * claims, each once, in its order */
GArray *lb_claims_find (const LbClaimWords *words, const char *text);

/** lb_claims_read_key: @text: "A minor", "F# major", "Bbm", "E flat". Returns: whether it is a
 * key, and nothing else */
gboolean lb_claims_read_key (const char *text, int *tonic, LbKeyMode *mode);

G_END_DECLS
