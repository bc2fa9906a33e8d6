/* lb-audio-tool FILE: decodes, resamples and writes as the programs do; says in JSON what it
 * found. */
#include <errno.h>
#include <stdio.h>

#include "audio/pcm.h"
#include "audio/resample.h"
#include "audio/write.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/json.h"
#include "decode/decode.h"

static double start_s, duration_s;
static int rate, channels;
static gint64 memory_limit;
static char *out_path;
static gboolean probe_only;

static const GOptionEntry entries[] = {
  { "start", 0, 0, G_OPTION_ARG_DOUBLE, &start_s, "seconds", "S" },
  { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &duration_s, "seconds", "S" },
  { "rate", 0, 0, G_OPTION_ARG_INT, &rate, "Hz", "R" },
  { "channels", 0, 0, G_OPTION_ARG_INT, &channels, "how many", "C" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out_path, ".f32, .wav or .flac", "FILE" },
  { "memory-limit", 0, 0, G_OPTION_ARG_INT64, &memory_limit, "bytes", "N" },
  { "probe", 0, 0, G_OPTION_ARG_NONE, &probe_only, "headers only", NULL },
  { NULL },
};

static gboolean
write_raw (const LbPcm *pcm, const char *path, GError **error)
{
  gsize chunk = 65536 / lb_pcm_channels (pcm);
  g_autofree float *samples = g_new (float, 65536);
  FILE *file = fopen (path, "wbe");

  if (file == NULL)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", path);
  setvbuf (file, NULL, _IONBF, 0);
  for (guint64 at = 0; at < lb_pcm_frames (pcm); at += chunk)
    {
      gsize n = (gsize) MIN (chunk, lb_pcm_frames (pcm) - at);

      if (!lb_pcm_read (pcm, at, samples, n, error))
        {
          fclose (file);
          return FALSE;
        }
      fwrite (samples, sizeof (float) * lb_pcm_channels (pcm), n, file);
    }
  return fclose (file) == 0 || lb_error_set_errno (error, errno, "can't write \"%s\"", path);
}

static void
say_info (json_t *value, const LbAudioInfo *info)
{
  lb_json_set_string (value, "format", info->format);
  lb_json_set_real (value, "duration_s", info->duration_s);
  lb_json_set_integer (value, "sample_rate", info->sample_rate);
  lb_json_set_integer (value, "channels", info->channels);
  lb_json_set_integer (value, "bytes", (gint64) info->bytes);
}

static gboolean
write_out (const LbPcm *pcm, GError **error)
{
  if (out_path == NULL)
    return TRUE;
  return g_str_has_suffix (out_path, ".f32") ? write_raw (pcm, out_path, error)
                                             : lb_audio_write (pcm, out_path, error);
}

static gboolean
work (const char *path, json_t *value, GError **error)
{
  LbDecodeRange range = { start_s, duration_s, (guint64) memory_limit };
  g_auto (LbAudioInfo) info = { 0 };
  g_autoptr (LbPcm) pcm = NULL, resampled = NULL;
  json_t *flags = NULL;
  gint64 t0 = lb_clock_now_ns (), t1;

  if (probe_only)
    {
      if (!lb_decode_probe (path, &info, NULL, error))
        return FALSE;
      say_info (value, &info);
      return TRUE;
    }
  pcm = lb_decode (path, &range, &info, &flags, NULL, error);
  if (pcm == NULL)
    return FALSE;
  say_info (value, &info);
  lb_json_set (value, "flags", flags);
  t1 = lb_clock_now_ns ();
  lb_json_set_real (value, "decode_s", lb_clock_seconds (t0, t1));
  resampled = lb_resample (pcm, rate > 0 ? (guint) rate : lb_pcm_rate_hz (pcm),
                           channels > 0 ? (guint) channels : lb_pcm_channels (pcm),
                           (guint64) memory_limit, error);
  if (resampled == NULL)
    return FALSE;
  lb_json_set_real (value, "resample_s", lb_clock_seconds (t1, lb_clock_now_ns ()));
  lb_json_set_integer (value, "frames", (gint64) lb_pcm_frames (pcm));
  lb_json_set_integer (value, "frames_out", (gint64) lb_pcm_frames (resampled));
  return write_out (resampled, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE");
  g_autoptr (json_t) value = json_object ();
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc < 2)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "which file?");
      return 2;
    }
  if (!work (argv[argc - 1], value, &error))
    {
      g_printerr ("%s: %s\n", lb_error_kind (error), error->message);
      return 1;
    }
  line = lb_json_line (value);
  printf ("%s\n", line);
  return 0;
}
