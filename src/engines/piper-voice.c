#include "piper-voice.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define MAX_SYMBOLS 100000
#define MAX_SPEAKERS 100000
#define MAX_IDS 16 /* of one phoneme */
#define MAX_CLUSTER 8
#define MIN_RATE_HZ 4000
#define MAX_RATE_HZ 192000

/* Marks of Piper's: blank, beginning and end of a sentence. */
#define BLANK "_"
#define BEGINNING "^"
#define END "$"

static gboolean
read_phoneme (PiperVoice *voice, const char *phoneme, const json_t *list, gint64 n_symbols,
              GError **error)
{
  g_autofree char *shown = lb_text_escape (phoneme);
  GArray *ids;
  json_t *id;
  size_t i;

  if (!json_is_array (list) || json_array_size (list) > MAX_IDS)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its phoneme_id_map has no list of at most %d ids for \"%s\"", MAX_IDS,
                         shown);
  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_hash_table_replace (voice->ids, g_strdup (phoneme), ids);
  json_array_foreach (list, i, id)
    {
      gint64 value = json_is_integer (id) ? json_integer_value (id) : -1;

      if (value < 0 || value >= n_symbols)
        return lb_error_set (
            error, LB_ERROR_BAD_MODEL,
            "its phoneme_id_map gives \"%s\" an id that is none of its %" G_GINT64_FORMAT
            " symbols",
            shown, n_symbols);
      g_array_append_val (ids, value);
    }
  return TRUE;
}

static gboolean
read_ids (PiperVoice *voice, const json_t *root, GError **error)
{
  static const char *const needed[] = { BLANK, BEGINNING, END };
  json_t *map = json_object_get (root, "phoneme_id_map");
  gint64 n_symbols = lb_json_integer (root, "num_symbols", -1);
  const char *phoneme;
  json_t *list;

  if (n_symbols < 1 || n_symbols > MAX_SYMBOLS)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its num_symbols is no number from 1 to %d",
                         MAX_SYMBOLS);
  if (!json_is_object (map) || json_object_size (map) == 0)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "it has no phoneme_id_map");
  json_object_foreach (map, phoneme, list)
    if (!read_phoneme (voice, phoneme, list, n_symbols, error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      const GArray *ids = g_hash_table_lookup (voice->ids, needed[i]);

      if (ids == NULL || ids->len == 0)
        return lb_error_set (error, LB_ERROR_BAD_MODEL, "its phoneme_id_map has no id for \"%s\"",
                             needed[i]);
    }
  return TRUE;
}

static gboolean
read_speakers (PiperVoice *voice, const json_t *root, GError **error)
{
  gint64 n = lb_json_integer (root, "num_speakers", -1);
  gint64 speaker = lb_json_integer (root, "default_speaker_id", 0);
  json_t *map = json_object_get (root, "speaker_id_map");
  const char *name;
  json_t *id;

  if (n < 0 || n > MAX_SPEAKERS)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its num_speakers is no number up to %d",
                         MAX_SPEAKERS);
  n = MAX (n, 1);
  if (speaker < 0 || speaker >= n)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its default_speaker_id is none of its %d speakers", (int) n);
  json_object_foreach (map, name, id)
    if (!json_is_integer (id) || json_integer_value (id) < 0 || json_integer_value (id) >= n)
      {
        g_autofree char *shown = lb_text_escape (name);

        return lb_error_set (error, LB_ERROR_BAD_MODEL,
                             "its speaker_id_map gives \"%s\" a number that is none of its %d",
                             shown, (int) n);
      }
  voice->n_speakers = (int) n;
  voice->speaker = (int) speaker;
  voice->speakers = json_is_object (map) ? json_incref (map) : NULL;
  return TRUE;
}

static gboolean
read_scale (const json_t *inference, const char *name, double fallback, double *scale,
            GError **error)
{
  *scale = lb_json_real (inference, name, fallback);
  if (isfinite (*scale) && *scale >= 0 && *scale <= 100)
    return TRUE;
  return lb_error_set (error, LB_ERROR_BAD_MODEL,
                       "its inference says a %s that is no number from 0 to 100", name);
}

static gboolean
read_scales (PiperVoice *voice, const json_t *root, GError **error)
{
  json_t *inference = json_object_get (root, "inference");
  gint64 rate = lb_json_integer (json_object_get (root, "audio"), "sample_rate", 0);

  if (rate < MIN_RATE_HZ || rate > MAX_RATE_HZ)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its audio has no sample_rate from %d to %d Hz", MIN_RATE_HZ,
                         MAX_RATE_HZ);
  voice->rate_hz = (guint) rate;
  return read_scale (inference, "noise_scale", 0.667, &voice->noise_scale, error) &&
         read_scale (inference, "length_scale", 1, &voice->length_scale, error) &&
         read_scale (inference, "noise_w", 0.8, &voice->noise_w, error);
}

static gboolean
read_kind (PiperVoice *voice, const json_t *root, GError **error)
{
  const char *kind = lb_json_string (root, "phoneme_type", "espeak");
  const char *name = lb_json_string (json_object_get (root, "espeak"), "voice", "");
  g_autofree char *shown = lb_text_escape (kind);

  if (g_str_equal (kind, "text"))
    return TRUE;
  if (!g_str_equal (kind, "espeak"))
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its phonemes are of the kind \"%s\", not espeak or text: "
                         "the engine piper-tts may know them",
                         shown);
  if (*name == '\0' || strlen (name) > 64)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "it names no voice of espeak");
  voice->espeak_voice = g_strdup (name);
  return TRUE;
}

static void
read_clusters (PiperVoice *voice, const json_t *root)
{
  json_t *cluster;
  size_t i;

  json_array_foreach (json_object_get (root, "vowel_clusters"), i, cluster)
    {
      const size_t n = json_array_size (cluster);
      g_autoptr (GString) key = g_string_new (NULL);

      for (size_t k = 0; k < n; k++)
        g_string_append_printf (key, "%s%s", k > 0 ? "\x1f" : "",
                                json_is_string (json_array_get (cluster, k))
                                    ? json_string_value (json_array_get (cluster, k))
                                    : "");
      if (n < 2 || n > MAX_CLUSTER)
        continue;
      g_hash_table_add (voice->clusters, g_strdup (key->str));
      voice->max_cluster = MAX (voice->max_cluster, (guint) n);
    }
}

PiperVoice *
piper_voice_read (const char *path, GError **error)
{
  g_autoptr (PiperVoice) voice = g_new0 (PiperVoice, 1);
  g_autoptr (GError) why = NULL;
  g_autoptr (json_t) root = lb_json_read (path, &why);
  g_autofree char *shown = lb_text_escape (path);

  voice->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) g_array_unref);
  voice->clusters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (root == NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the voice's description \"%s\" is missing: put it beside the .onnx", shown);
  else if (root == NULL || !json_is_object (root))
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the voice's description \"%s\" can't be read: %s", shown,
                 why != NULL ? why->message : "it is no JSON object");
  else if (!read_kind (voice, root, &why) || !read_scales (voice, root, &why) ||
           !read_speakers (voice, root, &why) || !read_ids (voice, root, &why))
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the voice's description \"%s\" is wrong: %s", shown, why->message);
  else
    {
      read_clusters (voice, root);
      return g_steal_pointer (&voice);
    }
  return NULL;
}

void
piper_voice_free (PiperVoice *voice)
{
  g_free (voice->espeak_voice);
  json_decref (voice->speakers);
  g_hash_table_unref (voice->ids);
  g_hash_table_unref (voice->clusters);
  g_free (voice);
}

int
piper_voice_speaker (const PiperVoice *voice, const char *wanted, GError **error)
{
  const json_t *named = wanted != NULL ? json_object_get (voice->speakers, wanted) : NULL;
  g_autofree char *shown = lb_text_escape (wanted != NULL ? wanted : "");
  guint64 number = 0;

  if (wanted == NULL)
    return voice->speaker;
  if (named != NULL)
    return (int) json_integer_value (named);
  if (g_ascii_string_to_unsigned (wanted, 10, 0, (guint64) voice->n_speakers - 1, &number, NULL))
    return (int) number;
  if (voice->n_speakers == 1)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "this voice has one speaker, no \"%s\": leave out speaker", shown);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "this voice has no speaker \"%s\": it has numbers 0 to %d%s", shown,
                 voice->n_speakers - 1,
                 json_object_size (voice->speakers) > 0 ? ", and names in its .json" : "");
  return -1;
}

/* How many phonemes from @at on are one vowel; 1: none. */
static guint
cluster_at (const PiperVoice *voice, const GPtrArray *phonemes, guint at)
{
  for (guint n = MIN (voice->max_cluster, phonemes->len - at); n > 1; n--)
    {
      g_autoptr (GString) key = g_string_new (phonemes->pdata[at]);

      for (guint i = 1; i < n; i++)
        g_string_append_printf (key, "\x1f%s", (const char *) phonemes->pdata[at + i]);
      if (g_hash_table_contains (voice->clusters, key->str))
        return n;
    }
  return 1;
}

void
piper_voice_merge (const PiperVoice *voice, GPtrArray *phonemes)
{
  for (guint at = 0; voice->max_cluster > 1 && at < phonemes->len; at++)
    for (guint n = cluster_at (voice, phonemes, at); n > 1; n--)
      {
        char *joined = g_strconcat (phonemes->pdata[at], phonemes->pdata[at + 1], NULL);

        g_free (phonemes->pdata[at]);
        phonemes->pdata[at] = joined;
        g_ptr_array_remove_index (phonemes, at + 1);
      }
}

static gboolean
append (const PiperVoice *voice, const char *phoneme, GArray *ids)
{
  const GArray *found = g_hash_table_lookup (voice->ids, phoneme);

  if (found != NULL)
    g_array_append_vals (ids, found->data, found->len);
  return found != NULL;
}

guint
piper_voice_ids (const PiperVoice *voice, const GPtrArray *phonemes, GArray *ids)
{
  guint unknown = 0;

  append (voice, BEGINNING, ids);
  append (voice, BLANK, ids);
  for (guint i = 0; i < phonemes->len; i++)
    if (append (voice, phonemes->pdata[i], ids))
      append (voice, BLANK, ids);
    else
      unknown++;
  append (voice, END, ids);
  return unknown;
}
