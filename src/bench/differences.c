#include "bench/differences.h"

#include <string.h>

#include "core/text.h"

#define SHOWN_CHARACTERS 60
#define HASH_CHARACTERS 12

/* Looked at only where both records name the same engine (or model): of two different ones nobody
 * expects it to be equal. Of what not every engine tells, only what both do. */
typedef enum {
  ALWAYS,
  SAME_ENGINE,
  SAME_MODEL,
  BOTH_KNOWN,
} When;

static const struct {
  const char *what;
  const char *part; /* of the record; NULL: the record itself */
  const char *member;
  When when;
} rows[] = {
  { "mode", NULL, "mode", ALWAYS },
  { "input (sha256)", "input", "sha256", ALWAYS },
  { "input's start", "input", "start_s", ALWAYS },
  { "input's length processed", "input", "processed_s", ALWAYS },
  { "input's text", "input", "text", ALWAYS },
  { "input's prompt", "input", "prompt", ALWAYS },
  { "engine's version", "engine", "version", SAME_ENGINE },
  { "backend", "engine", "backend", SAME_ENGINE },
  { "device", "engine", "device", ALWAYS },
  { "threads", "engine", "threads", BOTH_KNOWN },
  { "model's parameters", "model", "parameters", BOTH_KNOWN },
  { "model's variant", "model", "variant", SAME_MODEL },
  { "model's file (sha256)", "model", "sha256", SAME_MODEL },
  { "synthetic weights", "model", "synthetic", ALWAYS },
  { "warm-ups", "settings", "warmups", ALWAYS },
  { "order", "settings", "order", ALWAYS },
  { "seed", "settings", "seed", ALWAYS },
};

/* Of the machine, what doesn't change by itself from one run to the next. */
static const struct {
  const char *what;
  const char *part; /* of the machine; NULL: the machine itself */
  const char *member;
} machine_rows[] = {
  { "machine", NULL, "id" },
  { "machine's kernel", NULL, "kernel" },
  { "machine's processor", "cpu", "model" },
  { "machine's cores", "cpu", "cores" },
  { "machine's cores allowed", "cpu", "cores_allowed" },
  { "machine's governor", "cpu", "governor" },
  { "machine's boost", "cpu", "boost" },
  { "machine's memory", "memory", "total_bytes" },
  { "machine's GPUs", NULL, "gpus" },
  { "machine's container", NULL, "container" },
  { "machine's virtualisation", NULL, "virtualisation" },
  { "LlamaBurn's version", "llamaburn", "version" },
  { "LlamaBurn's build", "llamaburn", "build" },
};

static gboolean
is_same (const json_t *a, const json_t *b)
{
  if (json_is_null (a))
    a = NULL;
  if (json_is_null (b))
    b = NULL;
  if (a == NULL || b == NULL)
    return a == b;
  if (json_is_number (a) && json_is_number (b))
    return !(json_number_value (a) < json_number_value (b)) &&
           !(json_number_value (a) > json_number_value (b));
  return json_equal (a, b);
}

/* A run that failed early, or goes on yet, knows little of itself: what it doesn't know is no
 * difference. */
static gboolean
is_unknown (const json_t *record, const json_t *value)
{
  const char *status = lb_json_string (record, "status", "");

  return (value == NULL || json_is_null (value)) &&
         (g_str_equal (status, "failed") || g_str_equal (status, "running"));
}

static void
add (json_t *differences, const char *what, const json_t *base, const json_t *here)
{
  json_t *difference = json_object ();

  lb_json_set_string (difference, "what", what);
  if (base != NULL)
    json_object_set (difference, "baseline", (json_t *) base);
  if (here != NULL)
    json_object_set (difference, "here", (json_t *) here);
  json_array_append_new (differences, difference);
}

static gboolean
have_same_id (const json_t *base, const json_t *record, const char *part)
{
  return is_same (json_object_get (json_object_get (base, part), "id"),
                  json_object_get (json_object_get (record, part), "id"));
}

static const json_t *
member_of (const json_t *record, guint row)
{
  const json_t *part = rows[row].part != NULL ? json_object_get (record, rows[row].part) : record;
  const json_t *value = json_object_get (part, rows[row].member);

  /* Weights that aren't synthetic don't say so; a device that was never opened is only what was
   * asked for. */
  if (json_is_false (value) ||
      (json_is_string (value) && g_str_equal (rows[row].member, "device") &&
       g_str_equal (json_string_value (value), "auto")))
    return NULL;
  return value;
}

static void
add_rows (json_t *differences, const json_t *base, const json_t *record)
{
  gboolean same_engine = have_same_id (base, record, "engine");
  gboolean same_model = have_same_id (base, record, "model");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const json_t *a = member_of (base, i), *b = member_of (record, i);

      if ((rows[i].when == SAME_ENGINE && !same_engine) ||
          (rows[i].when == SAME_MODEL && !(same_model && same_engine)) ||
          (rows[i].when == BOTH_KNOWN && (a == NULL || b == NULL)))
        continue;
      if (!is_same (a, b) && !is_unknown (base, a) && !is_unknown (record, b))
        add (differences, rows[i].what, a, b);
    }
}

/* What was asked beside the input that is measured. */
static const json_t *
prompt_of (const json_t *record)
{
  size_t i;
  json_t *input;

  json_array_foreach (json_object_get (record, "more_inputs"), i, input)
    if (g_str_equal (lb_json_string (input, "role", ""), "prompt"))
      return json_object_get (input, "text");
  return NULL;
}

static void
add_prompt (json_t *differences, const json_t *base, const json_t *record)
{
  const json_t *its = prompt_of (base), *mine = prompt_of (record);

  if (!is_same (its, mine) && !is_unknown (base, its) && !is_unknown (record, mine))
    add (differences, "prompt", its, mine);
}

/* Where an engine doesn't tell its threads, what was asked for is all that is known. */
static void
add_threads (json_t *differences, const json_t *base, const json_t *record)
{
  const json_t *a = json_object_get (json_object_get (base, "settings"), "threads");
  const json_t *b = json_object_get (json_object_get (record, "settings"), "threads");

  if ((json_object_get (json_object_get (base, "engine"), "threads") == NULL ||
       json_object_get (json_object_get (record, "engine"), "threads") == NULL) &&
      a != NULL && b != NULL && !is_same (a, b))
    add (differences, "threads asked for", a, b);
}

/* The arithmetic of the weights: names differ from library to library. Returns: (transfer full)
 * (nullable) */
static char *
find_precision (const json_t *record)
{
  static const struct {
    const char *part, *inner, *member;
  } places[] = {
    { "engine", "info", "precision" },    { "settings", "options", "compute-type" },
    { "settings", "options", "dtype" },   { "settings", "options", "precision" },
    { "engine", "info", "quantisation" },
  };
  static const char *const shorter[][2] = { { "bfloat", "bf" }, { "float", "f" } };
  const char *said = NULL;
  g_autoptr (GString) text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (places) && said == NULL; i++)
    said = lb_json_string (
        json_object_get (json_object_get (record, places[i].part), places[i].inner),
        places[i].member, NULL);
  if (said == NULL)
    return NULL;
  text = g_string_new (said);
  for (guint i = 0; i < G_N_ELEMENTS (shorter); i++)
    g_string_replace (text, shorter[i][0], shorter[i][1], 0);
  return g_ascii_strdown (text->str, -1);
}

static void
add_texts (json_t *differences, const char *what, const char *base, const char *here)
{
  g_autoptr (json_t) its = json_string (base);
  g_autoptr (json_t) mine = json_string (here);

  add (differences, what, its, mine);
}

static const json_t *
options_of (const json_t *record)
{
  return json_object_get (json_object_get (record, "settings"), "options");
}

static void
add_precision (json_t *differences, const json_t *base, const json_t *record)
{
  g_autofree char *its = find_precision (base), *mine = find_precision (record);

  if (its != NULL && mine != NULL && !g_str_equal (its, mine))
    add_texts (differences, "precision", its, mine);
}

static const char *
decoding_of (const json_t *record)
{
  const json_t *settings = json_object_get (record, "settings");

  return lb_json_string (json_object_get (settings, "decoding_used"), "is", NULL);
}

/* Two engines: alike only where both did what the name says, and nothing else. Their own ways,
 * even by options of one name, are their own. */
static void
add_decoding (json_t *differences, const json_t *base, const json_t *record)
{
  const char *its = decoding_of (base), *mine = decoding_of (record);

  if (its == NULL && mine == NULL)
    return;
  if (its == NULL || mine == NULL || !g_str_equal (its, mine) || strchr (its, ',') != NULL)
    add_texts (differences, "decoding", its != NULL ? its : "its own",
               mine != NULL ? mine : "its own");
}

/* Is the option told already by the decoding? */
static gboolean
is_of_decoding (const json_t *record, const char *name)
{
  const json_t *settings = json_object_get (record, "settings");
  const json_t *used = json_object_get (settings, "decoding_used");

  return json_object_get (json_object_get (used, "options"), name) != NULL;
}

static gboolean
is_chosen (const json_t *record, const char *name)
{
  const json_t *settings = json_object_get (record, "settings");
  size_t i;
  json_t *one;

  json_array_foreach (json_object_get (settings, "chosen"), i, one)
    if (g_strcmp0 (json_string_value (one), name) == 0)
      return TRUE;
  return FALSE;
}

/* An option that only one of two different engines has says nothing, unless it was asked for. */
static gboolean
counts (const json_t *base, const json_t *record, const char *name, gboolean same_engine)
{
  const json_t *its = json_object_get (options_of (base), name);
  const json_t *mine = json_object_get (options_of (record), name);

  if (is_same (its, mine) || is_unknown (base, its) || is_unknown (record, mine))
    return FALSE;
  if (same_engine)
    return TRUE;
  if (is_of_decoding (base, name) || is_of_decoding (record, name))
    return FALSE;
  return (its != NULL && mine != NULL) || is_chosen (base, name) || is_chosen (record, name);
}

static void
add_options (json_t *differences, const json_t *base, const json_t *record, LbCompareWork work,
             gpointer user_data)
{
  const json_t *a = options_of (base), *b = options_of (record);
  const char *engine = lb_json_string (json_object_get (record, "engine"), "id", "");
  const char *other = lb_json_string (json_object_get (base, "engine"), "id", "");
  gboolean same_engine = g_str_equal (engine, other);
  g_autoptr (json_t) all = json_object ();
  const char *name;
  json_t *value;

  if (!same_engine)
    add_decoding (differences, base, record);
  json_object_update (all, (json_t *) a);
  json_object_update (all, (json_t *) b);
  json_object_foreach (all, name, value)
    {
      g_autofree char *what = g_strdup_printf ("option %s", name);

      if (counts (base, record, name, same_engine) &&
          (work == NULL ||
           (json_object_get (b, name) != NULL && work (engine, name, user_data)) ||
           (json_object_get (a, name) != NULL && work (other, name, user_data))))
        add (differences, what, json_object_get (a, name), json_object_get (b, name));
    }
}

static const json_t *
machine_member (const json_t *record, guint row)
{
  const json_t *machine = json_object_get (record, "machine");
  const json_t *part = machine_rows[row].part != NULL
                           ? json_object_get (machine, machine_rows[row].part)
                           : machine;

  return json_object_get (part, machine_rows[row].member);
}

static void
add_machine (json_t *differences, const json_t *base, const json_t *record)
{
  for (guint i = 0; i < G_N_ELEMENTS (machine_rows); i++)
    {
      const json_t *its = machine_member (base, i), *mine = machine_member (record, i);

      if (!is_same (its, mine) && !is_unknown (base, its) && !is_unknown (record, mine))
        add (differences, machine_rows[i].what, its, mine);
    }
}

json_t *
lb_differences (const json_t *base, const json_t *record, LbCompareWork work, gpointer user_data)
{
  json_t *differences = json_array ();

  add_rows (differences, base, record);
  add_prompt (differences, base, record);
  add_threads (differences, base, record);
  add_precision (differences, base, record);
  add_options (differences, base, record, work, user_data);
  add_machine (differences, base, record);
  return differences;
}

static char *
show (const char *what, const json_t *value)
{
  g_autofree char *text = NULL, *cut = NULL;
  glong most = strstr (what, "sha256") != NULL ? HASH_CHARACTERS : SHOWN_CHARACTERS;

  if (value == NULL)
    return g_strdup ("none");
  if (json_is_real (value))
    return g_strdup_printf ("%.6g", json_real_value (value));
  text = json_is_string (value) ? g_strdup (json_string_value (value)) : lb_json_line (value);
  if (g_utf8_strlen (text, -1) <= most)
    return g_steal_pointer (&text);
  cut = g_utf8_substring (text, 0, most);
  return g_strconcat (cut, "…", NULL);
}

char *
lb_differences_words (const json_t *differences)
{
  GString *words = g_string_new (NULL);
  size_t i;
  json_t *one;

  json_array_foreach ((json_t *) differences, i, one)
    {
      const char *what = lb_json_string (one, "what", "");
      g_autofree char *base = show (what, json_object_get (one, "baseline"));
      g_autofree char *here = show (what, json_object_get (one, "here"));

      g_string_append_printf (words, "%s%s %s (baseline %s)", i > 0 ? "; " : "", what, here,
                              base);
    }
  return g_string_free (words, FALSE);
}
