/* Scores of generated music that need nothing but the music and what was asked for. */
#pragma once

#include <gio/gio.h>

#include "bench/result.h"

G_BEGIN_DECLS

/**
 * lb_score_generation:
 * @sounds: (element-type LbPcm): of each element of the record's `outputs`, in their order
 *
 * Puts into each output's scores `length` {value, asked_s, got_s} where the engine was told a
 * duration, `repetition` (scores/repetition.h) where the sound is long enough, and `tempo_asked`
 * {value, asked_bpm, found_bpm, octave} where the prompt asks for a tempo. docs/MEASURING.md
 */
void lb_score_generation (LbResult *result, const GPtrArray *sounds, guint64 pcm_memory_bytes,
                          GCancellable *cancellable);

G_END_DECLS
