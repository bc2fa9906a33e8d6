/* How well chords were recognised. */
#pragma once

#include "core/json.h"
#include "scores/chord-label.h"

G_BEGIN_DECLS

#define LB_CHORD_MAX_SEGMENTS 1000000
#define LB_CHORD_MAX_TIME_S 1e6

typedef struct {
  double start_s, end_s; /* 0 ≤ start < end */
  const char *label;
} LbChordSegment;

typedef enum {
  LB_CHORD_ROOT,     /* same root */
  LB_CHORD_MAJMIN,   /* same root, and major or minor; others in the reference don't count */
  LB_CHORD_SEVENTHS, /* same root, and one of maj, min, maj7, 7, min7; others don't count */
  LB_CHORD_MIREX,    /* at least three notes in common */
  LB_CHORD_THIRDS,   /* same root and third */
  LB_CHORD_TRIADS,   /* same root, and the same notes up to the fifth */
  LB_CHORD_TETRADS,  /* same root and notes */
  LB_CHORD_VOCABULARIES,
} LbChordVocabulary;

typedef struct {
  double overlap[LB_CHORD_VOCABULARIES]; /* share of the scored time that agrees; NAN: no time is
                                            scored */
  double scored_s[LB_CHORD_VOCABULARIES];
  double duration_s; /* from the reference's start to its end */
} LbChordScore;

/** lb_chord_vocabulary_name: "root", "majmin"…; a constant */
const char *lb_chord_vocabulary_name (LbChordVocabulary vocabulary);

/**
 * lb_chord_score:
 * @references: (array length=n_references): the truth, by time; a gap belongs to the chord before
 * it
 * @estimates: (array length=n_estimates): what was recognised; likewise; before its start, after
 * its end, and where it is empty, there is no chord (N)
 * @error: %LB_ERROR_EMPTY_REFERENCE: no reference segments; %LB_ERROR_BAD_INPUT: a time is no
 * finite number or out of bounds, segments are out of order or overlap by over 10 ms, a label is
 * none
 *
 * Source: mir_eval.chord; Pauwels and Peeters (2013) for the vocabularies
 *
 * Returns: %TRUE if @score was set
 */
gboolean lb_chord_score (const LbChordSegment *references, gsize n_references,
                         const LbChordSegment *estimates, gsize n_estimates, LbChordScore *score,
                         GError **error);

/** lb_chord_score_json: Returns: (transfer full): {root, majmin, …, duration_s}; NAN is left out
 */
json_t *lb_chord_score_json (const LbChordScore *score);

G_END_DECLS
