/* Was the right label found, and in which place? */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_LABEL_MAX_CLASSES 100000

typedef struct {
  const char *label;
  double score; /* the larger, the surer; a probability or not */
} LbLabel;

typedef struct {
  guint64 place; /* of the right label: 1 is first; 0: the classifier doesn't have it */
  guint k;
  gboolean top_1, top_k;
} LbLabelScore;

/**
 * lb_label_score:
 * @reference: the right label; letters' case, spaces, hyphens, underscores and the like don't
 * matter: "Hip-Hop" is "hip hop"
 * @labels: (array length=n): what the classifier says, in any order; labels that score the same
 * have the places in which they stand here
 * @k: at least 1
 * @error: %LB_ERROR_EMPTY_REFERENCE: @reference has no letter or digit; %LB_ERROR_BAD_INPUT: no
 * labels, too many, or a score that is no number
 *
 * Over a set of inputs the top-1 and top-k accuracies are the shares of the inputs where they are
 * TRUE.
 *
 * Returns: %TRUE if @score was set
 */
gboolean lb_label_score (const char *reference, const LbLabel *labels, gsize n, guint k,
                         LbLabelScore *score, GError **error);

/** lb_label_score_json: Returns: (transfer full): {top_1, top_k, k, place}; no place where there
 * is none */
json_t *lb_label_score_json (const LbLabelScore *score);

G_END_DECLS
