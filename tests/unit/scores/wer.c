#include "scores/wer.h"

#include "core/error.h"

static void
counts_each_kind (void)
{
  static const struct {
    const char *reference, *hypothesis;
    guint64 matches, substitutions, deletions, insertions;
  } cases[] = {
    { "a b c", "a b c", 3, 0, 0, 0 },
    { "a b c", "a x c", 2, 1, 0, 0 },
    { "a b c", "a c", 2, 0, 1, 0 },
    { "a b c", "a b x c", 3, 0, 0, 1 },
    { "a b", "", 0, 0, 2, 0 },
    { "a", "b c d", 0, 1, 0, 2 },
    { "a b c d", "b c d a", 3, 0, 1, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LbWer wer;

      g_assert_true (
          lb_wer_score (cases[i].reference, cases[i].hypothesis, LB_NORMALISE_NONE, &wer, NULL));
      g_assert_cmpuint (wer.matches, ==, cases[i].matches);
      g_assert_cmpuint (wer.substitutions, ==, cases[i].substitutions);
      g_assert_cmpuint (wer.deletions, ==, cases[i].deletions);
      g_assert_cmpuint (wer.insertions, ==, cases[i].insertions);
    }
}

static void
normalises_both_texts (void)
{
  LbWer wer;

  g_assert_true (lb_wer_score ("had he married a more a amiable woman",
                               "Had he married a more amiable woman.", LB_NORMALISE_ENGLISH, &wer,
                               NULL));
  g_assert_cmpuint (wer.deletions, ==, 1);
  g_assert_cmpuint (wer.reference_words, ==, 8);
  g_assert_cmpfloat (wer.value, ==, 0.125);
}

static void
counts_characters (void)
{
  LbWer cer;

  g_assert_true (lb_cer_score ("été là", "ete  la", LB_NORMALISE_NONE, &cer, NULL));
  g_assert_cmpuint (cer.reference_words, ==, 6);
  g_assert_cmpuint (cer.substitutions, ==, 3);
}

static void
refuses_an_empty_reference (void)
{
  static const char *const empty[] = { "", " \n", "[music]", "... !" };

  for (guint i = 0; i < G_N_ELEMENTS (empty); i++)
    {
      g_autoptr (GError) error = NULL;
      LbWer wer;

      g_assert_false (lb_wer_score (empty[i], "a", LB_NORMALISE_ENGLISH, &wer, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE);
      g_clear_error (&error);
      g_assert_null (lb_wer_alignment (empty[i], "a", LB_NORMALISE_ENGLISH, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE);
    }
}

static void
shows_the_alignment_in_runs (void)
{
  g_autoptr (json_t) runs = lb_wer_alignment ("the cat sat on a mat", "the dog sits on a big mat",
                                              LB_NORMALISE_NONE, NULL);
  g_autofree char *line = lb_json_line (runs);

  g_assert_cmpstr (
      line, ==,
      "[{\"op\":\"equal\",\"reference\":\"the\",\"hypothesis\":\"the\"},"
      "{\"op\":\"substitute\",\"reference\":\"cat sat\",\"hypothesis\":\"dog sits\"},"
      "{\"op\":\"equal\",\"reference\":\"on a\",\"hypothesis\":\"on a\"},"
      "{\"op\":\"insert\",\"reference\":\"\",\"hypothesis\":\"big\"},"
      "{\"op\":\"equal\",\"reference\":\"mat\",\"hypothesis\":\"mat\"}]");
}

static void
writes_the_record (void)
{
  const LbWer wer = { 0.5, 1, 1, 0, 0, 2 };
  g_autoptr (json_t) object = lb_wer_json (&wer, LB_NORMALISE_BASIC);
  g_autofree char *line = lb_json_line (object);

  g_assert_cmpstr (line, ==,
                   "{\"value\":0.5,\"substitutions\":1,\"deletions\":0,\"insertions\":0,"
                   "\"reference_words\":2,\"normaliser\":\"basic\"}");
}

/* Long enough for checkpoints at two levels; nothing alike, all alike, a long gap. */
static void
aligns_long_texts (void)
{
  g_autoptr (GString) a = g_string_new (NULL);
  g_autoptr (GString) b = g_string_new (NULL);
  g_autoptr (GString) gap = g_string_new (NULL);
  LbWer wer;

  for (int i = 0; i < 20000; i++)
    {
      g_string_append_printf (a, "a%d ", i);
      g_string_append_printf (b, "b%d ", i);
      if (i < 5000 || i >= 15000)
        g_string_append_printf (gap, "a%d ", i);
    }
  g_assert_true (lb_wer_score (a->str, b->str, LB_NORMALISE_NONE, &wer, NULL));
  g_assert_cmpuint (wer.substitutions, ==, 20000);
  g_assert_true (lb_wer_score (a->str, gap->str, LB_NORMALISE_NONE, &wer, NULL));
  g_assert_cmpuint (wer.deletions, ==, 10000);
  g_assert_cmpuint (wer.matches, ==, 10000);
  g_assert_true (lb_wer_score (gap->str, a->str, LB_NORMALISE_NONE, &wer, NULL));
  g_assert_cmpuint (wer.insertions, ==, 10000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wer/counts", counts_each_kind);
  g_test_add_func ("/wer/normalises", normalises_both_texts);
  g_test_add_func ("/wer/characters", counts_characters);
  g_test_add_func ("/wer/empty", refuses_an_empty_reference);
  g_test_add_func ("/wer/alignment", shows_the_alignment_in_runs);
  g_test_add_func ("/wer/record", writes_the_record);
  g_test_add_func ("/wer/long", aligns_long_texts);
  return g_test_run ();
}
