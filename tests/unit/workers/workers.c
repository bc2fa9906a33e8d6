#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "workers/private.h"

typedef struct
{
  const char *version, *versions;
  gboolean fits;
} Case;

static const Case cases[] = {
  { "3.11.2", ">=3.9", TRUE },         { "3.9.0", ">=3.9", TRUE },
  { "3.8.20", ">=3.9", FALSE },        { "3.10.1", ">=3.9,<3.14", TRUE },
  { "3.14.0", ">=3.9,<3.14", FALSE },  { "3.13.9", ">=3.9,<3.14", TRUE },
  { "3.11.2", "==3.11", TRUE },        { "3.11.2", "==3.11.2", TRUE },
  { "3.11.2", "==3.11.3", FALSE },     { "3.12.0", "==3.11", FALSE },
  { "3.11.2", "!=3.11", FALSE },       { "3.12.0", "!=3.11", TRUE },
  { "3.11.2", ">3.11.2", FALSE },      { "3.11.3", ">3.11.2", TRUE },
  { "3.11.2", "<=3.11.2", TRUE },      { "3.11.3", "<=3.11.2", FALSE },
  { "4.0.0", ">=3.9", TRUE },          { "2.7.18", ">=3", FALSE },
  { "3.100.0", ">=3.99", TRUE },       { "", ">=3.9", FALSE },
  { "nonsense", ">=3.9", FALSE },
};

static void
compares_by_number (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s against %s", cases[i].version, cases[i].versions);
      g_assert_cmpint (lb_workers_version_fits (cases[i].version, cases[i].versions), ==,
                       cases[i].fits);
    }
}

static void
names_what_it_looked_for (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lb_workers_find_python (">=9", &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, ">=9"));
}

/* Neither the folder beside it nor what a link points to is touched. */
static void
removes_no_more_than_the_tree (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lb-workers-XXXXXX", NULL);
  g_autofree char *tree = g_build_filename (folder, "tree", NULL);
  g_autofree char *inner = g_build_filename (tree, "a", "b", NULL);
  g_autofree char *outside = g_build_filename (folder, "outside", NULL);
  g_autofree char *kept = g_build_filename (outside, "kept", NULL);
  g_autofree char *link = g_build_filename (tree, "link", NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (inner, 0700);
  g_mkdir_with_parents (outside, 0700);
  g_assert_true (g_file_set_contents (kept, "kept", -1, NULL));
  g_assert_cmpint (symlink (outside, link), ==, 0);
  g_assert_cmpuint (lb_workers_tree_bytes (outside), >, 0);
  g_assert_true (lb_workers_remove_tree (tree, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (tree, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_true (lb_workers_remove_tree (tree, &error)); /* it is gone: that was wanted */
  g_assert_cmpuint (lb_workers_tree_bytes (tree), ==, 0);
  g_assert_true (lb_workers_remove_tree (folder, &error));
}

static void
keeps_a_programs_last_words (void)
{
  g_autofree char *log = g_build_filename (g_get_tmp_dir (), "lb-workers-log", NULL);
  const char *fails[] = { "/bin/sh", "-c",
                          "echo first; echo 'then \033[31mwhy' >&2; exit 3", NULL };
  const char *works[] = { "/bin/true", NULL };
  const char *absent[] = { "/nowhere/program", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (lb_workers_child (fails, NULL, log, NULL, NULL, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, "sh failed: first then \\x1b[31mwhy"));
  g_clear_error (&error);
  g_assert_true (lb_workers_child (works, NULL, log, NULL, NULL, NULL, &error));
  g_assert_false (lb_workers_child (absent, NULL, log, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
  remove (log);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/workers/compares-by-number", compares_by_number);
  g_test_add_func ("/workers/names-what-it-looked-for", names_what_it_looked_for);
  g_test_add_func ("/workers/removes-no-more-than-the-tree", removes_no_more_than_the_tree);
  g_test_add_func ("/workers/keeps-last-words", keeps_a_programs_last_words);
  return g_test_run ();
}
