#include "dsp/stft.h"

#include <math.h>

#define SIZE 64
#define HOP 16
#define COUNT 1000
#define MAX_FRAMES (COUNT / HOP + SIZE)

typedef struct {
  guint frames;
  LbComplex bins[MAX_FRAMES][SIZE / 2 + 1];
} Seen;

static void
see (const float *samples, const LbComplex *bins, gpointer data)
{
  Seen *seen = data;

  g_assert_cmpuint (seen->frames, <, MAX_FRAMES);
  for (guint i = 0; i <= SIZE / 2; i++)
    seen->bins[seen->frames][i] = bins[i];
  seen->frames++;
}

static void
sound (float *samples)
{
  for (guint i = 0; i < COUNT; i++)
    samples[i] = (float) (sin (0.37 * i) + 0.5 * cos (1.9 * i + 1) + 0.1);
}

/* The definition, word for word: sum over the frame of window × sample × e^(−2πikn / size). */
static void
expect_bin (const float *samples, gboolean centred, guint frame, guint bin, LbComplex got)
{
  double re = 0, im = 0;

  for (guint n = 0; n < SIZE; n++)
    {
      int at = (int) (frame * HOP + n) - (centred ? SIZE / 2 : 0);
      double sample = at >= 0 && at < COUNT ? samples[at] : 0;
      double windowed = sample * (0.5 - 0.5 * cos (2 * G_PI * n / SIZE));

      re += windowed * cos (2 * G_PI * bin * n / SIZE);
      im -= windowed * sin (2 * G_PI * bin * n / SIZE);
    }
  g_assert_cmpfloat_with_epsilon (got.re, re, 1e-4);
  g_assert_cmpfloat_with_epsilon (got.im, im, 1e-4);
}

static void
is_the_definition (gconstpointer centred)
{
  LbStftShape shape = { .size = SIZE, .hop = HOP, .centred = GPOINTER_TO_INT (centred) };
  g_autofree Seen *seen = g_new0 (Seen, 1);
  g_autoptr (LbStft) stft = lb_stft_new (&shape, see, seen);
  float samples[COUNT];

  sound (samples);
  for (guint at = 0, piece = 1; at < COUNT; at += piece, piece = piece * 3 % 101 + 1)
    lb_stft_add (stft, samples + at, MIN (piece, COUNT - at));
  lb_stft_finish (stft);
  g_assert_cmpuint (seen->frames, ==, shape.centred ? 1 + COUNT / HOP : 1 + (COUNT - SIZE) / HOP);
  g_assert_cmpuint (lb_stft_frames (stft), ==, seen->frames);
  for (guint frame = 0; frame < seen->frames; frame++)
    for (guint bin = 0; bin <= SIZE / 2; bin++)
      expect_bin (samples, shape.centred, frame, bin, seen->bins[frame][bin]);
}

static void
takes_a_window (void)
{
  float window[SIZE] = { [3] = 2 }, samples[SIZE] = { [3] = 0.5f };
  LbStftShape shape = { .size = SIZE, .hop = SIZE, .window = window };
  g_autofree Seen *seen = g_new0 (Seen, 1);
  g_autoptr (LbStft) stft = lb_stft_new (&shape, see, seen);
  float power[SIZE / 2 + 1];

  lb_stft_add (stft, samples, SIZE);
  lb_stft_finish (stft);
  g_assert_cmpuint (seen->frames, ==, 1);
  lb_stft_power (seen->bins[0], power, SIZE / 2 + 1);
  for (guint bin = 0; bin <= SIZE / 2; bin++)
    g_assert_cmpfloat_with_epsilon (power[bin], 1, 1e-5);
}

static void
goes_back (void)
{
  g_autoptr (LbFourier) fourier = lb_fourier_new (SIZE);
  float *samples = lb_fourier_samples (fourier);

  for (guint i = 0; i < SIZE; i++)
    samples[i] = (float) (i % 7);
  lb_fourier_forward (fourier);
  lb_fourier_inverse (fourier);
  for (guint i = 0; i < SIZE; i++)
    g_assert_cmpfloat_with_epsilon (samples[i] / SIZE, i % 7, 1e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/stft/is-the-definition", GINT_TO_POINTER (FALSE), is_the_definition);
  g_test_add_data_func ("/stft/is-the-definition-centred", GINT_TO_POINTER (TRUE),
                        is_the_definition);
  g_test_add_func ("/stft/takes-a-window", takes_a_window);
  g_test_add_func ("/stft/goes-back", goes_back);
  return g_test_run ();
}
