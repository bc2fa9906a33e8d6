#include "engine/buffers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/error.h"
#include "core/paths.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

/* vm.memfd_noexec sets this one by itself. */
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

#define IN_SEALS (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)
#define OUT_SEALS (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

static int
open_unlinked (const char *folder)
{
  g_autofree char *name = NULL;
  int fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    return fd;
  /* Not every file system has O_TMPFILE. */
  name = g_build_filename (folder, "pcm-XXXXXX", NULL);
  fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 && unlink (name) != 0)
    {
      close (fd);
      return -1;
    }
  return fd;
}

static void
open_files (LbBuffers *buffers)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = lb_paths_cache (&error);

  if (folder == NULL)
    {
      buffers->no_files = g_strdup (error->message);
      return;
    }
  buffers->in.file_fd = open_unlinked (folder);
  if (buffers->in.file_fd >= 0)
    buffers->out.file_fd = open_unlinked (folder);
  if (buffers->out.file_fd < 0)
    buffers->no_files = g_strdup_printf ("can't make a file in \"%s\": %s", folder,
                                         g_strerror (errno));
}

static char *
inode_of (int fd)
{
  struct stat status;

  if (fd < 0 || fstat (fd, &status) != 0)
    return g_strdup ("");
  return g_strdup_printf ("%02x:%02x:%" G_GUINT64_FORMAT, major (status.st_dev),
                          minor (status.st_dev), (guint64) status.st_ino);
}

static void
note_inodes (LbBuffers *buffers)
{
  g_free (buffers->inodes[0]);
  g_free (buffers->inodes[1]);
  buffers->inodes[0] = inode_of (buffers->files ? buffers->in.file_fd : buffers->in.memory_fd);
  buffers->inodes[1] = inode_of (buffers->files ? buffers->out.file_fd : buffers->out.memory_fd);
}

gboolean
lb_buffers_init (LbBuffers *buffers, GError **error)
{
  static const LbBuffer none = { -1, -1, -1, 0 };

  memset (buffers, 0, sizeof *buffers);
  buffers->in = none;
  buffers->out = none;
  buffers->in.memory_fd = memfd_create ("llamaburn-in", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (buffers->in.memory_fd >= 0)
    buffers->out.memory_fd = memfd_create ("llamaburn-out", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (buffers->out.memory_fd < 0)
    return lb_error_set_errno (error, errno, "can't make memory for sound");
  open_files (buffers);
  note_inodes (buffers);
  return TRUE;
}

static void
close_buffer (LbBuffer *buffer)
{
  if (buffer->memory_fd >= 0)
    close (buffer->memory_fd);
  if (buffer->file_fd >= 0)
    close (buffer->file_fd);
  buffer->memory_fd = buffer->file_fd = buffer->fd = -1;
}

void
lb_buffers_clear (LbBuffers *buffers)
{
  if (buffers->map != NULL)
    munmap (buffers->map, buffers->in.bytes);
  buffers->map = NULL;
  close_buffer (&buffers->in);
  close_buffer (&buffers->out);
  g_clear_pointer (&buffers->no_files, g_free);
  g_clear_pointer (&buffers->inodes[0], g_free);
  g_clear_pointer (&buffers->inodes[1], g_free);
}

static gboolean
refuse_tampering (GError **error)
{
  g_set_error_literal (
      error, LB_ERROR, LB_ERROR_PROTOCOL,
      "the engine has changed its sound buffers: only the parent may size and seal them");
  return FALSE;
}

static gboolean
size_memory (LbBuffer *buffer, guint64 bytes, const char *what, GError **error)
{
  if (ftruncate (buffer->memory_fd, (off_t) bytes) != 0)
    return errno == EPERM
               ? refuse_tampering (error)
               : lb_error_set_errno (error, errno,
                                     "can't reserve %" G_GUINT64_FORMAT " bytes for %s", bytes,
                                     what);
  buffer->fd = buffer->memory_fd;
  buffer->bytes = bytes;
  return TRUE;
}

/* Only what is seen after sealing holds: until then the engine could have cut or sealed
 * by itself. */
static gboolean
seal (const LbBuffer *buffer, int seals, GError **error)
{
  struct stat status;

  if (fcntl (buffer->fd, F_ADD_SEALS, seals) != 0 && errno != EPERM)
    return lb_error_set_errno (error, errno, "can't seal memory for sound");
  if ((fcntl (buffer->fd, F_GET_SEALS) & ~F_SEAL_EXEC) != seals ||
      fstat (buffer->fd, &status) != 0 || (guint64) status.st_size != buffer->bytes)
    return refuse_tampering (error);
  return TRUE;
}

static gboolean
reserve_memory (LbBuffers *buffers, guint64 in_bytes, guint64 out_bytes, GError **error)
{
  if (!size_memory (&buffers->in, in_bytes, "sound that goes in", error) ||
      !size_memory (&buffers->out, out_bytes, "sound that comes out", error))
    return FALSE;
  if (in_bytes > 0)
    {
      char *map = mmap (NULL, in_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, buffers->in.fd, 0);

      if (map == MAP_FAILED)
        return lb_error_set_errno (error, errno,
                                   "can't map %" G_GUINT64_FORMAT " bytes for sound", in_bytes);
      buffers->map = map;
    }
  return seal (&buffers->in, IN_SEALS, error) && seal (&buffers->out, OUT_SEALS, error);
}

static gboolean
size_file (LbBuffer *buffer, guint64 bytes, GError **error)
{
  if (ftruncate (buffer->file_fd, (off_t) bytes) != 0)
    return lb_error_set_errno (
        error, errno, "can't reserve %" G_GUINT64_FORMAT " bytes in the cache folder", bytes);
  buffer->fd = buffer->file_fd;
  buffer->bytes = bytes;
  return TRUE;
}

gboolean
lb_buffers_reserve (LbBuffers *buffers, guint64 in_bytes, guint64 out_bytes, gboolean files,
                    GError **error)
{
  if (in_bytes > G_MAXINT64 / 4 || out_bytes > G_MAXINT64 / 4)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_NO_SPACE,
                           "more sound than any machine can hold");
      return FALSE;
    }
  buffers->files = files;
  if (!files)
    return reserve_memory (buffers, in_bytes, out_bytes, error);
  if (buffers->no_files != NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NO_SPACE, "this much sound needs a file: %s",
                   buffers->no_files);
      return FALSE;
    }
  if (!size_file (&buffers->in, in_bytes, error) || !size_file (&buffers->out, out_bytes, error))
    return FALSE;
  note_inodes (buffers);
  return TRUE;
}

static gboolean
check_range (const LbBuffer *buffer, guint64 offset, gsize n, GError **error)
{
  if (buffer->fd >= 0 && offset <= buffer->bytes &&
      n <= (buffer->bytes - offset) / sizeof (float))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "%" G_GSIZE_FORMAT " samples at byte %" G_GUINT64_FORMAT
               " are outside the %" G_GUINT64_FORMAT " bytes that were reserved",
               n, offset, buffer->bytes);
  return FALSE;
}

gboolean
lb_buffers_put (LbBuffers *buffers, guint64 offset, const float *samples, gsize n, GError **error)
{
  const char *from = (const char *) samples;
  gsize left = n * sizeof (float);

  if (!check_range (&buffers->in, offset, n, error))
    return FALSE;
  if (n == 0)
    return TRUE;
  if (buffers->map != NULL)
    {
      memcpy (buffers->map + offset, samples, left);
      return TRUE;
    }
  while (left > 0)
    {
      gssize written = pwrite (buffers->in.fd, from, left, (off_t) offset);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return lb_error_set_errno (error, errno, "can't write sound into the cache folder");
      from += written;
      offset += (guint64) written;
      left -= (gsize) written;
    }
  return TRUE;
}

/* pread, not a mapping: an engine that cuts a file under us costs a short read, not a
 * SIGBUS. */
static gboolean
read_at (int fd, guint64 offset, char *to, gsize left, GError **error)
{
  while (left > 0)
    {
      gssize n = pread (fd, to, left, (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return lb_error_set_errno (error, errno, "can't read sound");
      if (n == 0)
        return refuse_tampering (error);
      to += n;
      offset += (guint64) n;
      left -= (gsize) n;
    }
  return TRUE;
}

gboolean
lb_buffers_get (LbBuffers *buffers, guint64 offset, float *samples, gsize n, GError **error)
{
  return check_range (&buffers->out, offset, n, error) &&
         read_at (buffers->out.fd, offset, (char *) samples, n * sizeof (float), error);
}

static gboolean
read_through (const LbBuffers *buffers, const json_t *inputs, GError **error)
{
  g_autofree char *piece = g_malloc (1024 * 1024);
  size_t i;
  json_t *input;

  json_array_foreach (inputs, i, input)
    {
      guint64 offset = (guint64) MAX (0, lb_json_integer (input, "offset", 0));
      guint64 frames = (guint64) MAX (0, lb_json_integer (input, "frames", 0));
      guint64 left = frames * sizeof (float) *
                     (guint64) MAX (1, lb_json_integer (input, "channels", 1));

      for (; left > 0; left -= MIN (left, 1024 * 1024), offset += 1024 * 1024)
        if (!read_at (buffers->in.fd, offset, piece, MIN (left, 1024 * 1024), error))
          return FALSE;
    }
  return TRUE;
}

gboolean
lb_buffers_prepare (LbBuffers *buffers, const json_t *inputs, GError **error)
{
  if (buffers->out.bytes > 0 &&
      fallocate (buffers->out.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                 (off_t) buffers->out.bytes) != 0)
    return lb_error_set_errno (error, errno, "can't clear the memory for sound that comes out");
  return !buffers->files || read_through (buffers, inputs, error);
}
