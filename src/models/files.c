/* Small services: records, locks, room, removal, appearing whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "models/private.h"

#define SPARE_BYTES (16 * 1024 * 1024)

json_t *
lb_models_record_read (LbModels *models, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (models->store, name, NULL);
  g_autofree char *shown = lb_text_escape (path);
  g_autoptr (GError) why = NULL;
  json_t *root;

  if (access (path, F_OK) != 0 && errno == ENOENT)
    return json_object ();
  root = lb_json_read (path, &why);
  if (json_is_object (root))
    return root;
  json_decref (root);
  g_set_error (error, LB_ERROR, LB_ERROR_STORE, "\"%s\" is damaged (%s): repair it, or remove it",
               shown, why != NULL ? why->message : "it is no object");
  return NULL;
}

/* Waits for its turn: who holds it writes a small file, no more. */
static int
lock_record (const char *path, GError **error)
{
  g_autofree char *name = g_strconcat (path, ".lock", NULL);
  g_autofree char *shown = lb_text_escape (name);
  int fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  while (fd >= 0 && flock (fd, LOCK_EX) != 0 && errno == EINTR)
    ;
  if (fd < 0)
    lb_error_set_errno (error, errno, "can't write \"%s\"", shown);
  return fd;
}

static gboolean
write_record (const char *path, const json_t *root, GError **error)
{
  g_autofree char *text = lb_json_pretty (root);
  g_autoptr (GError) why = NULL;

  if (g_file_set_contents_full (path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0600, &why))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_STORE, "can't write \"%s\": %s", path, why->message);
  return FALSE;
}

gboolean
lb_models_record_set (LbModels *models, const char *name, const char *key, json_t *value,
                      GError **error)
{
  g_autofree char *path = g_build_filename (models->store, name, NULL);
  g_autoptr (json_t) owned = value;
  g_autoptr (json_t) root = NULL;
  int lock = lock_record (path, error);
  gboolean written = FALSE;

  if (lock < 0)
    return FALSE;
  root = lb_models_record_read (models, name, error);
  if (root != NULL && value != NULL)
    written = json_object_set (root, key, value) == 0 && write_record (path, root, error);
  else if (root != NULL) /* nothing to remove: nothing to write */
    written = json_object_del (root, key) != 0 || write_record (path, root, error);
  close (lock);
  return written;
}

/* The file is removed while it is locked: who opened it before that finds
 * another inode, and tries again. */
int
lb_models_lock (const char *path, const char *what, GError **error)
{
  g_autofree char *lock = g_strconcat (path, ".lock", NULL);

  for (int i = 0; i < 100; i++)
    {
      int fd = open (lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
      struct stat ours, there;

      if (fd < 0)
        {
          lb_error_set_errno (error, errno, "can't write \"%s\"", lock);
          return -1;
        }
      if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        {
          close (fd);
          g_set_error (
              error, LB_ERROR, LB_ERROR_FAILED,
              "model \"%s\" is being fetched by another llamaburn: wait for it, then try again",
              what);
          return -1;
        }
      if (fstat (fd, &ours) == 0 && stat (lock, &there) == 0 && ours.st_ino == there.st_ino)
        return fd;
      close (fd);
    }
  g_set_error (error, LB_ERROR, LB_ERROR_FAILED, "can't lock \"%s\"", lock);
  return -1;
}

void
lb_models_unlock (const char *path, int fd)
{
  g_autofree char *lock = g_strconcat (path, ".lock", NULL);

  unlink (lock);
  close (fd);
}

gboolean
lb_models_space (const char *path, guint64 bytes, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct statvfs disk;
  guint64 free_bytes;

  if (statvfs (folder, &disk) != 0)
    return lb_error_set_errno (error, errno, "can't look at \"%s\"", folder);
  free_bytes = (guint64) disk.f_bavail * disk.f_frsize;
  if (bytes == 0 || free_bytes >= bytes + MIN (SPARE_BYTES, bytes / 16))
    return TRUE;
  {
    g_autofree char *needed = lb_text_bytes (bytes);
    g_autofree char *left = lb_text_bytes (free_bytes);
    g_autofree char *shown = lb_text_escape (folder);

    g_set_error (error, LB_ERROR, LB_ERROR_NO_SPACE,
                 "\"%s\" has %s free, %s are needed: make room, then try again", shown, left,
                 needed);
  }
  return FALSE;
}

gboolean
lb_models_remove_tree (const char *path, guint64 *freed, GError **error)
{
  struct stat status;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  gboolean done = TRUE;

  if (lstat (path, &status) != 0)
    return errno == ENOENT ? TRUE
                           : lb_error_set_errno (error, errno, "can't remove \"%s\"", path);
  if (S_ISDIR (status.st_mode))
    {
      dir = g_dir_open (path, 0, error);
      if (dir == NULL)
        return FALSE;
      while (done && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          done = lb_models_remove_tree (child, freed, error);
        }
      if (!done)
        return FALSE;
    }
  if (remove (path) != 0)
    {
      int saved = errno;
      g_autofree char *shown = lb_text_escape (path);

      return lb_error_set_errno (error, saved, "can't remove \"%s\"", shown);
    }
  if (freed != NULL && S_ISREG (status.st_mode) && status.st_nlink == 1)
    *freed += (guint64) status.st_size;
  return TRUE;
}

gboolean
lb_models_appear (const char *part, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *shown = lb_text_escape (path);
  int fd;
  gboolean kept;

  if (rename (part, path) != 0)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", shown);
  fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  kept = fd >= 0 && fsync (fd) == 0;
  if (!kept)
    lb_error_set_errno (error, errno, "can't write \"%s\" to the disk", shown);
  if (fd >= 0)
    close (fd);
  return kept;
}
