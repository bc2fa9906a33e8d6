/* A sound with clicks over it: beats that can be heard. */
#pragma once

#include "audio/pcm.h"

G_BEGIN_DECLS

#define LB_CLICK_LENGTH_S 0.04
#define LB_CLICK_BEAT_HZ 1000
#define LB_CLICK_DOWNBEAT_HZ 2000

typedef struct {
  double at_s; /* from the sound's first sample */
  gboolean down; /* the first of a bar: higher */
} LbClick;

/**
 * lb_click_mix:
 * @in: the sound, of any rate and channels
 * @clicks: in order of time; what lies outside the sound is left out
 * @memory_limit_bytes: as in lb_pcm_new()
 *
 * Half of @in, and on each beat a tone of %LB_CLICK_LENGTH_S that fades, in all channels, from 0
 * at the beat's own sample to half of full scale: what is within full scale stays so. Streams in
 * chunks.
 *
 * Returns: (transfer full): as long as @in, at its rate and channels, or %NULL
 */
LbPcm *lb_click_mix (const LbPcm *in, const LbClick *clicks, guint n_clicks,
                     guint64 memory_limit_bytes, GError **error);

G_END_DECLS
