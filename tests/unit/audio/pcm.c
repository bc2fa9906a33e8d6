#include "audio/pcm.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"

static void
refuses_impossible_rates_and_channels (void)
{
  static const guint cases[][2] = {
    { 0, 1 }, { 99, 1 }, { 768001, 1 }, { 16000, 0 }, { 16000, 65 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lb_pcm_new (cases[i][0], cases[i][1], 0, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
    }
}

/* The same in memory and, above the limit, in a file without name. */
static void
gives_back_what_it_got (void)
{
  static const guint64 limits[] = { 0, 1, 60 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (LbPcm) pcm = lb_pcm_new (8000, 2, limits[i], NULL);
      g_autofree char *hash = NULL;
      float out[6];

      for (int k = 0; k < 10; k++)
        {
          float frame[2] = { k, -k };

          g_assert_true (lb_pcm_append (pcm, frame, 1, NULL));
        }
      g_assert_cmpuint (lb_pcm_frames (pcm), ==, 10);
      g_assert_true (lb_pcm_read (pcm, 7, out, 3, NULL));
      g_assert_true (out[0] == 7 && out[1] == -7 && out[5] == -9);
      hash = lb_pcm_sha256 (pcm, NULL);
      g_assert_cmpuint (strlen (hash), ==, 64);
    }
}

static void
reads_nothing_behind_its_end (void)
{
  g_autoptr (LbPcm) pcm = lb_pcm_new (8000, 1, 0, NULL);
  g_autoptr (GError) error = NULL;
  float samples[4] = { 1, 2, 3, 4 };

  g_assert_true (lb_pcm_append (pcm, samples, 4, NULL));
  g_assert_true (lb_pcm_read (pcm, 4, samples, 0, NULL));
  g_assert_false (lb_pcm_read (pcm, 2, samples, 3, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
  g_assert_false (lb_pcm_read (pcm, G_MAXUINT64, samples, 1, NULL));
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("lb-pcm-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (cache, "llamaburn", NULL);
  int status;

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pcm/refuses-impossible-rates-and-channels",
                   refuses_impossible_rates_and_channels);
  g_test_add_func ("/pcm/gives-back-what-it-got", gives_back_what_it_got);
  g_test_add_func ("/pcm/reads-nothing-behind-its-end", reads_nothing_behind_its_end);
  status = g_test_run ();
  g_rmdir (folder);
  /* Fails where a temporary file was left in it. */
  return g_rmdir (cache) == 0 ? status : 1;
}
