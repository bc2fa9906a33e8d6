/* Text to phonemes, sentence by sentence, as Piper's voices were trained on them. */
#pragma once

#include "piper-voice.h"

G_BEGIN_DECLS

typedef struct _PiperText PiperText;

/** piper_phonemes_version: of espeak-ng; opens nothing */
const char *piper_phonemes_version (void);

/** piper_phonemes_open: readies espeak-ng, of which a process has one, for @voice: what is read
 * from then on is read by this voice */
gboolean piper_phonemes_open (const PiperVoice *voice, GError **error);

/** piper_text_new: @text: UTF-8; what stands in [[ ]] is phonemes already. Returns: (transfer
 * full) */
PiperText *piper_text_new (const PiperVoice *voice, const char *text);
void piper_text_free (PiperText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PiperText, piper_text_free)

/** piper_text_next: Returns: (transfer full) (element-type utf8): the phonemes of the next
 * sentence, at least one; %NULL: there are no more */
GPtrArray *piper_text_next (PiperText *text);

/** piper_text_fraction: how much of it has been read, from 0 to 1 */
double piper_text_fraction (const PiperText *text);

G_END_DECLS
