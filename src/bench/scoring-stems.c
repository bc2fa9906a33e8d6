#include "bench/scoring-stems.h"

#include <math.h>
#include <string.h>

#include "bench/sound.h"
#include "core/error.h"
#include "core/text.h"
#include "decode/decode.h"
#include "scores/bss-eval.h"

#define MOST_STEMS LB_BSS_MAX_TRACKS
#define SLACK_S 0.05

/* In the order of preference. */
static const char *const suffixes[] = { "wav",  "flac", "aiff", "aif", "ogg",
                                        "opus", "mp3",  "m4a",  NULL };

static const char *const means[] = { "isr_db",       "sir_db",    "sar_db",
                                     "whole_sdr_db", "si_sdr_db", NULL };

static gboolean
has_suffix_of_sound (const char *name)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *suffix = dot != NULL ? g_ascii_strdown (dot + 1, -1) : NULL;

  return dot != NULL && dot != name && g_strv_contains (suffixes, suffix);
}

gboolean
lb_stems_check (const char *folder, GError **error)
{
  g_autofree char *shown = lb_text_escape (folder);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                   "there is no reference \"%s\": give the folder with the true stems", shown);
      return FALSE;
    }
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (has_suffix_of_sound (name))
      return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "the reference \"%s\" is %s: give a folder with the true stems (vocals.wav, "
               "drums.wav…)",
               shown, dir != NULL ? "a folder without a sound" : "no folder that can be read");
  return FALSE;
}

static char *
find_file (const char *folder, const char *stem, GError **error)
{
  g_autofree char *shown = lb_text_escape (folder), *name = lb_text_escape (stem);

  for (guint i = 0; suffixes[i] != NULL && strchr (stem, '/') == NULL; i++)
    {
      g_autofree char *file = g_strconcat (stem, ".", suffixes[i], NULL);
      g_autofree char *path = g_build_filename (folder, file, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
               "the reference \"%s\" lacks the stem \"%s\": put %s.wav there", shown, name, name);
  return NULL;
}

static gboolean refuse (const char *path, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
refuse (const char *path, GError **error, const char *format, ...)
{
  g_autofree char *shown = lb_text_escape (path), *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "the reference \"%s\" %s", shown, what);
  return FALSE;
}

static gboolean
check_shape (const char *path, const LbPcm *truth, const LbPcm *found, GError **error)
{
  guint rate = lb_pcm_rate_hz (truth), channels = lb_pcm_channels (truth);

  if (rate != lb_pcm_rate_hz (found))
    return refuse (path, error, "has %u Hz, the stem that came out %u Hz: convert it", rate,
                   lb_pcm_rate_hz (found));
  if (channels != lb_pcm_channels (found))
    return refuse (path, error, "has %u channels, the stem that came out %u: convert it",
                   channels, lb_pcm_channels (found));
  if (!(fabs (lb_pcm_duration_s (truth) - lb_pcm_duration_s (found)) <= SLACK_S))
    return refuse (path, error,
                   "lasts %.3f s, the stem that came out %.3f s: it must be the same song",
                   lb_pcm_duration_s (truth), lb_pcm_duration_s (found));
  return TRUE;
}

static LbPcm *
decode_truth (const char *folder, const LbSound *sound, const LbSettings *settings,
              GCancellable *cancellable, GError **error)
{
  g_autofree char *path = find_file (folder, sound->stem, error);
  LbDecodeRange range = { settings->start_s, settings->duration_s, settings->pcm_memory_bytes };
  g_auto (LbAudioInfo) info = { 0 };
  g_autoptr (json_t) flags = NULL;
  g_autoptr (LbPcm) pcm = NULL;

  if (path == NULL)
    return NULL;
  pcm = lb_decode (path, &range, &info, &flags, cancellable, error);
  if (pcm == NULL)
    {
      g_prefix_error (error, "the reference's stem \"%s\": ", sound->stem);
      return NULL;
    }
  return check_shape (path, pcm, sound->pcm, error) ? g_steal_pointer (&pcm) : NULL;
}

static gboolean
read_pcm (gconstpointer source, guint64 start, float *samples, gsize frames, GError **error)
{
  return lb_pcm_read (source, start, samples, frames, error);
}

/* Means over the stems where they are defined, and each stem's own. */
static json_t *
describe (const GPtrArray *sounds, const LbBssScore *scores)
{
  json_t *sdr = json_object (), *stems = json_object (), *all = json_object ();

  for (guint i = 0; i < sounds->len; i++)
    lb_json_set (stems, ((const LbSound *) g_ptr_array_index (sounds, i))->stem,
                 lb_bss_json (&scores[i]));
  for (guint k = 0; k == 0 || means[k - 1] != NULL; k++)
    {
      const char *member = k == 0 ? "sdr_db" : means[k - 1];
      double sum = 0;
      guint n = 0;
      const char *name;
      json_t *stem;

      json_object_foreach (stems, name, stem)
        {
          double value = lb_json_real (stem, member, NAN);

          sum += isfinite (value) ? value : 0;
          n += isfinite (value);
        }
      lb_json_set_real (sdr, k == 0 ? "value" : member, n > 0 ? sum / n : NAN);
    }
  lb_json_set (sdr, "stems", stems);
  lb_json_set (all, "sdr", sdr);
  return all;
}

static json_t *
evaluate (const GPtrArray *sounds, const GPtrArray *truths, GCancellable *cancellable,
          GError **error)
{
  const LbPcm *first = g_ptr_array_index (truths, 0);
  guint channels = lb_pcm_channels (first), n = sounds->len;
  guint64 frames = G_MAXUINT64;
  LbSignal references[MOST_STEMS], estimates[MOST_STEMS];
  LbBssScore scores[MOST_STEMS];
  json_t *score;

  for (guint i = 0; i < n; i++)
    {
      const LbSound *sound = g_ptr_array_index (sounds, i);
      const LbPcm *truth = g_ptr_array_index (truths, i);

      frames = MIN (frames, MIN (lb_pcm_frames (truth), lb_pcm_frames (sound->pcm)));
      references[i] = (LbSignal){ sound->stem, read_pcm, truth, 0 };
      estimates[i] = (LbSignal){ sound->stem, read_pcm, sound->pcm, 0 };
    }
  for (guint i = 0; i < n; i++)
    references[i].frames = estimates[i].frames = frames;
  if (!lb_bss_eval (references, estimates, n, channels, lb_pcm_rate_hz (first), scores,
                    cancellable, error))
    return NULL;
  score = describe (sounds, scores);
  for (guint i = 0; i < n; i++)
    lb_bss_score_clear (&scores[i]);
  return score;
}

json_t *
lb_score_stems (const char *folder, const GPtrArray *sounds, const LbSettings *settings,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) truths = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_pcm_free);

  for (guint i = 0; i < sounds->len; i++)
    {
      const LbSound *sound = g_ptr_array_index (sounds, i);
      LbPcm *truth = decode_truth (folder, sound, settings, cancellable, error);

      if (truth == NULL)
        return NULL;
      g_ptr_array_add (truths, truth);
      if (sounds->len * lb_pcm_channels (truth) > LB_BSS_MAX_TRACKS)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "%u stems of %u channels are too many to score", sounds->len,
                       lb_pcm_channels (truth));
          return NULL;
        }
    }
  return evaluate (sounds, truths, cancellable, error);
}
