/* src/engines/basic-pitch-notes.c for the Python oracle: one JSON request a line on standard
 * input: {"path", "frames", settings…}, the file holding f32: activations of notes (frames × 88),
 * of onsets (× 88) and contours (× 264). One JSON answer a line: {"notes": [[start, end, pitch,
 * amplitude, [bend…]]], "times": [seconds of each frame]} */
#include "basic-pitch-notes.h"

#include "core/error.h"
#include "serve.h"

static json_t *
describe (const BasicPitchNote *note, const float *contours)
{
  guint n = note->end - note->start;
  g_autofree gint8 *bends = g_new (gint8, n);
  json_t *list = json_array ();

  basic_pitch_bends (contours, note, bends);
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, json_integer (bends[i]));
  return json_pack ("[i, i, i, f, o]", (int) note->start, (int) note->end, note->pitch,
                    (double) note->amplitude, list);
}

static json_t *
answer (const json_t *request, GError **error)
{
  const BasicPitchSettings settings = {
    .onset_threshold = lb_json_real (request, "onset", 0.5),
    .frame_threshold = lb_json_real (request, "frame", 0.3),
    .min_frames = (int) lb_json_integer (request, "shortest", 11),
    .min_hz = lb_json_real (request, "min_hz", 0),
    .max_hz = lb_json_real (request, "max_hz", 0),
    .infer_onsets = lb_json_boolean (request, "infer", TRUE),
    .melodia = lb_json_boolean (request, "melodia", TRUE),
  };
  gsize n = (gsize) lb_json_integer (request, "frames", 0), bytes = 0;
  gsize needed = n * (2 * BASIC_PITCH_KEYS + BASIC_PITCH_CONTOURS) * sizeof (float);
  json_t *notes = json_array (), *times = json_array ();
  g_autofree char *data = NULL;

  if (!g_file_get_contents (lb_json_string (request, "path", ""), &data, &bytes, error))
    return json_object ();
  g_assert_cmpuint (bytes, ==, needed);
  float *frames = (float *) (gpointer) data, *onsets = frames + n * BASIC_PITCH_KEYS;
  const float *contours = onsets + n * BASIC_PITCH_KEYS;
  g_autoptr (GArray) found = basic_pitch_notes (frames, onsets, n, &settings);

  for (guint i = 0; i < found->len; i++)
    json_array_append_new (notes, describe (&g_array_index (found, BasicPitchNote, i), contours));
  for (gsize t = 0; t < n; t++)
    json_array_append_new (times, json_real (basic_pitch_time_s (t)));
  return json_pack ("{s:o, s:o}", "notes", notes, "times", times);
}

int
main (void)
{
  return serve (answer);
}
