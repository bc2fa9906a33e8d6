#include "genre-scores.h"

#include <math.h>

void
genre_scores_init (GenreScores *scores, GenreActivation activation, GenreAverage average, guint n)
{
  *scores = (GenreScores){ .activation = activation, .average = average, .n = n };
  scores->sums = g_new0 (double, n);
  scores->scores = g_new0 (double, n);
}

void
genre_scores_clear (GenreScores *scores)
{
  g_clear_pointer (&scores->sums, g_free);
  g_clear_pointer (&scores->scores, g_free);
}

static void
softmax (double *values, guint n)
{
  double highest = -INFINITY, sum = 0;

  for (guint i = 0; i < n; i++)
    highest = MAX (highest, values[i]);
  for (guint i = 0; i < n; i++)
    sum += values[i] = exp (values[i] - highest);
  for (guint i = 0; i < n; i++)
    values[i] /= sum;
}

static void
activate (GenreActivation activation, double *values, guint n)
{
  if (activation == GENRE_SOFTMAX)
    softmax (values, n);
  for (guint i = 0; i < n && activation == GENRE_SIGMOID; i++)
    values[i] = 1 / (1 + exp (-values[i]));
}

gboolean
genre_scores_add (GenreScores *scores, const float *outputs, guint *strange)
{
  for (guint i = 0; i < scores->n; i++)
    {
      if (!isfinite (outputs[i]))
        return *strange = i, FALSE;
      scores->scores[i] = outputs[i];
    }
  if (scores->average != GENRE_MEAN_OUTPUTS)
    activate (scores->activation, scores->scores, scores->n);
  for (guint i = 0; i < scores->n; i++)
    if (scores->average != GENRE_MAX_SCORES)
      scores->sums[i] += scores->scores[i];
    else if (scores->windows == 0 || scores->scores[i] > scores->sums[i])
      scores->sums[i] = scores->scores[i];
  scores->windows++;
  return TRUE;
}

typedef struct {
  guint label;
  double score;
} Place;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *x = a, *y = b;

  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  return x->label < y->label ? -1 : 1;
}

json_t *
genre_scores_json (const GenreScores *scores, const char *const *labels, guint top)
{
  g_autofree double *means = g_new (double, scores->n);
  g_autofree Place *places = g_new (Place, scores->n);
  json_t *list = json_array ();

  for (guint i = 0; i < scores->n; i++)
    means[i] = scores->average == GENRE_MAX_SCORES ? scores->sums[i]
                                                   : scores->sums[i] / (double) scores->windows;
  if (scores->average == GENRE_MEAN_OUTPUTS)
    activate (scores->activation, means, scores->n);
  for (guint i = 0; i < scores->n; i++)
    places[i] = (Place){ i, means[i] };
  qsort (places, scores->n, sizeof (Place), compare_places);
  for (guint i = 0; i < scores->n && (top == 0 || i < top); i++)
    {
      json_t *one = json_object ();

      lb_json_set_string (one, "label", labels[places[i].label]);
      lb_json_set_real (one, "score", places[i].score);
      json_array_append_new (list, one);
    }
  return list;
}
