#include "gui/claim-marks.h"

#define TEXT "Äh, 120 BPM in A minor, no drums."

static const LbClaimMark *
mark_of (GPtrArray *marks, guint index)
{
  g_assert_cmpuint (index, <, marks->len);
  return g_ptr_array_index (marks, index);
}

static GPtrArray *
marks_of (const char *list)
{
  g_autofree char *text = g_strdup_printf ("{\"list\":[%s]}", list);
  g_autoptr (json_t) score = lb_json_parse (text, -1, NULL);

  g_assert_nonnull (score);
  return lb_claim_marks_of (TEXT, score);
}

static void
says_what_was_measured (void)
{
  g_autoptr (GPtrArray) marks = marks_of (
      "{\"kind\":\"tempo\",\"said\":\"120 BPM\",\"start_characters\":4,\"right\":true,"
      "\"against\":\"measured\",\"truth\":119.84},"
      "{\"kind\":\"key\",\"said\":\"A minor\",\"start_characters\":15,\"right\":false,"
      "\"against\":\"measured\",\"truth\":\"C major\"}");

  g_assert_cmpint (mark_of (marks, 0)->verdict, ==, LB_CLAIM_RIGHT);
  g_assert_cmpstr (mark_of (marks, 0)->words, ==, "Right: measured is 119.8 bpm");
  g_assert_cmpint (mark_of (marks, 0)->start, ==, 4);
  g_assert_cmpint (mark_of (marks, 0)->end, ==, 11);
  g_assert_cmpint (mark_of (marks, 1)->verdict, ==, LB_CLAIM_WRONG);
  g_assert_cmpstr (mark_of (marks, 1)->words, ==, "Wrong: measured is C major");
}

static void
says_what_the_reference_has (void)
{
  g_autoptr (GPtrArray) marks = marks_of (
      "{\"kind\":\"instrument\",\"said\":\"drums\",\"negated\":true,\"right\":true,"
      "\"against\":\"reference\",\"truth\":[\"piano\",\"double bass\"]},"
      "{\"kind\":\"tempo\",\"said\":\"120 BPM\",\"right\":true,\"against\":\"reference\","
      "\"truth\":[120,60.5]},"
      "{\"kind\":\"vocals\",\"said\":\"vocals\",\"right\":false,\"against\":\"reference\","
      "\"truth\":false}");

  g_assert_cmpstr (mark_of (marks, 0)->said, ==, "drums (denied)");
  g_assert_cmpstr (mark_of (marks, 0)->words, ==, "Right: the reference says piano, double bass");
  g_assert_cmpstr (mark_of (marks, 1)->words, ==, "Right: the reference says 120, 60.5 bpm");
  g_assert_cmpstr (mark_of (marks, 2)->words, ==, "Wrong: the reference says no vocals");
}

static void
says_what_can_not_be_checked (void)
{
  g_autoptr (GPtrArray)
      marks = marks_of ("{\"kind\":\"instrument\",\"said\":\"drums\",\"start_characters\":27}");

  g_assert_cmpint (mark_of (marks, 0)->verdict, ==, LB_CLAIM_NOT_CHECKABLE);
  g_assert_cmpstr (mark_of (marks, 0)->words, ==, "Not checkable: nothing is known of it");
  g_assert_cmpint (mark_of (marks, 0)->start, ==, 27);
}

/* A record may be of another version, or damaged. */
static void
marks_nothing_that_is_not_there (void)
{
  static const char *const places[] = {
    "-1", "3", "26", "33", "34", "4000000000", "\"4\"", "{}"
  };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *list = g_strdup_printf ("{\"said\":\"drums\",\"start_characters\":%s}",
                                               places[i]);
      g_autoptr (GPtrArray) marks = marks_of (list);

      g_assert_cmpint (mark_of (marks, 0)->start, ==, -1);
    }
}

static void
takes_no_harm_from_nonsense (void)
{
  g_autoptr (GPtrArray) marks = marks_of ("7, null, [], {}, {\"said\":3,\"right\":true}");
  g_autoptr (GPtrArray) none = lb_claim_marks_of (TEXT, NULL);

  g_assert_cmpuint (marks->len, ==, 5);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
has_a_sign_for_each (void)
{
  g_assert_cmpstr (lb_claim_verdict_sign (LB_CLAIM_RIGHT), ==, "✓");
  g_assert_cmpstr (lb_claim_verdict_sign (LB_CLAIM_WRONG), ==, "✗");
  g_assert_cmpstr (lb_claim_verdict_sign (LB_CLAIM_NOT_CHECKABLE), ==, "?");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gui/claim-marks/measured", says_what_was_measured);
  g_test_add_func ("/gui/claim-marks/reference", says_what_the_reference_has);
  g_test_add_func ("/gui/claim-marks/unknown", says_what_can_not_be_checked);
  g_test_add_func ("/gui/claim-marks/places", marks_nothing_that_is_not_there);
  g_test_add_func ("/gui/claim-marks/nonsense", takes_no_harm_from_nonsense);
  g_test_add_func ("/gui/claim-marks/signs", has_a_sign_for_each);
  return g_test_run ();
}
