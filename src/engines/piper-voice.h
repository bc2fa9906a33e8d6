/* A Piper voice's description: VOICE.onnx.json. Read and checked without its model. */
#pragma once

#include <glib.h>

#include "core/json.h"

G_BEGIN_DECLS

typedef struct {
  guint rate_hz;
  char *espeak_voice; /* "en-us"; NULL: the text's characters are its phonemes */
  int n_speakers;     /* at least 1 */
  int speaker;        /* the default one */
  double length_scale, noise_scale, noise_w;
  json_t *speakers;     /* (nullable): name → number */
  GHashTable *ids;      /* phoneme → GArray of gint64 */
  GHashTable *clusters; /* of vowels that are one phoneme: its parts, with a unit separator
                           between them */
  guint max_cluster;    /* parts in one; 0: there are none */
} PiperVoice;

/** piper_voice_read: @path: of the .json. Returns: (transfer full): or %NULL with
 * %LB_ERROR_BAD_MODEL: missing, not JSON, or it says what can't be */
PiperVoice *piper_voice_read (const char *path, GError **error);
void piper_voice_free (PiperVoice *voice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PiperVoice, piper_voice_free)

/** piper_voice_speaker: @wanted: (nullable): a name or a number; else the default.
 * Returns: the number, or -1 with %LB_ERROR_USAGE */
int piper_voice_speaker (const PiperVoice *voice, const char *wanted, GError **error);

/** piper_voice_merge: joins neighbours in @phonemes (element-type utf8) that are one vowel here
 */
void piper_voice_merge (const PiperVoice *voice, GPtrArray *phonemes);

/** piper_voice_ids: appends to @ids (element-type gint64) those of a sentence: beginning, each
 * phoneme with a blank behind it, end. Returns: how many phonemes the voice doesn't know */
guint piper_voice_ids (const PiperVoice *voice, const GPtrArray *phonemes, GArray *ids);

G_END_DECLS
