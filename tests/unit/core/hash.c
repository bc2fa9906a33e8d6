#include "core/hash.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* FIPS 180-2, appendix B.1 */
static void
gives_the_published_digests (void)
{
  g_autofree char *abc = lb_hash_data ("abc", 3);
  g_autofree char *nothing = lb_hash_data ("", 0);

  g_assert_cmpstr (abc, ==, ABC);
  g_assert_cmpstr (nothing, ==, NOTHING);
}

/* Over the chunk's size, by two ways, against GLib's own. */
static void
hashes_files_as_glib_does (void)
{
  g_autofree char *path = NULL, *by_path = NULL, *by_fd = NULL, *by_parts = NULL, *theirs = NULL;
  gsize bytes = 3 * 1024 * 1024 + 17;
  g_autofree char *data = g_malloc (bytes);
  LbHash *hash = lb_hash_new ();
  int fd = g_file_open_tmp ("llamaburn-XXXXXX", &path, NULL);

  for (gsize i = 0; i < bytes; i++)
    data[i] = (char) (i * 2654435761u >> 13);
  g_assert_cmpint (write (fd, data, bytes), ==, (gssize) bytes);
  theirs = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) data, bytes);
  by_path = lb_hash_file (path, NULL, NULL);
  g_assert_cmpint (lseek (fd, 5, SEEK_SET), ==, 5);
  by_fd = lb_hash_fd (fd, NULL, NULL);
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 5); /* the offset stays */
  lb_hash_update (hash, data, 1000);
  lb_hash_update (hash, data + 1000, bytes - 1000);
  by_parts = lb_hash_finish (hash);
  g_assert_cmpstr (by_path, ==, theirs);
  g_assert_cmpstr (by_fd, ==, theirs);
  g_assert_cmpstr (by_parts, ==, theirs);
  close (fd);
  g_unlink (path);
}

static void
says_what_it_can_not_read (void)
{
  g_autoptr (GError) missing = NULL, folder = NULL, cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_assert_null (lb_hash_file ("/no/such\nfile", NULL, &missing));
  g_assert_error (missing, LB_ERROR, LB_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (missing->message, "\"/no/such\\nfile\""));
  g_assert_null (lb_hash_file ("/", NULL, &folder));
  g_assert_nonnull (folder);
  g_cancellable_cancel (cancellable);
  g_assert_null (lb_hash_file ("/proc/self/exe", cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hash/published", gives_the_published_digests);
  g_test_add_func ("/hash/files", hashes_files_as_glib_does);
  g_test_add_func ("/hash/errors", says_what_it_can_not_read);
  return g_test_run ();
}
