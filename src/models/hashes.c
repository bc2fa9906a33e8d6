/* SHA-256 of models, remembered by what the file system says of a file. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/paths.h"
#include "core/text.h"
#include "models/private.h"

#define MAX_REMEMBERED 2000
#define MAX_FOLDER_FILES 10000
#define MAX_FOLDER_DEPTH 8

static char *
remembered_path (void)
{
  g_autofree char *folder = lb_paths_cache (NULL);

  return folder != NULL ? g_build_filename (folder, "hashes.json", NULL) : NULL;
}

static json_t *
read_remembered (const char *path)
{
  json_t *root = lb_json_read (path, NULL);

  if (json_is_object (root))
    return root;
  json_decref (root);
  return json_object (); /* a damaged cache is an empty one */
}

static void
remember (const char *key, const char *sha256)
{
  g_autofree char *path = remembered_path ();
  g_autoptr (json_t) root = path != NULL ? read_remembered (path) : NULL;
  g_autofree char *text = NULL;

  if (root == NULL)
    return;
  if (json_object_size (root) >= MAX_REMEMBERED)
    json_object_clear (root);
  lb_json_set_string (root, key, sha256);
  text = lb_json_pretty (root);
  /* Only a cache: where it can't be written, the file is hashed again. */
  (void) !g_file_set_contents (path, text, -1, NULL);
}

static char *
recall (const char *key)
{
  g_autofree char *path = remembered_path ();
  g_autoptr (json_t) root = path != NULL ? read_remembered (path) : NULL;
  const char *sha256 = lb_json_string (root, key, NULL);

  if (sha256 == NULL || strlen (sha256) != 64 || strspn (sha256, "0123456789abcdef") != 64)
    return NULL;
  return g_strdup (sha256);
}

/* The change time is there too: it can't be set back by hand. */
static char *
key_of (const struct stat *status)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT
                          ":%" G_GINT64_FORMAT "%09ld:%" G_GINT64_FORMAT "%09ld",
                          (guint64) status->st_dev, (guint64) status->st_ino,
                          (gint64) status->st_size, (gint64) status->st_mtim.tv_sec,
                          status->st_mtim.tv_nsec, (gint64) status->st_ctim.tv_sec,
                          status->st_ctim.tv_nsec);
}

static char *
hash_file (const char *path, guint64 *bytes, GCancellable *cancellable, GError **error)
{
  struct stat before, after;
  g_autofree char *key = NULL;
  char *sha256;

  if (stat (path, &before) != 0)
    {
      int saved = errno;
      g_autofree char *shown = lb_text_escape (path);

      return lb_error_set_errno (error, saved, "can't read \"%s\"", shown), NULL;
    }
  key = key_of (&before);
  *bytes += (guint64) before.st_size;
  sha256 = recall (key);
  if (sha256 != NULL)
    return sha256;
  sha256 = lb_hash_file (path, cancellable, error);
  if (sha256 != NULL && stat (path, &after) == 0)
    {
      g_autofree char *now = key_of (&after);

      if (strcmp (now, key) == 0)
        remember (key, sha256);
    }
  return sha256;
}

static gboolean
list_files (const char *folder, const char *prefix, guint depth, GPtrArray *found, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *relative = *prefix != '\0' ? g_strconcat (prefix, "/", name, NULL)
                                                  : g_strdup (name);

      if (found->len >= MAX_FOLDER_FILES || depth >= MAX_FOLDER_DEPTH)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                       "\"%s\" holds too many files for a model", folder);
          return FALSE;
        }
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (!list_files (path, relative, depth + 1, found, error))
            return FALSE;
        }
      else if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (found, g_steal_pointer (&relative));
    }
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
lb_models_sha256 (LbModels *models, const char *path, guint64 *bytes, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) list = g_string_new (NULL);
  guint64 sum = 0;
  char *sha256 = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    sha256 = hash_file (path, &sum, cancellable, error);
  else
    {
      if (!list_files (path, "", 0, files, error))
        return NULL;
      g_ptr_array_sort (files, compare_names);
      for (guint i = 0; i < files->len; i++)
        {
          g_autofree char *file = g_build_filename (path, files->pdata[i], NULL);
          g_autofree char *one = hash_file (file, &sum, cancellable, error);

          if (one == NULL)
            return NULL;
          g_string_append_printf (list, "%s  %s\n", one, (const char *) files->pdata[i]);
        }
      sha256 = lb_hash_data (list->str, list->len);
    }
  if (bytes != NULL)
    *bytes = sum;
  return sha256;
}

static gboolean
drop_file (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  struct stat status;
  gboolean gone = FALSE;
  void *map = MAP_FAILED;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &status) == 0 && status.st_size > 0)
    map = mmap (NULL, (gsize) status.st_size, PROT_READ, MAP_SHARED, fd, 0);
  if (map != MAP_FAILED)
    {
      gsize pages = ((gsize) status.st_size + page - 1) / page;
      g_autofree guint8 *resident = g_malloc (pages);

      fdatasync (fd); /* dirty pages stay */
      posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
      gone = mincore (map, (gsize) status.st_size, resident) == 0;
      for (gsize i = 0; i < pages && gone; i++)
        gone = (resident[i] & 1) == 0;
      munmap (map, (gsize) status.st_size);
    }
  close (fd);
  return gone;
}

gboolean
lb_models_drop_cache (const char *path)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  gboolean gone = TRUE;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return drop_file (path);
  if (!list_files (path, "", 0, files, NULL) || files->len == 0)
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *file = g_build_filename (path, files->pdata[i], NULL);

      gone = drop_file (file) && gone;
    }
  return gone;
}
