#include "audio/loudness.h"

#include <math.h>

#include "core/error.h"

#define RATE_HZ 48000

/* @seconds of a sine of 997 Hz with @amplitude, in every channel. */
static LbLevels
measure_sine (double amplitude, double seconds, guint channels)
{
  g_autoptr (LbLoudness) loudness = lb_loudness_new (RATE_HZ, channels, NULL);
  gsize frames = (gsize) (seconds * RATE_HZ);
  g_autofree float *samples = g_new (float, frames *channels);
  LbLevels levels;

  for (gsize i = 0; i < frames * channels; i++)
    samples[i] = (float) (amplitude * sin (2 * G_PI * 997 * (double) (i / channels) / RATE_HZ));
  /* in two uneven pieces */
  g_assert_true (lb_loudness_add (loudness, samples, frames / 3));
  g_assert_true (
      lb_loudness_add (loudness, samples + frames / 3 * channels, frames - frames / 3));
  lb_loudness_finish (loudness, &levels);
  return levels;
}

/* EBU Tech 3341, cases 1 and 2: a stereo sine at −23 (−33) dBFS is −23 (−33) LUFS ± 0.1. */
static void
has_the_loudness_of_ebu_tech_3341 (void)
{
  g_assert_cmpfloat_with_epsilon (measure_sine (pow (10, -23.0 / 20), 20, 2).loudness_lufs, -23,
                                  0.1);
  g_assert_cmpfloat_with_epsilon (measure_sine (pow (10, -33.0 / 20), 20, 2).loudness_lufs, -33,
                                  0.1);
}

/* EBU Tech 3342, cases 1 to 4: a stereo sine of 1 kHz whose level changes every 20 s. */
static void
has_the_range_of_ebu_tech_3342 (void)
{
  static const struct {
    int levels_db[5];
    guint count;
    double range_lu;
  } cases[] = {
    { { -20, -30 }, 2, 10 },
    { { -20, -15 }, 2, 5 },
    { { -40, -20 }, 2, 20 },
    { { -50, -35, -20, -35, -50 }, 5, 15 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LbLoudness) loudness = lb_loudness_new (RATE_HZ, 2, NULL);
      g_autofree float *samples = g_new (float, 40 * RATE_HZ);
      LbLevels levels;

      for (guint part = 0; part < cases[i].count; part++)
        {
          double amplitude = pow (10, cases[i].levels_db[part] / 20.0);

          for (guint n = 0; n < 40 * RATE_HZ; n++)
            samples[n] = (float) (amplitude * sin (2 * G_PI * 1000 * (n / 2) / RATE_HZ));
          g_assert_true (lb_loudness_add (loudness, samples, 20 * RATE_HZ));
        }
      lb_loudness_finish (loudness, &levels);
      g_assert_cmpfloat_with_epsilon (levels.range_lu, cases[i].range_lu, 1);
    }
}

static void
has_no_range_below_three_seconds (void)
{
  g_assert_true (isnan (measure_sine (0.5, 2.9, 1).range_lu));
  g_assert_cmpfloat_with_epsilon (measure_sine (0.5, 3.1, 1).range_lu, 0, 0.1);
}

static void
has_peak_and_rms_of_a_sine (void)
{
  LbLevels levels = measure_sine (0.5, 1, 1);

  g_assert_cmpuint (levels.frames, ==, RATE_HZ);
  g_assert_cmpfloat_with_epsilon (levels.peak_db, -6.0206, 0.001);
  g_assert_cmpfloat_with_epsilon (levels.rms_db, -9.0309, 0.001);
  g_assert_cmpfloat (levels.clipped_share, ==, 0);
  g_assert_cmpfloat (levels.silent_share, ==, 0);
  g_assert_false (levels.beyond);
}

/* Of |a sin x| the share 1 − 2/π asin (1/a) is at 1 or above. */
static void
counts_what_is_clipped (void)
{
  LbLevels levels = measure_sine (2, 1, 2);

  g_assert_cmpfloat_with_epsilon (levels.clipped_share, 1 - 2 / G_PI * asin (0.5), 0.002);
  g_assert_true (levels.beyond);
}

static void
counts_silence_in_windows (void)
{
  g_autoptr (LbLoudness) loudness = lb_loudness_new (1000, 1, NULL);
  float samples[1005] = { 0 };
  LbLevels levels;

  /* 10 frames a window: 0.01 (−40 dB) in 25 of 101 windows, −66 dB in 10, nothing else */
  for (guint i = 0; i < 250; i++)
    samples[i] = i % 2 == 0 ? 0.01f : -0.01f;
  for (guint i = 250; i < 350; i++)
    samples[i] = 0.0005f;
  g_assert_true (lb_loudness_add (loudness, samples, G_N_ELEMENTS (samples)));
  lb_loudness_finish (loudness, &levels);
  g_assert_cmpfloat_with_epsilon (levels.silent_share, 76.0 / 101, 1e-9);
}

static void
silence_has_no_level (void)
{
  g_autoptr (LbLoudness) loudness = lb_loudness_new (16000, 1, NULL);
  float samples[16000] = { 0 };
  LbLevels levels;

  g_assert_true (lb_loudness_add (loudness, samples, G_N_ELEMENTS (samples)));
  lb_loudness_finish (loudness, &levels);
  g_assert_true (isnan (levels.peak_db) && isnan (levels.rms_db));
  g_assert_true (isnan (levels.loudness_lufs));
  g_assert_cmpfloat (levels.silent_share, ==, 1);
}

static void
nothing_has_no_figures (void)
{
  g_autoptr (LbLoudness) loudness = lb_loudness_new (16000, 1, NULL);
  LbLevels levels;

  lb_loudness_finish (loudness, &levels);
  g_assert_cmpuint (levels.frames, ==, 0);
  g_assert_true (isnan (levels.peak_db) && isnan (levels.silent_share));
  g_assert_true (isnan (levels.clipped_share) && isnan (levels.loudness_lufs));
}

static void
refuses_what_is_no_number (void)
{
  const float bad[] = { NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (LbLoudness) loudness = lb_loudness_new (16000, 1, NULL);
      float samples[3] = { 0, 0, bad[i] };

      g_assert_false (lb_loudness_add (loudness, samples, 3));
    }
}

static void
refuses_impossible_formats (void)
{
  const guint formats[][2] = { { 0, 1 }, { 16000, 0 }, { 10000000, 1 }, { 16000, 1000 } };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lb_loudness_new (formats[i][0], formats[i][1], &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loudness/has-the-loudness-of-ebu-tech-3341",
                   has_the_loudness_of_ebu_tech_3341);
  g_test_add_func ("/loudness/has-the-range-of-ebu-tech-3342", has_the_range_of_ebu_tech_3342);
  g_test_add_func ("/loudness/has-no-range-below-three-seconds",
                   has_no_range_below_three_seconds);
  g_test_add_func ("/loudness/has-peak-and-rms-of-a-sine", has_peak_and_rms_of_a_sine);
  g_test_add_func ("/loudness/counts-what-is-clipped", counts_what_is_clipped);
  g_test_add_func ("/loudness/counts-silence-in-windows", counts_silence_in_windows);
  g_test_add_func ("/loudness/silence-has-no-level", silence_has_no_level);
  g_test_add_func ("/loudness/nothing-has-no-figures", nothing_has_no_figures);
  g_test_add_func ("/loudness/refuses-what-is-no-number", refuses_what_is_no_number);
  g_test_add_func ("/loudness/refuses-impossible-formats", refuses_impossible_formats);
  return g_test_run ();
}
