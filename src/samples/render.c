#include "render.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "decode/decode.h"

#define CHANNELS 2
#define PIECE_FRAMES 4096

GBytes *
render_midi (const Song *song, int part, GError **error)
{
  const LbMidiSettings settings = { .tempo_bpm = song->bpm, .own_channels = TRUE };
  g_autoptr (GArray) notes = g_array_new (FALSE, TRUE, sizeof (LbMidiNote));

  for (guint i = 0; i < song->notes->len; i++)
    {
      const LbMidiNote *note = &g_array_index (song->notes, LbMidiNote, i);

      if (part < 0 || note->channel == song_channel ((guint) part))
        g_array_append_vals (notes, note, 1);
    }
  return lb_midi_write ((const LbMidiNote *) (gpointer) notes->data, notes->len, &settings,
                        error);
}

/* prlimit bounds what it writes and computes: fluidsynth on a MIDI file that never ends fills the
 * disk. */
static gboolean
play (const char *midi, const char *wav, double length_s, const char *soundfont, GError **error)
{
  guint64 bytes = (guint64) ((length_s + 30) * RENDER_RATE_HZ) * CHANNELS * sizeof (float);
  g_autofree char *size = g_strdup_printf ("--fsize=%" G_GUINT64_FORMAT, bytes);
  g_autofree char *rate = g_strdup_printf ("%d", RENDER_RATE_HZ);
  const char *argv[] = { "prlimit", size, "--cpu=600", "fluidsynth", "-q", "-n", "-i",    "-R",
                         "0",       "-C", "0",         "-r",         rate, "-O", "float", "-T",
                         "wav",     "-F", wav,         soundfont,    midi, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) child = NULL;

  /* it looks for PulseAudio whatever it plays to, which leaves a folder behind */
  g_subprocess_launcher_setenv (launcher, "PULSE_RUNTIME_PATH", "/nonexistent", TRUE);
  child = g_subprocess_launcher_spawnv (launcher, argv, NULL);
  if (child != NULL && g_subprocess_wait_check (child, NULL, NULL))
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_FAILED,
                       "fluidsynth failed: is there room on the disk? apt install fluidsynth "
                       "util-linux timgm6mb-soundfont installs it anew");
  return FALSE;
}

/* @frames frames of @from, with silence behind it where it is shorter. */
static LbPcm *
fit (const LbPcm *from, guint64 frames, GError **error)
{
  g_autoptr (LbPcm) to = lb_pcm_new (RENDER_RATE_HZ, CHANNELS, 0, error);
  g_autofree float *piece = g_new (float, PIECE_FRAMES *CHANNELS);

  for (guint64 at = 0; to != NULL && at < frames; at += PIECE_FRAMES)
    {
      gsize n = (gsize) MIN (PIECE_FRAMES, frames - at), had = 0;

      memset (piece, 0, PIECE_FRAMES * CHANNELS * sizeof (float));
      if (at < lb_pcm_frames (from))
        had = (gsize) MIN (n, lb_pcm_frames (from) - at);
      if ((had > 0 && !lb_pcm_read (from, at, piece, had, error)) ||
          !lb_pcm_append (to, piece, n, error))
        return NULL;
    }
  return g_steal_pointer (&to);
}

LbPcm *
render_part (const Song *song, guint part, const char *soundfont, const char *folder,
             GError **error)
{
  g_autofree char *midi = g_build_filename (folder, ".part.mid", NULL);
  g_autofree char *wav = g_build_filename (folder, ".part.wav", NULL);
  g_autoptr (GBytes) bytes = render_midi (song, (int) part, error);
  g_autoptr (LbPcm) played = NULL;
  double length_s = song->length_s + RENDER_TAIL_S;
  gsize length;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if (data != NULL && g_file_set_contents (midi, data, (gssize) length, error) &&
      play (midi, wav, length_s, soundfont, error))
    played = lb_decode (wav, NULL, NULL, NULL, NULL, error);
  g_unlink (midi);
  g_unlink (wav);
  if (played == NULL)
    return NULL;
  if (lb_pcm_rate_hz (played) == RENDER_RATE_HZ && lb_pcm_channels (played) == CHANNELS)
    return fit (played, (guint64) (length_s * RENDER_RATE_HZ), error);
  g_set_error_literal (error, LB_ERROR, LB_ERROR_FAILED,
                       "fluidsynth gave another rate than it was asked for");
  return NULL;
}

LbPcm *
render_sum (LbPcm *const *sounds, guint n, GError **error)
{
  guint channels = lb_pcm_channels (sounds[0]);
  g_autoptr (LbPcm) sum = lb_pcm_new (lb_pcm_rate_hz (sounds[0]), channels, 0, error);
  g_autofree float *total = g_new (float, PIECE_FRAMES *channels);
  g_autofree float *piece = g_new (float, PIECE_FRAMES *channels);
  guint64 frames = G_MAXUINT64;

  for (guint i = 0; i < n; i++)
    frames = MIN (frames, lb_pcm_frames (sounds[i]));
  for (guint64 at = 0; sum != NULL && at < frames; at += PIECE_FRAMES)
    {
      gsize count = (gsize) MIN (PIECE_FRAMES, frames - at);

      memset (total, 0, PIECE_FRAMES * channels * sizeof (float));
      for (guint i = 0; i < n; i++)
        {
          if (!lb_pcm_read (sounds[i], at, piece, count, error))
            return NULL;
          for (gsize k = 0; k < count * channels; k++)
            total[k] += piece[k];
        }
      if (!lb_pcm_append (sum, total, count, error))
        return NULL;
    }
  return g_steal_pointer (&sum);
}
