#include "dsp/key.h"

#include <math.h>

#define CLASSES 12

/* How well a tone fits after the key's chords, as listeners rated it: from the tonic up. */
static const double major[CLASSES] = { 6.35, 2.23, 3.48, 2.33, 4.38, 4.09,
                                       2.52, 5.19, 2.39, 3.66, 2.29, 2.88 };
static const double minor[CLASSES] = { 6.33, 2.68, 3.52, 5.38, 2.60, 3.53,
                                       2.54, 4.75, 3.98, 2.69, 3.34, 3.17 };
static const char *const names[CLASSES] = { "C",  "C#", "D",  "D#", "E",  "F",
                                            "F#", "G",  "G#", "A",  "A#", "B" };

static double
mean_of (const double *values)
{
  double sum = 0;

  for (guint i = 0; i < CLASSES; i++)
    sum += values[i];
  return sum / CLASSES;
}

/* Pearson's, of @chroma from @tonic up and @profile. NAN: @chroma is flat */
static double
correlate (const double *chroma, int tonic, const double *profile)
{
  double chroma_mean = mean_of (chroma), profile_mean = mean_of (profile);
  double product = 0, chroma_squares = 0, profile_squares = 0;

  for (int i = 0; i < CLASSES; i++)
    {
      double x = chroma[(tonic + i) % CLASSES] - chroma_mean, y = profile[i] - profile_mean;

      product += x * y;
      chroma_squares += x * x;
      profile_squares += y * y;
    }
  return product / sqrt (chroma_squares * profile_squares);
}

void
lb_key_find (const double *chroma, LbKey *key)
{
  double next = -2;

  *key = (LbKey){ .tonic = -1, .correlation = -2 };
  for (int i = 0; i < LB_KEY_COUNT; i++)
    {
      double r = correlate (chroma, i % CLASSES, i < CLASSES ? major : minor);

      if (!isfinite (r))
        continue;
      next = MAX (next, MIN (r, key->correlation));
      if (r > key->correlation)
        *key = (LbKey){ .tonic = i % CLASSES, .minor = i >= CLASSES, .correlation = r };
    }
  key->lead = key->correlation - next;
}

char *
lb_key_name (const LbKey *key)
{
  if (key->tonic < 0)
    return NULL;
  return g_strdup_printf ("%s %s", names[key->tonic], key->minor ? "minor" : "major");
}
