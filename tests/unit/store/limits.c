/* A full disk, a folder that can't be written: each in a child process of its own, so that the
 * limits end with it. */
#include "fixture.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"

#define NOBODY 65534

static void
run_apart (void (*work) (const char *folder), const char *folder)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      work (folder);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

/* A small file system where that is permitted; else a limit on the size of files. */
static void
make_small (const char *folder)
{
  const struct rlimit limit = { 1024 * 1024, 1024 * 1024 };

  if (unshare (CLONE_NEWNS | (geteuid () == 0 ? 0 : CLONE_NEWUSER)) == 0 &&
      mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
      mount ("tmpfs", folder, "tmpfs", 0, "size=1m") == 0)
    return;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
fill_the_disk (const char *folder)
{
  g_autoptr (LbStore) store = NULL;
  g_autoptr (json_t) record = fixture_running (), iteration = json_object (), back = NULL;
  g_autofree char *text = g_strnfill (10000, 'x');
  g_autoptr (GError) error = NULL;
  gsize committed = 0;

  make_small (folder);
  store = fixture_open (folder);
  json_object_set_new (iteration, "text", json_string (text));
  g_assert_cmpint (lb_store_begin (store, record, NULL), ==, 1);
  while (committed < 1000 &&
         lb_store_add_iteration (store, fixture_id (record), iteration, &error))
    committed++;
  g_assert_error (error, LB_ERROR, LB_ERROR_NO_SPACE);
  g_assert_cmpuint (committed, >, 10);
  g_clear_pointer (&store, lb_store_close);
  store = lb_store_open_to_read (folder, NULL);
  g_assert_nonnull (store);
  back = lb_store_load (store, fixture_id (record), NULL);
  g_assert_cmpuint (json_array_size (json_object_get (back, "iterations")), ==, committed);
  g_clear_pointer (&store, lb_store_close);
}

static void
keeps_earlier_commits_when_the_disk_is_full (void)
{
  char *folder = fixture_folder ();

  run_apart (fill_the_disk, folder);
  fixture_remove (folder);
}

static gboolean
count_row (const LbStoreRow *row, gpointer count)
{
  (*(int *) count)++;
  return TRUE;
}

static void
read_without_rights (const char *folder)
{
  static const LbStoreFilter all = { 0 };
  g_autoptr (LbStore) store = NULL;
  g_autoptr (GError) error = NULL, reading = NULL;
  int count = 0;

  if (geteuid () == 0)
    {
      g_assert_cmpint (setgid (NOBODY), ==, 0);
      g_assert_cmpint (setuid (NOBODY), ==, 0);
    }
  g_assert_null (lb_store_open (folder, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "XDG_DATA_HOME"));
  store = lb_store_open_to_read (folder, &reading);
  g_assert_no_error (reading);
  g_assert_true (lb_store_list (store, &all, count_row, &count, NULL));
  g_assert_cmpint (count, ==, 2);
  g_assert_false (lb_store_remove (store, "x", NULL));
  g_clear_pointer (&store, lb_store_close);
}

static void
give_to_read (const char *folder, int folder_mode)
{
  static const char *const names[] = { "history.db", "history.db-wal", "history.lock" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = fixture_file (folder, names[i]);

      chmod (path, 0444);
    }
  g_assert_cmpint (chmod (folder, (mode_t) folder_mode), ==, 0);
}

static void
add_two (LbStore *store)
{
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (json_t) record = fixture_record ("ok", 2);

      fixture_add (store, record);
    }
}

static void
reads_from_a_read_only_folder (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);

  add_two (store);
  g_clear_pointer (&store, lb_store_close);
  give_to_read (folder, 0555);
  run_apart (read_without_rights, folder);
  g_assert_cmpint (chmod (folder, 0700), ==, 0);
  fixture_remove (folder);
}

static void
die_with_a_journal (const char *folder)
{
  LbStore *store = fixture_open (folder);

  add_two (store); /* never closed: its commits lie in the journal */
}

static void
reads_a_pending_journal_there_too (void)
{
  char *folder = fixture_folder ();
  g_autofree char *journal = fixture_file (folder, "history.db-wal"),
                  *shared = fixture_file (folder, "history.db-shm");
  struct stat about;

  run_apart (die_with_a_journal, folder);
  g_assert_cmpint (stat (journal, &about), ==, 0);
  g_assert_cmpint (about.st_size, >, 0);
  g_assert_cmpint (unlink (shared), ==, 0);
  give_to_read (folder, 0555);
  run_apart (read_without_rights, folder);
  g_assert_cmpint (chmod (folder, 0700), ==, 0);
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/keeps-earlier-commits-when-the-disk-is-full",
                   keeps_earlier_commits_when_the_disk_is_full);
  g_test_add_func ("/store/reads-from-a-read-only-folder", reads_from_a_read_only_folder);
  g_test_add_func ("/store/reads-a-pending-journal-there-too", reads_a_pending_journal_there_too);
  return g_test_run ();
}
