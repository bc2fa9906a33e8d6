#include "dsp/chroma.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define CENTRE_OCTAVE 5.0 /* from A0 on: where the bank weighs most */
#define OCTAVE_WIDTH 2.0

struct _LbChroma {
  guint bins;
  float *factors; /* bins × LB_CHROMA_CLASSES */
};

/* Semitones above A0, of the tuning. */
static double
note_of (guint bin, double rate_hz, guint size, double tuning)
{
  double a0_hz = 440.0 * exp2 (tuning / 12) / 16;

  return 12 * log2 (bin * rate_hz / size / a0_hz);
}

/* @note: of the bin; @width: semitones to the next one, at least 1 */
static void
fill_bin (float *factors, double note, double width)
{
  double bumps[LB_CHROMA_CLASSES], squares = 0;
  double octave = (note / 12 - CENTRE_OCTAVE) / OCTAVE_WIDTH;
  double weight = exp (-0.5 * octave * octave);

  for (guint i = 0; i < LB_CHROMA_CLASSES; i++)
    {
      double apart = fmod (note - i + 6 + 120, 12);

      apart = (apart < 0 ? apart + 12 : apart) - 6;
      bumps[i] = exp (-0.5 * (2 * apart / width) * (2 * apart / width));
      squares += bumps[i] * bumps[i];
    }
  for (guint i = 0; i < LB_CHROMA_CLASSES; i++) /* from A on; kept from C on */
    factors[(i + 9) % LB_CHROMA_CLASSES] = (float) (bumps[i] / sqrt (squares) * weight);
}

LbChroma *
lb_chroma_new (double rate_hz, guint size, double tuning)
{
  LbChroma *chroma = g_new0 (LbChroma, 1);

  chroma->bins = size / 2 + 1;
  chroma->factors = g_new (float, (gsize) chroma->bins *LB_CHROMA_CLASSES);
  for (guint bin = 0; bin < chroma->bins; bin++)
    {
      double next = note_of (bin + 1, rate_hz, size, tuning);
      /* 0 Hz is taken to lie one and a half octaves below the first bin. */
      double note = bin > 0 ? note_of (bin, rate_hz, size, tuning) : next - 18;

      fill_bin (chroma->factors + bin * LB_CHROMA_CLASSES, note, MAX (next - note, 1));
    }
  return chroma;
}

void
lb_chroma_free (LbChroma *chroma)
{
  if (chroma == NULL)
    return;
  g_free (chroma->factors);
  g_free (chroma);
}

void
lb_chroma_apply (const LbChroma *chroma, const float *power, float *classes)
{
  float largest = 0;

  memset (classes, 0, LB_CHROMA_CLASSES * sizeof (float));
  for (guint bin = 0; bin < chroma->bins; bin++)
    for (guint i = 0; i < LB_CHROMA_CLASSES; i++)
      classes[i] += power[bin] * chroma->factors[bin * LB_CHROMA_CLASSES + i];
  for (guint i = 0; i < LB_CHROMA_CLASSES; i++)
    largest = MAX (largest, classes[i]);
  if (largest < FLT_MIN)
    return;
  for (guint i = 0; i < LB_CHROMA_CLASSES; i++)
    classes[i] /= largest;
}
