#include "bench/musical-output.h"

#include <math.h>

#define SAME_TIME_S 1e-6

static double *
read_bends (const json_t *list, guint *n)
{
  double *bends = g_new (double, json_array_size (list) + 1);
  size_t index;
  json_t *bend;

  *n = (guint) json_array_size (list);
  json_array_foreach ((json_t *) list, index, bend)
    bends[index] = json_number_value (bend);
  return bends;
}

static void
clear_note (gpointer note)
{
  g_free ((double *) ((LbMidiNote *) note)->bends);
}

GArray *
lb_output_notes (const json_t *output)
{
  GArray *notes = g_array_new (FALSE, TRUE, sizeof (LbMidiNote));
  size_t index;
  json_t *one;

  g_array_set_clear_func (notes, clear_note);
  json_array_foreach (json_object_get (output, "notes"), index, one)
    {
      LbMidiNote note = { .start_s = lb_json_real (one, "start_s", NAN),
                          .end_s = lb_json_real (one, "end_s", NAN),
                          .pitch = (int) lb_json_integer (one, "pitch", -1),
                          .velocity = (int) CLAMP (lb_json_integer (one, "velocity", 64), 1,
                                                   127) };

      note.bends = read_bends (json_object_get (one, "bends"), &note.n_bends);
      g_array_append_val (notes, note);
    }
  return notes;
}

gboolean
lb_is_downbeat (const json_t *downbeats, double at_s)
{
  size_t index;
  json_t *downbeat;

  json_array_foreach ((json_t *) downbeats, index, downbeat)
    if (fabs (json_number_value (downbeat) - at_s) < SAME_TIME_S)
      return TRUE;
  return FALSE;
}
