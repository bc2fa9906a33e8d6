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

/** lb_audio_write_wav: into the open file @fd, which stays open: WAV of 32-bit floats. For files
 * without a name */
gboolean lb_audio_write_wav (const LbPcm *pcm, int fd, GError **error);

G_END_DECLS
