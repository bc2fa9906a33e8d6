#include "store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

#define CHUNK_BYTES (256 * 1024)

static gboolean
write_all (int descriptor, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gssize written = write (descriptor, bytes, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return FALSE;
      bytes += written;
      length -= (gsize) written;
    }
  return TRUE;
}

static gboolean
copy_bytes (int source, int target)
{
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  off_t offset = 0;
  gssize length = 0;

  do
    {
      length = pread (source, chunk, CHUNK_BYTES, offset);
      if (length > 0 && !write_all (target, chunk, (gsize) length))
        return FALSE;
      offset += MAX (length, 0);
    }
  while (length > 0 || (length < 0 && errno == EINTR));
  return length == 0;
}

gboolean
lb_copy_new (int source, const char *path, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  struct stat about;
  int target;

  if (fstat (source, &about) != 0 || !S_ISREG (about.st_mode))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "can't copy to \"%s\": the source is no regular file", shown);
      return FALSE;
    }
  target = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (target < 0)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", shown);
  if (!copy_bytes (source, target))
    {
      int saved = errno == EFBIG ? ENOSPC : errno;

      close (target);
      unlink (path);
      return lb_error_set_errno (error, saved, "can't write \"%s\"", shown);
    }
  if (close (target) != 0)
    {
      int saved = errno;

      unlink (path);
      return lb_error_set_errno (error, saved, "can't write \"%s\"", shown);
    }
  return TRUE;
}
