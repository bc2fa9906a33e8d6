#include "dsp/meter.h"

#include <math.h>

#include "dsp/hpss.h"
#include "dsp/onset.h"
#include "dsp/spectral.h"
#include "dsp/stft.h"
#include "dsp/tuning.h"

#define SIZE LB_FEATURES_SIZE
#define HOP LB_FEATURES_HOP
#define BINS (SIZE / 2 + 1)
#define BIN_HZ ((double) LB_FEATURES_RATE_HZ / SIZE)
#define SOUNDING 1e-3 /* RMS: −60 dB */

static const LbOnsetShape onset_shape = { LB_FEATURES_RATE_HZ, SIZE, HOP };

typedef struct {
  guint64 count;
  double mean, squares; /* Welford's: of the distances from the mean */
} Spread;

struct _LbFeaturesMeter {
  gboolean second; /* pass */
  LbStft *stft;
  guint64 samples; /* of this pass, added so far */
  gboolean ended;  /* no samples follow: what comes is the padding behind them */
  float power[BINS], magnitudes[BINS];
  /* Of the first pass. */
  guint64 frames;
  Spread centroid, bandwidth, rolloff, crossings, rms;
  LbHpss *hpss;
  LbTuning *tuning;
  float loudest; /* power of a mel band */
  double harmonic_energy, percussive_energy, semitones;
  /* Of the second. */
  LbOnset *onset; /* of the first pass only for its mel bands */
  LbChroma *chroma;
  double chroma_sums[LB_CHROMA_CLASSES];
  guint64 sounding;
};

static void
spread_add (Spread *spread, double value)
{
  double apart = value - spread->mean;

  spread->count++;
  spread->mean += apart / (double) spread->count;
  spread->squares += apart * (value - spread->mean);
}

static LbSpread
spread_of (const Spread *spread)
{
  if (spread->count == 0)
    return (LbSpread){ NAN, NAN };
  return (LbSpread){ spread->mean, sqrt (spread->squares / (double) spread->count) };
}

static double
rms_of (const float *samples)
{
  double sums[4] = { 0 };

  for (guint i = 0; i < SIZE; i += 4)
    for (guint k = 0; k < 4; k++)
      sums[k] += (double) samples[i + k] * samples[i + k];
  return sqrt ((sums[0] + sums[1] + sums[2] + sums[3]) / SIZE);
}

/* The padding has no sign, so neither end of the sound is a crossing. */
static double
crossings_of (const LbFeaturesMeter *meter, const float *samples)
{
  gint64 start = (gint64) (meter->frames * HOP) - SIZE / 2;
  gint64 first = MAX (0, -start), end = SIZE;

  if (meter->ended)
    end = MIN (end, (gint64) meter->samples - start);
  return end > first ? lb_zero_crossings (samples + first, (guint) (end - first)) / (double) SIZE
                     : 0;
}

static void
first_frame (const float *samples, const LbComplex *bins, gpointer data)
{
  LbFeaturesMeter *meter = data;
  double rms = rms_of (samples);
  LbSpectral spectral;

  lb_stft_power (bins, meter->power, BINS);
  for (guint i = 0; i < BINS; i++)
    meter->magnitudes[i] = sqrtf (meter->power[i]);
  spread_add (&meter->rms, rms);
  if (rms > SOUNDING)
    {
      lb_spectral_measure (meter->magnitudes, BINS, BIN_HZ, &spectral);
      spread_add (&meter->centroid, spectral.centroid_hz);
      spread_add (&meter->bandwidth, spectral.bandwidth_hz);
      spread_add (&meter->rolloff, spectral.rolloff_hz);
      spread_add (&meter->crossings, crossings_of (meter, samples));
    }
  lb_hpss_add (meter->hpss, meter->magnitudes);
  lb_tuning_add (meter->tuning, meter->magnitudes);
  meter->loudest = lb_onset_loudest (meter->onset, meter->power, meter->loudest);
  meter->frames++;
}

static void
second_frame (const float *samples, const LbComplex *bins, gpointer data)
{
  LbFeaturesMeter *meter = data;
  float classes[LB_CHROMA_CLASSES];

  lb_stft_power (bins, meter->power, BINS);
  lb_onset_add (meter->onset, meter->power);
  if (!(rms_of (samples) > SOUNDING))
    return;
  lb_chroma_apply (meter->chroma, meter->power, classes);
  for (guint i = 0; i < LB_CHROMA_CLASSES; i++)
    meter->chroma_sums[i] += classes[i];
  meter->sounding++;
}

static LbStft *
open_stft (LbFeaturesMeter *meter, LbStftFrame frame)
{
  LbStftShape shape = { .size = SIZE, .hop = HOP, .centred = TRUE };

  return lb_stft_new (&shape, frame, meter);
}

LbFeaturesMeter *
lb_features_meter_new (void)
{
  LbFeaturesMeter *meter = g_new0 (LbFeaturesMeter, 1);

  meter->stft = open_stft (meter, first_frame);
  meter->hpss = lb_hpss_new (BINS);
  meter->tuning = lb_tuning_new (BINS, BIN_HZ);
  meter->onset = lb_onset_new (&onset_shape, 0);
  return meter;
}

void
lb_features_meter_free (LbFeaturesMeter *meter)
{
  if (meter == NULL)
    return;
  lb_stft_free (meter->stft);
  lb_hpss_free (meter->hpss);
  lb_tuning_free (meter->tuning);
  lb_onset_free (meter->onset);
  lb_chroma_free (meter->chroma);
  g_free (meter);
}

void
lb_features_meter_add (LbFeaturesMeter *meter, const float *samples, gsize count)
{
  meter->samples += count;
  lb_stft_add (meter->stft, samples, count);
}

static void
end_pass (LbFeaturesMeter *meter)
{
  meter->ended = TRUE;
  lb_stft_finish (meter->stft);
}

void
lb_features_meter_again (LbFeaturesMeter *meter)
{
  g_return_if_fail (!meter->second);

  end_pass (meter);
  lb_hpss_finish (meter->hpss, &meter->harmonic_energy, &meter->percussive_energy);
  meter->semitones = lb_tuning_finish (meter->tuning);
  g_clear_pointer (&meter->hpss, lb_hpss_free);
  g_clear_pointer (&meter->tuning, lb_tuning_free);
  lb_onset_free (meter->onset);
  meter->onset = lb_onset_new (&onset_shape, meter->loudest);
  meter->chroma = lb_chroma_new (LB_FEATURES_RATE_HZ, SIZE,
                                 isfinite (meter->semitones) ? meter->semitones : 0);
  lb_stft_free (meter->stft);
  meter->stft = open_stft (meter, second_frame);
  meter->samples = 0;
  meter->ended = FALSE;
  meter->second = TRUE;
}

static void
read_rhythm (LbFeaturesMeter *meter, LbFeatures *features)
{
  gsize count;
  const float *envelope = lb_onset_envelope (meter->onset, &count);

  lb_tempo_find (envelope, count, (double) LB_FEATURES_RATE_HZ / HOP, &features->tempo);
  features->onsets = lb_onset_count (envelope, count, &onset_shape);
  features->onsets_per_s = meter->samples >= SIZE ? features->onsets / features->duration_s : NAN;
}

/* Without a pitch the chroma is that of noise. */
static void
read_harmony (const LbFeaturesMeter *meter, LbFeatures *features)
{
  features->tuning = meter->semitones;
  features->key = (LbKey){ .tonic = -1 };
  for (guint i = 0; i < LB_CHROMA_CLASSES; i++)
    features->chroma[i] = meter->sounding > 0 ? meter->chroma_sums[i] / (double) meter->sounding
                                              : NAN;
  if (meter->sounding > 0 && isfinite (meter->semitones))
    lb_key_find (features->chroma, &features->key);
}

void
lb_features_meter_finish (LbFeaturesMeter *meter, LbFeatures *features)
{
  double energy = meter->harmonic_energy + meter->percussive_energy;

  g_return_if_fail (meter->second);

  end_pass (meter);
  *features = (LbFeatures){
    .duration_s = (double) meter->samples / LB_FEATURES_RATE_HZ,
    .frames = meter->frames,
    .sounding_frames = meter->sounding,
    .centroid_hz = spread_of (&meter->centroid),
    .bandwidth_hz = spread_of (&meter->bandwidth),
    .rolloff_hz = spread_of (&meter->rolloff),
    .zero_crossing_rate = spread_of (&meter->crossings),
    .rms = spread_of (&meter->rms),
    .percussive_share = energy > 0 ? meter->percussive_energy / energy : NAN,
  };
  read_rhythm (meter, features);
  read_harmony (meter, features);
}
