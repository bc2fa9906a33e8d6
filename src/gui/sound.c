#include "gui/sound.h"

#define BLOCK_FRAMES 16384
#define MEMORY_BYTES (G_GUINT64_CONSTANT (32) * 1024 * 1024)

static void
add_block (LbGuiPeaks *peaks, const float *samples, gsize frames, guint channels, guint64 start,
           guint64 all)
{
  for (gsize f = 0; f < frames; f++)
    {
      guint at = (guint) ((start + f) * peaks->n / all);

      for (guint c = 0; c < channels; c++)
        {
          float sample = samples[f * channels + c];

          peaks->low[at] = MIN (peaks->low[at], sample);
          peaks->high[at] = MAX (peaks->high[at], sample);
        }
    }
}

LbGuiPeaks *
lb_gui_peaks_of (const LbPcm *pcm, GCancellable *cancellable, GError **error)
{
  guint64 all = lb_pcm_frames (pcm);
  guint channels = lb_pcm_channels (pcm);
  g_autofree LbGuiPeaks *peaks = g_new0 (LbGuiPeaks, 1);
  g_autofree float *samples = g_new (float, (gsize) BLOCK_FRAMES *channels);

  peaks->n = (guint) MIN (all, LB_GUI_PEAKS);
  peaks->duration_s = lb_pcm_duration_s (pcm);
  for (guint64 start = 0; start < all; start += BLOCK_FRAMES)
    {
      gsize frames = (gsize) MIN (all - start, BLOCK_FRAMES);

      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !lb_pcm_read (pcm, start, samples, frames, error))
        return NULL;
      add_block (peaks, samples, frames, channels, start, all);
    }
  return g_steal_pointer (&peaks);
}

void
lb_gui_info_free (LbAudioInfo *info)
{
  lb_audio_info_clear (info);
  g_free (info);
}

static void
probe (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  LbAudioInfo *info = g_new0 (LbAudioInfo, 1);
  GError *error = NULL;

  if (lb_decode_probe (path, info, cancellable, &error))
    {
      g_task_return_pointer (task, info, (GDestroyNotify) lb_gui_info_free);
      return;
    }
  lb_gui_info_free (info);
  g_task_return_error (task, error);
}

static void
look (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  const LbDecodeRange range = { .memory_limit_bytes = MEMORY_BYTES };
  GError *error = NULL;
  g_autoptr (LbPcm) pcm = lb_decode (path, &range, NULL, NULL, cancellable, &error);
  LbGuiPeaks *peaks = pcm != NULL ? lb_gui_peaks_of (pcm, cancellable, &error) : NULL;

  if (peaks != NULL)
    g_task_return_pointer (task, peaks, g_free);
  else
    g_task_return_error (task, error);
}

static void
start (const char *path, GTaskThreadFunc work, GCancellable *cancellable,
       GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, work);
}

void
lb_gui_sound_probe (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer user_data)
{
  start (path, probe, cancellable, callback, user_data);
}

LbAudioInfo *
lb_gui_sound_probe_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
lb_gui_sound_look (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                   gpointer user_data)
{
  start (path, look, cancellable, callback, user_data);
}

LbGuiPeaks *
lb_gui_sound_look_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
