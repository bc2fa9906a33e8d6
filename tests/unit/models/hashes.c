#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/error.h"
#include "core/hash.h"
#include "models/models.h"

#define TMPFS 0x01021994
#define FAKE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char *
put (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static char *
cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "llamaburn", "hashes.json", NULL);
}

static char *
hash (const char *path, guint64 *bytes)
{
  g_autoptr (GError) error = NULL;
  char *sha256 = lb_models_sha256 (NULL, path, bytes, NULL, &error);

  g_assert_no_error (error);
  return sha256;
}

/* The only key of the cache gets @value. */
static void
poison (const char *value)
{
  g_autofree char *path = cache_path ();
  g_autoptr (json_t) cache = lb_json_read (path, NULL);
  g_autofree char *text = NULL;
  const char *key = json_object_iter_key (json_object_iter (cache));

  g_assert_cmpuint (json_object_size (cache), ==, 1);
  json_object_set_new (cache, key, json_string (value));
  text = lb_json_pretty (cache);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remembers_until_the_file_changes (void)
{
  g_autofree char *file = put (g_get_user_data_dir (), "model.bin", "one");
  g_autofree char *first = hash (file, NULL), *truth = lb_hash_data ("one", 3),
                  *changed = lb_hash_data ("three", 5);
  g_autofree char *cached = NULL, *again = NULL, *nonsense = NULL;
  guint64 bytes = 0;

  g_assert_cmpstr (first, ==, truth);
  poison ("no hash");
  nonsense = hash (file, NULL);
  g_assert_cmpstr (nonsense, ==, truth);
  poison (FAKE);
  cached = hash (file, NULL);
  g_assert_cmpstr (cached, ==, FAKE); /* it was not read again */
  g_assert_true (g_file_set_contents (file, "three", -1, NULL));
  again = hash (file, &bytes);
  g_assert_cmpstr (again, ==, changed);
  g_assert_cmpuint (bytes, ==, 5);
}

static void
survives_a_damaged_cache (void)
{
  const char *const texts[] = { "", "{", "[]", "{\"a\": {}}", "\xff\xfe" };
  g_autofree char *file = put (g_get_user_data_dir (), "model.bin", "one");
  g_autofree char *truth = lb_hash_data ("one", 3), *path = cache_path ();

  g_free (hash (file, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *sha256 = NULL;

      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      sha256 = hash (file, NULL);
      g_assert_cmpstr (sha256, ==, truth);
    }
}

static void
hashes_a_folder_as_sorted_list (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "ct2", NULL);
  g_autofree char *b = put (folder, "b.json", "bb"), *a = put (folder, "a.bin", "a"),
                  *deep = put (folder, "a/z", "");
  g_autofree char *hash_a = lb_hash_data ("a", 1), *hash_b = lb_hash_data ("bb", 2),
                  *hash_none = lb_hash_data ("", 0);
  g_autofree char *list = g_strdup_printf ("%s  a.bin\n%s  a/z\n%s  b.json\n", hash_a, hash_none,
                                           hash_b);
  g_autofree char *wanted = lb_hash_data (list, strlen (list));
  guint64 bytes = 0;
  g_autofree char *sha256 = hash (folder, &bytes);

  g_assert_cmpstr (sha256, ==, wanted);
  g_assert_cmpuint (bytes, ==, 3);
}

static void
says_what_can_not_be_read (void)
{
  g_autoptr (GError) error = NULL, stopped = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *file = put (g_get_user_data_dir (), "model.bin", "one");

  g_assert_null (lb_models_sha256 (NULL, "/no/such/model", NULL, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_NOT_FOUND);
  g_cancellable_cancel (cancellable);
  g_assert_null (lb_models_sha256 (NULL, file, NULL, cancellable, &stopped));
  g_assert_nonnull (stopped);
}

static void
drops_pages (void)
{
  g_autofree char *text = g_strnfill (3 * 1024 * 1024 + 5, 'x');
  g_autofree char *file = put (g_get_user_data_dir (), "model.bin", text);
  struct statfs disk;

  g_assert_false (lb_models_drop_cache ("/no/such/model"));
  g_assert_cmpint (statfs (file, &disk), ==, 0);
  if (disk.f_type == TMPFS)
    {
      g_assert_false (lb_models_drop_cache (file)); /* its pages are the file */
      return;
    }
  g_assert_true (lb_models_drop_cache (file));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/models/hashes/remembers", remembers_until_the_file_changes);
  g_test_add_func ("/models/hashes/damaged", survives_a_damaged_cache);
  g_test_add_func ("/models/hashes/folder", hashes_a_folder_as_sorted_list);
  g_test_add_func ("/models/hashes/errors", says_what_can_not_be_read);
  g_test_add_func ("/models/hashes/cold", drops_pages);
  return g_test_run ();
}
