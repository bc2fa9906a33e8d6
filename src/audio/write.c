#include "audio/write.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

#define CHUNK_SAMPLES 65536
/* RIFF counts bytes in 32 bits; beyond, the same file is RF64 (EBU Tech 3306). */
#define WAV_MAX_BYTES (G_GUINT64_CONSTANT (0xffffffff) - 4096)

typedef struct {
  const char *suffix;
  int format;
  guint max_channels;
  guint max_rate_hz; /* FLAC: RFC 9639, section 9.1.2 */
} Kind;

static const Kind kinds[] = {
  { ".wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, LB_PCM_MAX_CHANNELS, LB_PCM_MAX_RATE_HZ },
  { ".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 8, 655350 },
};

static const Kind *
find_kind (const char *path)
{
  const char *dot = strrchr (path, '.');

  for (guint i = 0; dot != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (dot, kinds[i].suffix) == 0)
      return &kinds[i];
  return NULL;
}

static gboolean
check_kind (const Kind *kind, const LbPcm *pcm, const char *shown, GError **error)
{
  if (kind == NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "can't write sound to \"%s\": its name must end in .wav or .flac", shown);
  else if (lb_pcm_channels (pcm) > kind->max_channels || lb_pcm_rate_hz (pcm) > kind->max_rate_hz)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "can't write sound of %u channels and %u Hz to \"%s\": %s takes at most %u "
                 "channels and %u Hz; write a .wav",
                 lb_pcm_channels (pcm), lb_pcm_rate_hz (pcm), shown, kind->suffix,
                 kind->max_channels, kind->max_rate_hz);
  else
    return TRUE;
  return FALSE;
}

static SNDFILE *
open_sound (int fd, const Kind *kind, const LbPcm *pcm)
{
  guint64 bytes = lb_pcm_frames (pcm) * lb_pcm_channels (pcm) * sizeof (float);
  SF_INFO info = {
    .samplerate = (int) lb_pcm_rate_hz (pcm),
    .channels = (int) lb_pcm_channels (pcm),
    .format = kind->format,
  };
  SNDFILE *file;

  if (bytes > WAV_MAX_BYTES && (kind->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_WAV)
    info.format = SF_FORMAT_RF64 | SF_FORMAT_FLOAT;
  file = sf_open_fd (fd, SFM_WRITE, &info, SF_FALSE);
  if (file == NULL)
    return NULL;
  sf_command (file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  /* The PEAK chunk holds the time of day: the same sound shall give the same bytes. */
  sf_command (file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  return file;
}

static gboolean
copy_samples (SNDFILE *file, const LbPcm *pcm, GError **error)
{
  gsize chunk = CHUNK_SAMPLES / lb_pcm_channels (pcm);
  g_autofree float *samples = g_new (float, CHUNK_SAMPLES);

  for (guint64 at = 0; at < lb_pcm_frames (pcm); at += chunk)
    {
      gsize n = (gsize) MIN (chunk, lb_pcm_frames (pcm) - at);

      if (!lb_pcm_read (pcm, at, samples, n, error))
        return FALSE;
      errno = 0;
      if (sf_writef_float (file, samples, (sf_count_t) n) != (sf_count_t) n)
        return lb_error_set_errno (error, errno != 0 ? errno : ENOSPC, "%s", sf_strerror (file));
    }
  return TRUE;
}

static gboolean
write_samples (int fd, const Kind *kind, const LbPcm *pcm, GError **error)
{
  SNDFILE *file = open_sound (fd, kind, pcm);
  gboolean written;
  int closed;

  if (file == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_FAILED, "%s", sf_strerror (NULL));
      return FALSE;
    }
  written = copy_samples (file, pcm, error);
  errno = 0;
  closed = sf_close (file);
  if (written && closed != 0)
    return lb_error_set_errno (error, errno != 0 ? errno : EIO, "%s", sf_error_number (closed));
  return written;
}

/* Beside @path, so that the rename stays in one file system; with the permissions that any new
 * file gets. */
static int
open_beside (const char *path, char **temporary)
{
  g_autofree char *folder = g_path_get_dirname (path);

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf (".llamaburn-%08x", g_random_int ());
      g_autofree char *candidate = g_build_filename (folder, name, NULL);
      int fd = open (candidate, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

      if (fd >= 0)
        *temporary = g_steal_pointer (&candidate);
      if (fd >= 0 || errno != EEXIST)
        return fd;
    }
  return -1;
}

gboolean
lb_audio_write (const LbPcm *pcm, const char *path, GError **error)
{
  g_autofree char *shown = NULL, *temporary = NULL;
  const Kind *kind;
  gboolean done;
  int fd;

  g_return_val_if_fail (pcm != NULL && path != NULL, FALSE);

  shown = lb_text_escape (path);
  kind = find_kind (path);
  if (!check_kind (kind, pcm, shown, error))
    return FALSE;
  fd = open_beside (path, &temporary);
  if (fd < 0)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", shown);
  done = write_samples (fd, kind, pcm, error);
  if (!done)
    g_prefix_error (error, "can't write \"%s\": ", shown);
  if (close (fd) != 0 && done)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", shown);
  if (done && rename (temporary, path) != 0)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", shown);
  if (!done)
    unlink (temporary);
  return done;
}

gboolean
lb_audio_write_wav (const LbPcm *pcm, int fd, GError **error)
{
  const Kind *kind = find_kind (".wav");

  return check_kind (kind, pcm, ".wav", error) && write_samples (fd, kind, pcm, error);
}
