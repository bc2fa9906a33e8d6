/* What the scores of generated music answer, for the Python oracle: {"a": [[…]], "b": [[…]]}
 * gives the Fréchet distance, {"path": raw 32-bit floats, "channels", "rate"} the repetition. */
#include <string.h>

#include "scores/frechet.h"
#include "scores/repetition.h"
#include "serve.h"

static double *
read_vectors (const json_t *rows, LbVectors *vectors)
{
  double *values;

  vectors->count = json_array_size (rows);
  vectors->dimensions = json_array_size (json_array_get (rows, 0));
  values = g_new0 (double, MAX (vectors->count * vectors->dimensions, 1));
  for (gsize i = 0; i < vectors->count * vectors->dimensions; i++)
    values[i] = json_number_value (
        json_array_get (json_array_get (rows, i / vectors->dimensions), i % vectors->dimensions));
  vectors->values = values;
  return values;
}

static gboolean
read_floats (gconstpointer source, guint64 start, float *samples, gsize frames, GError **error)
{
  const GBytes *bytes = ((gconstpointer *) source)[0];
  gsize channels = *(const guint *) ((gconstpointer *) source)[1];
  const char *data = g_bytes_get_data ((GBytes *) bytes, NULL);

  memcpy (samples, data + start * channels * sizeof (float), frames * channels * sizeof (float));
  return TRUE;
}

static json_t *
answer_repetition (const json_t *request, GError **error)
{
  guint channels = (guint) lb_json_integer (request, "channels", 1);
  g_autofree char *data = NULL;
  gsize size = 0;
  LbRepetition found;

  if (!g_file_get_contents (lb_json_string (request, "path", ""), &data, &size, error))
    return json_object ();

  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  gconstpointer source[] = { bytes, &channels };
  const LbSignal sound = { "sound", read_floats, source, size / sizeof (float) / channels };

  if (!lb_repetition_measure (&sound, channels, (guint) lb_json_integer (request, "rate", 0),
                              &found, error))
    return json_object ();
  return lb_repetition_json (&found);
}

static json_t *
answer (const json_t *request, GError **error)
{
  LbVectors a, b;
  g_autofree double *of_a = read_vectors (json_object_get (request, "a"), &a);
  g_autofree double *of_b = read_vectors (json_object_get (request, "b"), &b);
  json_t *reply;
  double distance;

  if (json_object_get (request, "path") != NULL)
    return answer_repetition (request, error);
  reply = json_object ();
  if (lb_frechet_distance (&a, &b, &distance, error))
    lb_json_set_real (reply, "distance", distance);
  return reply;
}

int
main (void)
{
  return serve (answer);
}
