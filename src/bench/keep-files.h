/* What came out of a mode that makes no sound, as files that other programs open: MIDI, a list of
 * notes, chords as .lab, times of beats. In the folder of the run, and where the user wants a
 * copy. */
#pragma once

#include "bench/result.h"
#include "store/store.h"

G_BEGIN_DECLS

/**
 * lb_keep_files:
 * @store: (nullable): without it nothing is kept, only saved
 *
 * Does what the plan's settings say for the output that @result got last, if it is a new one:
 * `output.midi`, `output.notes_csv`, `output.lab`, `output.beats_txt`, the record's `artifacts`,
 * and what can be counted of it (`output.counts`). What can't be written is said by a flag.
 * Returns: bytes that were kept
 */
guint64 lb_keep_files (LbStore *store, const LbPlan *plan, guint case_index, LbResult *result);

G_END_DECLS
