/* Weighted chord overlap as in mir_eval.chord, after Raffel et al. (2014); vocabularies after
 * Pauwels and Peeters (2013), "Evaluating automatically estimated chord sequences". */
#include "scores/chord-score.h"

#include <math.h>

#include "core/error.h"
#include "core/text.h"

#define OVERLAP_S 0.01 /* what rounding in files may make */
#define UP_TO_FIFTH 0xff
#define MIREX_NOTES 3

/* A label from @start_s on */
typedef struct {
  double start_s;
  LbChord chord;
} Span;

typedef enum {
  NOT_SCORED,
  WRONG,
  RIGHT,
} Verdict;

static Verdict
same_root (const LbChord *r, const LbChord *e)
{
  return r->root == e->root ? RIGHT : WRONG;
}

static Verdict
same_notes (const LbChord *r, const LbChord *e, guint16 mask)
{
  return r->root == e->root && (r->notes & mask) == (e->notes & mask) ? RIGHT : WRONG;
}

static Verdict
thirds (const LbChord *r, const LbChord *e)
{
  return same_notes (r, e, 1 << 3);
}

static Verdict
triads (const LbChord *r, const LbChord *e)
{
  return same_notes (r, e, UP_TO_FIFTH);
}

static Verdict
tetrads (const LbChord *r, const LbChord *e)
{
  return same_notes (r, e, 0xfff);
}

static Verdict
majmin (const LbChord *r, const LbChord *e)
{
  guint16 triad = r->notes & UP_TO_FIFTH;

  if (r->root >= 0 && triad != (lb_chord_quality ("maj") & UP_TO_FIFTH) &&
      triad != (lb_chord_quality ("min") & UP_TO_FIFTH))
    return NOT_SCORED;
  return triads (r, e);
}

static Verdict
sevenths (const LbChord *r, const LbChord *e)
{
  static const char *const names[] = { "maj", "min", "maj7", "7", "min7" };
  gboolean there = r->root < 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    there = there || r->notes == lb_chord_quality (names[i]);
  return there ? tetrads (r, e) : NOT_SCORED;
}

/* The notes from C on */
static guint
absolute_notes (const LbChord *chord)
{
  guint shifted = chord->root < 0 ? 0 : (guint) chord->notes << chord->root;

  return (shifted | shifted >> 12) & 0xfff;
}

static int
count_bits (guint bits)
{
  int n = 0;

  for (; bits != 0; bits &= bits - 1)
    n++;
  return n;
}

static Verdict
mirex (const LbChord *r, const LbChord *e)
{
  if (r->root < 0)
    return e->root < 0 ? RIGHT : WRONG;
  if (count_bits (r->notes) < MIREX_NOTES)
    return NOT_SCORED;
  return count_bits (absolute_notes (r) & absolute_notes (e)) >= MIREX_NOTES ? RIGHT : WRONG;
}

static const struct {
  const char *name;
  Verdict (*compare) (const LbChord *reference, const LbChord *estimate);
} vocabularies[LB_CHORD_VOCABULARIES] = {
  [LB_CHORD_ROOT] = { "root", same_root },        [LB_CHORD_MAJMIN] = { "majmin", majmin },
  [LB_CHORD_SEVENTHS] = { "sevenths", sevenths }, [LB_CHORD_MIREX] = { "mirex", mirex },
  [LB_CHORD_THIRDS] = { "thirds", thirds },       [LB_CHORD_TRIADS] = { "triads", triads },
  [LB_CHORD_TETRADS] = { "tetrads", tetrads },
};

const char *
lb_chord_vocabulary_name (LbChordVocabulary vocabulary)
{
  g_return_val_if_fail (vocabulary < LB_CHORD_VOCABULARIES, NULL);

  return vocabularies[vocabulary].name;
}

static const char *
problem_of (const LbChordSegment *segments, gsize i)
{
  const LbChordSegment *it = &segments[i];

  if (!isfinite (it->start_s) || !isfinite (it->end_s))
    return "has a time that is no finite number";
  if (it->start_s < 0)
    return "starts before 0 s";
  if (it->end_s <= it->start_s)
    return "ends before it has started";
  if (it->end_s > LB_CHORD_MAX_TIME_S)
    return "ends after 1000000 s: are the times in seconds?";
  if (i > 0 && it->start_s < segments[i - 1].start_s)
    return "starts before the one ahead of it: sort them by time";
  if (i > 0 && it->start_s < segments[i - 1].end_s - OVERLAP_S)
    return "overlaps the one before it";
  return NULL;
}

static gboolean
parse_segment (const LbChordSegment *segments, gsize i, gsize n, const char *kind, Span *span,
               GError **error)
{
  const char *problem = problem_of (segments, i);
  g_autofree char *label = NULL;
  g_autofree char *shown = NULL;

  span->start_s = segments[i].start_s;
  if (problem != NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "%s chord %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " %s", kind, i + 1, n,
                   problem);
      return FALSE;
    }
  if (lb_chord_parse (segments[i].label, &span->chord))
    return TRUE;
  label = lb_text_escape (segments[i].label);
  shown = g_utf8_substring (label, 0, MIN (g_utf8_strlen (label, -1), LB_CHORD_MAX_LABEL));
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "%s chord %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
               ": \"%s\" is no chord label: write it as "
               "C:maj, A:min7/b3, or N for none",
               kind, i + 1, n, shown);
  return FALSE;
}

/* Returns: (transfer full): Span for each, or %NULL */
static GArray *
parse_segments (const LbChordSegment *segments, gsize n, const char *kind, GError **error)
{
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (Span));

  if (n > LB_CHORD_MAX_SEGMENTS)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "%" G_GSIZE_FORMAT " %s chords are more than can be scored at once (%d)", n,
                   kind, LB_CHORD_MAX_SEGMENTS);
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    {
      Span span;

      if (!parse_segment (segments, i, n, kind, &span, error))
        return NULL;
      g_array_append_val (spans, span);
    }
  return g_steal_pointer (&spans);
}

/* What was recognised, within @start_s … @end_s, as mir_eval cuts it: no chord before the first
 * segment that reaches in, and none after the last that begins in time. */
static GArray *
cut_to (const GArray *spans, const LbChordSegment *segments, double start_s, double end_s)
{
  const LbChord none = { -1, -1, 0, TRUE };
  GArray *cut = g_array_new (FALSE, FALSE, sizeof (Span));
  Span span = { start_s, none };

  g_array_append_val (cut, span);
  for (guint i = 0; i < spans->len; i++)
    {
      if (segments[i].end_s < start_s || segments[i].start_s > end_s)
        continue;
      span = g_array_index (spans, Span, i);
      g_array_append_val (cut, span);
      span = (Span){ segments[i].end_s, none };
    }
  /* @span is the end of the last one now, or the start of all. */
  if (cut->len > 1)
    g_array_append_val (cut, span);
  return cut;
}

static void
add_time (const LbChord *reference, const LbChord *estimate, double seconds, double right_s[],
          double scored_s[])
{
  for (guint i = 0; i < LB_CHORD_VOCABULARIES; i++)
    {
      Verdict verdict = reference->known ? vocabularies[i].compare (reference, estimate)
                                         : NOT_SCORED;

      scored_s[i] += verdict == NOT_SCORED ? 0 : seconds;
      /* For mir_eval an X that was recognised has all notes, and so is right for any chord in
       * mirex. */
      right_s[i] += verdict == RIGHT && estimate->known ? seconds : 0;
    }
}

static void
compare_spans (const GArray *reference, const GArray *estimate, double end_s, LbChordScore *score)
{
  double right_s[LB_CHORD_VOCABULARIES] = { 0 };
  guint i = 0, j = 0;
  double now_s = g_array_index (reference, Span, 0).start_s;

  *score = (LbChordScore){ .duration_s = end_s - now_s };
  while (now_s < end_s)
    {
      double next_s = end_s;

      while (j + 1 < estimate->len && g_array_index (estimate, Span, j + 1).start_s <= now_s)
        j++;
      while (i + 1 < reference->len && g_array_index (reference, Span, i + 1).start_s <= now_s)
        i++;
      if (i + 1 < reference->len)
        next_s = MIN (next_s, g_array_index (reference, Span, i + 1).start_s);
      if (j + 1 < estimate->len)
        next_s = MIN (next_s, g_array_index (estimate, Span, j + 1).start_s);
      add_time (&g_array_index (reference, Span, i).chord,
                &g_array_index (estimate, Span, j).chord, next_s - now_s, right_s,
                score->scored_s);
      now_s = next_s;
    }
  for (guint v = 0; v < LB_CHORD_VOCABULARIES; v++)
    score->overlap[v] = score->scored_s[v] > 0 ? right_s[v] / score->scored_s[v] : NAN;
}

gboolean
lb_chord_score (const LbChordSegment *references, gsize n_references,
                const LbChordSegment *estimates, gsize n_estimates, LbChordScore *score,
                GError **error)
{
  g_autoptr (GArray) reference = NULL;
  g_autoptr (GArray) estimate = NULL;
  g_autoptr (GArray) cut = NULL;
  double end_s = 0;

  g_return_val_if_fail (score != NULL, FALSE);
  g_return_val_if_fail (references != NULL || n_references == 0, FALSE);
  g_return_val_if_fail (estimates != NULL || n_estimates == 0, FALSE);

  if (n_references == 0)
    {
      g_set_error_literal (
          error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
          "the reference has no chords: give a start, an end and a label for each");
      return FALSE;
    }
  reference = parse_segments (references, n_references, "reference", error);
  estimate = reference == NULL ? NULL
                               : parse_segments (estimates, n_estimates, "recognised", error);
  if (estimate == NULL)
    return FALSE;
  for (gsize i = 0; i < n_references; i++)
    end_s = MAX (end_s, references[i].end_s);
  cut = cut_to (estimate, estimates, references[0].start_s, end_s);
  compare_spans (reference, cut, end_s, score);
  return TRUE;
}

json_t *
lb_chord_score_json (const LbChordScore *score)
{
  json_t *object = json_object ();

  for (guint i = 0; i < LB_CHORD_VOCABULARIES; i++)
    lb_json_set_real (object, vocabularies[i].name, score->overlap[i]);
  lb_json_set_real (object, "duration_s", score->duration_s);
  return object;
}
