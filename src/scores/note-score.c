/* Notes as in mir_eval.transcription, after Bay, Ehmann and Downie (2009), "Evaluation of
 * Multiple-F0 Estimation and Tracking Systems", and Raffel et al. (2014), "mir_eval". */
#include "scores/note-score.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"
#include "scores/matching.h"
#include "scores/note-frames.h"

#define ONSET_TOLERANCE_S 0.05
#define OFFSET_TOLERANCE_S 0.05
#define OFFSET_TOLERANCE_RATIO 0.2
#define PITCH_TOLERANCE_CENTS 50.0
#define SEARCH_S (ONSET_TOLERANCE_S + 2e-4) /* more than what rounding to 0.1 ms lets in */

typedef enum {
  BY_ONSET = 0,
  BY_PITCH = 1,
  BY_OFFSET = 2,
} Level; /* each asks for all before it */

/* Two notes whose onsets agree, and how far the rest does. */
typedef struct {
  guint32 reference, estimate;
  Level level;
} Pair;

typedef struct {
  const LbNote *references, *estimates;
  guint32 n_references, n_estimates;
  double *reference_pitches, *estimate_pitches; /* log₂ */
  GArray *pairs;                                /* Pair, by reference, then estimate */
} Notes;

static gboolean
check_notes (const LbNote *notes, gsize n, const char *kind, GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      const LbNote *note = &notes[i];
      const char *what = NULL;

      if (!isfinite (note->onset_s) || !isfinite (note->offset_s) || !isfinite (note->pitch_hz))
        what = "has a time or pitch that is no finite number";
      else if (note->onset_s < 0)
        what = "starts before 0 s";
      else if (note->offset_s <= note->onset_s)
        what = "ends before it has started";
      else if (note->offset_s > LB_NOTE_MAX_TIME_S)
        what = "ends after 1000000 s: are the times in seconds?";
      else if (note->pitch_hz <= 0)
        what = "has no pitch above 0 Hz";
      if (what == NULL)
        continue;
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "%s note %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " %s", kind, i + 1, n, what);
      return FALSE;
    }
  if (n > LB_NOTE_MAX_NOTES)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                 "%" G_GSIZE_FORMAT
                 " %s notes are more than can be scored at once (%d): score it in parts",
                 n, kind, LB_NOTE_MAX_NOTES);
  return n <= LB_NOTE_MAX_NOTES;
}

static int
compare_onsets (gconstpointer a, gconstpointer b, gpointer estimates)
{
  double x = ((const LbNote *) estimates)[*(const guint32 *) a].onset_s;
  double y = ((const LbNote *) estimates)[*(const guint32 *) b].onset_s;

  return (x > y) - (x < y);
}

static int
compare_pairs (const void *a, const void *b)
{
  guint32 x = ((const Pair *) a)->estimate, y = ((const Pair *) b)->estimate;

  return (x > y) - (x < y);
}

/* mir_eval rounds distances to 0.1 ms, so that 50 ms written in decimals is 50 ms */
static double
distance (double x, double y)
{
  return rint (fabs (x - y) * 1e4) / 1e4;
}

/* Adds the pair if the onsets agree. */
static void
consider (Notes *notes, guint32 reference, guint32 estimate)
{
  const LbNote *r = &notes->references[reference], *e = &notes->estimates[estimate];
  double cents = fabs (1200 *
                       (notes->reference_pitches[reference] - notes->estimate_pitches[estimate]));
  double tolerance = MAX (OFFSET_TOLERANCE_RATIO * (r->offset_s - r->onset_s),
                          OFFSET_TOLERANCE_S);
  Pair pair = { reference, estimate, BY_ONSET };

  if (distance (r->onset_s, e->onset_s) > ONSET_TOLERANCE_S)
    return;
  if (cents <= PITCH_TOLERANCE_CENTS)
    pair.level = distance (r->offset_s, e->offset_s) <= tolerance ? BY_OFFSET : BY_PITCH;
  g_array_append_val (notes->pairs, pair);
}

static guint32 *
sort_estimates (const Notes *notes)
{
  guint32 *sorted = g_new (guint32, notes->n_estimates);

  for (guint32 i = 0; i < notes->n_estimates; i++)
    sorted[i] = i;
  if (notes->n_estimates > 0)
    g_qsort_with_data (sorted, (int) notes->n_estimates, sizeof *sorted, compare_onsets,
                       (gpointer) notes->estimates);
  return sorted;
}

/* The first of @sorted whose onset is at least @onset_s */
static guint32
first_from (const Notes *notes, const guint32 *sorted, double onset_s)
{
  guint32 low = 0, high = notes->n_estimates;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (notes->estimates[sorted[middle]].onset_s < onset_s)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
find_pairs (Notes *notes, GError **error)
{
  g_autofree guint32 *sorted = sort_estimates (notes);

  for (guint32 i = 0; i < notes->n_references; i++)
    {
      double onset_s = notes->references[i].onset_s;
      guint32 from = first_from (notes, sorted, onset_s - SEARCH_S);
      guint start = notes->pairs->len;

      for (; from < notes->n_estimates &&
             notes->estimates[sorted[from]].onset_s <= onset_s + SEARCH_S;
           from++)
        {
          consider (notes, i, sorted[from]);
          if (notes->pairs->len > LB_NOTE_MAX_PAIRS)
            {
              g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                           "too many notes start together (at %.2f s): are the times in seconds?",
                           onset_s);
              return FALSE;
            }
        }
      if (notes->pairs->len > start + 1)
        qsort (&g_array_index (notes->pairs, Pair, start), notes->pairs->len - start,
               sizeof (Pair), compare_pairs);
    }
  return TRUE;
}

/* Returns: (transfer full) (array length=n_references): the estimate that each goes with. Where
 * several matchings are largest it is the one that mir_eval finds: estimates in the order of
 * their first pair. */
static guint32 *
match (const Notes *notes, Level level, guint64 *matched)
{
  g_autofree gsize *starts = g_new0 (gsize, notes->n_estimates + 2);
  g_autofree guint32 *neighbours = g_new (guint32, notes->pairs->len);
  g_autofree guint32 *order = g_new (guint32, notes->n_estimates);
  LbBipartite graph = { notes->n_estimates, notes->n_references, starts, neighbours };
  guint32 n_ordered = 0, *partner;

  for (guint i = 0; i < notes->pairs->len; i++)
    {
      const Pair *pair = &g_array_index (notes->pairs, Pair, i);

      if (pair->level >= level && starts[pair->estimate + 2]++ == 0)
        order[n_ordered++] = pair->estimate;
    }
  for (guint32 i = 0; i < notes->n_estimates; i++)
    {
      if (starts[i + 2] == 0)
        order[n_ordered++] = i;
      starts[i + 2] += starts[i + 1];
    }
  /* starts[i + 1] runs from the start of i's neighbours to their end: the start of the next's. */
  for (guint i = 0; i < notes->pairs->len; i++)
    {
      const Pair *pair = &g_array_index (notes->pairs, Pair, i);

      if (pair->level >= level)
        neighbours[starts[pair->estimate + 1]++] = pair->reference;
    }
  partner = lb_matching_new (&graph, order);
  *matched = 0;
  for (guint32 i = 0; i < notes->n_references; i++)
    *matched += partner[i] != LB_MATCHING_NONE;
  return partner;
}

static double
overlap_ratio (const LbNote *a, const LbNote *b)
{
  return (MIN (a->offset_s, b->offset_s) - MAX (a->onset_s, b->onset_s)) /
         (MAX (a->offset_s, b->offset_s) - MIN (a->onset_s, b->onset_s));
}

static double
mean_overlap (const Notes *notes, const guint32 *partner, guint64 matched)
{
  double sum = 0;

  for (guint32 i = 0; i < notes->n_references; i++)
    if (partner[i] != LB_MATCHING_NONE)
      sum += overlap_ratio (&notes->references[i], &notes->estimates[partner[i]]);
  return matched == 0 ? NAN : sum / (double) matched;
}

static void
set_deviations (const Notes *notes, const guint32 *partner, guint64 matched, LbNoteScore *score)
{
  double onset = 0, absolute = 0, pitch = 0, n = matched == 0 ? NAN : (double) matched;

  for (guint32 i = 0; i < notes->n_references; i++)
    {
      double difference;

      if (partner[i] == LB_MATCHING_NONE)
        continue;
      difference = notes->estimates[partner[i]].onset_s - notes->references[i].onset_s;
      onset += difference;
      absolute += fabs (difference);
      pitch += fabs (1200 * (notes->estimate_pitches[partner[i]] - notes->reference_pitches[i]));
    }
  score->onset_deviation_s = onset / n;
  score->onset_absolute_deviation_s = absolute / n;
  score->pitch_absolute_deviation_cents = pitch / n;
}

static void
score_pairs (const Notes *notes, LbNoteScore *score)
{
  guint64 n = notes->n_references, m = notes->n_estimates, by_onset, by_pitch, by_offset;
  g_autofree guint32 *onsets = match (notes, BY_ONSET, &by_onset);
  g_autofree guint32 *pitches = match (notes, BY_PITCH, &by_pitch);
  g_autofree guint32 *offsets = match (notes, BY_OFFSET, &by_offset);

  score->onset = lb_note_rates (by_onset, m, n);
  score->onset_pitch = lb_note_rates (by_pitch, m, n);
  score->onset_pitch_offset = lb_note_rates (by_offset, m, n);
  score->pitch_accuracy = by_onset == 0 ? NAN : (double) by_pitch / (double) by_onset;
  score->overlap = mean_overlap (notes, pitches, by_pitch);
  score->overlap_with_offset = mean_overlap (notes, offsets, by_offset);
  set_deviations (notes, pitches, by_pitch, score);
}

static double *
logarithms (const LbNote *notes, gsize n)
{
  double *pitches = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    pitches[i] = log2 (notes[i].pitch_hz);
  return pitches;
}

gboolean
lb_note_score (const LbNote *references, gsize n_references, const LbNote *estimates,
               gsize n_estimates, LbNoteScore *score, GError **error)
{
  g_autoptr (GArray) pairs = NULL;
  g_autofree double *reference_pitches = NULL;
  g_autofree double *estimate_pitches = NULL;
  Notes notes;

  g_return_val_if_fail (score != NULL, FALSE);
  g_return_val_if_fail (references != NULL || n_references == 0, FALSE);
  g_return_val_if_fail (estimates != NULL || n_estimates == 0, FALSE);

  if (n_references == 0)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
                           "the reference has no notes: give the notes that are played");
      return FALSE;
    }
  if (!check_notes (references, n_references, "reference", error) ||
      !check_notes (estimates, n_estimates, "transcribed", error) ||
      !lb_note_frames (references, n_references, estimates, n_estimates, &score->frame, error))
    return FALSE;
  pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  reference_pitches = logarithms (references, n_references);
  estimate_pitches = logarithms (estimates, n_estimates);
  notes = (Notes){
    references,       estimates, (guint32) n_references, (guint32) n_estimates, reference_pitches,
    estimate_pitches, pairs
  };
  if (!find_pairs (&notes, error))
    return FALSE;
  score->reference_notes = n_references;
  score->estimated_notes = n_estimates;
  score_pairs (&notes, score);
  return TRUE;
}

static void
set_rates (json_t *object, const char *key, const LbNoteRates *rates)
{
  json_t *member = json_object ();

  lb_json_set_real (member, "precision", rates->precision);
  lb_json_set_real (member, "recall", rates->recall);
  lb_json_set_real (member, "f1", rates->f1);
  lb_json_set (object, key, member);
}

json_t *
lb_note_score_json (const LbNoteScore *score)
{
  json_t *object = json_object ();

  set_rates (object, "onset_pitch", &score->onset_pitch);
  set_rates (object, "onset_pitch_offset", &score->onset_pitch_offset);
  set_rates (object, "onset", &score->onset);
  set_rates (object, "frame", &score->frame);
  lb_json_set_real (object, "pitch_accuracy", score->pitch_accuracy);
  lb_json_set_real (object, "onset_deviation_s", score->onset_deviation_s);
  lb_json_set_real (object, "onset_absolute_deviation_s", score->onset_absolute_deviation_s);
  lb_json_set_real (object, "pitch_absolute_deviation_cents",
                    score->pitch_absolute_deviation_cents);
  lb_json_set_real (object, "overlap", score->overlap);
  lb_json_set_real (object, "overlap_with_offset", score->overlap_with_offset);
  lb_json_set_integer (object, "reference_notes", (gint64) score->reference_notes);
  lb_json_set_integer (object, "estimated_notes", (gint64) score->estimated_notes);
  lb_json_set_integer (object, "matched_notes", (gint64) score->onset_pitch.matched);
  return object;
}
