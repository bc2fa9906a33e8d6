/* Sound into files, by libsndfile. */
#pragma once

#include "audio/pcm.h"

G_BEGIN_DECLS

/**
 * lb_audio_write:
 * @path: ends in .wav (32-bit float) or .flac (24 bit); written beside it, then renamed: a file
 * that appears is whole
 */
gboolean lb_audio_write (const LbPcm *pcm, const char *path, GError **error);

G_END_DECLS
