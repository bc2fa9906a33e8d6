#include "bench/foreign.h"

#include <string.h>

#include "bench/result.h"
#include "core/error.h"
#include "core/id.h"
#include "core/text.h"

/* Members that a record must have, or may have; what isn't here is kept as it is. */
static const struct {
  const char *name;
  json_type type;
  gboolean needed;
} members[] = {
  { "id", JSON_STRING, TRUE },         { "timestamp", JSON_INTEGER, TRUE },
  { "mode", JSON_STRING, TRUE },       { "status", JSON_STRING, TRUE },
  { "engine", JSON_OBJECT, TRUE },     { "group", JSON_OBJECT, FALSE },
  { "model", JSON_OBJECT, FALSE },     { "input", JSON_OBJECT, FALSE },
  { "settings", JSON_OBJECT, FALSE },  { "timing", JSON_OBJECT, FALSE },
  { "summary", JSON_OBJECT, FALSE },   { "output", JSON_OBJECT, FALSE },
  { "scores", JSON_OBJECT, FALSE },    { "machine", JSON_OBJECT, FALSE },
  { "validity", JSON_OBJECT, FALSE },  { "error", JSON_OBJECT, FALSE },
  { "sessions", JSON_ARRAY, FALSE },   { "warmups", JSON_ARRAY, FALSE },
  { "iterations", JSON_ARRAY, FALSE }, { "outputs", JSON_ARRAY, FALSE },
  { "artifacts", JSON_ARRAY, FALSE },  { "more_inputs", JSON_ARRAY, FALSE },
};

static const char *
name_type (json_type type)
{
  return type == JSON_STRING    ? "text"
         : type == JSON_INTEGER ? "a whole number"
         : type == JSON_OBJECT  ? "an object"
                                : "a list of objects";
}

static gboolean
holds_objects (const json_t *list)
{
  size_t index;
  json_t *element;

  json_array_foreach ((json_t *) list, index, element)
    if (!json_is_object (element))
      return FALSE;
  return TRUE;
}

static gboolean
check_members (const json_t *record, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const json_t *value = json_object_get (record, members[i].name);

      if (value == NULL && !members[i].needed)
        continue;
      if (value == NULL || json_typeof (value) != members[i].type || !holds_objects (value))
        return lb_error_set (error, LB_ERROR_BAD_INPUT, "\"%s\" must be %s", members[i].name,
                             name_type (members[i].type));
    }
  return TRUE;
}

gboolean
lb_foreign_check (const json_t *record, GError **error)
{
  static const char *const ended[] = { "ok", "failed", "interrupted", NULL };
  const char *schema = lb_json_string (record, "schema", NULL);
  g_autofree char *shown = schema != NULL ? lb_text_escape (schema) : NULL;

  if (!json_is_object (record) || schema == NULL)
    return lb_error_set (error, LB_ERROR_BAD_INPUT,
                         "it is no record of LlamaBurn: \"schema\" must be \"%s\"",
                         LB_RESULT_SCHEMA);
  if (strcmp (schema, LB_RESULT_SCHEMA) != 0)
    return lb_error_set (error, LB_ERROR_BAD_INPUT,
                         "its schema \"%s\" is not known here (\"%s\" is): another LlamaBurn "
                         "wrote it, take the newer one",
                         shown, LB_RESULT_SCHEMA);
  if (!check_members (record, error))
    return FALSE;
  if (!lb_id_is_valid (lb_json_string (record, "id", "")))
    return lb_error_set (error, LB_ERROR_BAD_INPUT, "\"id\" must be a UUID");
  if (!g_strv_contains (ended, lb_json_string (record, "status", "")))
    return lb_error_set (error, LB_ERROR_BAD_INPUT,
                         "\"status\" must be ok, failed or interrupted: the run must have ended");
  if (*lb_json_string (record, "mode", "") == '\0' ||
      lb_json_integer (record, "timestamp", 0) < 0)
    return lb_error_set (error, LB_ERROR_BAD_INPUT,
                         "\"mode\" must not be empty, nor \"timestamp\" below 0");
  if (lb_json_string (json_object_get (record, "engine"), "id", NULL) == NULL)
    return lb_error_set (error, LB_ERROR_BAD_INPUT, "\"engine\" must have an \"id\"");
  return TRUE;
}

/* One record a line. @text: is cut. Returns: (transfer full) */
static json_t *
parse_lines (char *text, GError **error)
{
  g_autoptr (json_t) records = json_array ();
  guint number = 0;

  for (char *line = text; line != NULL;)
    {
      char *end = strchr (line, '\n');
      json_t *record;

      number++;
      if (end != NULL)
        *end++ = '\0';
      if (*g_strchomp (line) != '\0')
        {
          record = lb_json_parse (line, -1, error);
          if (record == NULL)
            {
              g_prefix_error (error, "line %u: ", number);
              return NULL;
            }
          json_array_append_new (records, record);
        }
      line = end;
    }
  return g_steal_pointer (&records);
}

/* Returns: (transfer full): an array, of anything */
static json_t *
parse (char *text, gsize length, GError **error)
{
  g_autoptr (GError) why = NULL;
  json_t *value = lb_json_parse (text, (gssize) length, &why);

  if (json_is_array (value))
    return value;
  if (value != NULL)
    return json_pack ("[o]", value);
  if (strchr (text, '\n') != NULL && g_str_has_prefix (text, "{\""))
    return parse_lines (text, error);
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

static gboolean
check_all (const json_t *records, GError **error)
{
  size_t index;
  json_t *record;

  if (json_array_size (records) == 0)
    return lb_error_set (error, LB_ERROR_BAD_INPUT, "it holds no record");
  json_array_foreach ((json_t *) records, index, record)
    if (!lb_foreign_check (record, error))
      {
        g_prefix_error (error, "record %d: ", (int) index + 1);
        return FALSE;
      }
  return TRUE;
}

json_t *
lb_foreign_read (const char *path, GError **error)
{
  gsize length = 0;
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *text = lb_json_read_text (path, &length, error);
  g_autoptr (json_t) records = NULL;

  if (text == NULL)
    return NULL;
  records = parse (text, length, error);
  if (records != NULL && check_all (records, error))
    return g_steal_pointer (&records);
  g_prefix_error (error, "\"%s\": ", shown);
  return NULL;
}
