/* What an output says of music: its notes, and which of its beats begin a bar. */
#pragma once

#include "audio/midi.h"
#include "core/json.h"

G_BEGIN_DECLS

/** lb_output_notes: the list "notes" of @output, as it stands: a time or a pitch that is missing
 * is NaN or -1, what else is wrong with it is left to who uses it. Returns: (transfer full)
 * (element-type LbMidiNote): with bends, which are the array's */
GArray *lb_output_notes (const json_t *output);

/** lb_is_downbeat: whether the beat at @at_s is in the list @downbeats (nullable) */
gboolean lb_is_downbeat (const json_t *downbeats, double at_s);

G_END_DECLS
