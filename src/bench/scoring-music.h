/* The scores of music: an engine's output against the truth. For scoring.c. */
#pragma once

#include "bench/truth.h"
#include "core/json.h"

G_BEGIN_DECLS

/* Each returns (transfer full): the score as in the record, with "value", its main figure; %NULL
 * without an error: it doesn't apply; %NULL with one: it could not be had. An output that lacks
 * what is scored counts as empty. */
json_t *lb_score_beats (const json_t *output, const LbTruth *truth, GError **error);
json_t *lb_score_tempo (const json_t *output, const LbTruth *truth, GError **error);
json_t *lb_score_notes (const json_t *output, const LbTruth *truth, GError **error);
json_t *lb_score_chords (const json_t *output, const LbTruth *truth, GError **error);
json_t *lb_score_genre (const json_t *output, const LbTruth *truth, GError **error);

G_END_DECLS
