#include "audio/pcm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/paths.h"
#include "core/text.h"

#define COPY_BYTES (256 * 1024)
/* Left free on the cache's disk: a sound without end ends the case, not the machine. */
#define DISK_RESERVE_BYTES (G_GUINT64_CONSTANT (256) * 1024 * 1024)
#define DISK_CHECK_BYTES (G_GUINT64_CONSTANT (16) * 1024 * 1024)
#define MEMORY_UNKNOWN_BYTES (G_GUINT64_CONSTANT (256) * 1024 * 1024)

struct _LbPcm {
  int fd;
  guint rate_hz;
  guint channels;
  guint64 frames;
  guint64 memory_limit_bytes;
  gboolean on_disk;
  guint64 checked_bytes; /* up to here the disk was seen to have room */
};

/* A quarter of what the kernel says can be used without swapping. */
static guint64
default_limit (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return MEMORY_UNKNOWN_BYTES;
  line = strstr (text, "MemAvailable:");
  if (line == NULL)
    return MEMORY_UNKNOWN_BYTES;
  return MAX (g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024 / 4, 1);
}

LbPcm *
lb_pcm_new (guint rate_hz, guint channels, guint64 memory_limit_bytes, GError **error)
{
  LbPcm *pcm;
  int fd;

  if (rate_hz < LB_PCM_MIN_RATE_HZ || rate_hz > LB_PCM_MAX_RATE_HZ || channels < 1 ||
      channels > LB_PCM_MAX_CHANNELS)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "sound of %u Hz and %u channels can't be kept: rates go from %d to %d Hz, "
                   "channels from 1 to %d",
                   rate_hz, channels, LB_PCM_MIN_RATE_HZ, LB_PCM_MAX_RATE_HZ,
                   LB_PCM_MAX_CHANNELS);
      return NULL;
    }
  fd = memfd_create ("llamaburn-pcm", MFD_CLOEXEC);
  if (fd < 0)
    {
      lb_error_set_errno (error, errno, "can't get memory for sound");
      return NULL;
    }
  pcm = g_new0 (LbPcm, 1);
  pcm->fd = fd;
  pcm->rate_hz = rate_hz;
  pcm->channels = channels;
  pcm->memory_limit_bytes = memory_limit_bytes > 0 ? memory_limit_bytes : default_limit ();
  return pcm;
}

void
lb_pcm_free (LbPcm *pcm)
{
  if (pcm == NULL)
    return;
  close (pcm->fd);
  g_free (pcm);
}

guint
lb_pcm_rate_hz (const LbPcm *pcm)
{
  return pcm->rate_hz;
}

guint
lb_pcm_channels (const LbPcm *pcm)
{
  return pcm->channels;
}

guint64
lb_pcm_frames (const LbPcm *pcm)
{
  return pcm->frames;
}

double
lb_pcm_duration_s (const LbPcm *pcm)
{
  return (double) pcm->frames / pcm->rate_hz;
}

static guint64
frame_bytes (const LbPcm *pcm)
{
  return (guint64) pcm->channels * sizeof (float);
}

static gboolean
write_all (int fd, gconstpointer data, gsize bytes, guint64 offset, GError **error)
{
  const char *rest = data;

  while (bytes > 0)
    {
      gssize n = pwrite (fd, rest, bytes, (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return lb_error_set_errno (error, n == 0 ? ENOSPC : errno, "can't keep the sound");
      rest += n;
      offset += (guint64) n;
      bytes -= (gsize) n;
    }
  return TRUE;
}

static gboolean
read_all (int fd, gpointer data, gsize bytes, guint64 offset, GError **error)
{
  char *rest = data;

  while (bytes > 0)
    {
      gssize n = pread (fd, rest, bytes, (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return lb_error_set_errno (error, errno, "can't read the sound again");
      if (n == 0)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_FAILED,
                       "can't read the sound again: it ends early");
          return FALSE;
        }
      rest += n;
      offset += (guint64) n;
      bytes -= (gsize) n;
    }
  return TRUE;
}

/* Returns: a file that has no name, in the cache folder, or -1 */
static int
open_unlinked (GError **error)
{
  g_autofree char *folder = lb_paths_cache (error);
  g_autofree char *path = NULL;
  int fd;

  if (folder == NULL)
    return -1;
  fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    return fd;
  /* Not every file system has files without names. */
  path = g_build_filename (folder, "pcm-XXXXXX", NULL);
  fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      int saved = errno;
      g_autofree char *shown = lb_text_escape (folder);

      lb_error_set_errno (error, saved, "can't keep sound in \"%s\"", shown);
      return -1;
    }
  unlink (path);
  return fd;
}

static gboolean
copy_bytes (int from, int to, guint64 bytes, GError **error)
{
  g_autofree char *buffer = g_malloc (COPY_BYTES);

  for (guint64 done = 0; done < bytes;)
    {
      gsize n = (gsize) MIN (bytes - done, COPY_BYTES);

      if (!read_all (from, buffer, n, done, error) || !write_all (to, buffer, n, done, error))
        return FALSE;
      done += n;
    }
  return TRUE;
}

/* Asked every 16 MB: statvfs() costs little, but not nothing. */
static gboolean
disk_has_room (LbPcm *pcm, guint64 end, GError **error)
{
  struct statvfs disk;

  if (end <= pcm->checked_bytes)
    return TRUE;
  if (fstatvfs (pcm->fd, &disk) == 0 &&
      (guint64) disk.f_bavail * disk.f_frsize < DISK_RESERVE_BYTES + DISK_CHECK_BYTES)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NO_SPACE,
                   "can't keep the sound: the cache folder's disk is nearly full; free some, or "
                   "set XDG_CACHE_HOME to a folder on another disk");
      return FALSE;
    }
  pcm->checked_bytes = end + DISK_CHECK_BYTES;
  return TRUE;
}

static gboolean
move_to_disk (LbPcm *pcm, GError **error)
{
  int fd = open_unlinked (error);

  if (fd < 0)
    return FALSE;
  if (!copy_bytes (pcm->fd, fd, pcm->frames * frame_bytes (pcm), error))
    {
      close (fd);
      return FALSE;
    }
  close (pcm->fd);
  pcm->fd = fd;
  pcm->on_disk = TRUE;
  return TRUE;
}

gboolean
lb_pcm_append (LbPcm *pcm, const float *samples, gsize frames, GError **error)
{
  guint64 start, bytes;

  g_return_val_if_fail (pcm != NULL && (samples != NULL || frames == 0), FALSE);

  start = pcm->frames * frame_bytes (pcm);
  if (frames > (G_MAXINT64 - start) / frame_bytes (pcm))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NO_SPACE, "the sound is too long to be kept");
      return FALSE;
    }
  bytes = frames * frame_bytes (pcm);
  if (!pcm->on_disk && start + bytes > pcm->memory_limit_bytes && !move_to_disk (pcm, error))
    return FALSE;
  if (pcm->on_disk && !disk_has_room (pcm, start + bytes, error))
    return FALSE;
  if (!write_all (pcm->fd, samples, bytes, start, error))
    return FALSE;
  pcm->frames += frames;
  return TRUE;
}

gboolean
lb_pcm_read (const LbPcm *pcm, guint64 start, float *samples, gsize frames, GError **error)
{
  g_return_val_if_fail (pcm != NULL && (samples != NULL || frames == 0), FALSE);

  if (start > pcm->frames || frames > pcm->frames - start)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "frames %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                   " are not in a sound of %" G_GUINT64_FORMAT,
                   start, start + frames, pcm->frames);
      return FALSE;
    }
  return read_all (pcm->fd, samples, frames * frame_bytes (pcm), start * frame_bytes (pcm),
                   error);
}

char *
lb_pcm_sha256 (const LbPcm *pcm, GError **error)
{
  g_return_val_if_fail (pcm != NULL, NULL);

  return lb_hash_fd (pcm->fd, NULL, error);
}
