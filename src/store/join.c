#include "core/error.h"
#include "core/text.h"
#include "store/internal.h"

static const struct {
  const char *member;
  const char *select;
} parts[] = {
  { "sessions", "SELECT json FROM session WHERE run = ?1 ORDER BY position" },
  { "warmups", "SELECT json FROM iteration WHERE run = ?1 AND warmup = 1 ORDER BY position" },
  { "iterations", "SELECT json FROM iteration WHERE run = ?1 AND warmup = 0 ORDER BY position" },
};

static json_t *
decode (LbStore *store, LbStatement *row, int column, GError **error)
{
  const char *text = lb_sql_text (row, column);
  json_t *value = lb_json_parse (text != NULL ? text : "", -1, error);

  if (value == NULL)
    {
      g_autofree char *shown = lb_text_escape (store->path);

      g_prefix_error (error, "the history \"%s\" holds a part that can't be read: ", shown);
    }
  return value;
}

/* A member that is there keeps its place; one that has no rows and was not there stays absent. */
static void
put_array (json_t *record, const char *member, json_t *array)
{
  if (json_array_size (array) > 0)
    json_object_set_new (record, member, array);
  else
    json_decref (array);
}

static gboolean
join_part (LbStore *store, gint64 number, const char *member, const char *select, json_t *record,
           GError **error)
{
  g_autoptr (LbStatement) rows = lb_sql_query (store, error, select, "i", number);
  g_autoptr (json_t) array = json_array ();
  int step = rows != NULL ? 1 : -1;

  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      json_t *element = decode (store, rows, 0, error);

      if (element == NULL)
        return FALSE;
      json_array_append_new (array, element);
    }
  if (step == 0)
    put_array (record, member, g_steal_pointer (&array));
  return step == 0;
}

static gboolean
join_scores (LbStore *store, gint64 number, gint64 position, json_t *output, GError **error)
{
  g_autoptr (LbStatement) rows = lb_sql_query (
      store, error,
      "SELECT name, json FROM score WHERE run = ?1 AND output = ?2 ORDER BY position", "ii",
      number, position);
  g_autoptr (json_t) scores = json_object ();
  int step = rows != NULL ? 1 : -1;

  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      json_t *score = decode (store, rows, 1, error);

      if (score == NULL)
        return FALSE;
      json_object_set_new (scores, lb_sql_text (rows, 0), score);
    }
  if (step == 0 && json_object_get (output, "scores") != NULL)
    json_object_set (output, "scores", scores);
  return step == 0;
}

static gboolean
join_outputs (LbStore *store, gint64 number, json_t *record, GError **error)
{
  g_autoptr (LbStatement) rows = lb_sql_query (
      store, error, "SELECT position, json FROM output WHERE run = ?1 ORDER BY position", "i",
      number);
  g_autoptr (json_t) outputs = json_array ();
  int step = rows != NULL ? 1 : -1;

  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      json_t *output = decode (store, rows, 1, error);

      if (output == NULL)
        return FALSE;
      json_array_append_new (outputs, output);
      if (!join_scores (store, number, sqlite3_column_int64 (rows, 0), output, error))
        return FALSE;
    }
  if (step == 0)
    put_array (record, "outputs", g_steal_pointer (&outputs));
  return step == 0;
}

static gboolean
join_artifacts (LbStore *store, gint64 number, json_t *record, GError **error)
{
  g_autoptr (LbStatement) rows = lb_sql_query (
      store, error, "SELECT json, pruned FROM artifact WHERE run = ?1 ORDER BY position", "i",
      number);
  g_autoptr (json_t) artifacts = json_array ();
  int step = rows != NULL ? 1 : -1;

  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      json_t *artifact = decode (store, rows, 0, error);

      if (artifact == NULL)
        return FALSE;
      if (sqlite3_column_int (rows, 1) != 0)
        lb_json_set_boolean (artifact, "pruned", TRUE);
      json_array_append_new (artifacts, artifact);
    }
  if (step == 0)
    put_array (record, "artifacts", g_steal_pointer (&artifacts));
  return step == 0;
}

/* Placeholders of what the first output has; a run that was cut off gets them from its rows. */
static void
repeat_first (json_t *record)
{
  static const char *const members[] = { "output", "scores", "judgement" };
  const json_t *first = json_array_get (json_object_get (record, "outputs"), 0);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const json_t *mine = json_object_get (record, members[i]);
      json_t *its = json_object_get (first, members[i]);

      if (its != NULL && (mine == NULL || json_is_null (mine)))
        json_object_set (record, members[i], its);
    }
}

/* The same members with "number" after "id", as people look for it there. */
static json_t *
with_number (json_t *record, gint64 number)
{
  json_t *result = json_object ();
  const char *key;
  json_t *value;

  json_object_foreach (record, key, value)
    {
      json_object_set (result, key, value);
      if (g_str_equal (key, "id"))
        lb_json_set_integer (result, "number", number);
    }
  return result;
}

static json_t *
load_rest (LbStore *store, gint64 number, GError **error)
{
  g_autoptr (LbStatement) row = lb_sql_query (
      store, error,
      "SELECT record.json, run.status, run.id, machine.json FROM run"
      " JOIN record ON record.run = run.number LEFT JOIN machine ON machine.id = run.machine"
      " WHERE run.number = ?1",
      "i", number);
  int step = row != NULL ? lb_sql_step (store, row, error) : -1;
  g_autoptr (json_t) record = NULL;
  const char *status;

  if (step == 0)
    g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "no run %" G_GINT64_FORMAT, number);
  if (step == 1)
    record = decode (store, row, 0, error);
  if (record == NULL)
    return NULL;
  status = lb_sql_text (row, 1);
  if (g_strcmp0 (status, "running") == 0 &&
      lb_live_probe (store, lb_sql_text (row, 2), NULL) == LB_LIVE_DEAD)
    status = "interrupted";
  lb_json_set_string (record, "status", status);
  if (lb_sql_text (row, 3) != NULL)
    {
      json_t *machine = decode (store, row, 3, error);

      if (machine == NULL)
        return NULL;
      json_object_set_new (record, "machine", machine);
    }
  return g_steal_pointer (&record);
}

static gboolean
join_all (LbStore *store, gint64 number, json_t *record, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!join_part (store, number, parts[i].member, parts[i].select, record, error))
      return FALSE;
  if (!join_outputs (store, number, record, error) ||
      !join_artifacts (store, number, record, error))
    return FALSE;
  repeat_first (record);
  return TRUE;
}

json_t *
lb_record_load (LbStore *store, gint64 number, GError **error)
{
  g_autoptr (json_t) record = NULL;
  gboolean good;

  /* One view of all tables, also while the run goes on. */
  if (!lb_sql (store, error, "BEGIN", ""))
    return NULL;
  record = load_rest (store, number, error);
  good = record != NULL && join_all (store, number, record, error);
  sqlite3_exec (store->database, "COMMIT", NULL, NULL, NULL);
  return good ? with_number (record, number) : NULL;
}
