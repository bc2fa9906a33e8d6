/* From outputs of windows to labels in their order. */
#include "genre-scores.h"

#include <math.h>

static const char *const labels[] = { "a", "b", "c" };

static json_t *
add_all (GenreActivation activation, GenreAverage average, guint top)
{
  static const float outputs[][3] = { { 0, 2, 0 }, { 0, 0, 1 } };
  g_auto (GenreScores) scores = { 0 };
  guint strange;

  genre_scores_init (&scores, activation, average, 3);
  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    g_assert_true (genre_scores_add (&scores, outputs[i], &strange));
  g_assert_cmpuint (scores.windows, ==, 2);
  return genre_scores_json (&scores, labels, top);
}

static void
averages (void)
{
  const double s = 1 / (1 + exp (-2.0)), t = 1 / (1 + exp (-1.0));
  const double e2 = exp (2.0) / (exp (2.0) + 2), e0 = 1 / (exp (1.0) + 2);
  static const char *const order[] = { "b", "c", "a" };
  const struct {
    GenreActivation activation;
    GenreAverage average;
    double first, last;
  } cases[] = {
    { GENRE_NONE, GENRE_MEAN_SCORES, 1, 0 },
    { GENRE_NONE, GENRE_MAX_SCORES, 2, 0 },
    { GENRE_SIGMOID, GENRE_MEAN_SCORES, (s + 0.5) / 2, 0.5 },
    { GENRE_SIGMOID, GENRE_MAX_SCORES, s, 0.5 },
    { GENRE_SIGMOID, GENRE_MEAN_OUTPUTS, t, 0.5 },
    { GENRE_SOFTMAX, GENRE_MEAN_SCORES, (e2 + e0) / 2, (1 / (exp (2.0) + 2) + e0) / 2 },
    { GENRE_SOFTMAX, GENRE_MEAN_OUTPUTS, exp (1.0) / (exp (1.0) + exp (0.5) + 1),
      1 / (exp (1.0) + exp (0.5) + 1) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (json_t) list = add_all (cases[i].activation, cases[i].average, 0);

      g_assert_cmpuint (json_array_size (list), ==, 3);
      for (guint k = 0; k < 3; k++)
        g_assert_cmpstr (lb_json_string (json_array_get (list, k), "label", ""), ==, order[k]);
      g_assert_cmpfloat_with_epsilon (lb_json_real (json_array_get (list, 0), "score", NAN),
                                      cases[i].first, 1e-12);
      g_assert_cmpfloat_with_epsilon (lb_json_real (json_array_get (list, 2), "score", NAN),
                                      cases[i].last, 1e-12);
    }
}

static void
keeps_the_first (void)
{
  g_autoptr (json_t) list = add_all (GENRE_SOFTMAX, GENRE_MEAN_SCORES, 2);
  g_autoptr (json_t) all = add_all (GENRE_SOFTMAX, GENRE_MEAN_SCORES, 7);

  g_assert_cmpuint (json_array_size (list), ==, 2);
  g_assert_cmpuint (json_array_size (all), ==, 3);
}

static void
keeps_the_order_of_equals (void)
{
  const float same[] = { 5, 5, 5 };
  g_auto (GenreScores) scores = { 0 };
  g_autoptr (json_t) list = NULL;
  guint strange;

  genre_scores_init (&scores, GENRE_SOFTMAX, GENRE_MEAN_SCORES, 3);
  g_assert_true (genre_scores_add (&scores, same, &strange));
  list = genre_scores_json (&scores, labels, 0);
  for (guint k = 0; k < 3; k++)
    g_assert_cmpstr (lb_json_string (json_array_get (list, k), "label", ""), ==, labels[k]);
}

static void
names_what_is_no_number (void)
{
  const float outputs[][3] = { { 1, NAN, 1 }, { 1, 1, INFINITY }, { -INFINITY, 1, 1 } };
  const guint where[] = { 1, 2, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_auto (GenreScores) scores = { 0 };
      guint strange = 9;

      genre_scores_init (&scores, GENRE_SOFTMAX, GENRE_MEAN_SCORES, 3);
      g_assert_false (genre_scores_add (&scores, outputs[i], &strange));
      g_assert_cmpuint (strange, ==, where[i]);
    }
}

static void
stands_large_outputs (void)
{
  const float outputs[] = { 3e38f, -3e38f, 0 };
  g_auto (GenreScores) scores = { 0 };
  g_autoptr (json_t) list = NULL;
  guint strange;

  genre_scores_init (&scores, GENRE_SOFTMAX, GENRE_MEAN_SCORES, 3);
  g_assert_true (genre_scores_add (&scores, outputs, &strange));
  list = genre_scores_json (&scores, labels, 1);
  g_assert_cmpfloat (lb_json_real (json_array_get (list, 0), "score", NAN), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/genre-scores/averages", averages);
  g_test_add_func ("/genre-scores/keeps-the-first", keeps_the_first);
  g_test_add_func ("/genre-scores/keeps-the-order-of-equals", keeps_the_order_of_equals);
  g_test_add_func ("/genre-scores/names-what-is-no-number", names_what_is_no_number);
  g_test_add_func ("/genre-scores/stands-large-outputs", stands_large_outputs);
  return g_test_run ();
}
