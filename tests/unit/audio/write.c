#include "audio/write.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sndfile.h>
#include <string.h>
#include <sys/resource.h>

#include "core/error.h"

static char *folder;

static LbPcm *
make_ramp (guint rate_hz, guint channels, gsize frames)
{
  g_autofree float *samples = g_new (float, frames *channels);
  LbPcm *pcm = lb_pcm_new (rate_hz, channels, 0, NULL);

  for (gsize i = 0; i < frames * channels; i++)
    samples[i] = (float) (i % 1024) / 1024 - 0.5f;
  g_assert_true (lb_pcm_append (pcm, samples, frames, NULL));
  return pcm;
}

static guint
count_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
what_is_written_can_be_read (void)
{
  static const char *const names[] = { "a.wav", "b.FLAC" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (LbPcm) pcm = make_ramp (44100, 2, 100000);
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autofree float *got = g_new (float, 200000), *wanted = g_new (float, 200000);
      SF_INFO info = { 0 };
      SNDFILE *file;

      g_assert_true (lb_audio_write (pcm, path, NULL));
      file = sf_open (path, SFM_READ, &info);
      g_assert_nonnull (file);
      g_assert_cmpint (sf_readf_float (file, got, 100000), ==, 100000);
      sf_close (file);
      g_assert_true (lb_pcm_read (pcm, 0, wanted, 100000, NULL));
      g_assert_cmpmem (got, 800000, wanted, 800000);
      g_assert_cmpuint (count_files (), ==, 1);
      g_unlink (path);
    }
}

static void
refuses_what_the_format_can_not_hold (void)
{
  static const struct {
    const char *name;
    guint channels, rate_hz;
  } cases[] = {
    { "x", 1, 8000 }, { "x.mp3", 1, 8000 }, { "x.flac", 9, 8000 }, { "x.flac", 1, 700000 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LbPcm) pcm = make_ramp (cases[i].rate_hz, cases[i].channels, 1);
      g_autofree char *path = g_build_filename (folder, cases[i].name, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (lb_audio_write (pcm, path, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
      g_assert_cmpuint (count_files (), ==, 0);
    }
}

/* What was there stays, and nothing half-written is left. */
static void
a_full_disk_leaves_the_old_file (void)
{
  static const char *const names[] = { "a.wav", "b.flac" };
  struct rlimit before, little;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  little = (struct rlimit){ 100000, before.rlim_max };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (LbPcm) pcm = make_ramp (44100, 2, 1000000);
      g_autofree char *path = g_build_filename (folder, names[i], NULL), *text = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, "old", -1, NULL));
      setrlimit (RLIMIT_FSIZE, &little);
      g_assert_false (lb_audio_write (pcm, path, &error));
      setrlimit (RLIMIT_FSIZE, &before);
      g_assert_true (g_str_has_prefix (error->message, "can't write \""));
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, "old");
      g_assert_cmpuint (count_files (), ==, 1);
      g_unlink (path);
    }
}

int
main (int argc, char **argv)
{
  int status;

  folder = g_dir_make_tmp ("lb-write-XXXXXX", NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/write/what-is-written-can-be-read", what_is_written_can_be_read);
  g_test_add_func ("/write/refuses-what-the-format-can-not-hold",
                   refuses_what_the_format_can_not_hold);
  g_test_add_func ("/write/a-full-disk-leaves-the-old-file", a_full_disk_leaves_the_old_file);
  status = g_test_run ();
  if (g_rmdir (folder) != 0)
    status = 1;
  g_free (folder);
  return status;
}
