/* Notes, compared at each 10 ms. */
#pragma once

#include "scores/note-score.h"

G_BEGIN_DECLS

/** lb_note_frames: Returns: FALSE (%LB_ERROR_BAD_INPUT) when more than %LB_NOTE_MAX_SOUNDING
 * notes sound at once. @rates: NAN when no frame has a reference note */
gboolean lb_note_frames (const LbNote *references, gsize n_references, const LbNote *estimates,
                         gsize n_estimates, LbNoteRates *rates, GError **error);

/** lb_note_rates: of @matched among @estimated and @reference; f1 is 0 where both others are */
LbNoteRates lb_note_rates (guint64 matched, guint64 estimated, guint64 reference);

G_END_DECLS
