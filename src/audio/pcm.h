/* Decoded sound: interleaved f32 frames in a file without a name (a memfd, or an unlinked file in
 * the cache folder when it is large), so that five hours of sound cost address space, not memory.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_PCM_MAX_CHANNELS 64
/* Slower than any sound; and from 1 Hz to 16 kHz a small file would become gigabytes. */
#define LB_PCM_MIN_RATE_HZ 100
#define LB_PCM_MAX_RATE_HZ 768000

typedef struct _LbPcm LbPcm;

/**
 * lb_pcm_new:
 * @rate_hz: %LB_PCM_MIN_RATE_HZ to %LB_PCM_MAX_RATE_HZ
 * @channels: 1 to %LB_PCM_MAX_CHANNELS
 * @memory_limit_bytes: above this it moves from memory into an unlinked file in $XDG_CACHE_HOME;
 *   0: a quarter of the memory available now
 *
 * Returns: (transfer full): no frames yet, or %NULL
 */
LbPcm *lb_pcm_new (guint rate_hz, guint channels, guint64 memory_limit_bytes, GError **error);
void lb_pcm_free (LbPcm *pcm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbPcm, lb_pcm_free)

guint lb_pcm_rate_hz (const LbPcm *pcm);
guint lb_pcm_channels (const LbPcm *pcm);
guint64 lb_pcm_frames (const LbPcm *pcm);
double lb_pcm_duration_s (const LbPcm *pcm);

/** lb_pcm_append: adds @frames frames (× channels samples). %LB_ERROR_NO_SPACE when it can't */
gboolean lb_pcm_append (LbPcm *pcm, const float *samples, gsize frames, GError **error);

/** lb_pcm_read: copies @frames frames from frame @start into @samples; all of them, or an error
 */
gboolean lb_pcm_read (const LbPcm *pcm, guint64 start, float *samples, gsize frames,
                      GError **error);

/** lb_pcm_sha256: Returns: (transfer full): of the samples, little endian f32, or %NULL */
char *lb_pcm_sha256 (const LbPcm *pcm, GError **error);

G_END_DECLS
