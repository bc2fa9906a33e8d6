/* Frames, windows and spectra whose right answer is known. */
#include "dsp/frames.h"

#include <math.h>

#define RATE 16000

static LbFramesSettings
settings (LbWindow window, LbCentre centre)
{
  return (LbFramesSettings){
    .fft_size = 512, .window_size = 400, .hop = 160, .window = window, .centre = centre
  };
}

static void
counts_frames (void)
{
  static const struct {
    const char *what;
    LbCentre centre;
    gboolean wide;
    gsize samples, count;
  } cases[] = {
    { "nothing", LB_CENTRE_ZEROS, FALSE, 0, 0 },
    { "one sample around a centre", LB_CENTRE_ZEROS, FALSE, 1, 1 },
    { "less than a frame", LB_CENTRE_NONE, FALSE, 399, 0 },
    { "a frame", LB_CENTRE_NONE, FALSE, 400, 1 },
    { "a frame as long as the transform", LB_CENTRE_NONE, TRUE, 511, 0 },
    { "Kaldi's second", LB_CENTRE_NONE, FALSE, RATE, 98 },
    { "librosa's second", LB_CENTRE_REFLECT, TRUE, RATE, 101 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LbFramesSettings these = settings (LB_WINDOW_HANN, cases[i].centre);
      g_autoptr (LbFrames) frames = NULL;

      these.wide_frames = cases[i].wide;
      frames = lb_frames_new (&these);
      g_test_message ("%s", cases[i].what);
      g_assert_cmpuint (lb_frames_count (frames, cases[i].samples), ==, cases[i].count);
      g_assert_cmpuint (lb_frames_bins (frames), ==, 257);
    }
}

/* A tone of amplitude 1 on a bin has (sum of the window / 2)² there. */
static void
finds_a_tone (void)
{
  LbFramesSettings these = settings (LB_WINDOW_HANN, LB_CENTRE_NONE);
  g_autoptr (LbFrames) frames = NULL;
  float sound[RATE];
  float power[257];

  these.window_size = these.fft_size;
  for (guint i = 0; i < RATE; i++)
    sound[i] = (float) cos (2 * G_PI * 32 * i / 512.0);
  frames = lb_frames_new (&these);
  lb_frames_power (frames, sound, RATE, 7, power);
  g_assert_cmpfloat_with_epsilon (power[32], 128.0 * 128, 0.05);
  g_assert_cmpfloat_with_epsilon (power[34], 0, 1e-4);
}

/* The same sound, turned around at its ends, is louder there than among silence. */
static void
looks_beyond_the_ends (void)
{
  static const LbCentre centres[] = { LB_CENTRE_ZEROS, LB_CENTRE_REFLECT };
  float sound[RATE / 10];
  double sums[2] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (sound); i++)
    sound[i] = (float) cos (2 * G_PI * 32 * i / 512.0);
  for (guint c = 0; c < 2; c++)
    {
      const LbFramesSettings these = settings (LB_WINDOW_HANN, centres[c]);
      g_autoptr (LbFrames) frames = lb_frames_new (&these);
      float power[257];

      lb_frames_power (frames, sound, G_N_ELEMENTS (sound), 0, power);
      for (guint k = 0; k < 257; k++)
        sums[c] += power[k];
    }
  g_assert_cmpfloat (sums[1], >, 1.5 * sums[0]);
}

/* A sound shorter than half a frame runs back and forth as often as it takes. */
static void
reflects_the_shortest (void)
{
  const LbFramesSettings these = settings (LB_WINDOW_RECTANGULAR, LB_CENTRE_REFLECT);
  g_autoptr (LbFrames) frames = lb_frames_new (&these);
  const float one[] = { 0.5f }, three[] = { 1, 1, 1 };
  float power[257];

  lb_frames_power (frames, one, 1, 0, power);
  g_assert_cmpfloat_with_epsilon (power[0], 200.0 * 200, 0.1);
  lb_frames_power (frames, three, 3, 0, power);
  g_assert_cmpfloat_with_epsilon (power[0], 400.0 * 400, 0.1);
}

static void
takes_off_what_is_constant (void)
{
  LbFramesSettings these = settings (LB_WINDOW_HAMMING_SYMMETRIC, LB_CENTRE_NONE);
  g_autoptr (LbFrames) frames = NULL;
  float sound[400];
  float power[257];

  for (guint i = 0; i < 400; i++)
    sound[i] = 0.75f;
  these.remove_dc = TRUE;
  these.preemphasis = 0.97;
  frames = lb_frames_new (&these);
  lb_frames_power (frames, sound, 400, 0, power);
  for (guint k = 0; k < 257; k++)
    g_assert_cmpfloat_with_epsilon (power[k], 0, 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dsp/frames/counts-frames", counts_frames);
  g_test_add_func ("/dsp/frames/finds-a-tone", finds_a_tone);
  g_test_add_func ("/dsp/frames/looks-beyond-the-ends", looks_beyond_the_ends);
  g_test_add_func ("/dsp/frames/reflects-the-shortest", reflects_the_shortest);
  g_test_add_func ("/dsp/frames/takes-off-what-is-constant", takes_off_what_is_constant);
  return g_test_run ();
}
