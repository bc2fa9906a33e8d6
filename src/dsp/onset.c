#include "dsp/onset.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "dsp/mel.h"

#define BANDS 128
#define FAINTEST 1e-10f /* power: below it a band is taken to have it */
#define RANGE_DB 80.0f
#define MIN_LEAD 0.07 /* of the envelope's range, above the mean around a peak */
#define PEAK_S 0.03   /* no other onset so long before */
#define AROUND_S 0.1

struct _LbOnset {
  guint lag; /* frames by which the envelope is late */
  float floor_db;
  LbMel *mel;
  float before[BANDS]; /* dB, of the last frame */
  GArray *envelope;    /* of float: of frame t + lag, but those before the first */
};

static float
in_db (float power)
{
  return 10 * log10f (MAX (power, FAINTEST));
}

LbOnset *
lb_onset_new (const LbOnsetShape *shape, float loudest)
{
  LbMelShape mel = { .rate_hz = shape->rate_hz,
                     .size = shape->size,
                     .bands = BANDS,
                     .max_hz = shape->rate_hz / 2,
                     .equal_area = TRUE };
  LbOnset *onset = g_new0 (LbOnset, 1);

  onset->lag = shape->size / (2 * shape->hop);
  onset->floor_db = in_db (loudest) - RANGE_DB;
  onset->mel = lb_mel_new (&mel);
  onset->envelope = g_array_new (FALSE, TRUE, sizeof (float));
  return onset;
}

void
lb_onset_free (LbOnset *onset)
{
  if (onset == NULL)
    return;
  lb_mel_free (onset->mel);
  g_array_unref (onset->envelope);
  g_free (onset);
}

float
lb_onset_loudest (LbOnset *onset, const float *power, float loudest)
{
  float bands[BANDS];

  lb_mel_apply (onset->mel, power, bands);
  for (guint i = 0; i < BANDS; i++)
    loudest = MAX (loudest, bands[i]);
  return loudest;
}

void
lb_onset_add (LbOnset *onset, const float *power)
{
  float bands[BANDS], strength = 0;

  lb_mel_apply (onset->mel, power, bands);
  for (guint i = 0; i < BANDS; i++)
    {
      float db = MAX (in_db (bands[i]), onset->floor_db);

      strength += MAX (0, db - onset->before[i]);
      onset->before[i] = db;
    }
  strength /= BANDS;
  if (onset->envelope->len == 0) /* there is nothing before the first */
    g_array_set_size (onset->envelope, onset->lag + 1);
  else
    g_array_append_val (onset->envelope, strength);
}

const float *
lb_onset_envelope (LbOnset *onset, gsize *count)
{
  *count = onset->envelope->len > onset->lag ? onset->envelope->len - onset->lag : 0;
  return (const float *) (gpointer) onset->envelope->data;
}

/* Of the envelope from @first on, @end not among them. */
static double
greatest (const float *envelope, gsize first, gsize end)
{
  double most = -DBL_MAX;

  for (gsize i = first; i < end; i++)
    most = MAX (most, envelope[i]);
  return most;
}

static double
mean (const float *envelope, gsize first, gsize end)
{
  double sum = 0;

  for (gsize i = first; i < end; i++)
    sum += envelope[i];
  return sum / (double) (end - first);
}

static gsize
frames_in (double seconds, const LbOnsetShape *shape)
{
  return (gsize) floor (seconds * shape->rate_hz / shape->hop);
}

static gsize
before (gsize index, gsize frames)
{
  return index > frames ? index - frames : 0;
}

guint
lb_onset_count (const float *envelope, gsize count, const LbOnsetShape *shape)
{
  gsize peak = frames_in (PEAK_S, shape), around = frames_in (AROUND_S, shape), n = 0;
  double least, range;
  guint onsets = 0;

  if (count == 0)
    return 0;
  least = envelope[0];
  for (gsize i = 1; i < count; i++)
    least = MIN (least, envelope[i]);
  range = greatest (envelope, 0, count) - least;
  if (!(range > 0))
    return 0;
  while (n < count)
    {
      gsize end = MIN (n + around + 1, count);

      if (envelope[n] < greatest (envelope, before (n, peak), n + 1) ||
          envelope[n] < mean (envelope, before (n, around), end) + MIN_LEAD * range)
        {
          n++;
          continue;
        }
      onsets++;
      n += peak + 1;
    }
  return onsets;
}
