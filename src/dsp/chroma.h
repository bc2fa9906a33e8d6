/* Chroma: how strong each of the twelve pitch classes is, octaves folded together. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_CHROMA_CLASSES 12 /* from C on, by semitones */

typedef struct _LbChroma LbChroma;

/** lb_chroma_new: @size: of the transform. @tuning: semitones off A = 440 Hz. Returns: (transfer
 * full): the bank of librosa.filters.chroma() */
LbChroma *lb_chroma_new (double rate_hz, guint size, double tuning);
void lb_chroma_free (LbChroma *chroma);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbChroma, lb_chroma_free)

/** lb_chroma_apply: @classes: LB_CHROMA_CLASSES of them, of one frame's @power; the strongest is
 * 1, unless there is nothing */
void lb_chroma_apply (const LbChroma *chroma, const float *power, float *classes);

G_END_DECLS
