/* What a classifier of a description would be given, for the Python oracles: one JSON request a
 * line on standard input ({"description": {…}, "samples": […], "index": 0}), one JSON answer a
 * line ({"count": windows, "values": […]}). */
#include "core/json.h"
#include "genre-windows.h"
#include "serve.h"

static json_t *
answer (const json_t *request, GError **error)
{
  const json_t *samples = json_object_get (request, "samples");
  const gsize n = json_array_size (samples);
  g_autoptr (GenreDescription)
      description = genre_description_read (json_object_get (request, "description"), error);
  g_autoptr (GenreWindows) windows = NULL;
  g_autofree float *sound = g_new (float, n + 1), *values = NULL;
  json_t *list = json_array ();

  if (description == NULL)
    return json_decref (list), json_object ();
  for (gsize i = 0; i < n; i++)
    sound[i] = (float) json_number_value (json_array_get (samples, i));
  windows = genre_windows_new (description);
  values = g_new (float, description->values);
  genre_windows_fill (windows, sound, n, (guint64) lb_json_integer (request, "index", 0), values);
  for (guint64 i = 0; i < description->values; i++)
    json_array_append_new (list, json_real (values[i]));
  return json_pack ("{s:I, s:o}", "count", (json_int_t) genre_windows_count (windows, n),
                    "values", list);
}

int
main (void)
{
  return serve (answer);
}
