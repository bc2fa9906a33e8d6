/* How well notes were transcribed. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_NOTE_MAX_NOTES 500000  /* of each list */
#define LB_NOTE_MAX_PAIRS 4000000 /* that their onsets allow; memory: 40 bytes each */
#define LB_NOTE_MAX_TIME_S 1e6
#define LB_NOTE_MAX_SOUNDING 512 /* notes at one time */
#define LB_NOTE_FRAME_S 0.01     /* from one to the next, in the frame figures */

typedef struct {
  double onset_s, offset_s; /* onset ≥ 0, offset > onset */
  double pitch_hz;          /* > 0 */
} LbNote;

typedef struct {
  double precision, recall, f1;
  guint64 matched;
} LbNoteRates;

typedef struct {
  guint64 reference_notes, estimated_notes;
  LbNoteRates onset_pitch; /* onset ±50 ms, pitch ±50 cents */
  LbNoteRates
      onset_pitch_offset; /* and offset ± the larger of 50 ms and 20 % of the true length */
  LbNoteRates onset;      /* onset ±50 ms */
  LbNoteRates frame;      /* of the notes that sound at each 10 ms, pitch ±50 cents */
  double pitch_accuracy;  /* notes found by onset and pitch / notes found by onset; NAN: none */
  /* of the notes matched by onset and pitch, estimate − reference; NAN when there are none */
  double onset_deviation_s; /* mean */
  double onset_absolute_deviation_s;
  double pitch_absolute_deviation_cents;
  double overlap;             /* mean of overlap / union of both notes' times */
  double overlap_with_offset; /* the same over notes matched by offset too */
} LbNoteScore;

/**
 * lb_note_score:
 * @references: (array length=n_references): the truth, in any order; notes may overlap
 * @estimates: (array length=n_estimates): what was transcribed; none is fine, and scores 0
 * @error: %LB_ERROR_EMPTY_REFERENCE: no reference notes; %LB_ERROR_BAD_INPUT: a time or pitch is
 * no finite number or out of bounds, too many notes at one time
 *
 * Notes go together one to one in a matching of maximum size, as in mir_eval.transcription;
 * frames as in mir_eval.multipitch.
 *
 * Source: Bay, Ehmann and Downie (2009); Raffel et al. (2014).
 *
 * Returns: %TRUE if @score was set
 */
gboolean lb_note_score (const LbNote *references, gsize n_references, const LbNote *estimates,
                        gsize n_estimates, LbNoteScore *score, GError **error);

/** lb_note_score_json: Returns: (transfer full): {onset_pitch, onset_pitch_offset, onset, frame:
 * each {precision, recall, f1}; pitch_accuracy, onset_deviation_s…} as in the record; NAN is left
 * out */
json_t *lb_note_score_json (const LbNoteScore *score);

G_END_DECLS
