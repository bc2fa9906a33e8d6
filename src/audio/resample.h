/* Rate and channels, by soxr. */
#pragma once

#include "audio/pcm.h"

G_BEGIN_DECLS

/**
 * lb_resample:
 * @rate_hz: what is wanted
 * @channels: what is wanted. Fewer than @in's: 1 is the mean of all channels, 2 of more than 2
 * folds the rest into both by equal power; more: the last one repeated (mono to stereo: both the
 * same)
 * @memory_limit_bytes: as in lb_pcm_new()
 *
 * Streams in chunks: needs less than 16 MB beside the result. The same rate and channels give the
 * same samples to the bit. Quality is soxr's HQ.
 *
 * Returns: (transfer full): the resampled sound, or %NULL
 */
LbPcm *lb_resample (const LbPcm *in, guint rate_hz, guint channels, guint64 memory_limit_bytes,
                    GError **error);

G_END_DECLS
