#include "audio/sine.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

#define PIECE_FRAMES 8192
#define PERCUSSION 9
#define ATTACK_S 0.004
#define RELEASE_S 0.03
#define DECAY_S 0.8 /* to 1/e */
#define TICK_S 0.03
#define HEADROOM 0.8

/* Of the fundamental, and of its partials. */
static const double partials[] = { 1.0, 0.35, 0.12 };
#define PARTIALS_SUM 1.47

static gint
by_start (gconstpointer a, gconstpointer b)
{
  const LbMidiNote *one = a, *other = b;

  return (one->start_s > other->start_s) - (one->start_s < other->start_s);
}

static double
end_of (const LbMidiNote *note)
{
  double end_s = note->channel == PERCUSSION ? MIN (note->end_s, note->start_s + TICK_S)
                                             : note->end_s;

  return end_s + RELEASE_S;
}

/* Between 0 and 1: the note's level @t_s after its start. */
static double
envelope (const LbMidiNote *note, double t_s)
{
  double left_s = end_of (note) - note->start_s - t_s;

  return MIN (t_s / ATTACK_S, 1) * CLAMP (left_s / RELEASE_S, 0, 1) * exp (-t_s / DECAY_S) *
         note->velocity / 127;
}

static void
add_note (const LbMidiNote *note, double scale, guint64 start, float *samples, gsize frames,
          double rate_hz)
{
  double hertz = 440 * exp2 ((note->pitch - 69) / 12.0);
  gint64 first = MAX ((gint64) ceil (note->start_s * rate_hz) - (gint64) start, 0);
  gint64 last = MIN ((gint64) (end_of (note) * rate_hz) - (gint64) start, (gint64) frames - 1);

  for (gint64 i = first; i <= last; i++)
    {
      double t_s = ((double) start + (double) i) / rate_hz - note->start_s;
      double sum = 0;

      for (guint k = 0; k < G_N_ELEMENTS (partials) && hertz * (k + 1) < rate_hz / 2; k++)
        sum += partials[k] * sin (2 * G_PI * hertz * (k + 1) * t_s);
      samples[i] += (float) (scale * envelope (note, t_s) * sum);
    }
}

/* How many notes sound at once, at most. @notes are sorted by their start. */
static guint
most_at_once (const GArray *notes)
{
  g_autoptr (GArray) sounding = g_array_new (FALSE, FALSE, sizeof (double));
  guint most = 1;

  for (guint i = 0; i < notes->len; i++)
    {
      const LbMidiNote *note = &g_array_index (notes, LbMidiNote, i);
      double end_s = end_of (note);

      for (guint k = sounding->len; k-- > 0;)
        if (g_array_index (sounding, double, k) <= note->start_s)
          g_array_remove_index_fast (sounding, k);
      g_array_append_val (sounding, end_s);
      most = MAX (most, sounding->len);
    }
  return most;
}

/* @next: the first note that has not begun; @sounding: indices of those that have, and may go on
 */
static void
add_piece (const GArray *notes, guint *next, GArray *sounding, double scale, guint64 start,
           float *samples, gsize frames, double rate_hz)
{
  double from_s = (double) start / rate_hz, to_s = (double) (start + frames) / rate_hz;

  for (; *next < notes->len && g_array_index (notes, LbMidiNote, *next).start_s < to_s; (*next)++)
    g_array_append_val (sounding, *next);
  for (guint k = sounding->len; k-- > 0;)
    {
      const LbMidiNote *note = &g_array_index (notes, LbMidiNote,
                                               g_array_index (sounding, guint, k));

      if (end_of (note) <= from_s)
        g_array_remove_index_fast (sounding, k);
      else
        add_note (note, scale, start, samples, frames, rate_hz);
    }
}

static gboolean
check (const LbMidiNote *notes, gsize n_notes, double duration_s, GError **error)
{
  gboolean good = duration_s > 0 && duration_s <= LB_SINE_MAX_S && n_notes <= LB_MIDI_MAX_NOTES;

  for (gsize i = 0; good && i < n_notes; i++)
    good = notes[i].start_s >= 0 && notes[i].end_s >= notes[i].start_s &&
           notes[i].end_s <= LB_MIDI_MAX_TIME_S && notes[i].pitch >= 0 && notes[i].pitch <= 127 &&
           notes[i].velocity >= 1 && notes[i].velocity <= 127;
  if (!good)
    g_set_error_literal (
        error, LB_ERROR, LB_ERROR_BAD_INPUT,
        "these notes can't be played: a time, pitch or velocity is out of bounds");
  return good;
}

LbPcm *
lb_sine_notes (const LbMidiNote *notes, gsize n_notes, double duration_s, guint rate_hz,
               GError **error)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (LbMidiNote));
  g_autoptr (GArray) sounding = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree float *piece = g_new (float, PIECE_FRAMES);
  g_autoptr (LbPcm) sound = NULL;
  guint64 frames = (guint64) (duration_s * rate_hz);
  guint next = 0;
  double scale;

  if (!check (notes, n_notes, duration_s, error))
    return NULL;
  sound = lb_pcm_new (rate_hz, 1, 0, error);
  g_array_append_vals (sorted, notes, (guint) n_notes);
  g_array_sort (sorted, by_start);
  scale = HEADROOM / PARTIALS_SUM / sqrt (most_at_once (sorted));
  for (guint64 at = 0; sound != NULL && at < frames; at += PIECE_FRAMES)
    {
      gsize n = (gsize) MIN (PIECE_FRAMES, frames - at);

      memset (piece, 0, PIECE_FRAMES * sizeof *piece);
      add_piece (sorted, &next, sounding, scale, at, piece, n, rate_hz);
      for (gsize i = 0; i < n; i++)
        piece[i] = CLAMP (piece[i], -1, 1);
      if (!lb_pcm_append (sound, piece, n, error))
        return NULL;
    }
  return g_steal_pointer (&sound);
}
