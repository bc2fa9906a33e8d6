#include "audio/mix.h"

#include <math.h>
#include <string.h>

static void
mean (const float *in, guint channels, float *out, gsize frames)
{
  if (channels == 2)
    {
      for (gsize i = 0; i < frames; i++)
        out[i] = 0.5f * (in[2 * i] + in[2 * i + 1]);
      return;
    }
  for (gsize i = 0; i < frames; i++, in += channels)
    {
      double sum = 0;

      for (guint c = 0; c < channels; c++)
        sum += in[c];
      out[i] = (float) (sum / channels);
    }
}

/* A source that is in both of two outputs at 1/√2 has the power there that it had alone. */
static void
fold (const float *in, guint in_channels, float *out, guint out_channels, gsize frames)
{
  for (gsize i = 0; i < frames; i++, in += in_channels, out += out_channels)
    {
      double rest = 0;

      memcpy (out, in, out_channels * sizeof (float));
      for (guint c = out_channels; c < in_channels; c++)
        rest += in[c];
      out[0] += (float) (rest * M_SQRT1_2);
      out[1] += (float) (rest * M_SQRT1_2);
    }
}

static void
repeat_last (const float *in, guint in_channels, float *out, guint out_channels, gsize frames)
{
  for (gsize i = 0; i < frames; i++, in += in_channels, out += out_channels)
    {
      memcpy (out, in, in_channels * sizeof (float));
      for (guint c = in_channels; c < out_channels; c++)
        out[c] = in[in_channels - 1];
    }
}

void
lb_mix (const float *in, guint in_channels, float *out, guint out_channels, gsize frames)
{
  if (in_channels == out_channels)
    memcpy (out, in, frames * in_channels * sizeof (float));
  else if (out_channels == 1)
    mean (in, in_channels, out, frames);
  else if (out_channels < in_channels)
    fold (in, in_channels, out, out_channels, frames);
  else
    repeat_last (in, in_channels, out, out_channels, frames);
}
