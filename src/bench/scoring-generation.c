#include "bench/scoring-generation.h"

#include <math.h>

#include "dsp/song.h"
#include "scores/repetition.h"

#define TOLERANCE 0.04 /* of a tempo that counts as found */

/* What was asked for of all outputs; NAN: nothing. */
typedef struct {
  double length_s, bpm;
} Asked;

static void
score_length (const LbPcm *pcm, const Asked *asked, json_t *scores)
{
  double got_s = lb_pcm_duration_s (pcm);

  if (!isfinite (asked->length_s))
    return;
  lb_json_set (scores, "length",
               json_pack ("{s:f, s:f, s:f}", "value", got_s - asked->length_s, "asked_s",
                          asked->length_s, "got_s", got_s));
}

static gboolean
read_pcm (gconstpointer source, guint64 start, float *samples, gsize frames, GError **error)
{
  return lb_pcm_read (source, start, samples, frames, error);
}

/* A sound that is too short has no score. */
static void
score_repetition (const LbPcm *pcm, json_t *scores)
{
  const LbSignal sound = { "sound", read_pcm, pcm, lb_pcm_frames (pcm) };
  LbRepetition repetition;

  if (lb_repetition_measure (&sound, lb_pcm_channels (pcm), lb_pcm_rate_hz (pcm), &repetition,
                             NULL))
    lb_json_set (scores, "repetition", lb_repetition_json (&repetition));
}

static gboolean
is_near (double found, double wanted)
{
  return fabs (found - wanted) <= TOLERANCE * wanted;
}

static gboolean
should_stop (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

/* value: 1 where the tempo was found, 0 where not; octave: also its double, half, threefold or
 * third (accuracy 1 and 2 of Gouyon et al., 2006). */
static void
score_tempo (const LbPcm *pcm, const Asked *asked, guint64 pcm_memory_bytes,
             GCancellable *cancellable, json_t *scores)
{
  static const double octaves[] = { 1, 2, 0.5, 3, 1.0 / 3 };
  gboolean octave = FALSE;
  json_t *score;
  LbSong song;
  double found;

  if (!isfinite (asked->bpm) ||
      !lb_song_measure (pcm, pcm_memory_bytes, should_stop, cancellable, &song, NULL))
    return;
  found = song.features.tempo.bpm;
  for (guint i = 0; i < G_N_ELEMENTS (octaves); i++)
    octave = octave || is_near (found, asked->bpm * octaves[i]);
  score = json_object ();
  lb_json_set_integer (score, "value", is_near (found, asked->bpm));
  lb_json_set_real (score, "asked_bpm", asked->bpm);
  lb_json_set_real (score, "found_bpm", found);
  lb_json_set_boolean (score, "octave", octave);
  lb_json_set (scores, "tempo_asked", score);
}

void
lb_score_generation (LbResult *result, const GPtrArray *sounds, guint64 pcm_memory_bytes,
                     GCancellable *cancellable)
{
  const json_t *record = lb_result_record (result);
  const json_t *options = json_object_get (json_object_get (record, "settings"), "options");
  const json_t *complexity = json_object_get (json_object_get (record, "input"), "complexity");
  const Asked asked = { lb_json_real (options, "duration", NAN),
                        lb_json_real (complexity, "bpm", NAN) };

  for (guint i = 0; i < sounds->len; i++)
    {
      const LbPcm *pcm = g_ptr_array_index (sounds, i);
      json_t *scores = json_object ();

      score_length (pcm, &asked, scores);
      score_repetition (pcm, scores);
      score_tempo (pcm, &asked, pcm_memory_bytes, cancellable, scores);
      lb_result_add_scores (result, i, scores);
    }
}
