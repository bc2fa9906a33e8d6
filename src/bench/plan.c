#include "bench/plan.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "bench/plan-private.h"
#include "core/error.h"
#include "core/id.h"

static void
free_input (gpointer data)
{
  LbPlanInput *input = data;

  g_free (input->role);
  g_free (input->path);
  g_free (input->text);
  g_free (input->set);
  g_free (input->name);
  g_free (input);
}

static void
free_case (gpointer data)
{
  LbCase *it = data;

  g_free (it->id);
  g_free (it->mode);
  g_free (it->engine);
  g_free (it->model);
  g_free (it->device);
  g_free (it->reference);
  g_free (it->decoding);
  g_ptr_array_unref (it->inputs);
  json_decref (it->options);
  g_free (it);
}

LbPlan *
lb_plan_new (void)
{
  LbPlan *plan = g_new0 (LbPlan, 1);

  plan->group = lb_id_new ();
  plan->cases = g_ptr_array_new_with_free_func (free_case);
  plan->settings.warmups = 1;
  plan->settings.warm_load = TRUE;
  plan->settings.wait = TRUE;
  return plan;
}

void
lb_plan_free (LbPlan *plan)
{
  g_ptr_array_unref (plan->cases);
  g_free (plan->group);
  g_free (plan->settings.save);
  g_free (plan->settings.click);
  json_decref (plan->settings.score);
  json_decref (plan->settings.judge);
  g_free (plan);
}

LbCase *
lb_plan_add_case (LbPlan *plan, const char *mode, const char *engine, const char *model,
                  const char *device)
{
  LbCase *it = g_new0 (LbCase, 1);

  it->id = lb_id_new ();
  it->mode = g_strdup (mode);
  it->engine = g_strdup (engine);
  it->model = g_strdup (model);
  it->device = g_strdup (device);
  it->inputs = g_ptr_array_new_with_free_func (free_input);
  it->options = json_object ();
  g_ptr_array_add (plan->cases, it);
  return it;
}

static void
add_input (LbCase *it, const char *role, const char *path, const char *text)
{
  LbPlanInput *input = g_new0 (LbPlanInput, 1);

  input->role = g_strdup (role);
  input->path = g_strdup (path);
  input->text = g_strdup (text);
  g_ptr_array_add (it->inputs, input);
}

void
lb_case_add_file (LbCase *it, const char *role, const char *path)
{
  add_input (it, role, path, NULL);
}

void
lb_case_add_text (LbCase *it, const char *role, const char *text)
{
  add_input (it, role, NULL, text);
}

void
lb_case_name_text (LbCase *it, const char *set, const char *name)
{
  LbPlanInput *input = g_ptr_array_index (it->inputs, it->inputs->len - 1);

  input->set = g_strdup (set);
  input->name = g_strdup (name);
}

const LbCase *
lb_plan_case (const LbPlan *plan, guint index)
{
  return g_ptr_array_index (plan->cases, index);
}

gboolean
lb_plan_same_session (const LbCase *a, const LbCase *b)
{
  return strcmp (a->mode, b->mode) == 0 && strcmp (a->engine, b->engine) == 0 &&
         g_strcmp0 (a->model, b->model) == 0 && strcmp (a->device, b->device) == 0 &&
         json_equal (a->options, b->options);
}

/* The settings as rows: one table reads and writes them. */
typedef enum {
  SETTING_INT,
  SETTING_INT64,
  SETTING_BYTES,
  SETTING_SECONDS,
  SETTING_BOOLEAN
} SettingKind;

typedef struct {
  const char *name;
  SettingKind kind;
  gsize offset;
  double min, max;
} Setting;

#define AT(MEMBER) G_STRUCT_OFFSET (LbSettings, MEMBER)
static const Setting settings[] = {
  { "iterations", SETTING_INT, AT (iterations), 0, 100000 },
  { "warmups", SETTING_INT, AT (warmups), 0, 1000 },
  { "threads", SETTING_INT, AT (threads), 0, 4096 },
  { "warm_load", SETTING_BOOLEAN, AT (warm_load), 0, 1 },
  { "wait", SETTING_BOOLEAN, AT (wait), 0, 1 },
  { "allow_network", SETTING_BOOLEAN, AT (allow_network), 0, 1 },
  { "seed", SETTING_INT64, AT (seed), -9e15, 9e15 },
  { "start_s", SETTING_SECONDS, AT (start_s), 0, 1e7 },
  { "duration_s", SETTING_SECONDS, AT (duration_s), 0, 1e7 },
  { "time_limit_s", SETTING_SECONDS, AT (time_limit_s), 0, 1e7 },
  { "memory_limit_bytes", SETTING_BYTES, AT (memory_limit_bytes), 0, 9e15 },
  { "pcm_memory_bytes", SETTING_BYTES, AT (pcm_memory_bytes), 0, 9e15 },
  { "random_weights", SETTING_BOOLEAN, AT (random_weights), 0, 1 },
};

static gboolean
read_setting (const Setting *row, const json_t *value, LbSettings *into, GError **error)
{
  gpointer at = (guint8 *) into + row->offset;
  gboolean whole = row->kind != SETTING_SECONDS;
  double number;

  if (row->kind == SETTING_BOOLEAN && json_is_boolean (value))
    {
      *(gboolean *) at = json_is_true (value);
      return TRUE;
    }
  number = json_is_number (value) ? json_number_value (value) : NAN;
  if (row->kind == SETTING_BOOLEAN || !(number >= row->min && number <= row->max) ||
      (whole && !json_is_integer (value)))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "plan: settings.%s must be %s", row->name,
                   row->kind == SETTING_BOOLEAN ? "true or false" : "a number in its range");
      return FALSE;
    }
  if (row->kind == SETTING_INT)
    *(int *) at = (int) number;
  else if (row->kind == SETTING_SECONDS)
    *(double *) at = number;
  else
    *(gint64 *) at = (gint64) json_integer_value (value);
  return TRUE;
}

static json_t *
write_setting (const Setting *row, const LbSettings *from)
{
  gconstpointer at = (const guint8 *) from + row->offset;

  switch (row->kind)
    {
    case SETTING_BOOLEAN:
      return json_boolean (*(const gboolean *) at);
    case SETTING_INT:
      return json_integer (*(const int *) at);
    case SETTING_SECONDS:
      return json_real (*(const double *) at);
    default:
      return json_integer (*(const gint64 *) at);
    }
}

gboolean
lb_plan_read_text (const json_t *object, const char *key, gsize most, const char **text,
                   GError **error)
{
  const json_t *value = json_object_get (object, key);

  *text = json_string_value (value);
  if (value == NULL || json_is_null (value) ||
      (*text != NULL && json_string_length (value) <= most))
    return TRUE;
  return lb_error_set (error, LB_ERROR_USAGE, "plan: \"%s\" must be a text of at most %zu bytes",
                       key, most);
}

static gboolean
read_settings (const json_t *object, LbSettings *into, GError **error)
{
  const char *order;

  if (object == NULL)
    return TRUE;
  if (!json_is_object (object))
    return lb_error_set (error, LB_ERROR_USAGE, "plan: \"settings\" must be an object");
  if (!lb_plan_read_text (object, "order", LB_PLAN_NAME_BYTES, &order, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      const json_t *value = json_object_get (object, settings[i].name);

      if (value != NULL && !read_setting (&settings[i], value, into, error))
        return FALSE;
    }
  into->order = g_strcmp0 (order, "interleaved") == 0 ? LB_ORDER_INTERLEAVED
                                                      : LB_ORDER_SEQUENTIAL;
  if (order != NULL && into->order == LB_ORDER_SEQUENTIAL && strcmp (order, "sequential") != 0)
    return lb_error_set (error, LB_ERROR_USAGE,
                         "plan: settings.order must be \"sequential\" or \"interleaved\"");
  return lb_plan_read_path (object, "save", &into->save, error) &&
         lb_plan_read_path (object, "click", &into->click, error) &&
         lb_plan_read_kept (object, into, error);
}

gboolean
lb_plan_read_path (const json_t *object, const char *key, char **path, GError **error)
{
  g_autofree char *uri_key = g_strconcat (key, "_uri", NULL);
  const char *plain, *uri;

  if (!lb_plan_read_text (object, key, PATH_MAX, &plain, error) ||
      !lb_plan_read_text (object, uri_key, 3 * PATH_MAX, &uri, error))
    return FALSE;
  if (plain != NULL)
    *path = g_strdup (plain);
  else if (uri != NULL)
    *path = g_filename_from_uri (uri, NULL, NULL);
  if (uri != NULL && *path == NULL)
    return lb_error_set (error, LB_ERROR_USAGE, "plan: %s must be a file: URI", uri_key);
  return TRUE;
}

static gboolean
read_input (const json_t *object, LbCase *it, GError **error)
{
  const char *role, *text, *set, *name;
  g_autofree char *path = NULL;

  if (!lb_plan_read_text (object, "role", LB_PLAN_NAME_BYTES, &role, error) ||
      !lb_plan_read_text (object, "set", LB_PLAN_NAME_BYTES, &set, error) ||
      !lb_plan_read_text (object, "name", LB_PLAN_NAME_BYTES, &name, error) ||
      !lb_plan_read_text (object, "text", LB_JSON_MAX_LINE_BYTES, &text, error) ||
      !lb_plan_read_path (object, "path", &path, error))
    return FALSE;
  if (role == NULL || (path == NULL) == (text == NULL))
    return lb_error_set (error, LB_ERROR_USAGE,
                         "plan: an input must have a role and either a path or a text");
  add_input (it, role, path, text);
  lb_case_name_text (it, set, name);
  return TRUE;
}

static gboolean
read_case (const json_t *object, LbPlan *plan, GError **error)
{
  const json_t *options = json_object_get (object, "options");
  const json_t *inputs = json_object_get (object, "inputs");
  const char *mode, *engine, *id, *model, *device, *decoding;
  const json_t *input;
  size_t index;
  LbCase *it;

  if (!lb_plan_read_text (object, "mode", LB_PLAN_NAME_BYTES, &mode, error) ||
      !lb_plan_read_text (object, "engine", LB_PLAN_NAME_BYTES, &engine, error) ||
      !lb_plan_read_text (object, "id", LB_PLAN_NAME_BYTES, &id, error) ||
      !lb_plan_read_text (object, "model", LB_PLAN_NAME_BYTES, &model, error) ||
      !lb_plan_read_text (object, "device", LB_PLAN_NAME_BYTES, &device, error) ||
      !lb_plan_read_text (object, "decoding", LB_PLAN_NAME_BYTES, &decoding, error))
    return FALSE;
  if (mode == NULL || engine == NULL || json_array_size (inputs) == 0 ||
      (options != NULL && !json_is_object (options)) || (id != NULL && !lb_id_is_valid (id)))
    return lb_error_set (error, LB_ERROR_USAGE,
                         "plan: case %u must have mode, engine and inputs; its id, if any, must "
                         "be a UUID, its options an object",
                         plan->cases->len);
  it = lb_plan_add_case (plan, mode, engine, model, device != NULL ? device : "auto");
  if (id != NULL)
    {
      g_free (it->id);
      it->id = g_strdup (id);
    }
  it->decoding = g_strdup (decoding);
  if (options != NULL)
    json_object_update (it->options, (json_t *) options);
  json_array_foreach ((json_t *) inputs, index, input)
    if (!read_input (input, it, error))
      return FALSE;
  return lb_plan_read_path (object, "reference", &it->reference, error);
}

/* Two runs of one id would be written into one. */
static gboolean
check_ids (const LbPlan *plan, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint c = 0; c < plan->cases->len; c++)
    if (!g_hash_table_add (ids, lb_plan_case (plan, c)->id))
      return lb_error_set (error, LB_ERROR_USAGE,
                           "plan: case %u has the id of a case before it: leave ids out, or make "
                           "each its own",
                           c);
  return TRUE;
}

static gboolean
read_group (const json_t *value, LbPlan *plan, GError **error)
{
  const char *group;

  if (!lb_plan_read_text (value, "group", LB_PLAN_NAME_BYTES, &group, error))
    return FALSE;
  if (group == NULL)
    return TRUE;
  if (!lb_id_is_valid (group))
    return lb_error_set (error, LB_ERROR_USAGE, "plan: its group, if any, must be a UUID");
  g_free (plan->group);
  plan->group = g_strdup (group);
  return TRUE;
}

LbPlan *
lb_plan_from_json (const json_t *value, GError **error)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  const char *schema = lb_json_string (value, "schema", NULL);
  const json_t *cases = json_object_get (value, "cases");
  const json_t *it;
  size_t index;

  if (g_strcmp0 (schema, LB_PLAN_SCHEMA) != 0)
    {
      lb_error_set (error, LB_ERROR_USAGE, "plan: its schema must be \"%s\"", LB_PLAN_SCHEMA);
      return NULL;
    }
  if (json_array_size (cases) == 0 || json_array_size (cases) > LB_PLAN_MAX_CASES)
    {
      lb_error_set (error, LB_ERROR_USAGE, "plan: cases must be a list of 1 to %d cases",
                    LB_PLAN_MAX_CASES);
      return NULL;
    }
  if (!read_group (value, plan, error) ||
      !read_settings (json_object_get (value, "settings"), &plan->settings, error))
    return NULL;
  json_array_foreach ((json_t *) cases, index, it)
    if (!read_case (it, plan, error))
      return NULL;
  return check_ids (plan, error) ? g_steal_pointer (&plan) : NULL;
}

void
lb_json_set_path (json_t *object, const char *key, const char *path)
{
  g_autofree char *absolute = NULL;

  if (path == NULL)
    return;
  if (g_utf8_validate (path, -1, NULL))
    {
      lb_json_set_string (object, key, path);
      return;
    }
  absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *uri = g_filename_to_uri (absolute, NULL, NULL);
  g_autofree char *uri_key = g_strconcat (key, "_uri", NULL);
  lb_json_set_string (object, uri_key, uri);
}

static json_t *
case_to_json (const LbCase *it)
{
  json_t *object = json_object ();
  json_t *inputs = json_array ();

  lb_json_set_string (object, "id", it->id);
  lb_json_set_string (object, "mode", it->mode);
  lb_json_set_string (object, "engine", it->engine);
  lb_json_set_string (object, "model", it->model);
  lb_json_set_string (object, "device", it->device);
  lb_json_set_string (object, "decoding", it->decoding);
  for (guint i = 0; i < it->inputs->len; i++)
    {
      const LbPlanInput *input = g_ptr_array_index (it->inputs, i);
      json_t *one = json_object ();

      lb_json_set_string (one, "role", input->role);
      lb_json_set_path (one, "path", input->path);
      lb_json_set_string (one, "text", input->text);
      lb_json_set_string (one, "set", input->set);
      lb_json_set_string (one, "name", input->name);
      json_array_append_new (inputs, one);
    }
  lb_json_set (object, "inputs", inputs);
  lb_json_set_path (object, "reference", it->reference);
  lb_json_set (object, "options", json_deep_copy (it->options));
  return object;
}

json_t *
lb_plan_to_json (const LbPlan *plan)
{
  json_t *object = json_object ();
  json_t *shared = json_object ();
  json_t *cases = json_array ();

  lb_json_set_string (object, "schema", LB_PLAN_SCHEMA);
  lb_json_set_string (object, "group", plan->group);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    lb_json_set (shared, settings[i].name, write_setting (&settings[i], &plan->settings));
  lb_json_set_string (shared, "order",
                      plan->settings.order == LB_ORDER_INTERLEAVED ? "interleaved"
                                                                   : "sequential");
  lb_plan_write_kept (&plan->settings, shared);
  lb_json_set (object, "settings", shared);
  for (guint i = 0; i < plan->cases->len; i++)
    json_array_append_new (cases, case_to_json (lb_plan_case (plan, i)));
  lb_json_set (object, "cases", cases);
  return object;
}
