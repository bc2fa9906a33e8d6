#include "bench/sound.h"

#include <math.h>
#include <string.h>

#include "bench/validity.h"
#include "core/error.h"
#include "core/text.h"

#define CHUNK_SAMPLES 65536
#define MAX_STEMS 64
#define CLIPPED_MOST 0.001

static const struct {
  const char *mode;
  LbModeSound sound;
} modes[] = {
  { "tts", LB_MODE_ONE_SOUND },
  { "generation", LB_MODE_ONE_SOUND },
  { "separation", LB_MODE_STEMS },
};

LbModeSound
lb_mode_sound (const char *mode)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (strcmp (modes[i].mode, mode) == 0)
      return modes[i].sound;
  return LB_MODE_NO_SOUND;
}

/* A sound that is being read. */
typedef struct {
  LbSound *sound;
  LbLoudness *loudness;
} Reading;

static void
free_sound (gpointer data)
{
  LbSound *sound = data;

  g_free (sound->stem);
  g_clear_pointer (&sound->pcm, lb_pcm_free);
  json_decref (sound->record);
  g_free (sound);
}

static void
clear_reading (gpointer data)
{
  Reading *reading = data;

  g_clear_pointer (&reading->loudness, lb_loudness_free);
  g_clear_pointer (&reading->sound, free_sound);
}

/* The one named @stem, new where there is none yet. */
static Reading *
find_reading (GArray *readings, const char *stem, const LbSessionLoaded *loaded,
              guint64 memory_limit_bytes, GError **error)
{
  Reading one = { 0 };

  for (guint i = 0; i < readings->len; i++)
    if (strcmp (g_array_index (readings, Reading, i).sound->stem, stem) == 0)
      return &g_array_index (readings, Reading, i);
  if (readings->len == MAX_STEMS)
    {
      lb_error_set (error, LB_ERROR_ENGINE, "the engine gave more than %d sounds in one run",
                    MAX_STEMS);
      return NULL;
    }
  one.sound = g_new0 (LbSound, 1);
  one.sound->stem = g_strdup (stem);
  one.sound->pcm = lb_pcm_new (loaded->output_rate_hz, loaded->output_channels,
                               memory_limit_bytes, error);
  if (one.sound->pcm != NULL)
    one.loudness = lb_loudness_new (loaded->output_rate_hz, loaded->output_channels, error);
  if (one.loudness == NULL)
    {
      clear_reading (&one);
      return NULL;
    }
  g_array_append_val (readings, one);
  return &g_array_index (readings, Reading, readings->len - 1);
}

static gboolean
read_piece (LbSession *session, const json_t *piece, Reading *reading, GError **error)
{
  guint channels = lb_pcm_channels (reading->sound->pcm);
  guint64 left = (guint64) lb_json_integer (piece, "frames", 0);
  guint64 offset = (guint64) lb_json_integer (piece, "offset", 0);
  gsize chunk = CHUNK_SAMPLES / channels;
  g_autofree float *samples = g_new (float, CHUNK_SAMPLES);

  for (gsize n; left > 0; left -= n, offset += n * channels * sizeof (float))
    {
      n = (gsize) MIN (chunk, left);
      if (!lb_session_get (session, offset, samples, n * channels, error))
        return FALSE;
      if (!lb_loudness_add (reading->loudness, samples, n))
        return lb_error_set (
            error, LB_ERROR_ENGINE,
            "the engine gave sound with samples that are no numbers (NaN or "
            "infinity), within %.1f s: try another precision or device, and report it",
            lb_pcm_duration_s (reading->sound->pcm) +
                (double) n / lb_pcm_rate_hz (reading->sound->pcm));
      if (!lb_pcm_append (reading->sound->pcm, samples, n, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_pieces (LbSession *session, const LbSessionLoaded *loaded, const json_t *pieces,
             guint64 memory_limit_bytes, GArray *readings, GError **error)
{
  size_t index;
  json_t *piece;

  json_array_foreach ((json_t *) pieces, index, piece)
    {
      gint64 rate = lb_json_integer (piece, "rate", 0);
      gint64 channels = lb_json_integer (piece, "channels", 0);
      Reading *reading;

      if (rate != loaded->output_rate_hz || channels != loaded->output_channels)
        return lb_error_set (error, LB_ERROR_ENGINE,
                             "the engine gave sound of %" G_GINT64_FORMAT
                             " Hz and %" G_GINT64_FORMAT
                             " channels, but had said %u Hz and %u when it was loaded",
                             rate, channels, loaded->output_rate_hz, loaded->output_channels);
      reading = find_reading (readings, lb_json_string (piece, "stem", ""), loaded,
                              memory_limit_bytes, error);
      if (reading == NULL || !read_piece (session, piece, reading, error))
        return FALSE;
    }
  return TRUE;
}

/* Of each what it must be in its mode. */
static gboolean
check_readings (const GArray *readings, const char *mode, double input_s, GError **error)
{
  if (readings->len > 1 && lb_mode_sound (mode) == LB_MODE_ONE_SOUND)
    return lb_error_set (error, LB_ERROR_ENGINE,
                         "the engine gave %u sounds where one was to come", readings->len);
  for (guint i = 0; i < readings->len; i++)
    {
      const LbPcm *pcm = g_array_index (readings, Reading, i).sound->pcm;
      const char *stem = g_array_index (readings, Reading, i).sound->stem;
      double wanted = input_s * lb_pcm_rate_hz (pcm);
      g_autofree char *shown = lb_text_escape (stem);

      if (lb_pcm_frames (pcm) == 0)
        return lb_error_set (error, LB_ERROR_ENGINE, "the engine gave no sound in \"%s\"", shown);
      if (lb_mode_sound (mode) == LB_MODE_STEMS &&
          fabs (wanted - (double) lb_pcm_frames (pcm)) > 2)
        return lb_error_set (error, LB_ERROR_ENGINE,
                             "the stem \"%s\" is %.3f s long, but what went in %.3f s", shown,
                             lb_pcm_duration_s (pcm), input_s);
    }
  return readings->len > 0 || lb_error_set (error, LB_ERROR_ENGINE, "the engine gave no sound");
}

static gboolean
finish (Reading *reading, GError **error)
{
  LbSound *sound = reading->sound;
  const LbLevels *levels = &sound->levels;
  json_t *record = json_object ();
  g_autofree char *sha256 = lb_pcm_sha256 (sound->pcm, error);

  lb_loudness_finish (reading->loudness, &sound->levels);
  sound->record = record;
  lb_json_set_real (record, "duration_s", lb_pcm_duration_s (sound->pcm));
  lb_json_set_integer (record, "sample_rate", lb_pcm_rate_hz (sound->pcm));
  lb_json_set_integer (record, "channels", lb_pcm_channels (sound->pcm));
  lb_json_set_real (record, "peak_db", levels->peak_db);
  lb_json_set_real (record, "rms_db", levels->rms_db);
  lb_json_set_real (record, "loudness_lufs", levels->loudness_lufs);
  lb_json_set_real (record, "clipped_share", levels->clipped_share);
  lb_json_set_real (record, "silent_share", levels->silent_share);
  lb_json_set_string (record, "sha256", sha256);
  return sha256 != NULL;
}

GPtrArray *
lb_sounds_read (LbSession *session, const char *mode, const LbSessionLoaded *loaded,
                const json_t *pieces, double input_s, guint64 memory_limit_bytes, GError **error)
{
  g_autoptr (GArray) readings = g_array_new (FALSE, TRUE, sizeof (Reading));
  g_autoptr (GPtrArray) sounds = g_ptr_array_new_with_free_func (free_sound);

  g_array_set_clear_func (readings, clear_reading);
  if (!read_pieces (session, loaded, pieces, memory_limit_bytes, readings, error) ||
      !check_readings (readings, mode, input_s, error))
    return NULL;
  for (guint i = 0; i < readings->len; i++)
    {
      Reading *reading = &g_array_index (readings, Reading, i);

      if (!finish (reading, error))
        return NULL;
      g_ptr_array_add (sounds, g_steal_pointer (&reading->sound));
    }
  return g_steal_pointer (&sounds);
}

void
lb_sounds_describe (const GPtrArray *sounds, const char *mode, json_t *output)
{
  static const char *const ours[] = { "pcm", "audio", "stems", "sound", "sounds" };
  json_t *stems;

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    json_object_del (output, ours[i]); /* engines write no files: we say where sound lies */
  if (lb_mode_sound (mode) == LB_MODE_ONE_SOUND)
    {
      const LbSound *only = g_ptr_array_index (sounds, 0);

      lb_json_set (output, "sound", json_deep_copy (only->record));
      return;
    }
  /* what an engine says of its stems is no place for their files */
  json_object_del (output, "stems");
  stems = json_object ();
  for (guint i = 0; i < sounds->len; i++)
    {
      const LbSound *sound = g_ptr_array_index (sounds, i);

      lb_json_set (stems, sound->stem, json_deep_copy (sound->record));
    }
  lb_json_set (output, "sounds", stems);
}

double
lb_sounds_duration_s (const GPtrArray *sounds)
{
  double longest_s = NAN;

  for (guint i = 0; sounds != NULL && i < sounds->len; i++)
    longest_s = fmax (longest_s,
                      lb_pcm_duration_s (((const LbSound *) g_ptr_array_index (sounds, i))->pcm));
  return longest_s;
}

json_t *
lb_sounds_flags (const GPtrArray *sounds)
{
  json_t *flags = json_array ();
  gboolean silent = TRUE;

  for (guint i = 0; i < sounds->len; i++)
    {
      const LbSound *sound = g_ptr_array_index (sounds, i);
      g_autofree char *shown = lb_text_escape (sound->stem);

      silent = silent && sound->levels.silent_share >= 1;
      if (sound->levels.clipped_share > CLIPPED_MOST)
        json_array_append_new (
            flags, lb_flag_new ("clipped-output",
                                "listen to it; a lower volume or another voice may help",
                                "%.2f %% of the samples of \"%s\" are at full scale or above",
                                100 * sound->levels.clipped_share, shown));
    }
  if (silent)
    json_array_append_new (
        flags, lb_flag_new ("silent-output",
                            "listen to it: the figures are of an engine that said nothing",
                            "nothing that came out is louder than -60 dB"));
  return flags;
}
