#include "scores/bss-filters.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "scores/block-toeplitz.h"

/* Correlations while the sound is read: spectra summed over blocks. */
typedef struct {
  LbTransform *transform;
  float *samples[2]; /* interleaved: of one stem's reference and estimate */
  LbBin *heads;      /* [track]: of the references' first LB_BSS_STEP samples */
  LbBin *blocks;     /* [2 × tracks]: of all samples; references, then estimates */
  LbBin *sums;       /* [reference's track][2 × tracks] */
} Correlator;

void
lb_bins_add_product (LbBin *restrict sum, const LbBin *restrict x, const LbBin *restrict y,
                     gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      sum[i].re += x[i].re * y[i].re - x[i].im * y[i].im;
      sum[i].im += x[i].re * y[i].im + x[i].im * y[i].re;
    }
}

void
lb_bins_add_correlation (LbBin *restrict sum, const LbBin *restrict x, const LbBin *restrict y,
                         gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      sum[i].re += x[i].re * y[i].re + x[i].im * y[i].im;
      sum[i].im += x[i].re * y[i].im - x[i].im * y[i].re;
    }
}

gboolean
lb_bss_read (const LbBssInput *input, const LbSignal *signal, guint64 start, float *samples,
             gsize frames, GError **error)
{
  guint64 end = MIN (signal->frames, input->frames);
  gsize there = start >= end ? 0 : (gsize) MIN (end - start, frames);

  memset (samples + there * input->channels, 0,
          (frames - there) * input->channels * sizeof (float));
  return there == 0 || signal->read (signal->source, start, samples, there, error);
}

static gboolean
set_not_a_number (const LbBssInput *input, const LbSignal *signal, const char *kind,
                  guint64 sample, GError **error)
{
  g_autofree char *name = lb_text_escape (signal->name);

  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "the %s of \"%s\" has a sample that is no finite number (frame %" G_GUINT64_FORMAT
               "): decode or separate it again",
               kind, name, sample / input->channels);
  return FALSE;
}

/* The @n new samples of a stem from frame @start: are they numbers, and what do they add up to?
 */
static gboolean
add_energies (const LbBssInput *input, guint stem, guint64 start, gsize n,
              float *const samples[2], LbBssEnergy *energy, GError **error)
{
  double reference = 0, estimate = 0, difference = 0, along = 0;

  for (gsize i = 0; i < n; i++)
    {
      double s = samples[0][i], e = samples[1][i];

      if (!isfinite (s))
        return set_not_a_number (input, &input->references[stem], "reference",
                                 start * input->channels + i, error);
      if (!isfinite (e))
        return set_not_a_number (input, &input->estimates[stem], "estimate",
                                 start * input->channels + i, error);
      reference += s * s;
      estimate += e * e;
      difference += (e - s) * (e - s);
      along += (e - s) * s;
    }
  energy->reference += reference;
  energy->estimate += estimate;
  energy->error += difference;
  energy->along += along;
  return TRUE;
}

/* The spectrum of @n of one channel's samples */
static void
transform_channel (LbTransform *transform, const float *samples, guint channel, guint channels,
                   gsize n, LbBin *bins)
{
  double *to = lb_transform_samples (transform);

  for (gsize i = 0; i < n; i++)
    to[i] = samples[i * channels + channel];
  memset (to + n, 0, (LB_BSS_BLOCK - n) * sizeof (double));
  lb_transform_forward (transform, bins);
}

static gboolean
correlate_block (Correlator *correlator, const LbBssInput *input, guint64 start,
                 LbBssEnergy *energies, GError **error)
{
  guint channels = input->channels, tracks = input->tracks;

  for (guint stem = 0; stem < input->stems; stem++)
    {
      if (!lb_bss_read (input, &input->references[stem], start, correlator->samples[0],
                        LB_BSS_BLOCK, error) ||
          !lb_bss_read (input, &input->estimates[stem], start, correlator->samples[1],
                        LB_BSS_BLOCK, error) ||
          !add_energies (input, stem, start, (gsize) LB_BSS_STEP * channels, correlator->samples,
                         &energies[stem], error))
        return FALSE;
      for (guint channel = 0; channel < channels; channel++)
        {
          gsize track = (gsize) stem * channels + channel;

          transform_channel (correlator->transform, correlator->samples[0], channel, channels,
                             LB_BSS_STEP, correlator->heads + track * LB_BSS_BINS);
          transform_channel (correlator->transform, correlator->samples[0], channel, channels,
                             LB_BSS_BLOCK, correlator->blocks + track * LB_BSS_BINS);
          transform_channel (correlator->transform, correlator->samples[1], channel, channels,
                             LB_BSS_BLOCK, correlator->blocks + (tracks + track) * LB_BSS_BINS);
        }
    }
  for (gsize i = 0; i < tracks; i++)
    for (gsize j = 0; j < 2 * tracks; j++)
      lb_bins_add_correlation (correlator->sums + (i * 2 * tracks + j) * LB_BSS_BINS,
                               correlator->heads + i * LB_BSS_BINS,
                               correlator->blocks + j * LB_BSS_BINS, LB_BSS_BINS);
  return TRUE;
}

/* Returns: (transfer full): [reference's track][2 × tracks][lag]: Σ x[t] y[t + lag], or %NULL */
static double *
correlate (const LbBssInput *input, LbBssEnergy *energies, GError **error)
{
  gsize tracks = input->tracks, pairs = tracks * 2 * tracks;
  g_autoptr (LbTransform) transform = lb_transform_new (LB_BSS_BLOCK);
  g_autofree float *reference = g_new (float, (gsize) LB_BSS_BLOCK * input->channels);
  g_autofree float *estimate = g_new (float, (gsize) LB_BSS_BLOCK * input->channels);
  g_autofree LbBin *heads = g_new (LbBin, tracks * LB_BSS_BINS);
  g_autofree LbBin *blocks = g_new (LbBin, 2 * tracks * LB_BSS_BINS);
  g_autofree LbBin *sums = g_new0 (LbBin, pairs * LB_BSS_BINS);
  Correlator correlator = { transform, { reference, estimate }, heads, blocks, sums };
  double *lags;

  for (guint64 start = 0; start < input->frames; start += LB_BSS_STEP)
    if (g_cancellable_set_error_if_cancelled (input->cancellable, error) ||
        !correlate_block (&correlator, input, start, energies, error))
      return NULL;
  lags = g_new (double, pairs *LB_BSS_TAPS);
  for (gsize pair = 0; pair < pairs; pair++)
    {
      lb_transform_inverse (transform, sums + pair * LB_BSS_BINS);
      memcpy (lags + pair * LB_BSS_TAPS, lb_transform_samples (transform),
              LB_BSS_TAPS * sizeof (double));
    }
  return lags;
}

/* Fits filters from the references' tracks @first … @first + @size − 1 to as many estimates'
 * tracks from
 * @first on, and adds their spectra to @spectra */
static gboolean
fit (const double *lags, guint tracks, guint first, guint size, LbTransform *transform,
     LbBin *spectra, double *loading)
{
  gsize width = (gsize) size * LB_BSS_TAPS;
  g_autofree double *blocks = g_new (double, size *width);
  g_autofree double *right = g_new (double, size *width);
  double *samples = lb_transform_samples (transform), took;

#define LAG(from, to, lag)                                                                       \
  lags[(((gsize) first + (from)) * 2 * tracks + first + (to)) * LB_BSS_TAPS + (lag)]
  for (guint lag = 0; lag < LB_BSS_TAPS; lag++)
    for (guint i = 0; i < size; i++)
      for (guint j = 0; j < size; j++)
        {
          blocks[((gsize) lag * size + i) * size + j] = LAG (j, i, lag);
          right[j * width + (gsize) lag * size + i] = LAG (i, tracks + j, lag);
        }
#undef LAG
  took = lb_block_toeplitz_solve (blocks, size, LB_BSS_TAPS, right, size);
  if (isnan (took))
    return FALSE;
  *loading = MAX (*loading, took);
  for (guint to = 0; to < size; to++)
    for (guint from = 0; from < size; from++)
      {
        memset (samples, 0, LB_BSS_BLOCK * sizeof (double));
        for (guint lag = 0; lag < LB_BSS_TAPS; lag++)
          samples[lag] = right[to * width + (gsize) lag * size + from];
        lb_transform_forward (
            transform, spectra + (((gsize) first + to) * tracks + first + from) * LB_BSS_BINS);
      }
  return TRUE;
}

static gboolean
check_not_silent (const LbBssInput *input, const LbBssEnergy *energies, GError **error)
{
  for (guint stem = 0; stem < input->stems; stem++)
    {
      gboolean no_reference = energies[stem].reference == 0;
      const LbSignal *signal = no_reference ? &input->references[stem] : &input->estimates[stem];
      g_autofree char *name = lb_text_escape (signal->name);

      if (no_reference)
        g_set_error (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
                     "the reference of \"%s\" is silent all through: leave this stem out", name);
      else if (energies[stem].estimate == 0)
        g_set_error (
            error, LB_ERROR, LB_ERROR_BAD_INPUT,
            "the separated \"%s\" is silent all through, so that nothing can be compared: "
            "leave this stem out",
            name);
      else
        continue;
      return FALSE;
    }
  return TRUE;
}

LbBssFilters *
lb_bss_filters_new (const LbBssInput *input, LbBssEnergy *energies, GError **error)
{
  gsize bins = (gsize) input->tracks * input->tracks * LB_BSS_BINS;
  g_autofree double *lags = correlate (input, energies, error);
  g_autoptr (LbTransform) transform = NULL;
  g_autoptr (LbBssFilters) filters = NULL;
  gboolean fits;

  if (lags == NULL || !check_not_silent (input, energies, error))
    return NULL;
  transform = lb_transform_new (LB_BSS_BLOCK);
  filters = g_new (LbBssFilters, 1);
  *filters = (LbBssFilters){ g_new0 (LbBin, bins), g_new0 (LbBin, bins), 0 };
  fits = fit (lags, input->tracks, 0, input->tracks, transform, filters->all, &filters->loading);
  for (guint stem = 0; fits && stem < input->stems; stem++)
    fits = fit (lags, input->tracks, stem * input->channels, input->channels, transform,
                filters->own, &filters->loading);
  if (!fits)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                           "no filters fit these references: are their samples within ±1?");
      return NULL;
    }
  return g_steal_pointer (&filters);
}

void
lb_bss_filters_free (LbBssFilters *filters)
{
  if (filters == NULL)
    return;
  g_free (filters->all);
  g_free (filters->own);
  g_free (filters);
}
