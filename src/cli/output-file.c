#include "cli/output-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

struct _LbOutput {
  char *path;
  int fd;
  gboolean made; /* by us, and still empty */
  GString *text;
};

static gboolean
fail (const char *path, int saved_errno, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);

  g_set_error (error, LB_ERROR,
               saved_errno == ENOSPC || saved_errno == EDQUOT ? LB_ERROR_NO_SPACE
                                                              : LB_ERROR_FAILED,
               "can't write the results to \"%s\": %s", shown, g_strerror (saved_errno));
  return FALSE;
}

LbOutput *
lb_output_open (const char *path, GError **error)
{
  gboolean made = TRUE;
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  LbOutput *output;

  if (fd < 0 && errno == EEXIST)
    {
      made = FALSE;
      fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    }
  if (fd < 0)
    {
      fail (path, errno, error);
      return NULL;
    }
  output = g_new0 (LbOutput, 1);
  output->path = g_strdup (path);
  output->fd = fd;
  output->made = made;
  output->text = g_string_new (NULL);
  return output;
}

void
lb_output_add (LbOutput *output, const char *text)
{
  g_string_append (output->text, text);
}

void
lb_output_add_bytes (LbOutput *output, GBytes *bytes)
{
  g_string_append_len (output->text, g_bytes_get_data (bytes, NULL),
                       (gssize) g_bytes_get_size (bytes));
}

static gboolean
put (LbOutput *output)
{
  const char *text = output->text->str;
  gsize left = output->text->len;

  while (left > 0)
    {
      gssize n = write (output->fd, text, left);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      text += n;
      left -= (gsize) n;
    }
  return TRUE;
}

static int
close_file (LbOutput *output)
{
  int fd = output->fd;

  output->fd = -1;
  return close (fd);
}

gboolean
lb_output_write (LbOutput *output, GError **error)
{
  struct stat about;
  gboolean plain = fstat (output->fd, &about) == 0 && S_ISREG (about.st_mode);

  output->made = FALSE;
  if ((plain && ftruncate (output->fd, 0) != 0) || !put (output))
    return fail (output->path, errno, error);
  if (close_file (output) != 0)
    return fail (output->path, errno, error);
  return TRUE;
}

void
lb_output_free (LbOutput *output)
{
  if (output->fd >= 0)
    close (output->fd);
  if (output->made)
    unlink (output->path);
  g_string_free (output->text, TRUE);
  g_free (output->path);
  g_free (output);
}
