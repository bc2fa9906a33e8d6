#include "bench/embedding.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "scores/frechet.h"

#define EMBEDDINGS "embeddings"
#define TEXT_EMBEDDING "text_embedding"

static const char *const suffixes[] = { "wav",  "flac", "aiff", "aif", "ogg",
                                        "opus", "mp3",  "m4a",  NULL };

static const char *
folder_of (const json_t *asked)
{
  return lb_json_string (asked, "reference", NULL);
}

static gboolean
is_sound (const char *name)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *suffix = dot != NULL ? g_ascii_strdown (dot + 1, -1) : NULL;

  return dot != NULL && dot != name && g_strv_contains (suffixes, suffix);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns: (transfer full) (element-type filename): the sounds of @folder, by name */
static GPtrArray *
list_sounds (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *shown = lb_text_escape (folder);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_sound (name))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  if (dir == NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                 "the folder of reference sounds \"%s\" can't be read: --fad-reference FOLDER",
                 shown);
  else if (paths->len < 2 || paths->len > LB_REFERENCES_MOST)
    g_set_error (
        error, LB_ERROR, LB_ERROR_USAGE,
        "the folder of reference sounds \"%s\" holds %u: 2 to %d are taken (.wav, .flac, "
        ".mp3…)",
        shown, paths->len, LB_REFERENCES_MOST);
  else
    return g_steal_pointer (&paths);
  return NULL;
}

gboolean
lb_references_check (const json_t *asked, GError **error)
{
  g_autoptr (GPtrArray) paths = NULL;

  if (folder_of (asked) == NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "the score \"fad\" compares with sounds of your own: --fad-reference "
                           "FOLDER");
      return FALSE;
    }
  paths = list_sounds (folder_of (asked), error);
  return paths != NULL;
}

json_t *
lb_listen_beside_references (const LbListening *listening, const LbListener *listener,
                             const json_t *asked, LbHearing *hearing, char **version,
                             GCancellable *cancellable, GError **error)
{
  g_autofree char *key = g_strjoin ("\n", listener->engine,
                                    listener->model != NULL ? listener->model : "",
                                    folder_of (asked), NULL);
  LbListener all = *listener;
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (json_t) heard = NULL, references = NULL;

  hearing->references = json_object_get (listening->references, key);
  if (hearing->references != NULL)
    return lb_listen (listening, listener, version, cancellable, error);
  paths = list_sounds (folder_of (asked), error);
  if (paths == NULL)
    return NULL;
  all.files = paths;
  heard = lb_listen (listening, &all, version, cancellable, error);
  if (heard == NULL)
    return NULL;
  references = json_array ();
  while (json_array_size (heard) > listener->sounds->len)
    {
      json_array_append (references, json_array_get (heard, listener->sounds->len));
      json_array_remove (heard, listener->sounds->len);
    }
  lb_json_set (listening->references, key, json_incref (references));
  hearing->references = json_object_get (listening->references, key);
  return g_steal_pointer (&heard);
}

/* Adds the vectors of @rows, all of one length. @dimensions: (inout): 0 before the first */
static gboolean
add_vectors (const json_t *rows, GArray *values, gsize *dimensions)
{
  size_t r, c;
  json_t *row, *number;

  if (!json_is_array (rows))
    return FALSE;
  json_array_foreach ((json_t *) rows, r, row)
    {
      if (*dimensions == 0)
        *dimensions = json_array_size (row);
      if (*dimensions == 0 || json_array_size (row) != *dimensions)
        return FALSE;
      json_array_foreach (row, c, number)
        {
          double value = json_is_number (number) ? json_number_value (number) : NAN;

          g_array_append_val (values, value);
        }
    }
  return TRUE;
}

static const double *
values_of (const GArray *values)
{
  return (const double *) (gconstpointer) values->data;
}

/* Returns: (transfer full): with what @listener says of itself */
static json_t *
make_score (const LbHearing *hearing, double value, gsize windows)
{
  json_t *score = json_copy ((json_t *) hearing->listener);

  lb_json_set_real (score, "value", value);
  lb_json_set_integer (score, "windows", (gint64) windows);
  return score;
}

static json_t *
fail_heard (GError **error, const char *what)
{
  g_set_error (error, LB_ERROR, LB_ERROR_ENGINE, "its answer has no usable \"%s\"", what);
  return NULL;
}

json_t *
lb_score_clap (const json_t *heard, const LbHearing *hearing, GError **error)
{
  const json_t *text = json_object_get (heard, TEXT_EMBEDDING);
  g_autoptr (json_t) texts = json_pack ("[O*]", text);
  g_autoptr (GArray) sound = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) prompt = g_array_new (FALSE, FALSE, sizeof (double));
  gsize n = 0, windows;
  double sum = 0;

  if (!add_vectors (json_object_get (heard, EMBEDDINGS), sound, &n) || sound->len == 0)
    return fail_heard (error, EMBEDDINGS);
  if (!add_vectors (texts, prompt, &n) || prompt->len != n)
    return fail_heard (error, TEXT_EMBEDDING);
  windows = sound->len / n;
  for (gsize w = 0; w < windows; w++)
    sum += lb_cosine (values_of (sound) + w * n, values_of (prompt), n);
  if (!isfinite (sum))
    return fail_heard (error, EMBEDDINGS);
  return json_pack ("{s:o}", "clap", make_score (hearing, sum / (double) windows, windows));
}

json_t *
lb_score_fad (const json_t *heard, const LbHearing *hearing, GError **error)
{
  g_autoptr (GArray) sound = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) others = g_array_new (FALSE, FALSE, sizeof (double));
  gsize n = 0;
  double distance;
  json_t *score, *one;
  size_t index;

  if (!add_vectors (json_object_get (heard, EMBEDDINGS), sound, &n) || n == 0)
    return fail_heard (error, EMBEDDINGS);
  json_array_foreach (hearing->references, index, one)
    if (!add_vectors (json_object_get (one, EMBEDDINGS), others, &n))
      return fail_heard (error, EMBEDDINGS);

  const LbVectors a = { values_of (sound), sound->len / n, n };
  const LbVectors b = { values_of (others), others->len / n, n };

  if (!lb_frechet_distance (&a, &b, &distance, error))
    return NULL;
  score = make_score (hearing, distance, a.count);
  lb_json_set_integer (score, "reference_windows", (gint64) b.count);
  lb_json_set_integer (score, "reference_sounds", (gint64) json_array_size (hearing->references));
  return json_pack ("{s:o}", "fad", score);
}
