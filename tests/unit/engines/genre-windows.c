/* How a sound is cut, padded and laid out, on samples that can be counted by hand. */
#include "genre-windows.h"

#include <math.h>

#define RATE 4000
#define WINDOW 400 /* samples: 0.1 s */

static GenreDescription *
describe (const char *more)
{
  g_autofree char *text = g_strdup_printf (
      "{\"schema\": \"llamaburn.classifier/1\", \"labels\": [\"a\"], \"rate_hz\": 4000, "
      "\"window_s\": 0.1, \"activation\": \"none\", %s}",
      more);
  g_autoptr (json_t) root = lb_json_parse (text, -1, NULL);
  g_autoptr (GError) error = NULL;
  GenreDescription *it = genre_description_read (root, &error);

  g_assert_no_error (error);
  return it;
}

static void
counts_windows (void)
{
  static const struct {
    const char *what, *more;
    guint64 samples, windows;
  } cases[] = {
    { "one sample", "", 1, 1 },
    { "a window", "", 400, 1 },
    { "a sample more", "", 401, 2 },
    { "three", "", 1200, 3 },
    { "that overlap", ", \"hop_s\": 0.05", 1200, 5 },
    { "the last is dropped", ", \"last\": \"drop\"", 1199, 2 },
    { "unless it is the only one", ", \"last\": \"drop\"", 399, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *more = g_strconcat ("\"shape\": [\"batch\", \"samples\"]", cases[i].more,
                                           NULL);
      g_autoptr (GenreDescription) it = describe (more);
      g_autoptr (GenreWindows) windows = genre_windows_new (it);

      g_test_message ("%s", cases[i].what);
      g_assert_cmpuint (genre_windows_count (windows, cases[i].samples), ==, cases[i].windows);
    }
}

static void
pads_samples (void)
{
  static const struct {
    const char *pad;
    float behind;
  } cases[] = { { "silence", 0 }, { "repeat", 1 } };
  float sound[500], values[WINDOW];

  for (guint i = 0; i < 500; i++)
    sound[i] = (float) (i + 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *more = g_strdup_printf ("\"shape\": [\"samples\"], \"pad\": \"%s\"",
                                               cases[i].pad);
      g_autoptr (GenreDescription) it = describe (more);
      g_autoptr (GenreWindows) windows = genre_windows_new (it);

      genre_windows_fill (windows, sound, 500, 0, values);
      g_assert_cmpfloat (values[0], ==, 1);
      g_assert_cmpfloat (values[399], ==, 400);
      genre_windows_fill (windows, sound, 500, 1, values);
      g_assert_cmpfloat (values[99], ==, 500);
      g_assert_cmpfloat (values[100], ==, cases[i].behind * 401);
      g_assert_cmpfloat (values[399], ==, cases[i].behind * 500);
    }
}

static void
normalises_a_window (void)
{
  g_autoptr (GenreDescription) it = describe ("\"shape\": [\"samples\"], \"normalise\": "
                                              "\"window\"");
  g_autoptr (GenreWindows) windows = genre_windows_new (it);
  float sound[WINDOW], values[WINDOW];
  double sum = 0, squares = 0;

  for (guint i = 0; i < WINDOW; i++)
    sound[i] = 3 + (i % 2 == 0 ? 1 : -1);
  genre_windows_fill (windows, sound, WINDOW, 0, values);
  for (guint i = 0; i < WINDOW; i++)
    {
      sum += values[i];
      squares += values[i] * values[i];
    }
  g_assert_cmpfloat_with_epsilon (sum, 0, 1e-3);
  g_assert_cmpfloat_with_epsilon (squares / WINDOW, 1, 1e-4);
}

#define MEL                                                                                      \
  "\"mel\": {\"fft_size\": 64, \"hop_size\": 40, \"bands\": 4, \"scale\": \"htk\", "             \
  "\"level\": \"ln\", \"floor\": 1}, "

/* Every layout holds the same numbers: what differs is where. */
static void
lays_out (void)
{
  static const struct {
    const char *shape;
    guint band_stride, frame_stride, copies, copy_stride;
  } cases[] = {
    { "[\"batch\", \"frames\", \"bands\"]", 1, 4, 1, 0 },
    { "[\"batch\", 1, \"bands\", \"frames\"]", 9, 1, 1, 0 },
    { "[3, \"bands\", \"frames\"]", 9, 1, 3, 36 },
    { "[\"frames\", 2, \"bands\"]", 1, 8, 2, 4 },
  };
  float sound[WINDOW], plain[9 * 4], values[3 * 9 * 4];

  for (guint i = 0; i < WINDOW; i++)
    sound[i] = (float) sin (0.001 * i * i);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autofree char *more = g_strdup_printf (MEL "\"shape\": %s", cases[c].shape);
      g_autoptr (GenreDescription) it = describe (more);
      g_autoptr (GenreWindows) windows = genre_windows_new (it);

      g_assert_cmpuint (it->frames, ==, 9);
      g_assert_cmpuint (it->values, ==, cases[c].copies * 36);
      genre_windows_fill (windows, sound, WINDOW, 0, c == 0 ? plain : values);
      for (guint i = 0; c > 0 && i < cases[c].copies * 36; i++)
        {
          const guint copy = i / 36, frame = i % 36 / 4, band = i % 4;

          g_assert_cmpfloat (values[copy * cases[c].copy_stride + frame * cases[c].frame_stride +
                                    band * cases[c].band_stride],
                             ==, plain[frame * 4 + band]);
        }
    }
}

/* Half a window of sound: 4 frames of the 9; with the floor of 1, silence is 0 too, so the
 * padding is told by a mean that is taken off. */
static void
pads_frames (void)
{
  static const struct {
    const char *pad;
    float behind;
  } cases[] = { { "silence", -1 }, { "zeros", -1 }, { "repeat", 0 } };
  float sound[WINDOW / 2], values[9 * 4];

  for (guint i = 0; i < G_N_ELEMENTS (sound); i++)
    sound[i] = (float) sin (0.01 * i * i);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *more = g_strdup_printf (
          MEL "\"shape\": [\"frames\", \"bands\"], \"cut\": \"spectrum\", \"frames\": 9, "
              "\"normalise\": {\"mean\": 1, \"std\": 1}, \"pad\": \"%s\"",
          cases[i].pad);
      g_autoptr (GenreDescription) it = describe (more);
      g_autoptr (GenreWindows) windows = genre_windows_new (it);

      genre_windows_fill (windows, sound, G_N_ELEMENTS (sound), 0, values);
      for (guint k = 4 * 4; k < 9 * 4; k++)
        g_assert_cmpfloat (values[k], ==, cases[i].behind < 0 ? cases[i].behind : values[k - 16]);
      g_assert_cmpfloat (values[0], !=, -1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/genre-windows/counts-windows", counts_windows);
  g_test_add_func ("/genre-windows/pads-samples", pads_samples);
  g_test_add_func ("/genre-windows/normalises-a-window", normalises_a_window);
  g_test_add_func ("/genre-windows/lays-out", lays_out);
  g_test_add_func ("/genre-windows/pads-frames", pads_frames);
  return g_test_run ();
}
