/* Word and character error rate. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_WER_MAX_BYTES (64 * 1024 * 1024) /* of each text; longer: %LB_ERROR_BAD_INPUT */

typedef enum {
  LB_NORMALISE_NONE,  /* bytes that are no UTF-8 become U+FFFD, spaces single: nothing else */
  LB_NORMALISE_BASIC, /* any language: appendix C of Radford et al. (2022) */
  LB_NORMALISE_ENGLISH,
} LbNormaliser;

/** lb_normalise: Returns: (transfer full): @text (UTF-8) as @normaliser leaves it: words with one
 * space between them and none at the ends. Time and memory are linear in its length */
char *lb_normalise (const char *text, LbNormaliser normaliser);

/** lb_normaliser_for_language: English for "en" and names of English
 * ("english", "en-GB"), else basic */
LbNormaliser lb_normaliser_for_language (const char *language);
const char *lb_normaliser_name (LbNormaliser normaliser);

typedef struct {
  double value; /* (S + D + I) / N; may exceed 1 */
  guint64 matches, substitutions, deletions, insertions;
  guint64 reference_words; /* N; of characters in lb_cer_score() */
} LbWer;

/** lb_wer_score: %LB_ERROR_EMPTY_REFERENCE when the normalised reference has no words. Memory
 * O(words), any length. Tie-break: documented in docs/MEASURING.md */
gboolean lb_wer_score (const char *reference, const char *hypothesis, LbNormaliser normaliser,
                       LbWer *score, GError **error);

/** lb_cer_score: the same over Unicode characters of the normalised texts
 * (single spaces count) */
gboolean lb_cer_score (const char *reference, const char *hypothesis, LbNormaliser normaliser,
                       LbWer *score, GError **error);

/** lb_wer_alignment: Returns: (transfer full): for display: [{"op":
 * "equal|substitute|delete|insert", "reference": "words", "hypothesis": "words"}], runs of one op
 * joined; or %NULL */
json_t *lb_wer_alignment (const char *reference, const char *hypothesis, LbNormaliser normaliser,
                          GError **error);

/** lb_wer_json: Returns: (transfer full): {value, substitutions, deletions, insertions,
 * reference_words, normaliser} as in the record */
json_t *lb_wer_json (const LbWer *score, LbNormaliser normaliser);

G_END_DECLS
