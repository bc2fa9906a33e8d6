#include "bench/musical-output.h"

#include <math.h>

static void
reads_notes_and_their_bends (void)
{
  g_autoptr (json_t) output = lb_json_parse (
      "{\"notes\": [{\"start_s\": 0.5, \"end_s\": 1, \"pitch\": 60, \"velocity\": 100,"
      " \"bends\": [0, 0.5, -1]}, {\"start_s\": 1, \"end_s\": 2, \"pitch\": 62}]}",
      -1, NULL);
  g_autoptr (GArray) notes = lb_output_notes (output);
  const LbMidiNote *first = &g_array_index (notes, LbMidiNote, 0);
  const LbMidiNote *second = &g_array_index (notes, LbMidiNote, 1);

  g_assert_cmpuint (notes->len, ==, 2);
  g_assert_cmpfloat (first->start_s, ==, 0.5);
  g_assert_cmpfloat (first->end_s, ==, 1);
  g_assert_cmpint (first->pitch, ==, 60);
  g_assert_cmpint (first->velocity, ==, 100);
  g_assert_cmpuint (first->n_bends, ==, 3);
  g_assert_cmpfloat (first->bends[1], ==, 0.5);
  g_assert_cmpfloat (first->bends[2], ==, -1);
  g_assert_cmpint (second->pitch, ==, 62);
  g_assert_cmpint (second->velocity, ==, 64);
  g_assert_cmpuint (second->n_bends, ==, 0);
}

/* A record may come from elsewhere. */
static void
what_is_wrong_stays_wrong (void)
{
  static const char *const none[] = { "{}", "[]", "{\"notes\": 5}", "{\"notes\": {}}" };
  g_autoptr (json_t) output = lb_json_parse (
      "{\"notes\": [7, {\"start_s\": \"0\", \"pitch\": 3000, \"velocity\": 900,"
      " \"bends\": {\"a\": 1}}]}",
      -1, NULL);
  g_autoptr (GArray) notes = lb_output_notes (output);
  const LbMidiNote *strange = &g_array_index (notes, LbMidiNote, 1);

  g_assert_cmpuint (notes->len, ==, 2);
  g_assert_true (isnan (g_array_index (notes, LbMidiNote, 0).start_s));
  g_assert_cmpint (g_array_index (notes, LbMidiNote, 0).pitch, ==, -1);
  g_assert_true (isnan (strange->start_s));
  g_assert_cmpint (strange->pitch, ==, 3000);
  g_assert_cmpint (strange->velocity, ==, 127);
  g_assert_cmpuint (strange->n_bends, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (json_t) empty = lb_json_parse (none[i], -1, NULL);
      g_autoptr (GArray) nothing = lb_output_notes (empty);

      g_assert_cmpuint (nothing->len, ==, 0);
    }
}

static void
knows_the_beats_that_begin_a_bar (void)
{
  g_autoptr (json_t) downbeats = lb_json_parse ("[0.5, 2.5]", -1, NULL);

  g_assert_true (lb_is_downbeat (downbeats, 0.5));
  g_assert_true (lb_is_downbeat (downbeats, 2.5 + 1e-7));
  g_assert_false (lb_is_downbeat (downbeats, 1));
  g_assert_false (lb_is_downbeat (downbeats, 2.501));
  g_assert_false (lb_is_downbeat (NULL, 0.5));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench/musical-output/notes", reads_notes_and_their_bends);
  g_test_add_func ("/bench/musical-output/wrong", what_is_wrong_stays_wrong);
  g_test_add_func ("/bench/musical-output/downbeats", knows_the_beats_that_begin_a_bar);
  return g_test_run ();
}
