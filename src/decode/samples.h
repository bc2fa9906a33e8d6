/* FFmpeg's sample formats to f32, interleaved. */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/** lb_samples_known: Returns: whether frames of @format (enum AVSampleFormat) can be converted */
gboolean lb_samples_known (int format);

/**
 * lb_samples_convert:
 * @frame: of a format that lb_samples_known() knows
 * @first: the first frame to take
 * @out: room for @frames × @channels
 *
 * Integers are divided by 2^(bits−1), as everywhere; nothing is clipped.
 */
void lb_samples_convert (const AVFrame *frame, guint channels, gsize first, gsize frames,
                         float *out);

G_END_DECLS
