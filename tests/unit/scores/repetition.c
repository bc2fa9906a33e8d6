#include "scores/repetition.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

#define RATE 16000

static gboolean
read_floats (gconstpointer source, guint64 start, float *samples, gsize frames, GError **error)
{
  memcpy (samples, (const float *) source + start, frames * sizeof (float));
  return TRUE;
}

static LbRepetition
measure (const float *samples, gsize frames)
{
  const LbSignal sound = { "sound", read_floats, samples, frames };
  g_autoptr (GError) error = NULL;
  LbRepetition found;

  g_assert_true (lb_repetition_measure (&sound, 1, RATE, &found, &error));
  g_assert_no_error (error);
  return found;
}

/* Bursts of noise, each 0.1 s of another loudness. */
static float *
make_bursts (gsize frames, guint32 seed)
{
  g_autoptr (GRand) draw = g_rand_new_with_seed (seed);
  float *samples = g_new (float, frames);
  double loud = 0;

  for (gsize i = 0; i < frames; i++)
    {
      if (i % (RATE / 10) == 0)
        loud = pow (10, -g_rand_double (draw) * 2);
      samples[i] = (float) (loud * (g_rand_double (draw) - 0.5));
    }
  return samples;
}

static void
finds_a_loop_and_its_length (void)
{
  g_autofree float *samples = make_bursts (6 * RATE, 7);
  LbRepetition found;

  for (gsize i = 3 * RATE / 2; i < 6 * RATE; i++)
    samples[i] = samples[i - 3 * RATE / 2];
  found = measure (samples, 6 * RATE);
  g_assert_cmpfloat_with_epsilon (found.loop_s, 1.5, 1e-9);
  g_assert_cmpfloat (found.similarity, >, 0.999);
  g_assert_cmpfloat (found.stuck_share, <, 0.05);
}

static void
finds_none_where_nothing_comes_again (void)
{
  g_autofree float *samples = make_bursts (6 * RATE, 8);
  LbRepetition found = measure (samples, 6 * RATE);

  g_assert_cmpfloat (found.similarity, <, 0.6);
}

static void
sees_what_stands_still (void)
{
  g_autofree float *samples = make_bursts (4 * RATE, 9);
  LbRepetition found;

  for (gsize i = 2 * RATE; i < 4 * RATE; i++)
    samples[i] = (float) (0.5 * sin (2 * G_PI * 440 * (double) i / RATE));
  found = measure (samples, 4 * RATE);
  g_assert_cmpfloat_with_epsilon (found.stuck_s, 1.85, 0.11);
  g_assert_cmpfloat_with_epsilon (found.stuck_share, 0.48, 0.05);
}

static void
silence_has_no_similarity (void)
{
  g_autofree float *samples = g_new0 (float, 3 * RATE);
  LbRepetition found = measure (samples, 3 * RATE);
  g_autoptr (json_t) record = lb_repetition_json (&found);

  g_assert_true (isnan (found.similarity) && isnan (found.loop_s));
  g_assert_cmpfloat (found.stuck_share, ==, 1);
  g_assert_null (json_object_get (record, "value"));
}

static void
refuses_what_is_too_short (void)
{
  g_autofree float *samples = g_new0 (float, RATE);
  const LbSignal brief = { "sound", read_floats, samples, RATE / 5 };
  g_autoptr (GError) error = NULL;
  LbRepetition found;

  g_assert_false (lb_repetition_measure (&brief, 1, RATE, &found, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
  g_clear_error (&error);
  g_assert_false (lb_repetition_measure (&brief, 1, 999, &found, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/repetition/finds-a-loop-and-its-length", finds_a_loop_and_its_length);
  g_test_add_func ("/repetition/finds-none-where-nothing-comes-again",
                   finds_none_where_nothing_comes_again);
  g_test_add_func ("/repetition/sees-what-stands-still", sees_what_stands_still);
  g_test_add_func ("/repetition/silence-has-no-similarity", silence_has_no_similarity);
  g_test_add_func ("/repetition/refuses-what-is-too-short", refuses_what_is_too_short);
  return g_test_run ();
}
