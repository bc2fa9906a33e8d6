/* From what a classifier says of each window to the labels of the whole sound. Pure. */
#pragma once

#include <glib.h>

#include "core/json.h"
#include "genre-description.h"

G_BEGIN_DECLS

typedef struct {
  GenreActivation activation;
  GenreAverage average;
  guint n;         /* labels */
  guint64 windows; /* that were added */
  double *sums;    /* of each label: or the maxima */
  double *scores;  /* of one window */
} GenreScores;

void genre_scores_init (GenreScores *scores, GenreActivation activation, GenreAverage average,
                        guint n);
void genre_scores_clear (GenreScores *scores);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GenreScores, genre_scores_clear)

/** genre_scores_add: a window's @outputs, one for each label. Returns: %FALSE with *@strange the
 * number of the first label whose output is no finite number */
gboolean genre_scores_add (GenreScores *scores, const float *outputs, guint *strange);

/** genre_scores_json: Returns: (transfer full): [{label, score}], the highest first; those that
 * score the same in the order of @labels. @top: at most so many; 0: all */
json_t *genre_scores_json (const GenreScores *scores, const char *const *labels, guint top);

G_END_DECLS
