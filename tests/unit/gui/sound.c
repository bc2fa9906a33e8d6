#include "gui/sound.h"

static LbGuiPeaks *
peaks_of (const float *samples, gsize frames, guint channels)
{
  g_autoptr (LbPcm) pcm = lb_pcm_new (1000, channels, 0, NULL);

  g_assert_true (lb_pcm_append (pcm, samples, frames, NULL));
  return lb_gui_peaks_of (pcm, NULL, NULL);
}

static void
finds_peaks_over_all_channels (void)
{
  static const float samples[] = { 0.5F, -0.25F, 0.1F, 0.75F };
  g_autofree LbGuiPeaks *peaks = peaks_of (samples, 2, 2);

  g_assert_cmpuint (peaks->n, ==, 2);
  g_assert_cmpfloat (peaks->low[0], ==, -0.25F);
  g_assert_cmpfloat (peaks->high[0], ==, 0.5F);
  g_assert_cmpfloat (peaks->high[1], ==, 0.75F);
  g_assert_cmpfloat (peaks->low[1], ==, 0);
  g_assert_cmpfloat (peaks->duration_s, ==, 0.002);
}

/* One loud sample in a long sound is seen, and at its place. */
static void
loses_no_peak_of_a_long_sound (void)
{
  const gsize frames = 100003;
  g_autofree float *samples = g_new0 (float, frames);
  g_autofree LbGuiPeaks *peaks = NULL;

  samples[frames / 2] = 1;
  samples[frames - 1] = -1;
  peaks = peaks_of (samples, frames, 1);
  g_assert_cmpuint (peaks->n, ==, LB_GUI_PEAKS);
  g_assert_cmpfloat (peaks->high[LB_GUI_PEAKS / 2 - 1] + peaks->high[LB_GUI_PEAKS / 2], ==, 1);
  g_assert_cmpfloat (peaks->low[LB_GUI_PEAKS - 1], ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/gui/sound/channels", finds_peaks_over_all_channels);
  g_test_add_func ("/gui/sound/long", loses_no_peak_of_a_long_sound);
  return g_test_run ();
}
