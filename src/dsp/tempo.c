#include "dsp/tempo.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "dsp/fourier.h"
#include "dsp/stft.h"

#define WINDOW_S 8.0
#define USUAL_BPM 120.0
#define MAX_BPM 320.0

/* The mean autocorrelation of all windows of @length frames, each scaled to 1 at lag 0. */
typedef struct {
  guint length;
  guint padded; /* of the transform: no lag may wrap around */
  float *window;
  double *sums; /* length */
  LbFourier *fourier;
} Correlation;

static void
correlation_clear (Correlation *self)
{
  g_free (self->window);
  g_free (self->sums);
  lb_fourier_free (self->fourier);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Correlation, correlation_clear)

/* FFTW is fast where a length has small factors only. */
static guint
fast_length (guint least)
{
  for (guint length = least;; length++)
    {
      guint rest = length;

      for (guint factor = 2; factor <= 5; factor++)
        while (rest % factor == 0)
          rest /= factor;
      if (rest == 1)
        return length;
    }
}

static void
correlation_init (Correlation *self, guint length)
{
  self->length = length;
  self->padded = fast_length (2 * length - 1);
  self->window = g_new (float, length);
  lb_stft_hann (self->window, length);
  self->sums = g_new0 (double, length);
  self->fourier = lb_fourier_new (self->padded);
}

static void
add_window (Correlation *self, const float *frames)
{
  float *samples = lb_fourier_samples (self->fourier);
  LbComplex *bins = lb_fourier_bins (self->fourier);
  double most = 0;

  for (guint i = 0; i < self->length; i++)
    samples[i] = frames[i] * self->window[i];
  memset (samples + self->length, 0, (self->padded - self->length) * sizeof (float));
  lb_fourier_forward (self->fourier);
  for (guint i = 0; i <= self->padded / 2; i++)
    bins[i] = (LbComplex){ bins[i].re * bins[i].re + bins[i].im * bins[i].im, 0 };
  lb_fourier_inverse (self->fourier);
  for (guint i = 0; i < self->length; i++)
    most = MAX (most, fabs (samples[i]));
  if (most / self->padded < FLT_MIN)
    return;
  for (guint i = 0; i < self->length; i++)
    self->sums[i] += samples[i] / most;
}

/* Half a window of frames on either side, falling to nothing. Returns: (transfer full) */
static float *
pad (const float *envelope, gsize count, guint half)
{
  float *padded = g_new (float, count + 2 * half);

  memcpy (padded + half, envelope, count * sizeof (float));
  for (guint i = 0; i < half; i++)
    {
      padded[half - 1 - i] = envelope[0] * (float) (half - 1 - i) / (float) half;
      padded[half + count + i] = envelope[count - 1] * (float) (half - 1 - i) / (float) half;
    }
  return padded;
}

/* @means: of each lag. Returns: the best lag, 0: there is none */
static guint
best_lag (const double *means, guint length, double frame_hz)
{
  double best = -DBL_MAX;
  guint lag = 0;

  for (guint i = 1; i < length; i++)
    {
      double bpm = 60 * frame_hz / i, octaves = log2 (bpm / USUAL_BPM);
      double weighed = log1p (1e6 * MAX (means[i], 0)) - 0.5 * octaves * octaves;

      if (bpm >= MAX_BPM || weighed <= best)
        continue;
      best = weighed;
      lag = i;
    }
  return lag;
}

static void
read_tempo (const double *means, guint length, double frame_hz, LbTempo *tempo)
{
  guint lag = best_lag (means, length, frame_hz);
  double bend, shift = 0;

  if (lag == 0)
    return;
  if (lag + 1 < length)
    {
      bend = means[lag + 1] + means[lag - 1] - 2 * means[lag];
      if (bend < 0)
        shift = (means[lag - 1] - means[lag + 1]) / (2 * bend);
    }
  tempo->grid_bpm = 60 * frame_hz / lag;
  tempo->bpm = 60 * frame_hz / (lag + CLAMP (shift, -0.5, 0.5));
}

/* Pearson's, of the envelope and the same @lag frames later. Of noise it is about 0: r, which is
 * of strengths that are never negative, isn't. */
static double
repeats_after (const float *envelope, gsize count, gsize lag)
{
  double x = 0, y = 0, products = 0, x_squares = 0, y_squares = 0;
  gsize n = count > lag ? count - lag : 0;

  for (gsize i = 0; i < n; i++)
    {
      x += envelope[i] / (double) n;
      y += envelope[i + lag] / (double) n;
    }
  for (gsize i = 0; i < n; i++)
    {
      products += (envelope[i] - x) * (envelope[i + lag] - y);
      x_squares += (envelope[i] - x) * (envelope[i] - x);
      y_squares += (envelope[i + lag] - y) * (envelope[i + lag] - y);
    }
  return products / sqrt (x_squares * y_squares);
}

void
lb_tempo_find (const float *envelope, gsize count, double frame_hz, LbTempo *tempo)
{
  g_auto (Correlation) self = { 0 };
  g_autofree float *padded = NULL;

  *tempo = (LbTempo){ NAN, NAN, NAN };
  if (count == 0)
    return;
  correlation_init (&self, (guint) floor (WINDOW_S * frame_hz));
  padded = pad (envelope, count, self.length / 2);
  for (gsize i = 0; i + self.length <= count + 2 * (self.length / 2) && i < count; i++)
    add_window (&self, padded + i);
  for (guint i = 0; i < self.length; i++)
    self.sums[i] /= (double) count;
  if (!(self.sums[0] > 0))
    return;
  read_tempo (self.sums, self.length, frame_hz, tempo);
  if (!isfinite (tempo->grid_bpm))
    return;
  tempo->strength = repeats_after (envelope, count,
                                   (gsize) llround (60 * frame_hz / tempo->grid_bpm));
}
