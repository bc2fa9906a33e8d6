#include "scores/note-frames.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "scores/matching.h"

#define TOLERANCE_SEMITONES 0.5

/* A note begins or ends: by frame, then ends before beginnings, so that a note that follows
 * another takes no extra room; then which note it is, references first. */
typedef guint64 Change;

#define NOTE_BITS 21 /* of both lists */
#define DIGIT_BITS 10
#define DIGIT_AT(change, shift) ((change) >> (shift) & ((1u << DIGIT_BITS) - 1))
#define FRAME_OF(change) ((gint64) ((change) >> (NOTE_BITS + 1)))
#define BEGINS(change) (((change) >> NOTE_BITS & 1) != 0)
#define NOTE_OF(change) ((gsize) ((change) & ((1u << NOTE_BITS) - 1)))

G_STATIC_ASSERT (2 * LB_NOTE_MAX_NOTES < 1 << NOTE_BITS);

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

/* @first: the number of the first of @notes */
static Change *
add_changes (Change *to, const LbNote *notes, gsize n, gsize first, double *pitches)
{
  for (gsize i = 0; i < n; i++)
    {
      guint64 begin = (guint64) frame_at (notes[i].onset_s),
              end = (guint64) frame_at (notes[i].offset_s);

      pitches[first + i] = 69 + 12 * log2 (notes[i].pitch_hz / 440);
      if (begin == end)
        continue;
      *to++ = (begin << 1 | 1) << NOTE_BITS | (first + i);
      *to++ = (end << 1) << NOTE_BITS | (first + i);
    }
  return to;
}

/* Sorts @changes by all but the note, whose order they have already: by one digit after the
 * other, as comparing them would take half of the time of all scores. */
static void
sort_changes (Change *changes, gsize n)
{
  g_autofree Change *spare = g_new (Change, n);

  for (guint shift = NOTE_BITS; shift < 64; shift += DIGIT_BITS)
    {
      gsize starts[(1 << DIGIT_BITS) + 1] = { 0 };
      Change largest = 0;

      for (gsize i = 0; i < n; i++)
        {
          largest = MAX (largest, changes[i]);
          starts[DIGIT_AT (changes[i], shift) + 1]++;
        }
      if (largest >> shift == 0)
        return;
      for (guint i = 0; i < 1 << DIGIT_BITS; i++)
        starts[i + 1] += starts[i];
      for (gsize i = 0; i < n; i++)
        spare[starts[DIGIT_AT (changes[i], shift)]++] = changes[i];
      memcpy (changes, spare, n * sizeof *changes);
    }
}

static gboolean
apply (Sounding *sounding, double pitch, gboolean begins)
{
  guint at = 0;

  while (at < sounding->n && sounding->pitches[at] < pitch)
    at++;
  if (!begins)
    {
      sounding->n--;
      memmove (sounding->pitches + at, sounding->pitches + at + 1,
               (sounding->n - at) * sizeof (double));
      return TRUE;
    }
  if (sounding->n == LB_NOTE_MAX_SOUNDING)
    return FALSE;
  memmove (sounding->pitches + at + 1, sounding->pitches + at,
           (sounding->n - at) * sizeof (double));
  sounding->pitches[at] = pitch;
  sounding->n++;
  return TRUE;
}

static gboolean
sweep (const Change *changes, gsize n, const double *pitches, gsize n_references,
       LbNoteRates *rates, GError **error)
{
  g_autofree Sounding *sounding = g_new0 (Sounding, 2);
  guint64 matched = 0, totals[2] = { 0 };

  for (gsize i = 0; i < n;)
    {
      gint64 frame = FRAME_OF (changes[i]), span;

      for (; i < n && FRAME_OF (changes[i]) == frame; i++)
        {
          gsize note = NOTE_OF (changes[i]);
          gboolean is_estimate = note >= n_references;

          if (apply (&sounding[is_estimate], pitches[note], BEGINS (changes[i])))
            continue;
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "more than %d %s notes sound at %.2f s: are the times in seconds?",
                       LB_NOTE_MAX_SOUNDING, is_estimate ? "transcribed" : "reference",
                       (double) frame * LB_NOTE_FRAME_S);
          return FALSE;
        }
      span = i < n ? FRAME_OF (changes[i]) - frame : 0;
      for (guint side = 0; side < 2; side++)
        totals[side] += (guint64) span * sounding[side].n;
      matched += (guint64) span * lb_matching_on_line (sounding[0].pitches, sounding[0].n,
                                                       sounding[1].pitches, sounding[1].n,
                                                       TOLERANCE_SEMITONES);
    }
  *rates = lb_note_rates (matched, totals[1], totals[0]);
  return TRUE;
}

gboolean
lb_note_frames (const LbNote *references, gsize n_references, const LbNote *estimates,
                gsize n_estimates, LbNoteRates *rates, GError **error)
{
  g_autofree Change *changes = g_new (Change, 2 * (n_references + n_estimates));
  g_autofree double *pitches = g_new (double, n_references + n_estimates);
  Change *end = add_changes (changes, references, n_references, 0, pitches);
  gsize n;

  end = add_changes (end, estimates, n_estimates, n_references, pitches);
  n = (gsize) (end - changes);
  sort_changes (changes, n);
  return sweep (changes, n, pitches, n_references, rates, error);
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
