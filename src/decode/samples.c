#include "decode/samples.h"

#include <libavutil/samplefmt.h>

/* @step: from one sample to the next in @in, and @out_step in @out */
typedef void (*Convert) (const void *in, gsize first, gsize step, float *out, gsize out_step,
                         gsize n);

#define DEFINE_CONVERT(name, type, expression)                                                   \
  static void name (const void *in, gsize first, gsize step, float *out, gsize out_step,         \
                    gsize n)                                                                     \
  {                                                                                              \
    const type *x = (const type *) in + first;                                                   \
                                                                                                 \
    for (gsize i = 0; i < n; i++, x += step, out += out_step)                                    \
      *out = (float) (expression);                                                               \
  }

DEFINE_CONVERT (from_u8, guint8, (*x - 128) * (1.0f / 128))
DEFINE_CONVERT (from_s16, gint16, *x *(1.0f / 32768))
DEFINE_CONVERT (from_s32, gint32, *x *(1.0f / 2147483648.0f))
DEFINE_CONVERT (from_s64, gint64, *x *(1.0 / 9223372036854775808.0))
DEFINE_CONVERT (from_flt, float, *x)
DEFINE_CONVERT (from_dbl, double, *x)

static const Convert converts[AV_SAMPLE_FMT_NB] = {
  [AV_SAMPLE_FMT_U8] = from_u8,   [AV_SAMPLE_FMT_U8P] = from_u8,
  [AV_SAMPLE_FMT_S16] = from_s16, [AV_SAMPLE_FMT_S16P] = from_s16,
  [AV_SAMPLE_FMT_S32] = from_s32, [AV_SAMPLE_FMT_S32P] = from_s32,
  [AV_SAMPLE_FMT_S64] = from_s64, [AV_SAMPLE_FMT_S64P] = from_s64,
  [AV_SAMPLE_FMT_FLT] = from_flt, [AV_SAMPLE_FMT_FLTP] = from_flt,
  [AV_SAMPLE_FMT_DBL] = from_dbl, [AV_SAMPLE_FMT_DBLP] = from_dbl,
};

gboolean
lb_samples_known (int format)
{
  return format >= 0 && format < AV_SAMPLE_FMT_NB && converts[format] != NULL;
}

/* The commonest of lossy sound: left and right in one pass. */
static void
interleave_two (const AVFrame *frame, gsize first, gsize frames, float *out)
{
  const float *left = (const float *) frame->extended_data[0] + first;
  const float *right = (const float *) frame->extended_data[1] + first;

  for (gsize i = 0; i < frames; i++)
    {
      out[2 * i] = left[i];
      out[2 * i + 1] = right[i];
    }
}

void
lb_samples_convert (const AVFrame *frame, guint channels, gsize first, gsize frames, float *out)
{
  Convert convert = converts[frame->format];

  if (!av_sample_fmt_is_planar (frame->format))
    convert (frame->extended_data[0], first * channels, 1, out, 1, frames * channels);
  else if (channels == 2 && frame->format == AV_SAMPLE_FMT_FLTP)
    interleave_two (frame, first, frames, out);
  else
    for (guint c = 0; c < channels; c++)
      convert (frame->extended_data[c], first, 1, out + c, channels, frames);
}
