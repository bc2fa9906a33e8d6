#include "audio/resample.h"

#include <math.h>

#include "core/error.h"

static LbPcm *
make_tone (guint rate_hz, gsize frames)
{
  g_autoptr (LbPcm) pcm = lb_pcm_new (rate_hz, 1, 0, NULL);

  for (gsize i = 0; i < frames; i++)
    {
      float x = (float) (0.5 * sin (2 * G_PI * 440 * (double) i / rate_hz));

      g_assert_true (lb_pcm_append (pcm, &x, 1, NULL));
    }
  return g_steal_pointer (&pcm);
}

static void
has_the_right_length_and_no_delay (void)
{
  static const guint rates[][2] = {
    { 44100, 16000 }, { 16000, 48000 }, { 48000, 16000 }, { 11025, 96000 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autoptr (LbPcm) in = make_tone (rates[i][0], 20011);
      g_autoptr (LbPcm) out = lb_resample (in, rates[i][1], 1, 0, NULL);
      guint64 wanted = (guint64) llround (20011.0 * rates[i][1] / rates[i][0]);

      g_assert_cmpuint (lb_pcm_frames (out), ==, wanted);
      for (guint64 k = wanted / 4; k < wanted * 3 / 4; k++)
        {
          float x;

          g_assert_true (lb_pcm_read (out, k, &x, 1, NULL));
          g_assert_cmpfloat_with_epsilon (
              x, 0.5 * sin (2 * G_PI * 440 * (double) k / rates[i][1]), 1e-4);
        }
    }
}

static void
leaves_the_same_rate_alone (void)
{
  g_autoptr (LbPcm) in = make_tone (16000, 100001);
  g_autoptr (LbPcm) out = lb_resample (in, 16000, 1, 0, NULL);
  g_autofree char *a = lb_pcm_sha256 (in, NULL), *b = lb_pcm_sha256 (out, NULL);

  g_assert_cmpstr (a, ==, b);
}

static void
mixes_channels (void)
{
  static const struct {
    guint in, out;
    float from[4], to[4];
  } cases[] = {
    { 2, 1, { 1, 0 }, { 0.5 } },
    { 4, 1, { 1, 2, 3, 6 }, { 3 } },
    { 1, 2, { 1 }, { 1, 1 } },
    { 2, 4, { 1, 2 }, { 1, 2, 2, 2 } },
    { 3, 2, { 0, 1, 2 }, { (float) G_SQRT2, (float) (1 + G_SQRT2) } },
    { 4, 3, { 0, 0, 5, 2 }, { (float) G_SQRT2, (float) G_SQRT2, 5 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LbPcm) in = lb_pcm_new (8000, cases[i].in, 0, NULL), out = NULL;
      float got[4];

      g_assert_true (lb_pcm_append (in, cases[i].from, 1, NULL));
      out = lb_resample (in, 8000, cases[i].out, 0, NULL);
      g_assert_true (lb_pcm_read (out, 0, got, 1, NULL));
      for (guint c = 0; c < cases[i].out; c++)
        g_assert_cmpfloat_with_epsilon (got[c], cases[i].to[c], 1e-6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resample/has-the-right-length-and-no-delay",
                   has_the_right_length_and_no_delay);
  g_test_add_func ("/resample/leaves-the-same-rate-alone", leaves_the_same_rate_alone);
  g_test_add_func ("/resample/mixes-channels", mixes_channels);
  return g_test_run ();
}
