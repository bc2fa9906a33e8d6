#include "bench/scoring-music.h"

#include <math.h>

#include "core/error.h"
#include "scores/beat-score.h"
#include "scores/label-score.h"

#define TOP_K 5

/* The main figure first. @details: (transfer full) */
static json_t *
with_value (double value, json_t *details)
{
  json_t *score = json_object ();

  lb_json_set_real (score, "value", value);
  json_object_update (score, details);
  json_decref (details);
  return score;
}

static GArray *
times_of (const json_t *list)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (double));
  size_t index;
  json_t *element;

  json_array_foreach (list, index, element)
    g_array_append_vals (times, &(double){ json_number_value (element) }, 1);
  return times;
}

json_t *
lb_score_beats (const json_t *output, const LbTruth *truth, GError **error)
{
  g_autoptr (GArray) found = times_of (json_object_get (output, "beats"));
  const GArray *right = truth->beats;
  LbBeatScore score;

  if (!lb_beat_score ((const double *) (gpointer) right->data, right->len,
                      (const double *) (gpointer) found->data, found->len, LB_BEAT_SKIPPED_S,
                      &score, error))
    return NULL;
  return with_value (score.f_measure, lb_beat_score_json (&score));
}

json_t *
lb_score_tempo (const json_t *output, const LbTruth *truth, GError **error)
{
  double found = lb_json_real (output, "bpm", 0);
  LbTempoScore score;

  if (!(truth->bpm > 0))
    return NULL;
  if (!lb_tempo_score ((double[]){ truth->bpm, 0 }, 1, (double[]){ found, 0 }, &score, error))
    return NULL;
  return with_value (score.p_score, lb_tempo_score_json (&score));
}

static GArray *
notes_of (const json_t *list)
{
  GArray *notes = g_array_new (FALSE, FALSE, sizeof (LbNote));
  size_t index;
  json_t *element;

  json_array_foreach (list, index, element)
    {
      double pitch = lb_json_real (element, "pitch", NAN);
      LbNote note = { lb_json_real (element, "start_s", NAN),
                      lb_json_real (element, "end_s", NAN), 440 * exp2 ((pitch - 69) / 12) };

      g_array_append_val (notes, note);
    }
  return notes;
}

json_t *
lb_score_notes (const json_t *output, const LbTruth *truth, GError **error)
{
  g_autoptr (GArray) found = notes_of (json_object_get (output, "notes"));
  const GArray *right = truth->notes;
  LbNoteScore score;

  if (!lb_note_score ((const LbNote *) (gpointer) right->data, right->len,
                      (const LbNote *) (gpointer) found->data, found->len, &score, error))
    return NULL;
  return with_value (score.onset_pitch.f1, lb_note_score_json (&score));
}

json_t *
lb_score_chords (const json_t *output, const LbTruth *truth, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (LbChordSegment));
  const GArray *right = truth->chords;
  LbChordScore score;
  size_t index;
  json_t *element;

  json_array_foreach (json_object_get (output, "chords"), index, element)
    {
      LbChordSegment segment = { lb_json_real (element, "start_s", NAN),
                                 lb_json_real (element, "end_s", NAN),
                                 lb_json_string (element, "label", "") };

      g_array_append_val (found, segment);
    }
  if (!lb_chord_score ((const LbChordSegment *) (gpointer) right->data, right->len,
                       (const LbChordSegment *) (gpointer) found->data, found->len, &score,
                       error))
    return NULL;
  return with_value (score.overlap[LB_CHORD_MAJMIN], lb_chord_score_json (&score));
}

json_t *
lb_score_genre (const json_t *output, const LbTruth *truth, GError **error)
{
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (LbLabel));
  LbLabelScore score;
  size_t index;
  json_t *element;

  json_array_foreach (json_object_get (output, "genre"), index, element)
    {
      LbLabel label = { lb_json_string (element, "label", ""),
                        lb_json_real (element, "score", NAN) };

      g_array_append_val (labels, label);
    }
  if (!lb_label_score (truth->text, (const LbLabel *) (gpointer) labels->data, labels->len, TOP_K,
                       &score, error))
    return NULL;
  return with_value (score.top_1 ? 1 : 0, lb_label_score_json (&score));
}
