#include "hybrid-prompt.h"

#include <stdlib.h>

#define DIGITS "%.4g" /* more cost tokens and say nothing to a language model */

static const char system_text[] =
    "You describe music. You can't hear it: you are given figures that were measured of its "
    "sound, as JSON. Say only what the figures support, and say so where they can't tell "
    "(instruments and voices are not measured). Don't repeat the JSON.\n"
    "What the figures mean: tempo.bpm: beats a minute, by its octave uncertain; tempo.strength: "
    "0 (no beat) to 1, below 0.3 uncertain. key: by the Krumhansl-Kessler profiles; "
    "key.correlation below 0.6 or key.lead below 0.05: uncertain. tuning_semitones: off A = 440 "
    "Hz. loudness: EBU R 128, and "
    "its range in LU. centroid_hz, bandwidth_hz, rolloff_hz (85 %): how bright the sound is. "
    "zero_crossing_rate: per sample at 22050 Hz. rms: 0 to 1. onsets_per_s: notes begun a "
    "second. chroma: how strong C, C#, D … B are. percussive_share: of the energy, 0 to 1, the "
    "rest is sustained. silent_share: of the time, below -60 dB. What is absent could not be "
    "measured.";

const char *
hybrid_system (void)
{
  return system_text;
}

static json_t *
rounded (const json_t *value)
{
  json_t *copy;
  size_t index;
  json_t *member;
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (json_is_real (value))
    return json_real (g_ascii_strtod (
        g_ascii_formatd (digits, sizeof digits, DIGITS, json_real_value (value)), NULL));
  if (json_is_array (value))
    {
      copy = json_array ();
      json_array_foreach ((json_t *) value, index, member)
        json_array_append_new (copy, rounded (member));
      return copy;
    }
  if (!json_is_object (value))
    return json_incref ((json_t *) value);
  copy = json_object ();
  for (void *at = json_object_iter ((json_t *) value); at != NULL;
       at = json_object_iter_next ((json_t *) value, at))
    json_object_set_new (copy, json_object_iter_key (at), rounded (json_object_iter_value (at)));
  return copy;
}

char *
hybrid_question (const json_t *features, const char *question)
{
  g_autoptr (json_t) told = rounded (features);
  g_autofree char *figures = NULL;

  json_object_del (told, "schema");
  figures = json_dumps (told, JSON_COMPACT | JSON_REAL_PRECISION (5));
  return g_strdup_printf ("Measured of the sound:\n%s\n\n%s", figures, question);
}
