#include "scores/note-score.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "scores/matching.h"

#define A4 440.0
#define B4 493.88
#define EPSILON 1e-12

static void
scores_by_hand (void)
{
  /* Found; found, but it ends too early; an octave off; missed. */
  static const LbNote truth[] = { { 0, 1, A4 }, { 1, 2, B4 }, { 2, 3, A4 }, { 3, 4, B4 } };
  static const LbNote found[] = { { 2, 3, 2 * A4 }, { 0.02, 1.1, A4 }, { 0.96, 1.5, B4 } };
  LbNoteScore score;

  g_assert_true (lb_note_score (truth, 4, found, 3, &score, NULL));
  g_assert_cmpuint (score.onset_pitch.matched, ==, 2);
  g_assert_cmpfloat_with_epsilon (score.onset_pitch.precision, 2.0 / 3, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.onset_pitch.recall, 0.5, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.onset_pitch.f1, 4.0 / 7, EPSILON);
  g_assert_cmpuint (score.onset_pitch_offset.matched, ==, 1);
  g_assert_cmpuint (score.onset.matched, ==, 3);
  g_assert_cmpfloat_with_epsilon (score.pitch_accuracy, 2.0 / 3, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.onset_deviation_s, -0.01, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.onset_absolute_deviation_s, 0.03, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.pitch_absolute_deviation_cents, 0, EPSILON);
  /* 0.98 of 1.1 s, and 0.5 of 1.04 s */
  g_assert_cmpfloat_with_epsilon (score.overlap, (0.98 / 1.1 + 0.5 / 1.04) / 2, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.overlap_with_offset, 0.98 / 1.1, EPSILON);
  /* 400 true frames; 100 + 108 + 54 found, of which 98 and 50 are right: from 1 s on the A is
   * over
   */
  g_assert_cmpuint (score.frame.matched, ==, 148);
  g_assert_cmpfloat_with_epsilon (score.frame.recall, 148.0 / 400, EPSILON);
  g_assert_cmpfloat_with_epsilon (score.frame.precision, 148.0 / 262, EPSILON);
}

static void
the_limits_are_inside (void)
{
  static const struct {
    LbNote found;
    guint64 matched, with_offset;
  } cases[] = {
    { { 1.05, 2, A4 }, 1, 1 }, { { 0.95, 2, A4 }, 1, 1 },   { { 1.0502, 2, A4 }, 0, 0 },
    { { 1, 2.2, A4 }, 1, 1 },  { { 1, 2.2002, A4 }, 1, 0 }, { { 1, 2, 452.8 }, 1, 1 },
    { { 1, 2, 453.0 }, 0, 0 }, { { 1, 2, 427.5 }, 1, 1 },   { { 1, 2, 427.4 }, 0, 0 },
  };
  static const LbNote truth = { 1, 2, A4 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LbNoteScore score;

      g_assert_true (lb_note_score (&truth, 1, &cases[i].found, 1, &score, NULL));
      g_assert_cmpuint (score.onset_pitch.matched, ==, cases[i].matched);
      g_assert_cmpuint (score.onset_pitch_offset.matched, ==, cases[i].with_offset);
    }
}

static void
a_note_is_matched_once_and_to_the_most (void)
{
  /* The first found fits both; the second only the first: taking the first that comes would lose
   * one. */
  static const LbNote truth[] = { { 1, 2, A4 }, { 1.06, 2, A4 } };
  static const LbNote found[] = { { 1.03, 2, A4 }, { 0.97, 2, A4 } };
  static const LbNote twice[] = { { 1, 2, A4 }, { 1, 2, A4 } };
  LbNoteScore score;

  g_assert_true (lb_note_score (truth, 2, found, 2, &score, NULL));
  g_assert_cmpuint (score.onset_pitch.matched, ==, 2);
  g_assert_true (lb_note_score (truth, 1, twice, 2, &score, NULL));
  g_assert_cmpuint (score.onset_pitch.matched, ==, 1);
  g_assert_cmpfloat (score.onset_pitch.precision, ==, 0.5);
}

static void
finds_the_largest_matching (void)
{
  /* A chain that greed gets wrong at every step: each left takes the right after its own, so that
   * nothing is left for the last, and all must move. */
  enum { N = 2000 };
  g_autofree gsize *starts = g_new (gsize, N + 1);
  g_autofree guint32 *neighbours = g_new (guint32, 2 * N);
  LbBipartite graph = { N, N, starts, neighbours };
  g_autofree guint32 *partner = NULL;
  gsize n = 0;

  for (guint32 i = 0; i < N; i++)
    {
      starts[i] = n;
      if (i + 1 < N)
        neighbours[n++] = i + 1;
      neighbours[n++] = i;
    }
  starts[N] = n;
  partner = lb_matching_new (&graph, NULL);
  for (guint32 i = 0; i < N; i++)
    g_assert_cmpuint (partner[i], ==, i);
}

static void
nothing_found_scores_zero (void)
{
  static const LbNote truth = { 1, 2, A4 };
  static const LbNote tiny = { 0.001, 0.002, A4 };
  g_autoptr (json_t) object = NULL;
  LbNoteScore score;

  g_assert_true (lb_note_score (&truth, 1, NULL, 0, &score, NULL));
  g_assert_cmpfloat (score.onset_pitch.f1, ==, 0);
  g_assert_cmpfloat (score.onset_pitch.precision, ==, 0);
  g_assert_cmpfloat (score.frame.f1, ==, 0);
  g_assert_true (isnan (score.overlap) && isnan (score.onset_deviation_s) &&
                 isnan (score.pitch_accuracy));
  object = lb_note_score_json (&score);
  g_assert_null (json_object_get (object, "overlap"));
  /* A reference that is in no frame has no frame figures. */
  g_assert_true (lb_note_score (&tiny, 1, &truth, 1, &score, NULL));
  g_assert_true (isnan (score.frame.recall) && isnan (score.frame.f1));
}

static void
refuses_bad_notes (void)
{
  static const LbNote good = { 1, 2, A4 };
  static const struct {
    LbNote note;
    const char *says;
  } cases[] = {
    { { NAN, 2, A4 }, "no finite number" }, { { 1, INFINITY, A4 }, "no finite number" },
    { { 1, 2, NAN }, "no finite number" },  { { -1, 2, A4 }, "before 0 s" },
    { { 2, 2, A4 }, "ends before" },        { { 1, 1e7, A4 }, "in seconds" },
    { { 1, 2, 0 }, "above 0 Hz" },
  };
  LbNoteScore score;
  g_autoptr (GError) empty = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint side = 0; side < 2; side++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_false (lb_note_score (side ? &good : &cases[i].note, 1,
                                       side ? &cases[i].note : &good, 1, &score, &error));
        g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
        g_assert_nonnull (strstr (error->message, cases[i].says));
        g_assert_nonnull (
            strstr (error->message, side ? "transcribed note 1 of 1" : "reference note 1"));
      }
  g_assert_false (lb_note_score (NULL, 0, &good, 1, &score, &empty));
  g_assert_error (empty, LB_ERROR, LB_ERROR_EMPTY_REFERENCE);
}

/* As a hostile file would have it: all at one time, or one chain of thousands */
static void
refuses_a_flood (void)
{
  enum { N = 30000 };
  g_autofree LbNote *notes = g_new (LbNote, N);
  g_autoptr (GError) sounding = NULL;
  g_autoptr (GError) pairs = NULL;
  LbNoteScore score;

  for (guint i = 0; i < N; i++)
    notes[i] = (LbNote){ 1, 2, A4 };
  g_assert_false (lb_note_score (notes, N, notes, N, &score, &sounding));
  g_assert_error (sounding, LB_ERROR, LB_ERROR_BAD_INPUT);
  g_assert_nonnull (strstr (sounding->message, "sound at 1.00 s"));
  for (guint i = 0; i < N; i++)
    notes[i] = (LbNote){ 1.001, 1.002, A4 }; /* in no frame */
  g_assert_false (lb_note_score (notes, N, notes, N, &score, &pairs));
  g_assert_error (pairs, LB_ERROR, LB_ERROR_BAD_INPUT);
  g_assert_nonnull (strstr (pairs->message, "start together"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/note-score/by-hand", scores_by_hand);
  g_test_add_func ("/note-score/limits", the_limits_are_inside);
  g_test_add_func ("/note-score/once-and-most", a_note_is_matched_once_and_to_the_most);
  g_test_add_func ("/note-score/largest-matching", finds_the_largest_matching);
  g_test_add_func ("/note-score/nothing-found", nothing_found_scores_zero);
  g_test_add_func ("/note-score/refuses", refuses_bad_notes);
  g_test_add_func ("/note-score/flood", refuses_a_flood);
  return g_test_run ();
}
