#include "fixture.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

static char *
make_file (const char *folder, const char *name, gsize bytes)
{
  g_autofree char *text = g_strnfill (bytes, 'x');
  char *path = fixture_file (folder, name);

  g_assert_true (g_file_set_contents (path, text, (gssize) bytes, NULL));
  return path;
}

static json_t *
add (LbStore *store, const char *folder, const char *id, const char *name, gsize bytes)
{
  g_autofree char *source = make_file (folder, "source", bytes);
  g_autoptr (GError) error = NULL;
  json_t *artifact = lb_store_add_artifact (store, id, "output", name, source, &error);

  g_assert_no_error (error);
  g_assert_false (g_file_test (source, G_FILE_TEST_EXISTS));
  return artifact;
}

static void
moves_a_file_into_its_run (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) record = fixture_record ("ok", 1), artifact = NULL, back = NULL;
  g_autofree char *path = NULL, *runs = NULL;
  struct stat about;

  fixture_add (store, record);
  artifact = add (store, folder, fixture_id (record), "say hello.wav", 3);
  path = g_build_filename (folder, lb_json_string (artifact, "path", ""), NULL);
  g_assert_cmpint (stat (path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);
  g_assert_cmpint (about.st_size, ==, 3);
  g_assert_cmpstr (lb_json_string (artifact, "sha256", ""), ==,
                   "cd2eb0837c9b4c962c22d2ff8b5441b7b45805887f051d39bf133b583baf6860");
  back = lb_store_load (store, fixture_id (record), NULL);
  g_assert_true (json_equal (json_array_get (json_object_get (back, "artifacts"), 0), artifact));
  g_assert_true (lb_store_remove (store, fixture_id (record), NULL));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  runs = lb_live_folder (store, fixture_id (record));
  g_assert_false (g_file_test (runs, G_FILE_TEST_EXISTS));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
copies_across_file_systems (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) record = fixture_record ("ok", 1), artifact = NULL;
  g_autofree char *elsewhere = g_strdup_printf ("/dev/shm/llamaburn-test-%d", getpid ());
  g_autofree char *path = NULL;

  if (!g_file_set_contents (elsewhere, "xxx", 3, NULL))
    {
      g_test_skip ("/dev/shm can't be written");
      g_clear_pointer (&store, lb_store_close);
      fixture_remove (folder);
      return;
    }
  fixture_add (store, record);
  artifact = lb_store_add_artifact (store, fixture_id (record), "output", "a.wav", elsewhere,
                                    NULL);
  path = g_build_filename (folder, lb_json_string (artifact, "path", ""), NULL);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (elsewhere, G_FILE_TEST_EXISTS));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
refuses_names_that_climb (void)
{
  static const char *const names[] = { "",     ".",       "..",   "../x", "a/b", "/etc/passwd",
                                       "live", ".hidden", "a..b", "\xff" };
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) record = fixture_record ("ok", 1);
  g_autofree char *source = make_file (folder, "source", 3),
                  *link = fixture_file (folder, "link");

  fixture_add (store, record);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          lb_store_add_artifact (store, fixture_id (record), "output", names[i], source, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
    }
  g_assert_cmpint (symlink (source, link), ==, 0);
  g_assert_null (lb_store_add_artifact (store, fixture_id (record), "output", "a", link, NULL));
  g_assert_null (lb_store_add_artifact (store, fixture_id (record), "output", "a", folder, NULL));
  g_assert_null (lb_store_add_artifact (store, "no such run", "output", "a", source, NULL));
  g_assert_true (g_file_test (source, G_FILE_TEST_EXISTS));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
overwrites_no_artifact (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) record = fixture_record ("ok", 1), artifact = NULL;
  g_autofree char *source = NULL;

  fixture_add (store, record);
  artifact = add (store, folder, fixture_id (record), "a.wav", 3);
  source = make_file (folder, "second", 5);
  g_assert_null (
      lb_store_add_artifact (store, fixture_id (record), "output", "a.wav", source, NULL));
  g_assert_true (g_file_test (source, G_FILE_TEST_EXISTS));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
prunes_the_oldest_first_but_no_live_run (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) live = fixture_running (), old = fixture_record ("ok", 1),
                     new = fixture_record ("ok", 1);
  g_autoptr (json_t) a = NULL, b = NULL, c = NULL, back = NULL;
  g_autofree char *orphan = fixture_file (folder, "runs/01980000-0000-7000-8000-00000000abcd");
  const json_t *artifact;

  lb_store_begin (store, live, NULL);
  fixture_add (store, old);
  fixture_add (store, new);
  a = add (store, folder, fixture_id (live), "a", 1000);
  b = add (store, folder, fixture_id (old), "b", 1000);
  c = add (store, folder, fixture_id (new), "c", 1000);
  g_assert_cmpint (g_mkdir_with_parents (orphan, 0700), ==, 0);
  g_assert_cmpint (lb_store_prune (store, 3000, NULL), ==, 0);
  g_assert_false (g_file_test (orphan, G_FILE_TEST_EXISTS));
  g_assert_cmpint (lb_store_prune (store, 2500, NULL), ==, 1000);
  back = lb_store_load (store, fixture_id (old), NULL);
  artifact = json_array_get (json_object_get (back, "artifacts"), 0);
  g_assert_true (lb_json_boolean (artifact, "pruned", FALSE));
  g_assert_cmpint (lb_store_prune (store, 0, NULL), ==, 1000);
  g_assert_cmpint (lb_store_prune (store, 0, NULL), ==, 0);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/moves-a-file-into-its-run", moves_a_file_into_its_run);
  g_test_add_func ("/store/copies-across-file-systems", copies_across_file_systems);
  g_test_add_func ("/store/refuses-names-that-climb", refuses_names_that_climb);
  g_test_add_func ("/store/overwrites-no-artifact", overwrites_no_artifact);
  g_test_add_func ("/store/prunes-the-oldest-first-but-no-live-run",
                   prunes_the_oldest_first_but_no_live_run);
  return g_test_run ();
}
