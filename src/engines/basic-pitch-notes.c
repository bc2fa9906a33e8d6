#include "basic-pitch-notes.h"

#include <math.h>
#include <string.h>

#define KEYS BASIC_PITCH_KEYS
#define SILENT_FRAMES 11 /* below the threshold, after which a note has ended */
#define DIFFERENCES 2    /* frames back that a rise is measured over */
#define BEND_BINS 25
#define BEND_SIGMA_BINS 5.0
#define ALIGNMENT_S 0.0018 /* the package's own figure */

typedef struct {
  gsize n;                    /* frames */
  const float *kept, *onsets; /* activations within the bounds of pitch */
  float *left;                /* what no note has taken yet */
  const BasicPitchSettings *settings;
  double most_onset, most_rise;
  GArray *notes;
} Search;

static int
key_of_hz (double hz)
{
  double key = nearbyint (69 + 12 * log2 (hz / 440) - BASIC_PITCH_LOWEST);

  return (int) CLAMP (key, 0, KEYS);
}

/* Zero outside of the pitches that are wanted. */
static void
bound_pitches (float *matrix, gsize n, const BasicPitchSettings *settings)
{
  int first = settings->min_hz > 0 ? key_of_hz (settings->min_hz) : 0;
  int last = settings->max_hz > 0 ? key_of_hz (settings->max_hz) : KEYS;

  if (first == 0 && last == KEYS)
    return;
  for (gsize t = 0; t < n; t++)
    for (int key = 0; key < KEYS; key++)
      if (key < first || key >= last)
        matrix[t * KEYS + (gsize) key] = 0;
}

/* How steeply the activation rises into a cell: the least rise over one and two frames. */
static double
rise (const float *frames, gsize t, gsize key)
{
  const float *cell = frames + t * KEYS + key;
  double least;

  if (t < DIFFERENCES)
    return 0;
  least = MIN ((double) cell[0] - *(cell - KEYS), (double) cell[0] - *(cell - 2 * KEYS));
  return MAX (least, 0);
}

/* Sets what rises are to be divided by and multiplied with, so that the steepest is as large as
 * the largest onset. */
static void
scale_rises (Search *search)
{
  for (gsize t = 0; t < search->n; t++)
    for (gsize key = 0; key < KEYS; key++)
      {
        search->most_onset = MAX (search->most_onset, search->onsets[t * KEYS + key]);
        search->most_rise = MAX (search->most_rise, rise (search->kept, t, key));
      }
}

/* The network's, or the rise where that is larger. */
static double
onset_at (const Search *search, gsize t, gsize key)
{
  double onset = search->onsets[t * KEYS + key];

  if (!search->settings->infer_onsets)
    return onset;
  return MAX (onset, search->most_onset * rise (search->kept, t, key) / search->most_rise);
}

/* A cell and its neighbours in pitch belong to a note now. */
static void
take (Search *search, gsize t, gsize key)
{
  float *row = search->left + t * KEYS;

  row[key] = 0;
  if (key + 1 < KEYS)
    row[key + 1] = 0;
  if (key > 0)
    row[key - 1] = 0;
}

static void
add_note (Search *search, gsize start, gsize end, gsize key)
{
  BasicPitchNote note = { (guint32) start, (guint32) end, (int) key + BASIC_PITCH_LOWEST, 0 };
  double sum = 0;

  for (gsize t = start; t < end; t++)
    sum += search->kept[t * KEYS + key];
  note.amplitude = (float) (sum / (double) (end - start));
  g_array_append_val (search->notes, note);
}

static gboolean
is_quiet (const Search *search, gsize t, gsize key)
{
  return (double) search->left[t * KEYS + key] < search->settings->frame_threshold;
}

/* The note that begins with an onset: on until it was quiet for long enough. */
static void
follow_onset (Search *search, gsize start, gsize key)
{
  gsize end = start + 1, quiet = 0;

  if (start + 1 >= search->n)
    return;
  for (; end < search->n - 1 && quiet < SILENT_FRAMES; end++)
    quiet = is_quiet (search, end, key) ? quiet + 1 : 0;
  end -= quiet;
  if ((gint64) (end - start) <= search->settings->min_frames)
    return;
  for (gsize t = start; t < end; t++)
    take (search, t, key);
  add_note (search, start, end, key);
}

static void
follow_onsets (Search *search)
{
  for (gsize t = search->n - 1; t-- > 1;)
    for (gsize key = KEYS; key-- > 0;)
      {
        double onset = onset_at (search, t, key);

        if (onset >= search->settings->onset_threshold && onset > onset_at (search, t - 1, key) &&
            onset > onset_at (search, t + 1, key))
          follow_onset (search, t, key);
      }
}

/* From the middle of a note without an onset, both ways. */
static void
follow_loudest (Search *search, gsize middle, gsize key)
{
  gsize quiet = 0;
  gint64 end, start, t;

  search->left[middle * KEYS + key] = 0;
  for (t = (gint64) middle + 1; t < (gint64) search->n - 1 && quiet < SILENT_FRAMES; t++)
    {
      quiet = is_quiet (search, (gsize) t, key) ? quiet + 1 : 0;
      take (search, (gsize) t, key);
    }
  end = t - 1 - (gint64) quiet;
  quiet = 0;
  for (t = (gint64) middle - 1; t > 0 && quiet < SILENT_FRAMES; t--)
    {
      quiet = is_quiet (search, (gsize) t, key) ? quiet + 1 : 0;
      take (search, (gsize) t, key);
    }
  start = t + 1 + (gint64) quiet;
  if (end - start > search->settings->min_frames)
    add_note (search, (gsize) start, (gsize) end, key);
}

typedef struct {
  float value;
  guint64 cell;
} Loud;

/* Loudest first; of equals the first in time, then in pitch. */
static int
compare_loud (gconstpointer a, gconstpointer b)
{
  const Loud *x = a, *y = b;

  if (x->value != y->value)
    return x->value > y->value ? -1 : 1;
  return x->cell < y->cell ? -1 : x->cell > y->cell;
}

static void
follow_what_is_left (Search *search)
{
  g_autoptr (GArray) loud = g_array_new (FALSE, FALSE, sizeof (Loud));

  for (guint64 i = 0; i < search->n * KEYS; i++)
    if ((double) search->left[i] > search->settings->frame_threshold)
      g_array_append_vals (loud, &(Loud){ search->left[i], i }, 1);
  g_array_sort (loud, compare_loud);
  for (guint i = 0; i < loud->len; i++)
    {
      guint64 cell = g_array_index (loud, Loud, i).cell;

      if ((double) search->left[cell] > search->settings->frame_threshold)
        follow_loudest (search, (gsize) (cell / KEYS), (gsize) (cell % KEYS));
    }
}

GArray *
basic_pitch_notes (float *frames, float *onsets, gsize n_frames,
                   const BasicPitchSettings *settings)
{
  g_autofree float *left = NULL;
  Search search = { n_frames, frames, onsets, NULL, settings, 0, 0, NULL };

  search.notes = g_array_new (FALSE, FALSE, sizeof (BasicPitchNote));
  bound_pitches (frames, n_frames, settings);
  bound_pitches (onsets, n_frames, settings);
  left = g_memdup2 (frames, n_frames * KEYS * sizeof (float));
  search.left = left;
  if (settings->infer_onsets)
    scale_rises (&search);
  /* where nothing rises, the package divides by zero, and finds no onset */
  if (n_frames > 2 && (!settings->infer_onsets || search.most_rise > 0))
    follow_onsets (&search);
  if (settings->melodia && n_frames > 0)
    follow_what_is_left (&search);
  return search.notes;
}

void
basic_pitch_bends (const float *contours, const BasicPitchNote *note, gint8 *bends)
{
  int own = (note->pitch - BASIC_PITCH_LOWEST) * BASIC_PITCH_BINS_A_KEY;
  int first = MAX (own - BEND_BINS, 0), last = MIN (own + BEND_BINS, BASIC_PITCH_CONTOURS - 1);

  for (gsize t = note->start; t < note->end; t++)
    {
      const float *row = contours + t * BASIC_PITCH_CONTOURS;
      double most = -INFINITY;
      int at = own;

      for (int bin = first; bin <= last; bin++)
        {
          double away = (bin - own) / BEND_SIGMA_BINS;
          double weighted = row[bin] * exp (-0.5 * away * away);

          if (weighted > most)
            {
              most = weighted;
              at = bin;
            }
        }
      bends[t - note->start] = (gint8) (at - own);
    }
}

double
basic_pitch_time_s (gsize index)
{
  const double hop_s = (double) BASIC_PITCH_HOP / BASIC_PITCH_RATE_HZ;
  const double surplus_s = hop_s * (BASIC_PITCH_FRAMES -
                                    (double) BASIC_PITCH_WINDOW / BASIC_PITCH_HOP) +
                           ALIGNMENT_S;

  return (double) index * hop_s - surplus_s * (double) (index / BASIC_PITCH_FRAMES);
}

gsize
basic_pitch_kept_frames (guint64 samples)
{
  /* 86: whole frames of a second */
  return (gsize) ((double) samples *
                  ((double) (BASIC_PITCH_RATE_HZ / BASIC_PITCH_HOP) / BASIC_PITCH_RATE_HZ));
}
