#include "fixture.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"

#define PAGE_BYTES 4096

static void
fill (const char *folder, int runs)
{
  g_autoptr (LbStore) store = fixture_open (folder);

  for (int i = 0; i < runs; i++)
    {
      g_autoptr (json_t) record = fixture_record ("ok", 20);

      fixture_add (store, record);
    }
}

static guint
count_aside (const char *folder)
{
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  while ((name = g_dir_read_name (files)) != NULL)
    count += g_str_has_prefix (name, "history.db.corrupt-") && !g_str_has_suffix (name, "-wal") &&
             !g_str_has_suffix (name, "-shm");
  return count;
}

static void
overwrite (const char *folder, const char *name, off_t offset, const void *bytes, gsize length)
{
  g_autofree char *path = fixture_file (folder, name);
  int file = open (path, O_WRONLY | O_CREAT, 0600);

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (pwrite (file, bytes, length, offset), ==, (gssize) length);
  close (file);
}

static void
assert_new_begun (const char *folder)
{
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) record = fixture_record ("ok", 1);

  g_assert_nonnull (lb_store_notice (store));
  g_assert_nonnull (strstr (lb_store_notice (store), "history.db.corrupt-"));
  g_assert_cmpint (fixture_add (store, record), ==, 1);
  g_clear_pointer (&store, lb_store_close);
  g_assert_cmpuint (count_aside (folder), ==, 1);
  store = fixture_open (folder);
  g_assert_null (lb_store_notice (store));
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM run"), ==, 1);
}

static void
sets_random_bytes_aside (void)
{
  char *folder = fixture_folder ();
  guint8 noise[3 * PAGE_BYTES];

  for (gsize i = 0; i < sizeof noise; i++)
    noise[i] = (guint8) g_test_rand_int_range (0, 256);
  overwrite (folder, "history.db", 0, noise, sizeof noise);
  assert_new_begun (folder);
  fixture_remove (folder);
}

static void
sets_a_cut_file_aside (void)
{
  static const off_t lengths[] = { 90, PAGE_BYTES, 3 * PAGE_BYTES + 17 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      char *folder = fixture_folder ();
      g_autofree char *path = fixture_file (folder, "history.db");

      fill (folder, 20);
      g_assert_cmpint (truncate (path, lengths[i]), ==, 0);
      assert_new_begun (folder);
      fixture_remove (folder);
    }
}

/* The root of a table is zeroed: opening doesn't see it, using it does, and the next opening
 * looks closely. */
static void
sets_a_hole_aside_once_it_was_met (void)
{
  char *folder = fixture_folder ();
  static const guint8 zeros[PAGE_BYTES];
  g_autoptr (LbStore) store = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  gint64 page;

  fill (folder, 20);
  store = fixture_open (folder);
  page = fixture_count (store, "SELECT rootpage FROM sqlite_schema WHERE name = 'record'");
  g_clear_pointer (&store, lb_store_close);
  overwrite (folder, "history.db", (page - 1) * PAGE_BYTES, zeros, sizeof zeros);
  store = fixture_open (folder);
  g_assert_null (lb_store_notice (store));
  id = lb_store_find (store, "last", NULL);
  g_assert_null (lb_store_load (store, id, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "set aside"));
  g_clear_pointer (&store, lb_store_close);
  assert_new_begun (folder);
  fixture_remove (folder);
}

static void
keeps_a_sound_file_that_was_suspected (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = NULL;

  fill (folder, 3);
  overwrite (folder, "history.db.damaged", 0, "", 0);
  store = fixture_open (folder);
  g_assert_null (lb_store_notice (store));
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM run"), ==, 3);
  g_assert_cmpuint (count_aside (folder), ==, 0);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
takes_the_journal_along (void)
{
  char *folder = fixture_folder ();
  g_autoptr (GDir) files = NULL;
  const char *name;

  overwrite (folder, "history.db", 0,
             "no database at all, as long as it is long enough to be looked at", 64);
  overwrite (folder, "history.db-wal", 0, "journal", 7);
  assert_new_begun (folder);
  files = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (files)) != NULL)
    g_assert_false (g_str_equal (name, "history.db-wal"));
  fixture_remove (folder);
}

static void
leaves_a_file_in_use_where_it_is (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) user = fixture_open (folder);
  g_autoptr (LbStore) store = NULL;
  g_autoptr (GError) error = NULL;
  static const char noise[2 * PAGE_BYTES] = "noise";

  g_assert_true (lb_sql (user, NULL, "PRAGMA wal_checkpoint (TRUNCATE)", ""));
  overwrite (folder, "history.db", 0, noise, sizeof noise);
  store = lb_store_open (folder, &error);
  g_assert_error (error, LB_ERROR, LB_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "another LlamaBurn"));
  g_assert_cmpuint (count_aside (folder), ==, 0);
  g_clear_pointer (&user, lb_store_close);
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/sets-random-bytes-aside", sets_random_bytes_aside);
  g_test_add_func ("/store/sets-a-cut-file-aside", sets_a_cut_file_aside);
  g_test_add_func ("/store/sets-a-hole-aside-once-it-was-met", sets_a_hole_aside_once_it_was_met);
  g_test_add_func ("/store/keeps-a-sound-file-that-was-suspected",
                   keeps_a_sound_file_that_was_suspected);
  g_test_add_func ("/store/takes-the-journal-along", takes_the_journal_along);
  g_test_add_func ("/store/leaves-a-file-in-use-where-it-is", leaves_a_file_in_use_where_it_is);
  return g_test_run ();
}
