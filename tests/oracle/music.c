/* What src/scores says about notes, beats, tempo and chords, for the Python oracles:
 * one JSON request a line on standard input ({"what": "notes", "reference": […], "estimate":
 * […]}), one JSON answer a line, with the "seconds" that the processor took. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/json.h"
#include "scores/beat-score.h"
#include "scores/chord-score.h"
#include "scores/note-score.h"
#include "serve.h"

static double
number_at (const json_t *array, gsize i)
{
  return json_number_value (json_array_get (array, i));
}

/* [[onset, offset, pitch]] */
static LbNote *
read_notes (const json_t *array, gsize *n)
{
  LbNote *notes = g_new (LbNote, json_array_size (array));

  *n = json_array_size (array);
  for (gsize i = 0; i < *n; i++)
    {
      const json_t *it = json_array_get (array, i);

      notes[i] = (LbNote){ number_at (it, 0), number_at (it, 1), number_at (it, 2) };
    }
  return notes;
}

static double *
read_numbers (const json_t *array, gsize *n)
{
  double *numbers = g_new (double, json_array_size (array));

  *n = json_array_size (array);
  for (gsize i = 0; i < *n; i++)
    numbers[i] = number_at (array, i);
  return numbers;
}

/* [[start, end, label]] */
static LbChordSegment *
read_segments (const json_t *array, gsize *n)
{
  LbChordSegment *segments = g_new (LbChordSegment, json_array_size (array));

  *n = json_array_size (array);
  for (gsize i = 0; i < *n; i++)
    {
      const json_t *it = json_array_get (array, i);

      segments[i] = (LbChordSegment){ number_at (it, 0), number_at (it, 1),
                                      json_string_value (json_array_get (it, 2)) };
    }
  return segments;
}

static json_t *
score_notes (const json_t *request, clock_t *start, GError **error)
{
  gsize n, m;
  g_autofree LbNote *reference = read_notes (json_object_get (request, "reference"), &n);
  g_autofree LbNote *estimate = read_notes (json_object_get (request, "estimate"), &m);
  LbNoteScore score;

  *start = clock ();
  return lb_note_score (reference, n, estimate, m, &score, error) ? lb_note_score_json (&score)
                                                                  : NULL;
}

static json_t *
score_beats (const json_t *request, clock_t *start, GError **error)
{
  gsize n, m;
  g_autofree double *reference = read_numbers (json_object_get (request, "reference"), &n);
  g_autofree double *estimate = read_numbers (json_object_get (request, "estimate"), &m);
  LbBeatScore score;

  *start = clock ();
  return lb_beat_score (reference, n, estimate, m, lb_json_real (request, "skip", 0), &score,
                        error)
             ? lb_beat_score_json (&score)
             : NULL;
}

static json_t *
score_tempo (const json_t *request, clock_t *start, GError **error)
{
  gsize n, m;
  g_autofree double *reference = read_numbers (json_object_get (request, "reference"), &n);
  g_autofree double *estimate = read_numbers (json_object_get (request, "estimate"), &m);
  LbTempoScore score;

  *start = clock ();
  return n == 2 && m == 2 &&
                 lb_tempo_score (reference, lb_json_real (request, "weight", 0), estimate, &score,
                                 error)
             ? lb_tempo_score_json (&score)
             : NULL;
}

static json_t *
score_chords (const json_t *request, clock_t *start, GError **error)
{
  gsize n, m;
  g_autofree LbChordSegment *reference = read_segments (json_object_get (request, "reference"),
                                                        &n);
  g_autofree LbChordSegment *estimate = read_segments (json_object_get (request, "estimate"), &m);
  LbChordScore score;

  *start = clock ();
  return lb_chord_score (reference, n, estimate, m, &score, error) ? lb_chord_score_json (&score)
                                                                   : NULL;
}

/* {"label"}: as it is understood: root, bass, [notes] */
static json_t *
parse_chord (const json_t *request, clock_t *start, GError **error)
{
  LbChord chord;
  json_t *notes = json_array ();

  *start = clock ();
  if (!lb_chord_parse (lb_json_string (request, "label", ""), &chord))
    {
      json_decref (notes);
      return NULL;
    }
  for (guint i = 0; i < 12; i++)
    json_array_append_new (notes, json_integer ((chord.notes >> i) & 1));
  return json_pack ("{s:i, s:i, s:b, s:o}", "root", chord.root, "bass", chord.bass, "known",
                    chord.known, "notes", notes);
}

static const struct {
  const char *what;
  json_t *(*score) (const json_t *request, clock_t *start, GError **error);
} scores[] = {
  { "notes", score_notes },   { "beats", score_beats }, { "tempo", score_tempo },
  { "chords", score_chords }, { "chord", parse_chord },
};

static json_t *
answer (const json_t *request, GError **error)
{
  const char *what = lb_json_string (request, "what", "");
  json_t *object = NULL;
  clock_t start = 0;

  for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
    if (strcmp (scores[i].what, what) == 0)
      object = scores[i].score (request, &start, error);
  if (object == NULL)
    return json_object ();
  lb_json_set_real (object, "seconds", (double) (clock () - start) / CLOCKS_PER_SEC);
  return object;
}

int
main (void)
{
  return serve (answer);
}
