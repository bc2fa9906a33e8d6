#include "scores/beat-score.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

#define EPSILON 1e-12

static void
fill (double *times, gsize n, double first, double interval)
{
  for (gsize i = 0; i < n; i++)
    times[i] = first + interval * (double) i;
}

static void
perfect_beats_score_one (void)
{
  double truth[20];
  LbBeatScore score;

  fill (truth, 20, 0.5, 0.5);
  g_assert_true (lb_beat_score (truth, 20, truth, 20, 0, &score, NULL));
  g_assert_cmpfloat (score.f_measure, ==, 1);
  g_assert_cmpfloat (score.cml_c, ==, 1);
  g_assert_cmpfloat (score.aml_t, ==, 1);
  g_assert_cmpfloat (score.p_score, ==, 1);
  g_assert_cmpfloat_with_epsilon (score.information_gain, 1, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.cemgil, 1, EPSILON);
}

static void
knows_metrical_levels (void)
{
  static const struct {
    double first, interval;
    gsize n;
    double f_measure, cml_t, aml_t;
  } cases[] = {
    { 0.5, 1, 10, 2 * 10.0 / 30, 0, 1 },    /* half, first beat */
    { 1, 1, 10, 2 * 10.0 / 30, 0, 1 },      /* half, second beat */
    { 0.5, 0.25, 39, 2 * 20.0 / 59, 0, 1 }, /* double */
    { 0.75, 0.5, 19, 0, 0, 1 },             /* between the beats */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double truth[20], found[40];
      LbBeatScore score;

      fill (truth, 20, 0.5, 0.5);
      fill (found, cases[i].n, cases[i].first, cases[i].interval);
      g_assert_true (lb_beat_score (truth, 20, found, cases[i].n, 0, &score, NULL));
      g_assert_cmpfloat_with_epsilon (score.f_measure, cases[i].f_measure, EPSILON);
      g_assert_cmpfloat_with_epsilon (score.cml_t, cases[i].cml_t, EPSILON);
      g_assert_cmpfloat_with_epsilon (score.aml_t, cases[i].aml_t, EPSILON);
    }
}

static void
a_wrong_beat_breaks_the_run (void)
{
  double truth[20], found[20];
  LbBeatScore score;

  fill (truth, 20, 0.5, 0.5);
  fill (found, 20, 0.5, 0.5);
  found[8] += 0.2; /* it and the next one's interval are wrong */
  g_assert_true (lb_beat_score (truth, 20, found, 20, 0, &score, NULL));
  g_assert_cmpfloat_with_epsilon (score.f_measure, 0.95, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.cml_t, 18.0 / 20, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.cml_c, 10.0 / 20, EPSILON);
}

static void
skips_the_start (void)
{
  static const double truth[] = { 1, 2, 3, 4, 5, 6, 7 }, found[] = { 1.5, 5, 6, 7 };
  LbBeatScore score;

  g_assert_true (lb_beat_score (truth, 7, found, 4, LB_BEAT_SKIPPED_S, &score, NULL));
  g_assert_cmpuint (score.reference_beats, ==, 3);
  g_assert_cmpuint (score.estimated_beats, ==, 3);
  g_assert_cmpfloat (score.f_measure, ==, 1);
}

static void
few_beats (void)
{
  static const double truth[] = { 6, 7, 8 };
  LbBeatScore score;
  g_autoptr (json_t) object = NULL;

  g_assert_true (lb_beat_score (truth, 3, NULL, 0, 0, &score, NULL));
  g_assert_cmpfloat (score.f_measure, ==, 0);
  g_assert_cmpfloat (score.cml_t, ==, 0);
  g_assert_true (lb_beat_score (truth, 1, truth, 3, 0, &score, NULL));
  g_assert_cmpfloat_with_epsilon (score.f_measure, 0.5, EPSILON);
  g_assert_true (isnan (score.cml_c) && isnan (score.p_score) && isnan (score.information_gain));
  object = lb_beat_score_json (&score);
  g_assert_null (json_object_get (object, "cml_c"));
  g_assert_nonnull (json_object_get (object, "f_measure"));
}

static void
refuses_bad_beats (void)
{
  static const struct {
    double times[2];
    const char *says;
  } cases[] = {
    { { 1, NAN }, "no finite number" }, { { -1, 1 }, "before 0 s" },
    { { 1, 1e5 }, "in seconds" },       { { 2, 1 }, "sort the times" },
    { { 1, 1 }, "sort the times" },
  };
  static const double good[] = { 1, 2 };
  LbBeatScore score;
  g_autoptr (GError) empty = NULL;
  g_autoptr (GError) early = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint side = 0; side < 2; side++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_false (lb_beat_score (side ? good : cases[i].times, 2,
                                       side ? cases[i].times : good, 2, 0, &score, &error));
        g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
        g_assert_nonnull (strstr (error->message, cases[i].says));
      }
  g_assert_false (lb_beat_score (NULL, 0, good, 2, 0, &score, &empty));
  g_assert_error (empty, LB_ERROR, LB_ERROR_EMPTY_REFERENCE);
  g_assert_false (lb_beat_score (good, 2, good, 2, 5, &score, &early));
  g_assert_error (early, LB_ERROR, LB_ERROR_EMPTY_REFERENCE);
}

static void
scores_tempo (void)
{
  static const struct {
    double truth[2], weight, found[2], p_score;
    gboolean one, both;
  } cases[] = {
    { { 60, 120 }, 0.3, { 60, 120 }, 1, TRUE, TRUE },
    { { 60, 120 }, 0.3, { 120, 120 }, 0.7, TRUE, FALSE },
    { { 60, 120 }, 0.3, { 64.7, 0 }, 0.3, TRUE, FALSE },
    { { 60, 120 }, 0.3, { 64.9, 111 }, 0.7, TRUE, FALSE },
    { { 60, 120 }, 0.3, { 90, 0 }, 0, FALSE, FALSE },
    { { 100, 0 }, 1, { 0, 100 }, 1, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LbTempoScore score;

      g_assert_true (
          lb_tempo_score (cases[i].truth, cases[i].weight, cases[i].found, &score, NULL));
      g_assert_cmpfloat_with_epsilon (score.p_score, cases[i].p_score, EPSILON);
      g_assert_true (score.one_correct == cases[i].one && score.both_correct == cases[i].both);
    }
}

static void
refuses_bad_tempi (void)
{
  static const struct {
    double truth[2], weight, found[2];
    int code;
  } cases[] = {
    { { 0, 0 }, 0.5, { 60, 120 }, LB_ERROR_EMPTY_REFERENCE },
    { { 60, NAN }, 0.5, { 60, 120 }, LB_ERROR_BAD_INPUT },
    { { 60, 120 }, 0.5, { -60, 120 }, LB_ERROR_BAD_INPUT },
    { { 60, 120 }, 0.5, { 60, INFINITY }, LB_ERROR_BAD_INPUT },
    { { 60, 120 }, 1.5, { 60, 120 }, LB_ERROR_BAD_INPUT },
    { { 60, 120 }, NAN, { 60, 120 }, LB_ERROR_BAD_INPUT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      LbTempoScore score;

      g_assert_false (
          lb_tempo_score (cases[i].truth, cases[i].weight, cases[i].found, &score, &error));
      g_assert_error (error, LB_ERROR, cases[i].code);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/beat-score/perfect", perfect_beats_score_one);
  g_test_add_func ("/beat-score/levels", knows_metrical_levels);
  g_test_add_func ("/beat-score/run", a_wrong_beat_breaks_the_run);
  g_test_add_func ("/beat-score/skips", skips_the_start);
  g_test_add_func ("/beat-score/few", few_beats);
  g_test_add_func ("/beat-score/refuses", refuses_bad_beats);
  g_test_add_func ("/beat-score/tempo", scores_tempo);
  g_test_add_func ("/beat-score/refuses-tempi", refuses_bad_tempi);
  return g_test_run ();
}
