#include "scores/note-frames.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define TOLERANCE_SEMITONES 0.5

typedef struct {
  gint64 frame;
  double pitch;      /* as a MIDI note number */
  guint8 estimate;
  guint8 begins;
} Change;

typedef struct {
  double pitches[LB_NOTE_MAX_SOUNDING]; /* ascending */
  guint n;
} Sounding;

/* The first frame at or after @time_s */
static gint64
frame_at (double time_s)
{
  gint64 frame = (gint64) floor (time_s / LB_NOTE_FRAME_S);

  while (frame > 0 && (double) (frame - 1) * LB_NOTE_FRAME_S >= time_s)
    frame--;
  while ((double) frame * LB_NOTE_FRAME_S < time_s)
    frame++;
  return frame;
}

static Change *
add_changes (Change *to, const LbNote *notes, gsize n, gboolean estimate)
{
  for (gsize i = 0; i < n; i++)
    {
      gint64 first = frame_at (notes[i].onset_s), end = frame_at (notes[i].offset_s);
      double pitch = 69 + 12 * log2 (notes[i].pitch_hz / 440);

      if (first == end)
        continue;
      *to++ = (Change){ first, pitch, (guint8) estimate, TRUE };
      *to++ = (Change){ end, pitch, (guint8) estimate, FALSE };
    }
  return to;
}

/* By frame; in a frame what ends goes first, so that a note that follows another takes no extra room */
static int
compare_changes (const void *a, const void *b)
{
  const Change *x = a, *y = b;

  if (x->frame != y->frame)
    return x->frame < y->frame ? -1 : 1;
  return (int) x->begins - (int) y->begins;
}

static gboolean
apply (Sounding *sounding, const Change *change)
{
  guint at = 0;

  while (at < sounding->n && sounding->pitches[at] < change->pitch)
    at++;
  if (!change->begins)
    {
      sounding->n--;
      memmove (sounding->pitches + at, sounding->pitches + at + 1,
               (sounding->n - at) * sizeof (double));
      return TRUE;
    }
  if (sounding->n == LB_NOTE_MAX_SOUNDING)
    return FALSE;
  memmove (sounding->pitches + at + 1, sounding->pitches + at, (sounding->n - at) * sizeof (double));
  sounding->pitches[at] = change->pitch;
  sounding->n++;
  return TRUE;
}

/* The most pairs within tolerance: on a line, taking the lowest that fit is best. */
static guint
count_matches (const Sounding *reference, const Sounding *estimate)
{
  guint matched = 0;

  for (guint i = 0, j = 0; i < reference->n && j < estimate->n;)
    if (reference->pitches[i] < estimate->pitches[j] - TOLERANCE_SEMITONES)
      i++;
    else if (reference->pitches[i] > estimate->pitches[j] + TOLERANCE_SEMITONES)
      j++;
    else
      {
        matched++;
        i++;
        j++;
      }
  return matched;
}

static gboolean
sweep (const Change *changes, gsize n, LbNoteRates *rates, GError **error)
{
  g_autofree Sounding *sounding = g_new0 (Sounding, 2);
  guint64 matched = 0, totals[2] = { 0 };

  for (gsize i = 0; i < n;)
    {
      gint64 frame = changes[i].frame, span;

      for (; i < n && changes[i].frame == frame; i++)
        if (!apply (&sounding[changes[i].estimate], &changes[i]))
          {
            g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                         "more than %d %s notes sound at %.2f s: are the times in seconds?",
                         LB_NOTE_MAX_SOUNDING, changes[i].estimate ? "transcribed" : "reference",
                         (double) frame * LB_NOTE_FRAME_S);
            return FALSE;
          }
      span = i < n ? changes[i].frame - frame : 0;
      for (guint side = 0; side < 2; side++)
        totals[side] += (guint64) span * sounding[side].n;
      matched += (guint64) span * count_matches (&sounding[0], &sounding[1]);
    }
  *rates = lb_note_rates (matched, totals[1], totals[0]);
  return TRUE;
}

gboolean
lb_note_frames (const LbNote *references, gsize n_references, const LbNote *estimates,
                gsize n_estimates, LbNoteRates *rates, GError **error)
{
  g_autofree Change *changes = g_new (Change, 2 * (n_references + n_estimates));
  Change *end = add_changes (changes, references, n_references, FALSE);
  gsize n;

  end = add_changes (end, estimates, n_estimates, TRUE);
  n = (gsize) (end - changes);
  if (n > 0)
    qsort (changes, n, sizeof *changes, compare_changes);
  return sweep (changes, n, rates, error);
}

LbNoteRates
lb_note_rates (guint64 matched, guint64 estimated, guint64 reference)
{
  if (reference == 0)
    return (LbNoteRates){ NAN, NAN, NAN, 0 };
  return (LbNoteRates){
    .precision = estimated == 0 ? 0 : (double) matched / (double) estimated,
    .recall = (double) matched / (double) reference,
    .f1 = 2 * (double) matched / (double) (estimated + reference),
    .matched = matched,
  };
}
