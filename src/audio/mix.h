/* Channels into channels; inside src/audio only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * lb_mix:
 * @out: room for @frames × @out_channels samples; not @in
 *
 * Rules as lb_resample() says. Fewer, but more than two: the first @out_channels stay, the rest
 * is folded into the first two as for two.
 */
void lb_mix (const float *in, guint in_channels, float *out, guint out_channels, gsize frames);

G_END_DECLS
