#include "scores/label-score.h"

#include <math.h>

#include "core/error.h"

static void
finds_the_place (void)
{
  static const LbLabel said[] = {
    { "rock", 0.1 }, { "Hip-Hop", 0.5 }, { "jazz", 0.3 }, { "Folk", 0.1 }
  };
  static const struct {
    const char *truth;
    guint64 place;
    gboolean top_1, top_2;
  } cases[] = {
    { "hip hop", 1, TRUE, TRUE }, { "HIP_HOP ", 1, TRUE, TRUE }, { "Jazz", 2, FALSE, TRUE },
    { "rock", 3, FALSE, FALSE },  { "folk", 4, FALSE, FALSE },   { "hiphop", 0, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LbLabelScore score;

      g_assert_true (lb_label_score (cases[i].truth, said, G_N_ELEMENTS (said), 2, &score, NULL));
      g_assert_cmpuint (score.place, ==, cases[i].place);
      g_assert_true (score.top_1 == cases[i].top_1 && score.top_k == cases[i].top_2);
    }
}

static void
folds_any_script (void)
{
  static const LbLabel said[] = { { "Forr\xc3\xb3", 1 },
                                  { "\xd0\xa0\xd0\xbe\xd0\xba", 2 },
                                  { "\xff", 3 } };
  LbLabelScore score;

  g_assert_true (lb_label_score ("FORRO\xcc\x81", said, 3, 3, &score, NULL));
  g_assert_cmpuint (score.place, ==, 3);
  g_assert_true (lb_label_score ("\xd1\x80\xd0\xbe\xd0\xba", said, 3, 3, &score, NULL));
  g_assert_cmpuint (score.place, ==, 2);
}

static void
refuses_bad_labels (void)
{
  static const LbLabel good = { "a", 1 }, bad = { "a", NAN };
  const struct {
    const char *truth;
    const LbLabel *labels;
    gsize n;
    guint k;
    int code;
  } cases[] = {
    { "", &good, 1, 1, LB_ERROR_EMPTY_REFERENCE },
    { "- _", &good, 1, 1, LB_ERROR_EMPTY_REFERENCE },
    { "a", NULL, 0, 1, LB_ERROR_BAD_INPUT },
    { "a", &good, 1, 0, LB_ERROR_BAD_INPUT },
    { "a", &bad, 1, 1, LB_ERROR_BAD_INPUT },
    { "a", &good, 1000000, 1, LB_ERROR_BAD_INPUT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      LbLabelScore score;

      g_assert_false (lb_label_score (cases[i].truth, cases[i].labels, cases[i].n, cases[i].k,
                                      &score, &error));
      g_assert_error (error, LB_ERROR, cases[i].code);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/label-score/place", finds_the_place);
  g_test_add_func ("/label-score/scripts", folds_any_script);
  g_test_add_func ("/label-score/refuses", refuses_bad_labels);
  return g_test_run ();
}
