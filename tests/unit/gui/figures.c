#include "gui/figures.h"

static const LbFigure *
find (GPtrArray *figures, const char *title)
{
  for (guint i = 0; i < figures->len; i++)
    if (g_str_equal (((const LbFigure *) g_ptr_array_index (figures, i))->title, title))
      return g_ptr_array_index (figures, i);
  return NULL;
}

static void
shows_what_was_measured (void)
{
  g_autoptr (json_t) record = lb_json_parse (
      "{\"summary\":{\"median_rtf\":0.1,\"avg_rtf\":0.11,\"min_rtf\":0.09,\"max_rtf\":0.2,"
      "\"ci95_rtf\":[0.095,0.12],\"median_wall_s\":1.1},"
      "\"scores\":{\"wer\":{\"value\":0.125,\"substitutions\":1,\"deletions\":2,"
      "\"insertions\":3}}}",
      -1, NULL);
  g_autoptr (GPtrArray) figures = lb_figures_of (record);

  g_assert_cmpstr (find (figures, "RTF, Median")->value, ==, "0.100");
  g_assert_cmpstr (find (figures, "RTF, Median")->note, ==, "10× faster than real time");
  g_assert_cmpstr (find (figures, "RTF, Maximum")->value, ==, "0.200");
  g_assert_cmpstr (find (figures, "Word Error Rate")->value, ==, "12.5 %");
  g_assert_cmpstr (find (figures, "Word Error Rate")->note, ==, "1 wrong, 2 missing, 3 too many");
  g_assert_null (find (figures, "Latency"));
  g_assert_null (find (figures, "Memory, Peak"));
}

static void
shows_how_many_claims_are_right (void)
{
  g_autoptr (json_t) record = lb_json_parse (
      "{\"scores\":{\"grounding\":{\"value\":0.75,\"right\":3,\"wrong\":1,\"unchecked\":2}}}", -1,
      NULL);
  g_autoptr (json_t)
      none = lb_json_parse ("{\"scores\":{\"grounding\":{\"unchecked\":2}}}", -1, NULL);
  g_autoptr (GPtrArray) figures = lb_figures_of (record);
  g_autoptr (GPtrArray) nothing = lb_figures_of (none);

  g_assert_cmpstr (find (figures, "Claims Right")->value, ==, "75 %");
  g_assert_cmpstr (find (figures, "Claims Right")->note, ==, "3 of 4, 2 not checkable");
  g_assert_null (find (nothing, "Claims Right"));
}

static void
names_scores_for_people (void)
{
  g_autoptr (json_t) record = lb_json_parse ("{\"scores\":{\"note_f1\":{\"value\":0.5},\"sdr\":{"
                                             "\"value\":6.25},\"length\":{\"value\":-0.5},"
                                             "\"of_others\":{\"value\":2},\"\":{\"value\":1}}}",
                                             -1, NULL);
  static const struct {
    const char *title, *value;
  } wanted[] = {
    { "Note F1", "50.0 %" },
    { "SDR", "6.25 dB" },
    { "Length off", "-0.50 s" },
    { "of others", "2" },
  };
  g_autoptr (GPtrArray) figures = lb_figures_of (record);

  g_assert_cmpuint (figures->len, ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_assert_nonnull (find (figures, wanted[i].title));
      g_assert_cmpstr (find (figures, wanted[i].title)->value, ==, wanted[i].value);
    }
}

static void
shows_nothing_of_a_run_that_failed (void)
{
  g_autoptr (json_t) record = lb_json_parse ("{\"status\":\"failed\",\"summary\":[]}", -1, NULL);
  g_autoptr (GPtrArray) figures = lb_figures_of (record);

  g_assert_cmpuint (figures->len, ==, 0);
}

static void
warns (void)
{
  g_autoptr (json_t) record = lb_json_parse (
      "{\"model\":{\"synthetic\":true},\"validity\":{\"valid\":false,"
      "\"flags\":[{\"evidence\":\"other programs used 1 core\",\"cure\":\"close them\"}]}}",
      -1, NULL);
  g_autoptr (GPtrArray) warnings = lb_figures_warnings (record);

  g_assert_cmpuint (warnings->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (warnings, 2), ==, "other programs used 1 core: close them");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gui/figures/measured", shows_what_was_measured);
  g_test_add_func ("/gui/figures/claims", shows_how_many_claims_are_right);
  g_test_add_func ("/gui/figures/names", names_scores_for_people);
  g_test_add_func ("/gui/figures/failed", shows_nothing_of_a_run_that_failed);
  g_test_add_func ("/gui/figures/warnings", warns);
  return g_test_run ();
}
