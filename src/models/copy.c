/* A copy of one file that is whole, or an error: the kernel's own way where it has one. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "models/private.h"

#define CHUNK_BYTES (1024 * 1024)
#define KERNEL_BYTES (64 * 1024 * 1024) /* between two looks at who cancels */

typedef struct {
  int in, out;
  guint64 bytes, done;
  LbCopied copied;
  gpointer user_data;
  GCancellable *cancellable;
} Copy;

static void
count (Copy *copy, guint64 bytes)
{
  copy->done += bytes;
  if (copy->copied != NULL)
    copy->copied (bytes, copy->user_data);
}

static gboolean
write_all (int fd, const char *data, gsize bytes, GError **error)
{
  while (bytes > 0)
    {
      gssize put = write (fd, data, bytes);

      if (put < 0 && errno != EINTR)
        return lb_error_set_errno (error, errno, "can't copy it");
      data += MAX (put, 0);
      bytes -= (gsize) MAX (put, 0);
    }
  return TRUE;
}

/* Where the kernel can't copy between two file systems. Never more than was there at first: a
 * file that grows as fast as it is read has no end. */
static gboolean
copy_by_hand (Copy *copy, GError **error)
{
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);

  while (copy->done < copy->bytes)
    {
      gssize got = read (copy->in, chunk, (gsize) MIN (copy->bytes - copy->done, CHUNK_BYTES));

      if (g_cancellable_is_cancelled (copy->cancellable))
        return FALSE;
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return lb_error_set_errno (error, errno, "can't read it");
      if (got == 0)
        return TRUE;
      if (!write_all (copy->out, chunk, (gsize) got, error))
        return FALSE;
      count (copy, (guint64) got);
    }
  return TRUE;
}

/* Both descriptors' own offsets: what the kernel has copied is not copied again by hand. */
static gboolean
copy_data (Copy *copy, GError **error)
{
  if (ioctl (copy->out, FICLONE, copy->in) == 0)
    {
      count (copy, copy->bytes);
      return TRUE;
    }
  while (copy->done < copy->bytes)
    {
      gssize got = copy_file_range (copy->in, NULL, copy->out, NULL,
                                    (gsize) MIN (copy->bytes - copy->done, KERNEL_BYTES), 0);

      if (g_cancellable_is_cancelled (copy->cancellable))
        return FALSE;
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EFBIG))
        return lb_error_set_errno (error, errno, "can't copy it");
      if (got <= 0)
        return copy_by_hand (copy, error);
      count (copy, (guint64) got);
    }
  return TRUE;
}

static gboolean
is_unchanged (const struct stat *before, const struct stat *after)
{
  return before->st_size == after->st_size && before->st_mtim.tv_sec == after->st_mtim.tv_sec &&
         before->st_mtim.tv_nsec == after->st_mtim.tv_nsec;
}

/* The size that was seen first is the size that comes: else somebody writes to it. */
static gboolean
copy_steady (Copy *copy, GError **error)
{
  struct stat before, after, copied;

  if (fstat (copy->in, &before) != 0)
    return lb_error_set_errno (error, errno, "can't look at it");
  if (S_ISREG (before.st_mode) && (guint64) before.st_size == copy->bytes)
    {
      if (!copy_data (copy, error))
        return FALSE;
      if (fsync (copy->out) != 0)
        return lb_error_set_errno (error, errno, "can't write the copy");
      if (fstat (copy->in, &after) == 0 && fstat (copy->out, &copied) == 0 &&
          is_unchanged (&before, &after) && copied.st_size == before.st_size)
        return TRUE;
    }
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "it changed while it was copied: wait until it is whole, then try again");
  return FALSE;
}

gboolean
lb_models_copy (const char *from, const char *to, guint64 bytes, LbCopied copied,
                gpointer user_data, GCancellable *cancellable, GError **error)
{
  Copy copy = { .in = open (from, O_RDONLY | O_CLOEXEC | O_NONBLOCK),
                .out = -1,
                .bytes = bytes,
                .copied = copied,
                .user_data = user_data,
                .cancellable = cancellable };
  g_autofree char *shown = lb_text_escape (from);
  GError *why = NULL;
  gboolean done = copy.in >= 0 || lb_error_set_errno (&why, errno, "can't open it");

  if (done)
    copy.out = open (to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (done && copy.out < 0)
    done = lb_error_set_errno (&why, errno, "can't write \"%s\"", to);
  done = done && copy_steady (&copy, &why);
  if (copy.in >= 0)
    close (copy.in);
  if (copy.out >= 0)
    close (copy.out);
  if (why == NULL && !done)
    g_set_error (&why, LB_ERROR, LB_ERROR_CANCELLED, "interrupted: nothing of it is kept");
  if (!done)
    g_propagate_prefixed_error (error, why, "\"%s\": ", shown);
  return done;
}
