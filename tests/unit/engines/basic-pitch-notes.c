#include "basic-pitch-notes.h"

#include <math.h>
#include <string.h>

#define KEYS BASIC_PITCH_KEYS
#define FRAMES 200

static const BasicPitchSettings usual = {
  .onset_threshold = 0.5,
  .frame_threshold = 0.3,
  .min_frames = 11,
  .infer_onsets = TRUE,
  .melodia = TRUE,
};

typedef struct {
  float *frames, *onsets;
} World;

static void
set_up (World *world, gconstpointer data)
{
  world->frames = g_new0 (float, FRAMES *KEYS);
  world->onsets = g_new0 (float, FRAMES *KEYS);
}

static void
tear_down (World *world, gconstpointer data)
{
  g_free (world->frames);
  g_free (world->onsets);
}

/* A note with an onset at @start, loud until @end. */
static void
play (World *world, gsize start, gsize end, gsize key, float level)
{
  for (gsize t = start; t < end; t++)
    world->frames[t * KEYS + key] = level;
  world->onsets[start * KEYS + key] = 0.9f;
}

static const BasicPitchNote *
only (const GArray *notes)
{
  g_assert_cmpuint (notes->len, ==, 1);
  return &g_array_index (notes, BasicPitchNote, 0);
}

static void
no_frames_are_no_notes (World *world, gconstpointer data)
{
  for (gsize n = 0; n < 4; n++) /* too few for an onset between two frames */
    {
      g_autoptr (GArray) notes = basic_pitch_notes (world->frames, world->onsets, n, &usual);

      g_assert_cmpuint (notes->len, ==, 0);
    }
}

static void
silence_is_no_notes (World *world, gconstpointer data)
{
  g_autoptr (GArray) notes = basic_pitch_notes (world->frames, world->onsets, FRAMES, &usual);

  g_assert_cmpuint (notes->len, ==, 0);
}

static void
a_note_lasts_from_its_onset_to_its_last_loud_frame (World *world, gconstpointer data)
{
  g_autoptr (GArray) notes = NULL;
  const BasicPitchNote *note;

  play (world, 20, 60, 39, 0.8f);
  notes = basic_pitch_notes (world->frames, world->onsets, FRAMES, &usual);
  note = only (notes);
  g_assert_cmpuint (note->start, ==, 20);
  g_assert_cmpuint (note->end, ==, 60);
  g_assert_cmpint (note->pitch, ==, 60);
  g_assert_cmpfloat_with_epsilon (note->amplitude, 0.8, 1e-6);
}

static void
a_pause_shorter_than_eleven_frames_ends_no_note (World *world, gconstpointer data)
{
  static const struct {
    gsize pause;
    guint end;
  } cases[] = { { 10, 80 }, { 11, 50 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BasicPitchSettings settings = usual;
      g_autoptr (GArray) notes = NULL;

      settings.melodia = FALSE;
      settings.infer_onsets = FALSE;
      memset (world->frames, 0, FRAMES * KEYS * sizeof (float));
      play (world, 20, 80, 39, 0.8f);
      for (gsize t = 50; t < 50 + cases[i].pause; t++)
        world->frames[t * KEYS + 39] = 0.1f;
      notes = basic_pitch_notes (world->frames, world->onsets, FRAMES, &settings);
      g_assert_cmpuint (only (notes)->end, ==, cases[i].end);
    }
}

static void
a_note_as_short_as_the_bound_is_left_out (World *world, gconstpointer data)
{
  g_autoptr (GArray) notes = NULL;

  play (world, 20, 31, 10, 0.8f);
  play (world, 100, 112, 10, 0.8f);
  notes = basic_pitch_notes (world->frames, world->onsets, FRAMES, &usual);
  g_assert_cmpuint (only (notes)->start, ==, 100);
}

static void
what_has_no_onset_is_found_by_the_melodia_trick_only (World *world, gconstpointer data)
{
  for (int melodia = 0; melodia < 2; melodia++)
    {
      BasicPitchSettings settings = usual;
      g_autoptr (GArray) notes = NULL;

      settings.infer_onsets = FALSE;
      settings.melodia = melodia;
      for (gsize t = 40; t < 90; t++)
        world->frames[t * KEYS + 50] = 0.6f;
      notes = basic_pitch_notes (world->frames, world->onsets, FRAMES, &settings);
      g_assert_cmpuint (notes->len, ==, (guint) melodia);
    }
}

static void
a_neighbouring_key_is_taken_with_a_note (World *world, gconstpointer data)
{
  g_autoptr (GArray) notes = NULL;

  play (world, 20, 60, 0, 0.9f); /* the lowest key and the highest: nothing beyond them */
  play (world, 20, 60, KEYS - 1, 0.9f);
  for (gsize t = 20; t < 60; t++)
    world->frames[t * KEYS + 1] = world->frames[t * KEYS + KEYS - 2] = 0.5f;
  notes = basic_pitch_notes (world->frames, world->onsets, FRAMES, &usual);
  for (guint i = 0; i < notes->len; i++)
    {
      int pitch = g_array_index (notes, BasicPitchNote, i).pitch;

      g_assert_true (pitch == BASIC_PITCH_LOWEST || pitch == BASIC_PITCH_LOWEST + KEYS - 1 ||
                     pitch == BASIC_PITCH_LOWEST + 1 || pitch == BASIC_PITCH_LOWEST + KEYS - 2);
    }
  g_assert_cmpuint (notes->len, >=, 2);
}

static void
pitches_out_of_bounds_are_not_heard (World *world, gconstpointer data)
{
  /* A4 is 440 Hz, key 48: kept from its own frequency on, and left out from there on */
  static const struct {
    double min_hz, max_hz;
    guint notes;
  } cases[] = {
    { 0, 0, 1 },     { 440, 0, 1 },   { 0, 440, 0 },        { 467, 0, 0 },
    { 0, 467, 1 },   { 440, 467, 1 }, { 0.001, 20000, 1 },  { 20000, 0, 0 },
    { 0, 0.001, 0 }, { 500, 400, 0 }, { 1e300, 1e-300, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BasicPitchSettings settings = usual;
      g_autoptr (GArray) notes = NULL;

      settings.min_hz = cases[i].min_hz;
      settings.max_hz = cases[i].max_hz;
      play (world, 20, 60, 48, 0.8f);
      notes = basic_pitch_notes (world->frames, world->onsets, FRAMES, &settings);
      g_assert_cmpuint (notes->len, ==, cases[i].notes);
    }
}

/* Whatever a network says, notes lie inside of the sound. */
static void
hostile_activations_stay_inside (World *world, gconstpointer data)
{
  static const float values[] = { 0, 0.3f, 0.5f, 1, -1, 1e30f, -1e30f, INFINITY, -INFINITY };
  g_autoptr (GRand) random = g_rand_new_with_seed (12);

  for (guint round = 0; round < 40; round++)
    {
      gsize n = (gsize) g_rand_int_range (random, 0, FRAMES + 1);
      BasicPitchSettings settings = usual;
      g_autoptr (GArray) notes = NULL;

      settings.min_frames = g_rand_int_range (random, 0, 3);
      settings.infer_onsets = g_rand_boolean (random);
      for (gsize i = 0; i < FRAMES * KEYS; i++)
        {
          world->frames[i] = values[g_rand_int_range (random, 0, G_N_ELEMENTS (values))];
          world->onsets[i] = (float) g_rand_double (random);
        }
      notes = basic_pitch_notes (world->frames, world->onsets, n, &settings);
      for (guint i = 0; i < notes->len; i++)
        {
          const BasicPitchNote *note = &g_array_index (notes, BasicPitchNote, i);

          g_assert_cmpuint (note->start, <, note->end);
          g_assert_cmpuint (note->end, <, n);
          g_assert_cmpint (note->pitch, >=, BASIC_PITCH_LOWEST);
          g_assert_cmpint (note->pitch, <, BASIC_PITCH_LOWEST + KEYS);
        }
    }
}

static void
bends_follow_the_strongest_bin (void)
{
  g_autofree float *contours = g_new0 (float, 4 * BASIC_PITCH_CONTOURS);
  static const int pitches[] = { BASIC_PITCH_LOWEST, 60, BASIC_PITCH_LOWEST + KEYS - 1 };
  static const gint8 bends[][4] = { { 0, 2, 0, 25 }, { -25, -1, 0, 25 }, { -25, -2, 2, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (pitches); i++)
    {
      BasicPitchNote note = { 0, 4, pitches[i], 0.5f };
      int own = (pitches[i] - BASIC_PITCH_LOWEST) * BASIC_PITCH_BINS_A_KEY;
      gint8 found[4];

      memset (contours, 0, 4 * BASIC_PITCH_CONTOURS * sizeof (float));
      for (gsize t = 0; t < 4; t++)
        contours[t * BASIC_PITCH_CONTOURS + (gsize) (own + bends[i][t])] = 1;
      basic_pitch_bends (contours, &note, found);
      g_assert_cmpmem (found, 4, bends[i], 4);
    }
}

static void
times_take_back_what_passes_have_too_much (void)
{
  double hop_s = (double) BASIC_PITCH_HOP / BASIC_PITCH_RATE_HZ;

  g_assert_cmpfloat (basic_pitch_time_s (0), ==, 0);
  g_assert_cmpfloat_with_epsilon (basic_pitch_time_s (171), 171 * hop_s, 1e-12);
  /* a pass gives 172 frames, and its samples hold 171.3 */
  g_assert_cmpfloat (basic_pitch_time_s (172), <, 172 * hop_s);
  for (gsize i = 1; i < 10000; i++)
    g_assert_cmpfloat (basic_pitch_time_s (i), >, basic_pitch_time_s (i - 1) - 1e-3);
}

static void
frames_are_those_of_whole_seconds (void)
{
  g_assert_cmpuint (basic_pitch_kept_frames (0), ==, 0);
  g_assert_cmpuint (basic_pitch_kept_frames (BASIC_PITCH_RATE_HZ), ==, 86);
  g_assert_cmpuint (basic_pitch_kept_frames (256), ==, 0);
  g_assert_cmpuint (basic_pitch_kept_frames (257), ==, 1);
  /* three hours */
  g_assert_cmpuint (basic_pitch_kept_frames (3ull * 3600 * BASIC_PITCH_RATE_HZ), ==,
                    3 * 3600 * 86);
}

#define ADD(NAME) g_test_add ("/" #NAME, World, NULL, set_up, NAME, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (no_frames_are_no_notes);
  ADD (silence_is_no_notes);
  ADD (a_note_lasts_from_its_onset_to_its_last_loud_frame);
  ADD (a_pause_shorter_than_eleven_frames_ends_no_note);
  ADD (a_note_as_short_as_the_bound_is_left_out);
  ADD (what_has_no_onset_is_found_by_the_melodia_trick_only);
  ADD (a_neighbouring_key_is_taken_with_a_note);
  ADD (pitches_out_of_bounds_are_not_heard);
  ADD (hostile_activations_stay_inside);
  g_test_add_func ("/bends_follow_the_strongest_bin", bends_follow_the_strongest_bin);
  g_test_add_func ("/times_take_back_what_passes_have_too_much",
                   times_take_back_what_passes_have_too_much);
  g_test_add_func ("/frames_are_those_of_whole_seconds", frames_are_those_of_whole_seconds);
  return g_test_run ();
}
