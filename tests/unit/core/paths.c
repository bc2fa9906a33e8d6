#include "core/paths.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"

/* G_TEST_OPTION_ISOLATE_DIRS gives each test XDG folders of its own. */
static void
makes_homes_that_others_can_not_read (void)
{
  g_autofree char *data = lb_paths_data (NULL);
  g_autofree char *cache = lb_paths_cache (NULL);
  g_autofree char *again = lb_paths_data (NULL);
  GStatBuf about;

  g_assert_true (g_str_has_prefix (data, g_get_user_data_dir ()));
  g_assert_true (g_str_has_suffix (data, "/llamaburn"));
  g_assert_true (g_str_has_prefix (cache, g_get_user_cache_dir ()));
  g_assert_cmpint (g_stat (data, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0700);
  g_assert_cmpstr (again, ==, data);
}

static void
says_what_is_in_the_way (void)
{
  g_autofree char *in_the_way = g_build_filename (g_get_user_data_dir (), "llamaburn", NULL);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (in_the_way, "", 0, NULL));
  path = lb_paths_data (&error);
  g_assert_null (path);
  g_assert_error (error, LB_ERROR, LB_ERROR_NOT_FOUND); /* ENOTDIR */
  g_assert_nonnull (strstr (error->message, in_the_way));
}

static void
looks_for_programs_where_it_is_told_first (void)
{
  g_autofree char *folder = g_dir_make_tmp ("llamaburn-XXXXXX", NULL);
  g_autofree char *program = g_build_filename (folder, "llamaburn-engine", NULL);
  g_autofree char *missing = NULL, *plain = NULL, *found = NULL;
  g_autoptr (GError) error = NULL, plain_error = NULL;

  g_setenv ("LLAMABURN_LIBEXEC", folder, TRUE);
  missing = lb_paths_program ("no-such-program", &error);
  g_assert_null (missing);
  g_assert_error (error, LB_ERROR, LB_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no-such-program"));
  g_assert_true (g_file_set_contents (program, "", 0, NULL)); /* there, but no program */
  g_assert_cmpint (g_chmod (program, 0600), ==, 0);
  plain = lb_paths_program ("llamaburn-engine", &plain_error);
  g_assert_cmpstr (plain, !=, program);
  g_assert_cmpint (g_chmod (program, 0700), ==, 0);
  found = lb_paths_program ("llamaburn-engine", NULL);
  g_assert_cmpstr (found, ==, program);
  g_unsetenv ("LLAMABURN_LIBEXEC");
  g_unlink (program);
  g_rmdir (folder);
}

static void
lists_folders_that_are_there_in_order (void)
{
  g_autofree char *folder = g_dir_make_tmp ("llamaburn-XXXXXX", NULL);
  g_auto (GStrv) first = NULL, without = NULL, gone = NULL;

  g_setenv ("LLAMABURN_DATA", folder, TRUE);
  g_setenv ("LLAMABURN_MODULES", folder, TRUE);
  first = lb_paths_shared ();
  g_assert_cmpstr (first[0], ==, folder);
  without = lb_paths_modules ();
  g_assert_cmpstr (without[0], ==, folder);
  g_rmdir (folder);
  gone = lb_paths_shared ();
  g_assert_cmpstr (gone[0], !=, folder);
  for (int i = 0; gone[i] != NULL; i++)
    g_assert_true (g_file_test (gone[i], G_FILE_TEST_IS_DIR));
  g_unsetenv ("LLAMABURN_DATA");
  g_unsetenv ("LLAMABURN_MODULES");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/paths/homes", makes_homes_that_others_can_not_read);
  g_test_add_func ("/paths/in-the-way", says_what_is_in_the_way);
  g_test_add_func ("/paths/programs", looks_for_programs_where_it_is_told_first);
  g_test_add_func ("/paths/folders", lists_folders_that_are_there_in_order);
  return g_test_run ();
}
