#include "fixture.h"

#include <string.h>

#include "core/error.h"

static const LbMigration none[] = { { 0, NULL } };

/* The schema that comes after this one, for the test. */
static void
make_next (LbMigration next[3])
{
  next[0] = lb_schema[0];
  next[1] = (LbMigration){
    2, "ALTER TABLE run ADD COLUMN note TEXT; UPDATE run SET note = 'moved ' || number;"
  };
  next[2] = none[0];
}

static void
brings_an_older_history_forward (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) record = fixture_record ("ok", 2);
  g_autoptr (json_t) back = NULL;
  g_autoptr (GError) error = NULL;
  LbMigration next[3];

  make_next (next);
  fixture_add (store, record);
  g_clear_pointer (&store, lb_store_close);
  store = lb_store_open_as (folder, next, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fixture_count (store, "PRAGMA user_version"), ==, 2);
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM run WHERE note = 'moved 1'"), ==,
                   1);
  back = lb_store_load (store, fixture_id (record), NULL);
  json_object_del (back, "number");
  g_assert_true (json_equal (back, record));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
refuses_a_newer_history_and_leaves_it_alone (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = NULL;
  g_autoptr (GError) error = NULL, reading = NULL;
  LbMigration next[3];

  make_next (next);
  store = lb_store_open_as (folder, next, NULL);
  g_clear_pointer (&store, lb_store_close);
  g_assert_null (lb_store_open (folder, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "newer LlamaBurn (schema 2, this one knows 1)"));
  g_assert_null (lb_store_open_to_read (folder, &reading));
  g_assert_error (reading, LB_ERROR, LB_ERROR_STORE);
  store = lb_store_open_as (folder, next, NULL);
  g_assert_nonnull (store);
  g_assert_null (lb_store_notice (store));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
undoes_a_migration_that_fails (void)
{
  char *folder = fixture_folder ();
  const LbMigration broken[] = {
    lb_schema[0],
    { 2, "ALTER TABLE run ADD COLUMN note TEXT; SELECT nonsense FROM nowhere;" },
    none[0]
  };
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&store, lb_store_close);
  g_assert_null (lb_store_open_as (folder, broken, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  store = fixture_open (folder);
  g_assert_cmpint (fixture_count (store, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (
      fixture_count (store,
                     "SELECT count (*) FROM pragma_table_info ('run') WHERE name = 'note'"),
      ==, 0);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static gpointer
end_soon (gpointer store)
{
  g_usleep (400 * 1000);
  lb_store_close (store);
  return NULL;
}

static void
waits_for_a_live_run (void)
{
  char *folder = fixture_folder ();
  LbStore *runner = fixture_open (folder);
  g_autoptr (LbStore) store = NULL;
  g_autoptr (json_t) record = fixture_running ();
  LbMigration next[3];
  gint64 start = g_get_monotonic_time ();
  GThread *thread;

  make_next (next);
  g_assert_cmpint (lb_store_begin (runner, record, NULL), ==, 1);
  thread = g_thread_new ("runner", end_soon, runner);
  store = lb_store_open_as (folder, next, NULL);
  g_assert_nonnull (store);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 300 * 1000);
  g_thread_join (thread);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
begins_no_run_after_a_newer_one_migrated (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) old = fixture_open (folder), new = NULL;
  g_autoptr (json_t) record = fixture_running ();
  g_autoptr (GError) error = NULL;
  LbMigration next[3];

  make_next (next);
  new = lb_store_open_as (folder, next, NULL);
  g_assert_nonnull (new);
  g_assert_cmpint (lb_store_begin (old, record, &error), ==, -1);
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  g_clear_pointer (&old, lb_store_close);
  g_clear_pointer (&new, lb_store_close);
  fixture_remove (folder);
}

static void
leaves_another_programs_database_alone (void)
{
  char *folder = fixture_folder ();
  g_autofree char *path = fixture_file (folder, "history.db");
  g_autoptr (GError) error = NULL;
  sqlite3 *other;

  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "CREATE TABLE visits (url TEXT)", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  sqlite3_close (other);
  g_assert_null (lb_store_open (folder, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "another program"));
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/brings-an-older-history-forward", brings_an_older_history_forward);
  g_test_add_func ("/store/refuses-a-newer-history-and-leaves-it-alone",
                   refuses_a_newer_history_and_leaves_it_alone);
  g_test_add_func ("/store/undoes-a-migration-that-fails", undoes_a_migration_that_fails);
  g_test_add_func ("/store/waits-for-a-live-run", waits_for_a_live_run);
  g_test_add_func ("/store/begins-no-run-after-a-newer-one-migrated",
                   begins_no_run_after_a_newer_one_migrated);
  g_test_add_func ("/store/leaves-another-programs-database-alone",
                   leaves_another_programs_database_alone);
  return g_test_run ();
}
