/* What a result holds to be seen and heard along time, as tracks. Pure: no widget, no file. */
#pragma once

#include "audio/midi.h"
#include "core/json.h"
#include "gui/tracks.h"

G_BEGIN_DECLS

#define LB_FINDINGS_MAX_MARKS 200000 /* more can't be told apart on any screen */

typedef struct {
  GArray *tracks; /* of LbTrack, whose members are the findings' own */
  double duration_s;
  GArray *notes;     /* (nullable): of LbMidiNote: what a track would sound like, made by
                        lb_sine_notes() */
  guint notes_track; /* index of that track */
} LbFindings;

/** lb_findings_new: @record: a result of any mode, from a file: hostile. Returns: (transfer
 * full): no tracks where it holds nothing of the kind */
LbFindings *lb_findings_new (const json_t *record);
void lb_findings_free (LbFindings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbFindings, lb_findings_free)

G_END_DECLS
