/* Mel spectra whose right answer is known; equal to librosa's and Kaldi's: tests/oracle. */
#include "dsp/mel-spectrum.h"

#include <math.h>

#define RATE 16000
#define BANDS 40

static LbMelSpectrumSettings
settings (LbMelScale scale)
{
  return (LbMelSpectrumSettings){
    .frames = { .fft_size = 512, .window_size = 512, .hop = 256, .wide_frames = TRUE },
    .mel = { .rate_hz = RATE, .bands = BANDS, .max_hz = RATE / 2.0, .scale = scale },
    .gain = 1,
    .floor = 1e-10,
  };
}

static void
make_tone (double hz, float *sound, guint n)
{
  for (guint i = 0; i < n; i++)
    sound[i] = (float) (0.5 * sin (2 * G_PI * hz * i / RATE));
}

static guint
loudest_band (const LbMelSpectrumSettings *these, double hz)
{
  g_autoptr (LbMelSpectrum) spectrum = lb_mel_spectrum_new (these);
  float sound[1024], values[3 * BANDS];
  guint best = 0;

  make_tone (hz, sound, G_N_ELEMENTS (sound));
  g_assert_cmpuint (lb_mel_spectrum_frames (spectrum, G_N_ELEMENTS (sound)), ==, 3);
  lb_mel_spectrum_fill (spectrum, sound, G_N_ELEMENTS (sound), 0, 3, values);
  for (guint b = 0; b < BANDS; b++)
    if (values[BANDS + b] > values[BANDS + best])
      best = b;
  return best;
}

/* 1 kHz is mel 15 of Slaney's 45.245 below 8 kHz, and 1000 of HTK's 2840: corner 13.6 and 14.4
 * of 41. */
static void
puts_tones_where_they_belong (void)
{
  const LbMelSpectrumSettings slaney = settings (LB_MEL_SLANEY), htk = settings (LB_MEL_HTK);

  g_assert_cmpuint (loudest_band (&slaney, 1000), ==, 13);
  g_assert_cmpuint (loudest_band (&htk, 1000), ==, 13);
  g_assert_cmpuint (loudest_band (&slaney, 7500), >=, BANDS - 2);
  g_assert_cmpuint (loudest_band (&slaney, 100), <=, 1);
}

static void
gives_levels (void)
{
  static const struct {
    LbLevel level;
    double silence;
  } cases[] = {
    { LB_LEVEL_LINEAR, 1e-10 },
    { LB_LEVEL_LN, -23.025850929940457 },
    { LB_LEVEL_LOG10, -10 },
    { LB_LEVEL_DB, -100 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LbMelSpectrumSettings these = settings (LB_MEL_HTK);
      g_autoptr (LbMelSpectrum) spectrum = NULL;
      const float silence[512] = { 0 };
      float values[BANDS];

      these.level = cases[i].level;
      spectrum = lb_mel_spectrum_new (&these);
      lb_mel_spectrum_fill (spectrum, silence, 512, 0, 1, values);
      g_assert_cmpfloat_with_epsilon (values[BANDS / 2], cases[i].silence, 1e-5);
      g_assert_cmpfloat_with_epsilon (lb_mel_spectrum_silence (spectrum), cases[i].silence, 1e-9);
    }
}

static void
limits_the_range (void)
{
  LbMelSpectrumSettings these = settings (LB_MEL_SLANEY);
  g_autoptr (LbMelSpectrum) spectrum = NULL;
  float sound[1024], values[3 * BANDS];
  float lowest = INFINITY, highest = -INFINITY;

  these.level = LB_LEVEL_DB;
  these.range = 30;
  these.from_loudest = TRUE;
  spectrum = lb_mel_spectrum_new (&these);
  make_tone (440, sound, G_N_ELEMENTS (sound));
  lb_mel_spectrum_fill (spectrum, sound, G_N_ELEMENTS (sound), 0, 3, values);
  for (guint i = 0; i < 3 * BANDS; i++)
    {
      lowest = MIN (lowest, values[i]);
      highest = MAX (highest, values[i]);
    }
  g_assert_cmpfloat (highest, ==, 0);
  g_assert_cmpfloat_with_epsilon (lowest, -30, 1e-4);
}

/* A piece of the frames has what all of them have. */
static void
begins_anywhere (void)
{
  const LbMelSpectrumSettings these = settings (LB_MEL_HTK);
  g_autoptr (LbMelSpectrum) spectrum = lb_mel_spectrum_new (&these);
  float sound[2048], whole[7 * BANDS], piece[2 * BANDS];

  for (guint i = 0; i < G_N_ELEMENTS (sound); i++)
    sound[i] = (float) sin (1e-4 * i * i);
  lb_mel_spectrum_fill (spectrum, sound, 2048, 0, 7, whole);
  lb_mel_spectrum_fill (spectrum, sound, 2048, 4, 2, piece);
  for (guint i = 0; i < 2 * BANDS; i++)
    g_assert_cmpfloat (piece[i], ==, whole[4 * BANDS + i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dsp/mel-spectrum/puts-tones-where-they-belong",
                   puts_tones_where_they_belong);
  g_test_add_func ("/dsp/mel-spectrum/gives-levels", gives_levels);
  g_test_add_func ("/dsp/mel-spectrum/limits-the-range", limits_the_range);
  g_test_add_func ("/dsp/mel-spectrum/begins-anywhere", begins_anywhere);
  return g_test_run ();
}
