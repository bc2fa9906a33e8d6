#include "dsp/song.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

typedef double (*Shape) (double t, GRand *draw);

static double
silent (double t, GRand *draw)
{
  return 0;
}

static double
constant (double t, GRand *draw)
{
  return 0.5;
}

static double
noisy (double t, GRand *draw)
{
  return g_rand_double_range (draw, -0.3, 0.3);
}

/* E minor, a fifth of a semitone flat. */
static double
chord (double t, GRand *draw)
{
  double sum = 0;

  for (int note = 0; note <= 7; note += note == 0 ? 3 : 4)
    sum += sin (2 * G_PI * 329.628 * exp2 ((note - 0.2) / 12) * t);
  return sum / 5;
}

/* A short burst of noise, twice a second. */
static double
clicks (double t, GRand *draw)
{
  return fmod (t, 0.5) < 0.01 ? noisy (t, draw) : 0;
}

static gboolean
measure (Shape shape, double seconds, guint rate_hz, guint channels, LbSong *song, GError **error)
{
  g_autoptr (LbPcm) pcm = lb_pcm_new (rate_hz, channels, 0, NULL);
  g_autoptr (GRand) draw = g_rand_new_with_seed (1);
  gsize frames = (gsize) (seconds * rate_hz);
  g_autofree float *samples = g_new (float, MAX (1, frames * channels));

  for (gsize i = 0; i < frames; i++)
    {
      float sample = (float) shape ((double) i / rate_hz, draw);

      for (guint c = 0; c < channels; c++)
        samples[i * channels + c] = sample;
    }
  g_assert_true (lb_pcm_append (pcm, samples, frames, NULL));
  return lb_song_measure (pcm, 0, NULL, NULL, song, error);
}

static LbFeatures
features_of (Shape shape, double seconds, guint rate_hz, guint channels)
{
  LbSong song;

  g_assert_true (measure (shape, seconds, rate_hz, channels, &song, NULL));
  return song.features;
}

static void
hears_key_and_tuning (void)
{
  static const struct {
    guint rate_hz, channels;
  } cases[] = { { 22050, 1 }, { 8000, 1 }, { 44100, 2 }, { 192000, 6 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LbFeatures features = features_of (chord, 4, cases[i].rate_hz, cases[i].channels);
      g_autofree char *key = lb_key_name (&features.key);

      g_assert_cmpstr (key, ==, "E minor");
      g_assert_cmpfloat_with_epsilon (features.tuning, -0.2, 0.011);
      g_assert_cmpfloat (features.percussive_share, <, 0.2);
    }
}

static void
hears_tempo_and_onsets (void)
{
  LbFeatures features = features_of (clicks, 10, 44100, 1);

  g_assert_cmpfloat_with_epsilon (features.tempo.bpm, 120, 1);
  g_assert_cmpfloat (features.tempo.strength, >, 0.5);
  g_assert_cmpuint (features.onsets, >=, 18);
  g_assert_cmpuint (features.onsets, <=, 20);
  g_assert_cmpfloat (features.percussive_share, >, 0.9);
}

static void
noise_has_no_beat (void)
{
  LbFeatures features = features_of (noisy, 20, 22050, 1);

  g_assert_true (isfinite (features.tempo.bpm));
  g_assert_cmpfloat (fabs (features.tempo.strength), <, 0.2);
}

static void
silence_has_nothing (void)
{
  LbSong song;
  g_autoptr (json_t) json = NULL;

  g_assert_true (measure (silent, 2, 44100, 2, &song, NULL));
  json = lb_song_json (&song);
  g_assert_cmpfloat (lb_json_real (json, "silent_share", 0), ==, 1);
  for (const char *const *key =
           (const char *const[]){ "tempo", "key", "chroma", "centroid_hz", "tuning_semitones",
                                  "percussive_share", NULL };
       *key != NULL; key++)
    g_assert_null (json_object_get (json, *key));
  g_assert_cmpint (lb_json_integer (json, "onsets", -1), ==, 0);
}

static void
what_has_no_pitch_has_no_key (void)
{
  LbFeatures features = features_of (constant, 2, 44100, 1);

  g_assert_cmpint (features.key.tonic, ==, -1);
  g_assert_true (isnan (features.tuning));
}

/* 50 ms, less than a frame; a single sample. */
static void
short_sounds_are_measured (void)
{
  static const double lengths[] = { 1.0 / 22050, 0.05, 0.1, 0.4 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      LbSong song;
      g_autoptr (json_t) json = NULL;
      g_autofree char *text = NULL;

      g_assert_true (measure (noisy, lengths[i] + 1e-6, 22050, 1, &song, NULL));
      json = lb_song_json (&song);
      text = lb_json_line (json);
      g_assert_nonnull (text);
      g_assert_cmpint (song.features.frames, ==, 1 + (int) (lengths[i] * 22050 + 0.1) / 512);
    }
}

static void
no_sound_is_an_error (void)
{
  g_autoptr (GError) error = NULL;
  LbSong song;

  g_assert_false (measure (silent, 0, 22050, 1, &song, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
}

static double
broken (double t, GRand *draw)
{
  return t < 1 ? 0.1 : NAN;
}

static void
nan_is_an_error (void)
{
  g_autoptr (GError) error = NULL;
  LbSong song;

  g_assert_false (measure (broken, 2, 22050, 1, &song, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
  g_assert_nonnull (strstr (error->message, "no numbers"));
}

static gboolean
stop_now (gpointer user_data)
{
  return ++*(int *) user_data > 2;
}

static void
stops_when_told (void)
{
  g_autoptr (LbPcm) pcm = lb_pcm_new (22050, 1, 0, NULL);
  g_autofree float *samples = g_new0 (float, 500000);
  g_autoptr (GError) error = NULL;
  int asked = 0;
  LbSong song;

  g_assert_true (lb_pcm_append (pcm, samples, 500000, NULL));
  g_assert_false (lb_song_measure (pcm, 0, stop_now, &asked, &song, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_CANCELLED);
  g_assert_cmpint (asked, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/song/hears-key-and-tuning", hears_key_and_tuning);
  g_test_add_func ("/song/hears-tempo-and-onsets", hears_tempo_and_onsets);
  g_test_add_func ("/song/noise-has-no-beat", noise_has_no_beat);
  g_test_add_func ("/song/silence-has-nothing", silence_has_nothing);
  g_test_add_func ("/song/what-has-no-pitch-has-no-key", what_has_no_pitch_has_no_key);
  g_test_add_func ("/song/short-sounds-are-measured", short_sounds_are_measured);
  g_test_add_func ("/song/no-sound-is-an-error", no_sound_is_an_error);
  g_test_add_func ("/song/nan-is-an-error", nan_is_an_error);
  g_test_add_func ("/song/stops-when-told", stops_when_told);
  return g_test_run ();
}
