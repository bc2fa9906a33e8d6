/* Sound as servers are sent it: a WAV of one channel, 16 bits. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** openai_sound_bytes: of a WAV of so many frames; at most 4 GiB fit into one */
gsize openai_sound_bytes (gsize frames);

/** openai_sound_write: a WAV into @out, which has room for openai_sound_bytes() */
void openai_sound_write (guint8 *out, const float *samples, gsize frames, guint rate_hz);

/** openai_sound_base64: Returns: (transfer full): the WAV as JSON holds it */
char *openai_sound_base64 (const float *samples, gsize frames, guint rate_hz);

/** openai_sound_frames_within: Returns: how many frames fit into so many characters of base64 */
gsize openai_sound_frames_within (gsize base64_bytes);

G_END_DECLS
