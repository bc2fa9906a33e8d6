#include "ollama.h"

#include <math.h>
#include <string.h>

#define USUAL_PORT ":11434"
#define MAX_NAMES 6
#define NANOSECONDS 1e9

/* Whether a port follows, also behind an IPv6 address in brackets. */
static gboolean
has_port (const char *host)
{
  const char *bracket = strrchr (host, ']');

  return strchr (bracket != NULL ? bracket : host, ':') != NULL;
}

char *
ollama_url (const char *host)
{
  const char *anywhere = "0.0.0.0";

  if (host == NULL || *host == '\0')
    return g_strdup (OLLAMA_URL);
  if (strstr (host, "://") != NULL)
    return g_strdup (host);
  if (*host == ':')
    return g_strconcat ("http://127.0.0.1", host, NULL);
  if (g_str_has_prefix (host, anywhere))
    return g_strconcat ("http://127.0.0.1", has_port (host) ? "" : USUAL_PORT,
                        host + strlen (anywhere), NULL);
  return g_strconcat ("http://", host, has_port (host) ? "" : USUAL_PORT, NULL);
}

static const char *
name_of (const json_t *model)
{
  return lb_json_string (model, "name", lb_json_string (model, "model", ""));
}

const json_t *
ollama_find_model (const json_t *tags, const char *name)
{
  const json_t *models = json_object_get (tags, "models");
  g_autofree char *tagged = NULL;
  size_t index;
  json_t *model;

  if (name == NULL)
    return json_array_size (models) == 1 ? json_array_get (models, 0) : NULL;
  tagged = strchr (name, ':') != NULL ? g_strdup (name) : g_strconcat (name, ":latest", NULL);
  json_array_foreach ((json_t *) models, index, model)
    if (strcmp (name_of (model), name) == 0 || strcmp (name_of (model), tagged) == 0)
      return model;
  return NULL;
}

char *
ollama_names (const json_t *tags)
{
  GString *names = g_string_new (NULL);
  size_t index, told = 0;
  json_t *model;

  json_array_foreach (json_object_get (tags, "models"), index, model)
    {
      if (*name_of (model) == '\0')
        continue;
      if (told++ == MAX_NAMES)
        {
          g_string_append (names, "…");
          break;
        }
      g_string_append_printf (names, "%s%.100s", names->len > 0 ? ", " : "", name_of (model));
    }
  return g_string_free (names, FALSE);
}

/* Returns: NAN: it doesn't say, or nonsense */
static double
seconds (const json_t *value, const char *key)
{
  double nanoseconds = lb_json_real (value, key, NAN);

  return nanoseconds >= 0 ? nanoseconds / NANOSECONDS : NAN;
}

static void
read_end (ChatAnswer *answer, const json_t *value)
{
  gint64 prompt = lb_json_integer (value, "prompt_eval_count", -1);
  gint64 generated = lb_json_integer (value, "eval_count", -1);

  answer->ended = TRUE;
  answer->cut = strcmp (lb_json_string (value, "done_reason", ""), "length") == 0;
  answer->prompt_s = seconds (value, "prompt_eval_duration");
  answer->generate_s = seconds (value, "eval_duration");
  if (answer->usage == NULL)
    answer->usage = json_object ();
  if (prompt >= 0)
    lb_json_set_integer (answer->usage, "prompt_tokens", prompt);
  if (generated >= 0)
    lb_json_set_integer (answer->usage, "answer_tokens", generated);
}

void
ollama_read (ChatAnswer *answer, const json_t *value, char **delta)
{
  const json_t *message = json_object_get (value, "message");
  const char *piece = lb_json_string (message, "content", "");

  answer->any = answer->any || json_is_object (message);
  if (lb_json_boolean (value, "done", FALSE))
    read_end (answer, value);
  g_string_append (answer->text, piece);
  *delta = *piece != '\0' ? g_strdup (piece) : NULL;
}
