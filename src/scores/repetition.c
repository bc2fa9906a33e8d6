#include "scores/repetition.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "scores/spectrum.h"

#define BANDS LB_REPETITION_BANDS
#define WINDOW_S 0.1
#define LOWEST_HZ 60.0
#define HIGHEST_HZ 12000.0
#define HIGHEST_SHARE 0.45 /* of the rate, where that is lower */
#define RATE_LEAST_HZ 1000
#define FLOOR_DB 80.0
#define STUCK_DB 1.0
#define FRAMES_LEAST 4
#define NEGLIGIBLE 1e-9 /* variance, dB² a value: rounding of what stands still */

/* The levels of a sound: @count rows of BANDS. */
typedef struct {
  float *db;
  gsize count;
} Levels;

/* What is needed to read a row of levels. */
typedef struct {
  LbTransform *transform;
  double *window;
  float *samples;
  LbBin *bins;
  gsize size;
  guint first[BANDS + 1]; /* bin that each band begins with */
} Reading;

static void
reading_clear (Reading *reading)
{
  lb_transform_free (reading->transform);
  g_free (reading->window);
  g_free (reading->samples);
  g_free (reading->bins);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static void
reading_init (Reading *reading, guint channels, guint rate_hz)
{
  double highest = MIN (HIGHEST_HZ, HIGHEST_SHARE * rate_hz);

  reading->size = (gsize) round (WINDOW_S * rate_hz);
  reading->transform = lb_transform_new ((guint) reading->size);
  reading->window = g_new (double, reading->size);
  reading->samples = g_new (float, reading->size *channels);
  reading->bins = g_new (LbBin, reading->size / 2 + 1);
  for (gsize i = 0; i < reading->size; i++)
    reading->window[i] = 0.5 - 0.5 * cos (2 * G_PI * (double) i / (double) reading->size);
  for (guint b = 0; b <= BANDS; b++)
    {
      double hz = LOWEST_HZ * pow (highest / LOWEST_HZ, (double) b / BANDS);

      reading->first[b] = (guint) round (hz * (double) reading->size / rate_hz);
    }
}

/* A band narrower than a bin has the bin that it begins with. */
static void
read_row (Reading *reading, guint channels, float *row)
{
  double *samples = lb_transform_samples (reading->transform);

  for (gsize i = 0; i < reading->size; i++)
    {
      double sum = 0;

      for (guint c = 0; c < channels; c++)
        sum += reading->samples[i * channels + c];
      samples[i] = reading->window[i] * sum / channels;
    }
  lb_transform_forward (reading->transform, reading->bins);
  for (guint b = 0; b < BANDS; b++)
    {
      guint end = MAX (reading->first[b + 1], reading->first[b] + 1);
      double power = 0;

      for (guint k = reading->first[b]; k < end; k++)
        power += reading->bins[k].re * reading->bins[k].re +
                 reading->bins[k].im * reading->bins[k].im;
      row[b] = (float) (10 * log10 (MAX (power, 1e-30)));
    }
}

static void
raise_floor (const Levels *levels)
{
  float loudest = -G_MAXFLOAT;

  for (gsize i = 0; i < levels->count * BANDS; i++)
    loudest = MAX (loudest, levels->db[i]);
  for (gsize i = 0; i < levels->count * BANDS; i++)
    levels->db[i] = MAX (levels->db[i], loudest - (float) FLOOR_DB);
}

static gboolean
read_levels (const LbSignal *sound, guint channels, guint rate_hz, Levels *levels, GError **error)
{
  g_auto (Reading) reading = { 0 };
  gsize hop = (gsize) round (LB_REPETITION_HOP_S * rate_hz);

  reading_init (&reading, channels, rate_hz);
  levels->count = sound->frames >= reading.size ? (sound->frames - reading.size) / hop + 1 : 0;
  if (levels->count < FRAMES_LEAST)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "a sound of %.2f s is too short to repeat itself",
                   (double) sound->frames / rate_hz);
      return FALSE;
    }
  levels->db = g_new (float, levels->count *BANDS);
  for (gsize i = 0; i < levels->count; i++)
    {
      if (!sound->read (sound->source, i * hop, reading.samples, reading.size, error))
        return FALSE;
      read_row (&reading, channels, levels->db + i * BANDS);
    }
  raise_floor (levels);
  return TRUE;
}

static void
find_stuck (const Levels *levels, LbRepetition *repetition)
{
  gsize run = 0, longest = 0, all = 0;

  for (gsize i = 1; i < levels->count; i++)
    {
      double sum = 0;

      for (guint b = 0; b < BANDS; b++)
        {
          double step = levels->db[i * BANDS + b] - levels->db[(i - 1) * BANDS + b];

          sum += step * step;
        }
      run = sum < STUCK_DB * STUCK_DB * BANDS ? run + 1 : 0;
      all += run > 0;
      longest = MAX (longest, run);
    }
  repetition->stuck_s = (double) longest * LB_REPETITION_HOP_S;
  repetition->stuck_share = (double) all / (double) (levels->count - 1);
}

static void
remove_means (const Levels *levels)
{
  for (guint b = 0; b < BANDS; b++)
    {
      double sum = 0;

      for (gsize i = 0; i < levels->count; i++)
        sum += levels->db[i * BANDS + b];
      for (gsize i = 0; i < levels->count; i++)
        levels->db[i * BANDS + b] -= (float) (sum / (double) levels->count);
    }
}

/* Of the sound with itself @lag frames later; NAN where one of both stands still. */
static double
correlate (const Levels *levels, gsize lag)
{
  gsize n = (levels->count - lag) * BANDS;
  const float *early = levels->db, *late = levels->db + lag * BANDS;
  double cross = 0, early_power = 0, late_power = 0;

  for (gsize i = 0; i < n; i++)
    {
      cross += (double) early[i] * late[i];
      early_power += (double) early[i] * early[i];
      late_power += (double) late[i] * late[i];
    }
  if (MIN (early_power, late_power) <= NEGLIGIBLE * (double) n)
    return NAN;
  return cross / sqrt (early_power * late_power);
}

gboolean
lb_repetition_measure (const LbSignal *sound, guint channels, guint rate_hz,
                       LbRepetition *repetition, GError **error)
{
  g_autofree float *db = NULL;
  Levels levels = { 0 };
  gsize least = (gsize) round (LB_REPETITION_LEAST_LAG_S / LB_REPETITION_HOP_S);
  gsize most;
  gboolean read;

  *repetition = (LbRepetition){ NAN, NAN, NAN, NAN };
  if (rate_hz < RATE_LEAST_HZ)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "a sound of %u Hz has no bands", rate_hz);
      return FALSE;
    }
  read = read_levels (sound, channels, rate_hz, &levels, error);
  db = levels.db;
  if (!read)
    return FALSE;
  find_stuck (&levels, repetition);
  remove_means (&levels);
  most = MIN (levels.count / 2, (gsize) (LB_REPETITION_MOST_LAG_S / LB_REPETITION_HOP_S));
  for (gsize lag = least; lag <= most; lag++)
    {
      double similarity = correlate (&levels, lag);

      if (isfinite (similarity) &&
          !(isfinite (repetition->similarity) && similarity <= repetition->similarity))
        {
          repetition->similarity = similarity;
          repetition->loop_s = (double) lag * LB_REPETITION_HOP_S;
        }
    }
  return TRUE;
}

json_t *
lb_repetition_json (const LbRepetition *repetition)
{
  json_t *record = json_object ();

  lb_json_set_real (record, "value", repetition->similarity);
  lb_json_set_real (record, "loop_s", repetition->loop_s);
  lb_json_set_real (record, "stuck_s", repetition->stuck_s);
  lb_json_set_real (record, "stuck_share", repetition->stuck_share);
  return record;
}
