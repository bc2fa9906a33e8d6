/* How features are written. */
#include <math.h>

#include "dsp/song.h"

/* An empty object says nothing. */
static void
set_filled (json_t *object, const char *key, json_t *value)
{
  if (json_object_size (value) > 0)
    lb_json_set (object, key, value);
  else
    json_decref (value);
}

static void
set_spread (json_t *object, const char *key, const LbSpread *spread)
{
  json_t *value = json_object ();

  lb_json_set_real (value, "mean", spread->mean);
  lb_json_set_real (value, "deviation", spread->deviation);
  set_filled (object, key, value);
}

static json_t *
tempo_json (const LbTempo *tempo)
{
  json_t *value = json_object ();

  lb_json_set_real (value, "bpm", tempo->bpm);
  lb_json_set_real (value, "grid_bpm", tempo->grid_bpm);
  lb_json_set_real (value, "strength", tempo->strength);
  return value;
}

static json_t *
key_json (const LbKey *key)
{
  g_autofree char *name = lb_key_name (key);
  json_t *value = json_object ();

  if (name == NULL)
    return value;
  lb_json_set_string (value, "name", name);
  lb_json_set_integer (value, "tonic", key->tonic);
  lb_json_set_string (value, "mode", key->minor ? "minor" : "major");
  lb_json_set_real (value, "correlation", key->correlation);
  lb_json_set_real (value, "lead", key->lead);
  return value;
}

static json_t *
loudness_json (const LbLevels *levels)
{
  json_t *value = json_object ();

  lb_json_set_real (value, "integrated_lufs", levels->loudness_lufs);
  lb_json_set_real (value, "range_lu", levels->range_lu);
  lb_json_set_real (value, "peak_db", levels->peak_db);
  lb_json_set_real (value, "rms_db", levels->rms_db);
  return value;
}

static json_t *
chroma_json (const double *chroma)
{
  json_t *value = json_array ();

  for (guint i = 0; i < LB_CHROMA_CLASSES && isfinite (chroma[i]); i++)
    json_array_append_new (value, json_real (chroma[i]));
  if (json_array_size (value) > 0)
    return value;
  json_decref (value);
  return NULL;
}

json_t *
lb_song_json (const LbSong *song)
{
  const LbFeatures *features = &song->features;
  json_t *value = json_object ();

  lb_json_set_string (value, "schema", LB_SONG_SCHEMA);
  lb_json_set_real (value, "duration_s", features->duration_s);
  set_filled (value, "tempo", tempo_json (&features->tempo));
  set_filled (value, "key", key_json (&features->key));
  lb_json_set_real (value, "tuning_semitones", features->tuning);
  set_filled (value, "loudness", loudness_json (&song->levels));
  set_spread (value, "centroid_hz", &features->centroid_hz);
  set_spread (value, "bandwidth_hz", &features->bandwidth_hz);
  set_spread (value, "rolloff_hz", &features->rolloff_hz);
  set_spread (value, "zero_crossing_rate", &features->zero_crossing_rate);
  set_spread (value, "rms", &features->rms);
  lb_json_set_integer (value, "onsets", features->onsets);
  lb_json_set_real (value, "onsets_per_s", features->onsets_per_s);
  lb_json_set (value, "chroma", chroma_json (features->chroma));
  lb_json_set_real (value, "percussive_share", features->percussive_share);
  lb_json_set_real (value, "silent_share", song->levels.silent_share);
  lb_json_set_real (value, "clipped_share", song->levels.clipped_share);
  return value;
}
