/* What a ggml file of Whisper holds besides the weights: mel filters, sinusoids. */
#include <math.h>

#include "models/convert-whisper.h"

#define FFT_BINS 201 /* of 400 points at 16 kHz */
#define NYQUIST_HZ 8000.0

/* Sinusoids of section 3.5 of Vaswani et al. (2017), sines first as in Radford
 * et al. (2022), for files without. */
void
lb_convert_put_sinusoids (LbConversion *c)
{
  gsize half = c->width / 2;
  double step = log (10000.0) / (double) (half - 1);

  for (gsize t = 0; t < LB_CONVERT_AUDIO_CONTEXT; t++)
    for (gsize i = 0; i < c->width; i++)
      {
        double angle = (double) t * exp (-step * (double) (i % half));

        lb_convert_put_float (c, (float) (i < half ? sin (angle) : cos (angle)));
      }
}

/* Slaney's mel scale: linear to 1 kHz, then 27 steps to each factor of 6.4
 * (Auditory Toolbox, 1998). */
static double
mel_to_hz (double mel)
{
  return mel < 15 ? 200.0 / 3 * mel : 1000 * exp (log (6.4) / 27 * (mel - 15));
}

/* Triangles of equal area between neighbouring points of the mel scale. */
void
lb_convert_put_mel_filters (LbConversion *c)
{
  double top = 15 + log (NYQUIST_HZ / 1000) / (log (6.4) / 27);
  double step = top / (double) (c->mels + 1);
  double bin = NYQUIST_HZ / (FFT_BINS - 1);

  lb_convert_put_int (c, c->mels);
  lb_convert_put_int (c, FFT_BINS);
  for (gsize m = 0; m < c->mels; m++)
    {
      double low = mel_to_hz ((double) m * step);
      double mid = mel_to_hz ((double) (m + 1) * step);
      double high = mel_to_hz (m + 2 == c->mels + 1 ? top : (double) (m + 2) * step);

      for (gsize k = 0; k < FFT_BINS; k++)
        {
          double up = ((double) k * bin - low) / (mid - low);
          double down = (high - (double) k * bin) / (high - mid);

          lb_convert_put_float (c, (float) (MAX (0, MIN (up, down)) * (2 / (high - low))));
        }
    }
}
