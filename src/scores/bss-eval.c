/* BSS Eval version 4, after Vincent, Gribonval and Févotte (2006), "Performance measurement in
 * blind audio source separation", and Stöter, Liutkus and Ito (2018), "The 2018 Signal Separation
 * Evaluation Campaign". */
#include "scores/bss-eval.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/statistics.h"
#include "scores/bss-filters.h"

#define LIMIT_DB 200.0
#define WHOLE_SDR_FLOOR 1e-7 /* as in the evaluation of the Demucs papers */

/* One window of all signals, and what it takes to filter it. */
typedef struct {
  const LbBssInput *input;
  const LbBssFilters *filters;
  LbTransform *transform;
  gsize frames;       /* of the window at hand */
  float **references; /* [stem]: interleaved */
  float **estimates;
  LbBin *spectra; /* [track]: of the references' block at hand */
  LbBin *sum;
  double *projected[2]; /* from all references, from its own; LB_BSS_STEP samples */
} Window;

/* Energies of the parts of one estimate */
typedef struct {
  double truth, error, spatial, filtered, interference, projection, artifacts;
} Parts;

static double
decibels (double above, double below)
{
  if (above == 0 && below == 0)
    return NAN;
  return CLAMP (10 * log10 (above / below), -LIMIT_DB, LIMIT_DB);
}

static gboolean
is_silent (const float *samples, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (samples[i] != 0)
      return FALSE;
  return TRUE;
}

/* Spectra of the references around the block that begins at frame @start of the window */
static void
transform_references (Window *window, gsize start)
{
  double *to = lb_transform_samples (window->transform);
  guint channels = window->input->channels;
  gsize before = LB_BSS_TAPS - 1;

  for (guint track = 0; track < window->input->tracks; track++)
    {
      const float *from = window->references[track / channels] + track % channels;

      for (gsize i = 0; i < LB_BSS_BLOCK; i++)
        {
          gsize frame = start + i - before;

          to[i] = start + i >= before && frame < window->frames ? from[frame * channels] : 0;
        }
      lb_transform_forward (window->transform, window->spectra + (gsize) track * LB_BSS_BINS);
    }
}

/* The references' tracks @first … @first + @n − 1 through the filters to the estimate's @track */
static void
project (Window *window, const LbBin *filters, guint track, guint first, guint n,
         double *projected)
{
  guint tracks = window->input->tracks;

  memset (window->sum, 0, LB_BSS_BINS * sizeof (LbBin));
  for (guint from = first; from < first + n; from++)
    lb_bins_add_product (window->sum, window->spectra + (gsize) from * LB_BSS_BINS,
                         filters + ((gsize) track * tracks + from) * LB_BSS_BINS, LB_BSS_BINS);
  lb_transform_inverse (window->transform, window->sum);
  memcpy (projected, lb_transform_samples (window->transform) + LB_BSS_TAPS - 1,
          LB_BSS_STEP * sizeof (double));
}

static void
add_parts (Window *window, gsize start, guint track, Parts *parts)
{
  guint channels = window->input->channels, stem = track / channels, channel = track % channels;
  gsize end = MIN (start + LB_BSS_STEP, window->frames + LB_BSS_TAPS - 1);

  project (window, window->filters->all, track, 0, window->input->tracks, window->projected[0]);
  project (window, window->filters->own, track, stem * channels, channels, window->projected[1]);
  for (gsize i = start; i < end; i++)
    {
      gsize at = i * channels + channel;
      double truth = i < window->frames ? window->references[stem][at] : 0;
      double estimate = i < window->frames ? window->estimates[stem][at] : 0;
      double all = window->projected[0][i - start], own = window->projected[1][i - start];

      parts->truth += truth * truth;
      parts->error += (estimate - truth) * (estimate - truth);
      parts->spatial += (own - truth) * (own - truth);
      parts->filtered += own * own;
      parts->interference += (all - own) * (all - own);
      parts->projection += all * all;
      parts->artifacts += (estimate - all) * (estimate - all);
    }
}

static gboolean
read_window (Window *window, guint64 start, gboolean *silent, GError **error)
{
  const LbBssInput *input = window->input;
  gsize samples = window->frames * input->channels;

  *silent = FALSE;
  for (guint stem = 0; stem < input->stems; stem++)
    {
      if (!lb_bss_read (input, &input->references[stem], start, window->references[stem],
                        window->frames, error) ||
          !lb_bss_read (input, &input->estimates[stem], start, window->estimates[stem],
                        window->frames, error))
        return FALSE;
      *silent = *silent || is_silent (window->references[stem], samples) ||
                is_silent (window->estimates[stem], samples);
    }
  return TRUE;
}

static void
score_window (Window *window, guint64 number, LbBssScore *scores)
{
  const LbBssInput *input = window->input;
  g_autofree Parts *parts = g_new0 (Parts, input->stems);

  for (gsize start = 0; start < window->frames + LB_BSS_TAPS - 1; start += LB_BSS_STEP)
    {
      transform_references (window, start);
      for (guint track = 0; track < input->tracks; track++)
        add_parts (window, start, track, &parts[track / input->channels]);
    }
  for (guint stem = 0; stem < input->stems; stem++)
    {
      const Parts *its = &parts[stem];

      scores[stem].each[number] = (LbBssRatios){
        .sdr_db = decibels (its->truth, its->error),
        .isr_db = decibels (its->truth, its->spatial),
        .sir_db = input->stems == 1 ? NAN : decibels (its->filtered, its->interference),
        .sar_db = decibels (its->projection, its->artifacts),
      };
      scores[stem].scored++;
    }
}

static gboolean
score_windows (Window *window, gsize length, LbBssScore *scores, GError **error)
{
  const LbBssInput *input = window->input;
  const LbBssRatios nothing = { NAN, NAN, NAN, NAN };

  for (guint64 number = 0; number < scores[0].windows; number++)
    {
      gboolean silent;

      window->frames = (gsize) MIN (input->frames, length);
      if (g_cancellable_set_error_if_cancelled (input->cancellable, error) ||
          !read_window (window, number * length, &silent, error))
        return FALSE;
      if (silent)
        for (guint stem = 0; stem < input->stems; stem++)
          scores[stem].each[number] = nothing;
      else
        score_window (window, number, scores);
    }
  return TRUE;
}

static double
median_of (const LbBssScore *score, gsize offset)
{
  g_autofree double *values = g_new (double, score->windows);
  gsize n = 0;

  for (guint64 i = 0; i < score->windows; i++)
    {
      double value = G_STRUCT_MEMBER (double, &score->each[i], offset);

      if (isfinite (value))
        values[n++] = value;
    }
  return n == 0 ? NAN : lb_median (values, n);
}

static void
summarise (LbBssScore *score, const LbBssEnergy *energy)
{
  double along = energy->along / energy->reference;
  double target = energy->reference * (1 + along) * (1 + along);

  score->median = (LbBssRatios){
    .sdr_db = median_of (score, G_STRUCT_OFFSET (LbBssRatios, sdr_db)),
    .isr_db = median_of (score, G_STRUCT_OFFSET (LbBssRatios, isr_db)),
    .sir_db = median_of (score, G_STRUCT_OFFSET (LbBssRatios, sir_db)),
    .sar_db = median_of (score, G_STRUCT_OFFSET (LbBssRatios, sar_db)),
  };
  score->whole_sdr_db = 10 * log10 ((energy->reference + WHOLE_SDR_FLOOR) /
                                    (energy->error + WHOLE_SDR_FLOOR));
  /* α = 1 + (e·s) / |s|²; what αs leaves of ŝ is what it leaves of e = ŝ − s; rounding may take
   * it below 0. */
  score->si_sdr_db = decibels (target, MAX (energy->error - along * energy->along, 0));
}

static gboolean
check_input (const LbBssInput *input, guint rate_hz, GError **error)
{
  const char *what = NULL;

  if (input->stems == 0 || input->channels == 0 || input->frames == 0)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
                           "the reference stems have no samples: give the sound of each stem");
      return FALSE;
    }
  if (input->stems > LB_BSS_MAX_TRACKS || input->channels > LB_BSS_MAX_TRACKS / input->stems)
    what = "more stems and channels than can be scored at once (stems × channels: 16 at most): "
           "score "
           "fewer stems";
  else if (rate_hz < LB_BSS_MIN_RATE_HZ || rate_hz > LB_BSS_MAX_RATE_HZ)
    what = "a sample rate outside 1000 to 768000 Hz: resample them";
  for (guint stem = 1; what == NULL && stem < input->stems; stem++)
    if (input->references[stem].frames != input->frames)
      what = "different lengths: give stems cut from one mix";
  if (what != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "the reference stems have %s", what);
  return what == NULL;
}

static gboolean
score_input (const LbBssInput *input, guint rate_hz, LbBssScore *scores, GError **error)
{
  gsize length = (gsize) MIN (input->frames, rate_hz), samples = length * input->channels;
  g_autofree LbBssEnergy *energies = g_new0 (LbBssEnergy, input->stems);
  g_autoptr (LbBssFilters) filters = lb_bss_filters_new (input, energies, error);
  g_autoptr (LbTransform) transform = NULL;
  g_autoptr (GPtrArray) buffers = NULL;
  g_autofree LbBin *spectra = NULL;
  g_autofree LbBin *sum = NULL;
  g_autofree double *projected = NULL;

  if (filters == NULL)
    return FALSE;
  transform = lb_transform_new (LB_BSS_BLOCK);
  buffers = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < 2 * input->stems; i++)
    g_ptr_array_add (buffers, g_new (float, samples));
  spectra = g_new (LbBin, (gsize) input->tracks * LB_BSS_BINS);
  sum = g_new (LbBin, LB_BSS_BINS);
  projected = g_new (double, 2 * LB_BSS_STEP);
  for (guint stem = 0; stem < input->stems; stem++)
    {
      scores[stem].windows = input->frames / length;
      scores[stem].each = g_new (LbBssRatios, scores[stem].windows);
    }
  if (!score_windows (&(Window){ input,
                                 filters,
                                 transform,
                                 0,
                                 (float **) buffers->pdata,
                                 (float **) buffers->pdata + input->stems,
                                 spectra,
                                 sum,
                                 { projected, projected + LB_BSS_STEP } },
                      length, scores, error))
    return FALSE;
  for (guint stem = 0; stem < input->stems; stem++)
    {
      summarise (&scores[stem], &energies[stem]);
      scores[stem].loading = filters->loading;
    }
  return TRUE;
}

gboolean
lb_bss_eval (const LbSignal *references, const LbSignal *estimates, guint stems, guint channels,
             guint rate_hz, LbBssScore *scores, GCancellable *cancellable, GError **error)
{
  LbBssInput input = {
    references,  estimates,        stems,
    channels,    stems * channels, stems == 0 ? 0 : references[0].frames,
    cancellable,
  };

  g_return_val_if_fail (stems == 0 || (references && estimates && scores), FALSE);

  if (stems > 0)
    memset (scores, 0, stems * sizeof *scores);
  if (check_input (&input, rate_hz, error) && score_input (&input, rate_hz, scores, error))
    return TRUE;
  for (guint stem = 0; stem < stems; stem++)
    lb_bss_score_clear (&scores[stem]);
  return FALSE;
}

void
lb_bss_score_clear (LbBssScore *score)
{
  g_clear_pointer (&score->each, g_free);
}

json_t *
lb_bss_json (const LbBssScore *score)
{
  json_t *object = json_object ();

  lb_json_set_real (object, "sdr_db", score->median.sdr_db);
  lb_json_set_real (object, "isr_db", score->median.isr_db);
  lb_json_set_real (object, "sir_db", score->median.sir_db);
  lb_json_set_real (object, "sar_db", score->median.sar_db);
  lb_json_set_real (object, "whole_sdr_db", score->whole_sdr_db);
  lb_json_set_real (object, "si_sdr_db", score->si_sdr_db);
  lb_json_set_integer (object, "windows", (gint64) score->windows);
  lb_json_set_integer (object, "scored_windows", (gint64) score->scored);
  lb_json_set_real (object, "loading", score->loading);
  return object;
}
