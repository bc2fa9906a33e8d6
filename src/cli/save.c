#include "cli/save.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

static gboolean
refuse (const char *path, int why, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);

  return lb_error_set_errno (error, why, "can't write the results into \"%s\"", shown);
}

gboolean
lb_save_check (const char *path, GError **error)
{
  struct stat status;
  int fd;

  if (stat (path, &status) == 0)
    {
      if (S_ISDIR (status.st_mode))
        return refuse (path, EISDIR, error);
      return access (path, W_OK) == 0 || refuse (path, errno, error);
    }
  if (errno != ENOENT)
    return refuse (path, errno, error);
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd >= 0)
    {
      close (fd);
      unlink (path);
    }
  return fd >= 0 || errno == EEXIST /* a link to what isn't there yet */ ||
         refuse (path, errno, error);
}

static gboolean
write_through (const char *path, const char *text, gsize length, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  int why = fd < 0 ? errno : 0;

  while (why == 0 && length > 0)
    {
      gssize n = write (fd, text, length);

      if (n < 0 && errno != EINTR)
        why = errno;
      text += MAX (n, 0);
      length -= (gsize) MAX (n, 0);
    }
  if (fd >= 0 && close (fd) != 0 && why == 0)
    why = errno;
  return why == 0 || refuse (path, why, error);
}

gboolean
lb_save (const char *path, const char *text, gsize length, GError **error)
{
  struct stat status;
  gboolean there = lstat (path, &status) == 0;

  if ((!there || S_ISREG (status.st_mode)) &&
      g_file_set_contents (path, text, (gssize) length, NULL))
    return TRUE;
  /* No atomic way, like a file of ours in a folder of another's: then as the shell would. */
  return write_through (path, text, length, error);
}
