/* Notes as they would sound on a very plain instrument: to hear whether they are the right ones.
 */
#pragma once

#include "audio/midi.h"
#include "audio/pcm.h"

G_BEGIN_DECLS

#define LB_SINE_MAX_S 36000.0

/**
 * lb_sine_notes:
 * @notes: (array length=n_notes): in any order; percussion (channel 9) is a short tick
 * @duration_s: of the sound, at most %LB_SINE_MAX_S: what is behind it is not heard
 *
 * One channel. Each note is its fundamental and two weaker partials, louder with velocity, and
 * dies away as a plucked string does; equal temperament, A4 = 440 Hz. The more sound at once, the
 * softer each is; the sum is held within full scale.
 *
 * Returns: (transfer full): or %NULL with %LB_ERROR_BAD_INPUT or %LB_ERROR_NO_SPACE
 */
LbPcm *lb_sine_notes (const LbMidiNote *notes, gsize n_notes, double duration_s, guint rate_hz,
                      GError **error);

G_END_DECLS
