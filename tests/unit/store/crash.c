/* What is left when a process dies, and what two at once do to each other. */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"

#define KILLS 25
#define MOST_US 40000

typedef struct {
  GPid pid;
  int out, in;
} Writer;

static Writer
start_writer (const char *folder, const char *iterations, const char *end)
{
  const char *arguments[] = { g_getenv ("LB_TEST_STORE_WRITER"), folder, iterations, end, NULL };
  g_autoptr (GError) error = NULL;
  Writer writer;

  g_assert_nonnull (arguments[0]);
  g_spawn_async_with_pipes (NULL, (char **) arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                            NULL, &writer.pid, &writer.in, &writer.out, NULL, &error);
  g_assert_no_error (error);
  return writer;
}

/* Reads its first line, so that a kill after it falls on commits however slow the machine is. */
static char *
wait_for_begin (Writer *writer)
{
  GString *said = g_string_new (NULL);
  char c = '\0';

  while (c != '\n' && read (writer->out, &c, 1) == 1)
    g_string_append_c (said, c);
  return g_string_free (said, FALSE);
}

/* All that it had said, after @first (transfer full) (nullable); @status: (out) */
static char *
end_writer (Writer *writer, char *first, int *status)
{
  GString *said = g_string_new (first);
  char chunk[4096];
  gssize got;

  close (writer->in);
  while ((got = read (writer->out, chunk, sizeof chunk)) > 0)
    g_string_append_len (said, chunk, got);
  g_free (first);
  close (writer->out);
  g_assert_cmpint (waitpid (writer->pid, status, 0), ==, writer->pid);
  g_spawn_close_pid (writer->pid);
  return g_string_free (said, FALSE);
}

static guint
count_lines (const char *said, const char *prefix)
{
  guint count = 0;

  for (const char *at = said; (at = strstr (at, prefix)) != NULL; at++)
    count++;
  return count;
}

static void
check_after_kill (LbStore *store, const char *said)
{
  g_autofree char *id = NULL;
  g_autoptr (json_t) record = NULL;
  g_autofree char *folder = NULL;
  guint committed = count_lines (said, "iteration");
  gsize kept;

  if (!g_str_has_prefix (said, "begin ") || strlen (said) < 43)
    return;
  id = g_strndup (said + 6, 36);
  record = lb_store_load (store, id, NULL);
  g_assert_cmpstr (lb_json_string (record, "status", ""), ==, "interrupted");
  kept = json_array_size (json_object_get (record, "iterations"));
  g_assert_cmpuint (kept, >=, committed);
  g_assert_cmpuint (kept, <=, committed + 1);
  for (gsize i = 0; i < kept; i++)
    g_assert_cmpint (
        lb_json_integer (json_array_get (json_object_get (record, "iterations"), i), "index", -1),
        ==, (gint64) i);
  folder = lb_live_folder (store, id);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
keeps_every_commit_of_a_killed_writer (void)
{
  char *folder = fixture_folder ();
  guint begun = 0;

  for (int i = 0; i < KILLS; i++)
    {
      Writer writer = start_writer (folder, "100000", NULL);
      char *first = i % 4 != 0 ? wait_for_begin (&writer) : NULL;
      g_autofree char *said = NULL;
      g_autoptr (LbStore) store = NULL;
      int status;

      g_usleep ((gulong) g_test_rand_int_range (0, MOST_US));
      kill (writer.pid, SIGKILL);
      said = end_writer (&writer, first, &status);
      g_assert_true (WIFSIGNALED (status));
      store = fixture_open (folder);
      g_assert_null (lb_store_notice (store));
      g_assert_cmpint (
          fixture_count (store, "SELECT count (*) FROM run WHERE status = 'running'"), ==, 0);
      check_after_kill (store, said);
      begun += g_str_has_prefix (said, "begin ");
    }
  g_assert_cmpuint (begun, >, KILLS / 2); /* else nothing was shown */
  fixture_remove (folder);
}

static gboolean
note_row (const LbStoreRow *row, gpointer copy)
{
  LbStoreRow *to = copy;

  *to = *row;
  to->status = g_strdup (row->status);
  return TRUE;
}

static void
gives_an_interrupted_run_its_median (void)
{
  static const LbStoreFilter all = { 0 };
  char *folder = fixture_folder ();
  Writer writer = start_writer (folder, "4", NULL);
  g_autofree char *said = NULL;
  g_autoptr (LbStore) store = NULL;
  LbStoreRow row = { 0 };
  char byte, line[256];
  gsize length = 0;
  int status;

  while (length < sizeof line - 1 && read (writer.out, &byte, 1) == 1)
    {
      line[length++] = byte;
      line[length] = '\0';
      if (strstr (line, "iteration 3\n") != NULL)
        break;
    }
  /* Alive: neither another opening nor a look without writing calls it dead. */
  store = fixture_open (folder);
  g_assert_true (lb_store_list (store, &all, note_row, &row, NULL));
  g_assert_cmpstr (row.status, ==, "running");
  g_free (row.status);
  kill (writer.pid, SIGKILL);
  said = end_writer (&writer, NULL, &status);
  g_assert_true (lb_store_list (store, &all, note_row, &row, NULL));
  g_assert_cmpstr (row.status, ==, "interrupted");
  g_free (row.status);
  lb_store_close (store);
  store = fixture_open (folder);
  g_assert_true (lb_store_list (store, &all, note_row, &row, NULL));
  g_assert_cmpstr (row.status, ==, "interrupted");
  g_assert_cmpint (row.iterations, ==, 4);
  g_assert_cmpfloat_with_epsilon (row.median_rtf, 0.25, 1e-12);
  g_free (row.status);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
lets_two_write_at_once (void)
{
  char *folder = fixture_folder ();
  Writer writers[3];
  g_autoptr (LbStore) store = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    writers[i] = start_writer (folder, "100", "end");
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      int status;
      g_autofree char *said = end_writer (&writers[i], NULL, &status);

      g_assert_cmpint (status, ==, 0);
      g_assert_cmpuint (count_lines (said, "iteration"), ==, 100);
    }
  store = fixture_open (folder);
  g_assert_cmpint (
      fixture_count (store, "SELECT count (*) FROM run WHERE status = 'ok' AND iterations = 100"),
      ==, 3);
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM iteration"), ==, 300);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
refuses_to_remove_a_live_run (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder), other = fixture_open (folder);
  g_autoptr (json_t) record = fixture_running ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (lb_store_begin (store, record, NULL), ==, 1);
  g_assert_false (lb_store_remove (store, fixture_id (record), NULL));
  g_assert_false (lb_store_remove (other, fixture_id (record), &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  g_clear_pointer (&store, lb_store_close);
  g_assert_true (lb_store_remove (other, fixture_id (record), NULL)); /* died: may go */
  g_clear_pointer (&other, lb_store_close);
  fixture_remove (folder);
}

static void
says_who_keeps_it_locked (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder), other = fixture_open (folder);
  g_autoptr (json_t) record = fixture_running ();
  g_autoptr (GError) error = NULL;

  sqlite3_busy_timeout (store->database, 50);
  g_assert_true (lb_sql_begin (other, NULL));
  g_assert_cmpint (lb_store_begin (store, record, &error), ==, -1);
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "locked"));
  g_assert_false (lb_sql_finish (other, FALSE, NULL));
  g_assert_cmpint (lb_store_begin (store, record, NULL), ==, 1);
  g_clear_pointer (&store, lb_store_close);
  g_clear_pointer (&other, lb_store_close);
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/keeps-every-commit-of-a-killed-writer",
                   keeps_every_commit_of_a_killed_writer);
  g_test_add_func ("/store/gives-an-interrupted-run-its-median",
                   gives_an_interrupted_run_its_median);
  g_test_add_func ("/store/lets-two-write-at-once", lets_two_write_at_once);
  g_test_add_func ("/store/refuses-to-remove-a-live-run", refuses_to_remove_a_live_run);
  g_test_add_func ("/store/says-who-keeps-it-locked", says_who_keeps_it_locked);
  return g_test_run ();
}
