#include "engine/temporary.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* A folder as a killed program leaves it: old, with a file in it and a link out of it. */
static char *
make_old (const char *name, const char *outside)
{
  const struct timeval long_ago[2] = { { 1000, 0 }, { 1000, 0 } };
  char *path = g_build_filename (g_get_tmp_dir (), name, NULL);
  g_autofree char *file = g_build_filename (path, "left", NULL);
  g_autofree char *link_path = g_build_filename (path, "link", NULL);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_cmpint (symlink (outside, link_path), ==, 0);
  g_assert_cmpint (utimes (path, long_ago), ==, 0);
  return path;
}

static void
takes_away_what_killed_programs_left (void)
{
  g_autofree char *outside = g_dir_make_tmp ("outside-XXXXXX", NULL);
  g_autofree char *kept = g_build_filename (outside, "kept", NULL);
  g_autofree char *stale = make_old ("llamaburn-engine-stale1", outside);
  g_autofree char *living = make_old ("llamaburn-engine-living", outside);
  int lock = open (living, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  LbTemporary temporary = { NULL, -1 };

  g_assert_true (g_file_set_contents (kept, "x", 1, NULL));
  g_assert_cmpint (flock (lock, LOCK_EX | LOCK_NB), ==, 0);
  g_assert_true (lb_temporary_make (&temporary, NULL));
  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (living, G_FILE_TEST_IS_DIR));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  close (lock);
  lb_temporary_remove (&temporary);
  g_assert_true (lb_temporary_make (&temporary, NULL)); /* the other's lock is free now */
  g_assert_false (g_file_test (living, G_FILE_TEST_EXISTS));
  lb_temporary_remove (&temporary);
  g_unlink (kept);
  g_rmdir (outside);
}

static void
goes_with_all_that_is_in_it (void)
{
  LbTemporary temporary = { NULL, -1 };
  struct stat about;
  g_autofree char *path = NULL, *folder = NULL, *file = NULL;

  g_assert_true (lb_temporary_make (&temporary, NULL));
  path = g_strdup (temporary.path);
  folder = g_build_filename (path, "a", "b", NULL);
  file = g_build_filename (folder, "c", NULL);
  g_assert_cmpint (stat (path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 077, ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  lb_temporary_remove (&temporary);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  lb_temporary_remove (&temporary); /* none any more */
}

int
main (int argc, char *argv[])
{
  char folder[] = "/tmp/llamaburn-test-XXXXXX"; /* GLib asks for TMPDIR once */
  int result;

  g_assert_nonnull (g_mkdtemp (folder));
  g_setenv ("TMPDIR", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/temporary/takes-away-what-killed-programs-left",
                   takes_away_what_killed_programs_left);
  g_test_add_func ("/engine/temporary/goes-with-all-that-is-in-it", goes_with_all_that_is_in_it);
  result = g_test_run ();
  g_rmdir (folder);
  return result;
}
