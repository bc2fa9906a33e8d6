/* src/audio/midi-*.c for the Python oracle: {"read": path} answers {"notes": [[start_s, end_s,
 * pitch, velocity, program, channel]], "tempo"}; {"write": path, "notes": [[start_s, end_s,
 * pitch, velocity, [bend…]]], "tempo", "program", "split"} writes a file. */
#include "audio/midi.h"

#include "serve.h"

static json_t *
answer_read (const char *path, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr (GArray) notes = NULL;
  json_t *list;
  gsize length;
  double tempo = 0;

  if (!g_file_get_contents (path, &data, &length, error) ||
      !lb_midi_read ((const guint8 *) data, length, &notes, &tempo, error))
    return json_object ();
  list = json_array ();
  for (guint i = 0; i < notes->len; i++)
    {
      const LbMidiNote *note = &g_array_index (notes, LbMidiNote, i);

      json_array_append_new (list, json_pack ("[f, f, i, i, i, i]", note->start_s, note->end_s,
                                              note->pitch, note->velocity, note->program,
                                              note->channel));
    }
  return json_pack ("{s:o, s:f}", "notes", list, "tempo", tempo);
}

static double *
read_bends (const json_t *list)
{
  double *bends = g_new (double, json_array_size (list) + 1);

  for (gsize i = 0; i < json_array_size (list); i++)
    bends[i] = json_number_value (json_array_get (list, i));
  return bends;
}

static json_t *
answer_write (const json_t *request, const char *path, GError **error)
{
  const json_t *list = json_object_get (request, "notes");
  const LbMidiSettings settings = { lb_json_real (request, "tempo", 0),
                                    (int) lb_json_integer (request, "program", 0),
                                    lb_json_boolean (request, "split", FALSE) };
  gsize n = json_array_size (list), length;
  g_autofree LbMidiNote *notes = g_new0 (LbMidiNote, n + 1);
  g_autoptr (GPtrArray) bends = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) bytes = NULL;

  for (gsize i = 0; i < n; i++)
    {
      const json_t *one = json_array_get (list, i), *its = json_array_get (one, 4);

      g_ptr_array_add (bends, read_bends (its));
      notes[i] = (LbMidiNote){ json_number_value (json_array_get (one, 0)),
                               json_number_value (json_array_get (one, 1)),
                               (int) json_integer_value (json_array_get (one, 2)),
                               (int) json_integer_value (json_array_get (one, 3)),
                               .bends = g_ptr_array_index (bends, i),
                               .n_bends = (guint) json_array_size (its) };
    }
  bytes = lb_midi_write (notes, n, &settings, error);
  if (bytes != NULL)
    {
      const char *data = g_bytes_get_data (bytes, &length);

      g_file_set_contents (path, data, (gssize) length, error);
    }
  return json_object ();
}

static json_t *
answer (const json_t *request, GError **error)
{
  const char *path = lb_json_string (request, "read", NULL);

  return path != NULL ? answer_read (path, error)
                      : answer_write (request, lb_json_string (request, "write", ""), error);
}

int
main (void)
{
  return serve (answer);
}
