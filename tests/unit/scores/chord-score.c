#include "scores/chord-score.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

#define EPSILON 1e-12
#define BIT(n) (1 << (n))

static void
reads_labels (void)
{
  static const struct {
    const char *label;
    int root, bass;
    guint notes;
  } cases[] = {
    { "C", 0, 0, BIT (0) | BIT (4) | BIT (7) },
    { "Cb", 11, 0, BIT (0) | BIT (4) | BIT (7) },
    { "G##:min", 9, 0, BIT (0) | BIT (3) | BIT (7) },
    { "Bb:7/b7", 10, 10, BIT (0) | BIT (4) | BIT (7) | BIT (10) },
    { "A:(3,5)", 9, 0, BIT (0) | BIT (4) | BIT (7) },
    { "D:min(*b3)", 2, 0, BIT (0) | BIT (7) },
    { "E/3", 4, 4, BIT (0) | BIT (4) | BIT (7) },
    { "F:1/2", 5, 2, BIT (0) | BIT (2) },
    { "C:maj(9)", 0, 0, BIT (0) | BIT (4) | BIT (7) },
    { "C:9", 0, 0, BIT (0) | BIT (4) | BIT (7) | BIT (10) },
    { "C:aug7", 0, 0, BIT (0) | BIT (4) | BIT (8) | BIT (10) },
    { "N", -1, -1, 0 },
    { "X", -1, -1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LbChord chord;

      g_assert_true (lb_chord_parse (cases[i].label, &chord));
      g_assert_cmpint (chord.root, ==, cases[i].root);
      g_assert_cmpint (chord.bass, ==, cases[i].bass);
      g_assert_cmphex (chord.notes, ==, cases[i].notes);
      g_assert_cmpint (chord.known, ==, strcmp (cases[i].label, "X") != 0);
    }
}

static void
refuses_what_is_no_label (void)
{
  static const char *const labels[] = {
    "",
    "H",
    "c",
    "N:maj",
    "XX",
    "C:",
    "C:major",
    "C:maj(",
    "C:maj()",
    "C:maj(3",
    "C:maj(14)",
    "C:maj(3,)",
    "C/",
    "C/0",
    "C/14",
    "C/3/5",
    "C#b",
    "C:(b)",
    "C:maj ",
    " C",
    "C\n",
    "C:maj(3)x",
    "C(3)",
    ".",
    "C.",
    "\xff",
    "C:maj(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      LbChord chord;

      g_assert_false (lb_chord_parse (labels[i], &chord));
    }
}

static void
compares_by_hand (void)
{
  static const struct {
    const char *truth, *found;
    int root, majmin, sevenths, mirex; /* −1: not scored */
  } cases[] = {
    { "C", "C:maj7", 1, 1, 0, 1 },      { "C", "C:min", 1, 0, 0, 0 },
    { "C", "A:min7", 0, 0, 0, 1 },      { "C:maj7", "E:min", 0, 0, 0, 1 },
    { "C:dim", "C:dim", 1, -1, -1, 1 }, { "N", "N", 1, 1, 1, 1 },
    { "N", "C", 0, 0, 0, 0 },           { "C", "N", 0, 0, 0, 0 },
    { "X", "C", -1, -1, -1, -1 },       { "C:5", "C:5", 1, -1, -1, -1 },
    { "C:7", "C:7/3", 1, 1, 1, 1 },     { "C", "X", 0, 0, 0, 0 },
    { "N", "X", 0, 0, 0, 0 },           { "C:sus4", "C:sus4", 1, -1, -1, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const LbChordSegment truth = { 0, 1, cases[i].truth }, found = { 0, 1, cases[i].found };
      const int expected[] = { cases[i].root, cases[i].majmin, cases[i].sevenths,
                               cases[i].mirex };
      LbChordScore score;

      g_assert_true (lb_chord_score (&truth, 1, &found, 1, &score, NULL));
      for (guint v = LB_CHORD_ROOT; v <= LB_CHORD_MIREX; v++)
        if (expected[v] < 0)
          g_assert_true (isnan (score.overlap[v]));
        else
          g_assert_cmpfloat (score.overlap[v], ==, expected[v]);
    }
}

static void
weighs_by_time (void)
{
  static const LbChordSegment truth[] = { { 1, 3, "C" }, { 3, 4, "G:dim" }, { 4, 8, "A:min" } };
  static const LbChordSegment found[] = { { 0, 2, "C" }, { 2, 3.5, "G" }, { 5, 7, "A:min" } };
  LbChordScore score;
  g_autoptr (json_t) object = NULL;

  /* C for 1 of 2 s; the root G until 4 s, as the gap is its; A for 2 of 4 s, and none after it */
  g_assert_true (lb_chord_score (truth, 3, found, 3, &score, NULL));
  g_assert_cmpfloat_with_epsilon (score.overlap[LB_CHORD_ROOT], 4.0 / 7, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.overlap[LB_CHORD_MAJMIN], 3.0 / 6, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.scored_s[LB_CHORD_MAJMIN], 6, EPSILON);
  g_assert_cmpfloat (score.duration_s, ==, 7);
  object = lb_chord_score_json (&score);
  g_assert_cmpfloat_with_epsilon (lb_json_real (object, "majmin", -1), 0.5, EPSILON);
  g_assert_true (lb_chord_score (truth, 3, NULL, 0, &score, NULL));
  g_assert_cmpfloat (score.overlap[LB_CHORD_ROOT], ==, 0);
}

/* As mir_eval: what ends just where the reference begins reaches into the gap that follows. */
static void
a_segment_that_only_touches_counts (void)
{
  static const LbChordSegment truth[] = { { 1, 3, "C" } };
  static const LbChordSegment before[] = { { 0, 1, "C" }, { 2, 3, "G" } };
  static const LbChordSegment after[] = { { 1, 2, "C" }, { 3, 4, "G" } };
  LbChordScore score;

  g_assert_true (lb_chord_score (truth, 1, before, 2, &score, NULL));
  g_assert_cmpfloat_with_epsilon (score.overlap[LB_CHORD_ROOT], 0.5, EPSILON);
  g_assert_true (lb_chord_score (truth, 1, after, 2, &score, NULL));
  g_assert_cmpfloat_with_epsilon (score.overlap[LB_CHORD_ROOT], 1, EPSILON);
}

static void
refuses_bad_segments (void)
{
  static const struct {
    LbChordSegment segments[2];
    const char *says;
  } cases[] = {
    { { { 0, 1, "C" }, { NAN, 2, "C" } }, "no finite number" },
    { { { -1, 1, "C" }, { 1, 2, "C" } }, "before 0 s" },
    { { { 0, 1, "C" }, { 1, 1, "C" } }, "ends before" },
    { { { 0, 1, "C" }, { 1, 1e9, "C" } }, "in seconds" },
    { { { 1, 2, "C" }, { 0, 1, "C" } }, "sort them" },
    { { { 0, 2, "C" }, { 1, 3, "C" } }, "overlaps" },
    { { { 0, 1, "C" }, { 1, 2, "C\x1b[2J" } }, "2 of 2: \"C\\x1b[2J\" is no chord label" },
  };
  static const LbChordSegment good = { 0, 1, "C" };
  LbChordScore score;
  g_autoptr (GError) empty = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint side = 0; side < 2; side++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_false (lb_chord_score (side ? &good : cases[i].segments, side ? 1 : 2,
                                        side ? cases[i].segments : &good, side ? 2 : 1, &score,
                                        &error));
        g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
        g_assert_nonnull (strstr (error->message, cases[i].says));
      }
  g_assert_false (lb_chord_score (NULL, 0, &good, 1, &score, &empty));
  g_assert_error (empty, LB_ERROR, LB_ERROR_EMPTY_REFERENCE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chord-score/labels", reads_labels);
  g_test_add_func ("/chord-score/no-labels", refuses_what_is_no_label);
  g_test_add_func ("/chord-score/by-hand", compares_by_hand);
  g_test_add_func ("/chord-score/by-time", weighs_by_time);
  g_test_add_func ("/chord-score/touches", a_segment_that_only_touches_counts);
  g_test_add_func ("/chord-score/refuses", refuses_bad_segments);
  return g_test_run ();
}
