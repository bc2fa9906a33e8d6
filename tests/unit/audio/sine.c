/* Notes become sound: the right pitch, at the right time, within full scale. */
#include <glib.h>
#include <math.h>

#include "audio/sine.h"
#include "core/error.h"

#define RATE_HZ 22050

static LbPcm *
play (const LbMidiNote *notes, gsize n, double duration_s)
{
  g_autoptr (GError) error = NULL;
  LbPcm *sound = lb_sine_notes (notes, n, duration_s, RATE_HZ, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (lb_pcm_frames (sound), ==, (guint64) (duration_s * RATE_HZ));
  g_assert_cmpuint (lb_pcm_channels (sound), ==, 1);
  return sound;
}

/* Share of the energy from @from_s to @to_s that is a sine of @hertz: Goertzel's sum. */
static double
share_of (const LbPcm *sound, double from_s, double to_s, double hertz)
{
  gsize frames = (gsize) ((to_s - from_s) * RATE_HZ);
  g_autofree float *samples = g_new (float, frames);
  double real = 0, imaginary = 0, energy = 1e-30;

  g_assert_true (lb_pcm_read (sound, (guint64) (from_s * RATE_HZ), samples, frames, NULL));
  for (gsize i = 0; i < frames; i++)
    {
      double x = (double) samples[i], angle = 2 * G_PI * hertz * (double) i / RATE_HZ;

      real += x * cos (angle);
      imaginary += x * sin (angle);
      energy += x * x;
    }
  return 2 * (real * real + imaginary * imaginary) / ((double) frames * energy);
}

static double
peak (const LbPcm *sound, double from_s, double to_s)
{
  gsize frames = (gsize) ((to_s - from_s) * RATE_HZ);
  g_autofree float *samples = g_new (float, frames);
  double most = 0;

  g_assert_true (lb_pcm_read (sound, (guint64) (from_s * RATE_HZ), samples, frames, NULL));
  for (gsize i = 0; i < frames; i++)
    most = MAX (most, fabs ((double) samples[i]));
  return most;
}

static void
sounds_at_its_pitch_and_time (void)
{
  const LbMidiNote notes[] = {
    { .start_s = 0.5, .end_s = 1.0, .pitch = 69, .velocity = 100 },
    { .start_s = 1.5, .end_s = 2.0, .pitch = 60, .velocity = 100 },
  };
  g_autoptr (LbPcm) sound = play (notes, 2, 2.5);

  g_assert_cmpfloat (peak (sound, 0, 0.49), ==, 0);
  g_assert_cmpfloat (peak (sound, 1.1, 1.49), ==, 0);
  g_assert_cmpfloat (peak (sound, 2.1, 2.5), ==, 0);
  g_assert_cmpfloat (share_of (sound, 0.55, 0.95, 440), >, 0.8);
  g_assert_cmpfloat (share_of (sound, 0.55, 0.95, 261.6256), <, 0.01);
  g_assert_cmpfloat (share_of (sound, 1.55, 1.95, 261.6256), >, 0.8);
}

/* A note over the edge of a piece that is made at once goes on as it was. */
static void
has_no_step_between_pieces (void)
{
  const LbMidiNote note = { .start_s = 0, .end_s = 2, .pitch = 45, .velocity = 127 };
  g_autoptr (LbPcm) sound = play (&note, 1, 2.5);
  g_autofree float *samples = g_new (float, RATE_HZ * 2);
  double most = 0;

  g_assert_true (lb_pcm_read (sound, 0, samples, RATE_HZ * 2, NULL));
  for (guint i = 1; i < RATE_HZ * 2; i++)
    most = MAX (most, fabs ((double) (samples[i] - samples[i - 1])));
  /* the steepest of 110 Hz and its partials at this rate and level */
  g_assert_cmpfloat (most, <, 0.8 * 2 * G_PI * 110 * 2.06 / 1.47 / RATE_HZ);
}

static void
louder_with_velocity (void)
{
  const LbMidiNote notes[] = {
    { .start_s = 0, .end_s = 0.4, .pitch = 69, .velocity = 32 },
    { .start_s = 1, .end_s = 1.4, .pitch = 69, .velocity = 127 },
  };
  g_autoptr (LbPcm) sound = play (notes, 2, 2);

  g_assert_cmpfloat (peak (sound, 1, 1.4), >, 3 * peak (sound, 0, 0.4));
}

static void
many_at_once_stay_within_full_scale (void)
{
  LbMidiNote notes[88];
  g_autoptr (LbPcm) sound = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    notes[i] = (LbMidiNote){ .start_s = 0, .end_s = 1, .pitch = (int) i + 21, .velocity = 127 };
  sound = play (notes, G_N_ELEMENTS (notes), 1);
  g_assert_cmpfloat (peak (sound, 0, 1), <=, 1);
  g_assert_cmpfloat (peak (sound, 0, 1), >, 0.1);
}

static void
percussion_is_a_tick (void)
{
  const LbMidiNote note = {
    .start_s = 0, .end_s = 1, .pitch = 69, .velocity = 127, .channel = 9
  };
  g_autoptr (LbPcm) sound = play (&note, 1, 1);

  g_assert_cmpfloat (peak (sound, 0, 0.05), >, 0.1);
  g_assert_cmpfloat (peak (sound, 0.07, 1), ==, 0);
}

static void
nothing_gives_silence (void)
{
  g_autoptr (LbPcm) sound = play (NULL, 0, 1);

  g_assert_cmpfloat (peak (sound, 0, 1), ==, 0);
}

static void
refuses_what_is_out_of_bounds (void)
{
  static const struct {
    const char *what;
    LbMidiNote note;
    double duration_s;
  } cases[] = {
    { "pitch", { .start_s = 0, .end_s = 1, .pitch = 128, .velocity = 1 }, 1 },
    { "velocity", { .start_s = 0, .end_s = 1, .pitch = 1, .velocity = 0 }, 1 },
    { "order", { .start_s = 1, .end_s = 0, .pitch = 1, .velocity = 1 }, 1 },
    { "NaN", { .start_s = NAN, .end_s = 1, .pitch = 1, .velocity = 1 }, 1 },
    { "before 0", { .start_s = -1, .end_s = 1, .pitch = 1, .velocity = 1 }, 1 },
    { "no duration", { .start_s = 0, .end_s = 1, .pitch = 1, .velocity = 1 }, 0 },
    { "endless", { .start_s = 0, .end_s = 1, .pitch = 1, .velocity = 1 }, INFINITY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].what);
      g_assert_null (lb_sine_notes (&cases[i].note, 1, cases[i].duration_s, RATE_HZ, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sine/pitch-and-time", sounds_at_its_pitch_and_time);
  g_test_add_func ("/sine/no-step", has_no_step_between_pieces);
  g_test_add_func ("/sine/velocity", louder_with_velocity);
  g_test_add_func ("/sine/full-scale", many_at_once_stay_within_full_scale);
  g_test_add_func ("/sine/percussion", percussion_is_a_tick);
  g_test_add_func ("/sine/silence", nothing_gives_silence);
  g_test_add_func ("/sine/bounds", refuses_what_is_out_of_bounds);
  return g_test_run ();
}
