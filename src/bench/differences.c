#include "bench/differences.h"

#include <string.h>

/* @alone: looked at only where both records name the same engine (or model): of two different
 * ones nobody expects it to be equal. */
typedef enum {
  ALWAYS,
  SAME_ENGINE,
  SAME_MODEL,
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
  { "threads", "engine", "threads", ALWAYS },
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

/* A run that failed early knows little of itself: what it doesn't know is no difference. */
static gboolean
is_unknown (const json_t *record, const json_t *value)
{
  return (value == NULL || json_is_null (value)) &&
         g_str_equal (lb_json_string (record, "status", ""), "failed");
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
          (rows[i].when == SAME_MODEL && !(same_model && same_engine)))
        continue;
      if (!is_same (a, b) && !is_unknown (base, a) && !is_unknown (record, b))
        add (differences, rows[i].what, a, b);
    }
}

/* An option that only one of two different engines has says nothing. */
static void
add_options (json_t *differences, const json_t *base, const json_t *record, LbCompareWork work,
             gpointer user_data)
{
  const json_t *a = json_object_get (json_object_get (base, "settings"), "options");
  const json_t *b = json_object_get (json_object_get (record, "settings"), "options");
  const char *engine = lb_json_string (json_object_get (record, "engine"), "id", "");
  const char *other = lb_json_string (json_object_get (base, "engine"), "id", "");
  gboolean same_engine = g_str_equal (engine, other);
  g_autoptr (json_t) all = json_object ();
  const char *name;
  json_t *value;

  json_object_update (all, (json_t *) a);
  json_object_update (all, (json_t *) b);
  json_object_foreach (all, name, value)
    {
      const json_t *its = json_object_get (a, name), *mine = json_object_get (b, name);
      g_autofree char *what = g_strdup_printf ("option %s", name);

      if (is_same (its, mine) || (!same_engine && (its == NULL || mine == NULL)) ||
          is_unknown (base, its) || is_unknown (record, mine))
        continue;
      if (work == NULL || work (engine, name, user_data) || work (other, name, user_data))
        add (differences, what, its, mine);
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
  add_options (differences, base, record, work, user_data);
  add_machine (differences, base, record);
  return differences;
}
