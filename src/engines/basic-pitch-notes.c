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
  gsize n;           /* frames */
  const float *kept; /* activation within the bounds of pitch */
  float *left;       /* what no note has taken yet */
  const BasicPitchSettings *settings;
  GArray *notes;
} Search;

static int
key_of_hz (double hz)
{
  double key = nearbyint (69 + 12 * log2 (hz / 440) - BASIC_PITCH_LOWEST);

  return (int) CLAMP (key, 0, KEYS);
}

/* A copy of @matrix, zero outside of the pitches that are wanted. */
static float *
bound_pitches (const float *matrix, gsize n, const BasicPitchSettings *settings)
{
  int first = settings->min_hz > 0 ? key_of_hz (settings->min_hz) : 0;
  int last = settings->max_hz > 0 ? key_of_hz (settings->max_hz) : KEYS;
  float *bounded = g_new0 (float, n *KEYS + 1);

  for (gsize t = 0; t < n && first < last; t++)
    memcpy (bounded + t * KEYS + first, matrix + t * KEYS + first,
            (gsize) (last - first) * sizeof (float));
  return bounded;
}

static float
largest (const float *matrix, gsize cells)
{
  float most = 0;

  for (gsize i = 0; i < cells; i++)
    most = MAX (most, matrix[i]);
  return most;
}

/* How steeply the activation rises into a cell: the least rise over one and two frames. */
static double
rise (const float *frames, gsize t, gsize key)
{
  double least = INFINITY;

  if (t < DIFFERENCES)
    return 0;
  for (gsize back = 1; back <= DIFFERENCES; back++)
    least = MIN (least, (double) frames[t * KEYS + key] - frames[(t - back) * KEYS + key]);
  return MAX (least, 0);
}

/* Onsets as the network has them, or the rises where those are larger, scaled to the same
 * maximum. Returns: (nullable): %NULL: nothing rises, and so nothing begins */
static double *
infer_onsets (const float *onsets, const float *frames, gsize n)
{
  double most_onset = largest (onsets, n * KEYS), most_rise = 0;
  double *inferred = g_new (double, n *KEYS + 1);

  for (gsize t = 0; t < n; t++)
    for (gsize key = 0; key < KEYS; key++)
      {
        inferred[t * KEYS + key] = rise (frames, t, key);
        most_rise = MAX (most_rise, inferred[t * KEYS + key]);
      }
  if (!(most_rise > 0))
    {
      g_free (inferred);
      return NULL;
    }
  for (gsize i = 0; i < n * KEYS; i++)
    inferred[i] = MAX ((double) onsets[i], most_onset * inferred[i] / most_rise);
  return inferred;
}

static double *
widen (const float *onsets, gsize n)
{
  double *wide = g_new (double, n *KEYS + 1);

  for (gsize i = 0; i < n * KEYS; i++)
    wide[i] = onsets[i];
  return wide;
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
follow_onsets (Search *search, const double *onsets)
{
  for (gsize t = search->n - 1; t-- > 1;)
    for (gsize key = KEYS; key-- > 0;)
      {
        const double *cell = onsets + t * KEYS + key;

        if (cell[0] > *(cell - KEYS) && cell[0] > cell[KEYS] &&
            cell[0] >= search->settings->onset_threshold)
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
basic_pitch_notes (const float *frames, const float *onsets, gsize n_frames,
                   const BasicPitchSettings *settings)
{
  g_autofree float *kept = bound_pitches (frames, n_frames, settings);
  g_autofree float *begun = bound_pitches (onsets, n_frames, settings);
  g_autofree float *left = g_memdup2 (kept, (n_frames * KEYS + 1) * sizeof (float));
  g_autofree double *all = settings->infer_onsets ? infer_onsets (begun, kept, n_frames)
                                                  : widen (begun, n_frames);
  Search search = { n_frames, kept, left, settings,
                    g_array_new (FALSE, FALSE, sizeof (BasicPitchNote)) };

  if (all != NULL && n_frames > 2)
    follow_onsets (&search, all);
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
