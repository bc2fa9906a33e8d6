#include "audio/click.h"

#include <math.h>

#define RATE_HZ 8000
#define FRAMES 40000 /* over two chunks */

static LbPcm *
make_level (guint channels, float level)
{
  g_autofree float *samples = g_new (float, FRAMES *channels);
  LbPcm *pcm = lb_pcm_new (RATE_HZ, channels, 0, NULL);

  for (gsize i = 0; i < FRAMES * channels; i++)
    samples[i] = level;
  g_assert_true (lb_pcm_append (pcm, samples, FRAMES, NULL));
  return pcm;
}

static float *
mix (guint channels, float level, const LbClick *clicks, guint n)
{
  g_autoptr (LbPcm) in = make_level (channels, level);
  g_autoptr (LbPcm) out = lb_click_mix (in, clicks, n, 0, NULL);
  float *samples = g_new (float, FRAMES *channels);

  g_assert_nonnull (out);
  g_assert_cmpuint (lb_pcm_rate_hz (out), ==, RATE_HZ);
  g_assert_cmpuint (lb_pcm_channels (out), ==, channels);
  g_assert_cmpuint (lb_pcm_frames (out), ==, FRAMES);
  g_assert_true (lb_pcm_read (out, 0, samples, FRAMES, NULL));
  return samples;
}

/* How often the sign changes in the click at @at_s: twice a period. */
static guint
count_crossings (const float *samples, double at_s)
{
  gsize first = (gsize) (at_s * RATE_HZ), n = (gsize) (LB_CLICK_LENGTH_S * RATE_HZ / 2);
  guint count = 0;

  for (gsize i = first + 2; i < first + n; i++)
    count += (samples[i - 1] < 0) != (samples[i] < 0);
  return count;
}

static void
the_song_is_half_as_loud_between_clicks (void)
{
  const LbClick click = { 1.0, FALSE };
  g_autofree float *samples = mix (2, 0.5f, &click, 1);

  for (gsize i = 0; i < FRAMES; i++)
    if (i < RATE_HZ || i >= RATE_HZ + (gsize) (LB_CLICK_LENGTH_S * RATE_HZ) + 1)
      g_assert_cmpfloat (samples[2 * i + 1], ==, 0.25f);
  g_assert_cmpfloat (fabsf (samples[2 * (RATE_HZ + 2)] - 0.25f), >, 0.2f);
}

static void
nothing_goes_beyond_full_scale (void)
{
  const LbClick clicks[] = { { 0.0, TRUE }, { 2.0, FALSE } };
  g_autofree float *samples = mix (1, 1.0f, clicks, 2);

  for (gsize i = 0; i < FRAMES; i++)
    g_assert_cmpfloat (fabsf (samples[i]), <=, 1.0f);
}

static void
downbeats_are_higher (void)
{
  const LbClick clicks[] = { { 0.5, FALSE }, { 1.0, TRUE } };
  g_autofree float *samples = mix (1, 0.0f, clicks, 2);
  guint beat = count_crossings (samples, 0.5), down = count_crossings (samples, 1.0);

  g_assert_cmpuint (beat, >=, (guint) (LB_CLICK_LENGTH_S * LB_CLICK_BEAT_HZ) - 3);
  g_assert_cmpuint (beat, <=, (guint) (LB_CLICK_LENGTH_S * LB_CLICK_BEAT_HZ) + 1);
  g_assert_cmpuint (down, >=, 2 * beat - 3);
}

/* 16,384 frames are a chunk: a click that crosses its end is the one that doesn't. */
static void
chunks_do_not_show (void)
{
  const double edge_s = 16384.0 / RATE_HZ;
  const LbClick clicks[] = { { 0.5, FALSE }, { edge_s - 0.01, FALSE } };
  g_autofree float *samples = mix (1, 0.0f, clicks, 2);
  gsize a = RATE_HZ / 2, b = (gsize) round ((edge_s - 0.01) * RATE_HZ);

  for (gsize i = 0; i < (gsize) (LB_CLICK_LENGTH_S * RATE_HZ); i++)
    g_assert_cmpfloat_with_epsilon (samples[a + i], samples[b + i], 1e-6);
}

static void
what_lies_outside_is_left_out (void)
{
  const LbClick clicks[] = { { -1.0, FALSE }, { 4.99, FALSE }, { 5.0, TRUE }, { 1e9, TRUE } };
  g_autofree float *samples = mix (1, 0.0f, clicks, 4);

  for (gsize i = 0; i < (gsize) (4.99 * RATE_HZ); i++)
    g_assert_cmpfloat (samples[i], ==, 0.0f);
  g_assert_cmpfloat (fabsf (samples[(gsize) (4.99 * RATE_HZ) + 2]), >, 0.1f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/click/song-half-as-loud", the_song_is_half_as_loud_between_clicks);
  g_test_add_func ("/click/full-scale", nothing_goes_beyond_full_scale);
  g_test_add_func ("/click/downbeats", downbeats_are_higher);
  g_test_add_func ("/click/chunks", chunks_do_not_show);
  g_test_add_func ("/click/outside", what_lies_outside_is_left_out);
  return g_test_run ();
}
