/* A record is stored in parts: what there may be many of, or what many runs share, as rows; the
 * rest as one JSON text in which a placeholder keeps each part's place. Here they are parted and
 * joined. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "store/internal.h"

#define TEXT_IN_LISTS 80 /* characters of a text or prompt that stand for the input */

/* Members of a record that are rows of one table each. */
static const struct {
  const char *member;
  const char *insert; /* (run, position, json, rtf, wall_s) */
  const char *next;   /* the next position */
} parts[] = {
  { "sessions", "INSERT OR REPLACE INTO session (run, position, json) VALUES (?1, ?2, ?3)",
    "SELECT max (position) + 1 FROM session WHERE run = ?1" },
  { "warmups",
    "INSERT OR REPLACE INTO iteration (run, position, json, rtf, wall_s, warmup) VALUES (?1, ?2, "
    "?3, ?4, ?5, 1)",
    "SELECT max (position) + 1 FROM iteration WHERE run = ?1 AND warmup = 1" },
  { "iterations",
    "INSERT OR REPLACE INTO iteration (run, position, json, rtf, wall_s, warmup) VALUES (?1, ?2, "
    "?3, ?4, ?5, 0)",
    "SELECT max (position) + 1 FROM iteration WHERE run = ?1 AND warmup = 0" },
};

static gboolean
is_too_deep (const json_t *value, guint depth)
{
  const char *key;
  json_t *member;
  size_t i;

  if (depth > LB_JSON_MAX_DEPTH)
    return TRUE;
  json_object_foreach ((json_t *) value, key, member)
    if (is_too_deep (member, depth + 1))
      return TRUE;
  json_array_foreach (value, i, member)
    if (is_too_deep (member, depth + 1))
      return TRUE;
  return FALSE;
}

/* What can't be read again is not written. */
static char *
encode (const json_t *value, GError **error)
{
  g_autofree char *text = NULL;

  if (!is_too_deep (value, 0))
    text = lb_json_line (value);
  if (text != NULL && strlen (text) <= LB_JSON_MAX_LINE_BYTES)
    return g_steal_pointer (&text);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "a part of the result is too large or too deeply nested to be stored (%d bytes, "
               "depth %d are the most)",
               LB_JSON_MAX_LINE_BYTES, LB_JSON_MAX_DEPTH);
  return NULL;
}

static gboolean
write_row (LbStore *store, gint64 number, guint part, gint64 position, const json_t *element,
           GError **error)
{
  g_autofree char *text = encode (element, error);

  if (text == NULL)
    return FALSE;
  /* session has no measures: its statement takes three values. */
  if (part == 0)
    return lb_sql (store, error, parts[part].insert, "iis", number, position, text);
  return lb_sql (store, error, parts[part].insert, "iisdd", number, position, text,
                 lb_json_real (element, "rtf", (double) NAN),
                 lb_json_real (element, "wall_s", (double) NAN));
}

gboolean
lb_record_add_row (LbStore *store, gint64 number, const char *member, const json_t *element,
                   GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_equal (parts[i].member, member))
      {
        g_autoptr (LbStatement) next = lb_sql_query (store, error, parts[i].next, "i", number);
        gint64 position;

        return lb_sql_integer (store, next, 0, &position, error) &&
               write_row (store, number, i, position, element, error);
      }
  g_return_val_if_reached (FALSE);
}

static gboolean
write_scores (LbStore *store, gint64 number, gint64 output, const json_t *scores, GError **error)
{
  const char *name;
  json_t *score;
  gint64 position = 0;

  if (!lb_sql (store, error, "DELETE FROM score WHERE run = ?1 AND output = ?2", "ii", number,
               output))
    return FALSE;
  json_object_foreach ((json_t *) scores, name, score)
    {
      g_autofree char *text = encode (score, error);

      if (text == NULL || !lb_sql (store, error,
                                   "INSERT INTO score (run, output, position, name, value, json) "
                                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                   "iiisds", number, output, position++, name,
                                   lb_json_real (score, "value", (double) NAN), text))
        return FALSE;
    }
  return TRUE;
}

gboolean
lb_record_set_output (LbStore *store, gint64 number, const json_t *output, GError **error)
{
  const char *sha256 = lb_json_string (output, "sha256", NULL);
  const json_t *scores = json_object_get (output, "scores");
  g_autoptr (json_t) rest = json_copy ((json_t *) output);
  g_autoptr (LbStatement) known = NULL;
  g_autofree char *text = NULL;
  gint64 position;

  if (sha256 == NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                           "an output without \"sha256\" can't be stored");
      return FALSE;
    }
  if (json_is_object (scores))
    json_object_set_new (rest, "scores", json_null ());
  text = encode (rest, error);
  if (text == NULL)
    return FALSE;
  known = lb_sql_query (
      store, error,
      "SELECT coalesce ((SELECT position FROM output WHERE run = ?1 AND sha256 = ?2),"
      " (SELECT max (position) + 1 FROM output WHERE run = ?1), 0)",
      "is", number, sha256);
  if (!lb_sql_integer (store, known, 0, &position, error))
    return FALSE;
  g_clear_pointer (&known, sqlite3_finalize);
  return lb_sql (store, error,
                 "INSERT INTO output (run, position, sha256, json) VALUES (?1, ?2, ?3, ?4)"
                 " ON CONFLICT (run, position) DO UPDATE SET json = excluded.json",
                 "iiss", number, position, sha256, text) &&
         write_scores (store, number, position, scores, error);
}

static gboolean
write_artifact (LbStore *store, gint64 number, const json_t *artifact, GError **error)
{
  const char *path = lb_json_string (artifact, "path", NULL);
  g_autofree char *text = NULL;

  if (path == NULL)
    return TRUE;
  text = encode (artifact, error);
  return text != NULL &&
         lb_sql (store, error,
                 "INSERT INTO artifact (run, position, path, bytes, pruned, json) VALUES (?1,"
                 " (SELECT coalesce (max (position) + 1, 0) FROM artifact WHERE run = ?1), ?2, "
                 "?3, 0, ?4)"
                 " ON CONFLICT (run, path) DO UPDATE SET json = excluded.json",
                 "isis", number, path, lb_json_integer (artifact, "bytes", 0), text);
}

/* Rows of every part that @record has; rows that it doesn't mention stay: what was measured is
 * never lost. */
static gboolean
write_parts (LbStore *store, gint64 number, const json_t *record, GError **error)
{
  json_t *element;
  size_t i;

  for (guint part = 0; part < G_N_ELEMENTS (parts); part++)
    json_array_foreach (json_object_get (record, parts[part].member), i, element)
      if (!write_row (store, number, part, (gint64) i, element, error))
        return FALSE;
  json_array_foreach (json_object_get (record, "outputs"), i, element)
    if (!lb_record_set_output (store, number, element, error))
      return FALSE;
  json_array_foreach (json_object_get (record, "artifacts"), i, element)
    if (!write_artifact (store, number, element, error))
      return FALSE;
  return TRUE;
}

static gboolean
write_machine (LbStore *store, gint64 number, const json_t *machine, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *hash = NULL;

  if (!json_is_object (machine))
    return TRUE;
  text = encode (machine, error);
  if (text == NULL)
    return FALSE;
  hash = lb_hash_data (text, strlen (text));
  return lb_sql (store, error, "INSERT OR IGNORE INTO machine (sha256, json) VALUES (?1, ?2)",
                 "ss", hash, text) &&
         lb_sql (store, error,
                 "UPDATE run SET machine = (SELECT id FROM machine WHERE sha256 = ?2) WHERE "
                 "number = ?1",
                 "is", number, hash);
}

/* `output` and `scores` of the record are the first output's: kept once. */
static void
leave_out_first (json_t *rest, const json_t *record)
{
  static const char *const members[] = { "output", "scores", "judgement" };
  const json_t *first = json_array_get (json_object_get (record, "outputs"), 0);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const json_t *mine = json_object_get (record, members[i]);
      const json_t *its = json_object_get (first, members[i]);

      if (mine != NULL && its != NULL && json_equal (mine, its))
        json_object_set_new (rest, members[i], json_null ());
    }
}

static char *
encode_rest (const json_t *record, GError **error)
{
  static const char *const others[] = { "outputs", "artifacts" };
  g_autoptr (json_t) rest = json_copy ((json_t *) record);

  json_object_del (rest, "number");
  leave_out_first (rest, record);
  if (json_is_object (json_object_get (rest, "machine")))
    json_object_set_new (rest, "machine", json_null ());
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (json_is_array (json_object_get (rest, parts[i].member)))
      json_object_set_new (rest, parts[i].member, json_array ());
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (json_is_array (json_object_get (rest, others[i])))
      json_object_set_new (rest, others[i], json_array ());
  return encode (rest, error);
}

static char *
name_input (const json_t *record)
{
  const json_t *input = json_object_get (record, "input");
  const char *path = lb_json_string (input, "path", lb_json_string (input, "path_uri", NULL));
  const char *text = lb_json_string (input, "text", lb_json_string (input, "prompt", NULL));

  if (path != NULL)
    return g_path_get_basename (path);
  if (text == NULL)
    return NULL;
  return g_utf8_strlen (text, -1) <= TEXT_IN_LISTS ? g_strdup (text)
                                                   : g_utf8_substring (text, 0, TEXT_IN_LISTS);
}

/* The score that lists show: the first that has a value. */
static const char *
first_score (const json_t *record, double *value)
{
  const char *name;
  json_t *score;

  *value = (double) NAN;
  json_object_foreach (json_object_get (record, "scores"), name, score)
    if (json_is_number (json_object_get (score, "value")))
      {
        *value = lb_json_real (score, "value", (double) NAN);
        return name;
      }
  return NULL;
}

static gboolean
write_columns (LbStore *store, gint64 number, const json_t *record, GError **error)
{
  const json_t *engine = json_object_get (record, "engine");
  const json_t *model = json_object_get (record, "model");
  const json_t *settings = json_object_get (record, "settings");
  g_autofree char *input = name_input (record);
  double score;
  const char *score_name = first_score (record, &score);

  return lb_sql (
             store, error,
             "UPDATE run SET group_id = ?2, timestamp = ?3, status = ?4, mode = ?5, engine = ?6,"
             " engine_version = ?7, model = ?8, device = ?9, input = ?10, score = ?11, "
             "score_name = ?12,"
             " valid = ?13, synthetic = ?14 WHERE number = ?1",
             "isisssssssdsii", number,
             lb_json_string (json_object_get (record, "group"), "id", NULL),
             lb_json_integer (record, "timestamp", 0),
             lb_json_string (record, "status", "running"), lb_json_string (record, "mode", ""),
             lb_json_string (engine, "id", NULL), lb_json_string (engine, "version", NULL),
             lb_json_string (model, "id", NULL),
             lb_json_string (engine, "device", lb_json_string (settings, "device", NULL)), input,
             score, score_name,
             (gint64) lb_json_boolean (json_object_get (record, "validity"), "valid", TRUE),
             (gint64) lb_json_boolean (model, "synthetic", FALSE)) &&
         write_machine (store, number, json_object_get (record, "machine"), error);
}

gboolean
lb_record_refresh (LbStore *store, gint64 number, GError **error)
{
  return lb_sql (
      store, error,
      "WITH r AS (SELECT rtf AS x, row_number () OVER (ORDER BY rtf) AS place, count (*) OVER () "
      "AS n"
      "  FROM iteration WHERE run = ?1 AND warmup = 0 AND rtf IS NOT NULL),"
      " w AS (SELECT wall_s AS x, row_number () OVER (ORDER BY wall_s) AS place, count (*) OVER "
      "() AS n"
      "  FROM iteration WHERE run = ?1 AND warmup = 0 AND wall_s IS NOT NULL)"
      " UPDATE run SET iterations = (SELECT count (*) FROM iteration WHERE run = ?1 AND warmup = "
      "0),"
      " median_rtf = (SELECT avg (x) FROM r WHERE place IN ((n + 1) / 2, (n + 2) / 2)),"
      " median_wall_s = (SELECT avg (x) FROM w WHERE place IN ((n + 1) / 2, (n + 2) / 2))"
      " WHERE number = ?1",
      "i", number);
}

gint64
lb_record_insert (LbStore *store, const json_t *record, GError **error)
{
  const char *id = lb_json_string (record, "id", "");
  g_autofree char *rest = encode_rest (record, error);
  gint64 number;

  if (rest == NULL || !lb_sql (store, error,
                               "INSERT INTO run (id, timestamp, status, mode, valid, synthetic) "
                               "VALUES (?1, 0, 'running', '', 1, 0)",
                               "s", id))
    return -1;
  number = sqlite3_last_insert_rowid (store->database);
  if (!lb_sql (store, error, "INSERT INTO record (run, json) VALUES (?1, ?2)", "is", number,
               rest) ||
      !write_parts (store, number, record, error) ||
      !write_columns (store, number, record, error) || !lb_record_refresh (store, number, error))
    return -1;
  return number;
}

gboolean
lb_record_update (LbStore *store, gint64 number, const json_t *record, GError **error)
{
  g_autofree char *rest = encode_rest (record, error);

  return rest != NULL &&
         lb_sql (store, error, "UPDATE record SET json = ?2 WHERE run = ?1", "is", number,
                 rest) &&
         write_parts (store, number, record, error) &&
         write_columns (store, number, record, error) && lb_record_refresh (store, number, error);
}

gint64
lb_record_number (LbStore *store, const char *id, GError **error)
{
  g_autoptr (LbStatement)
      row = lb_sql_query (store, error, "SELECT number FROM run WHERE id = ?1", "s", id);
  g_autofree char *shown = lb_text_escape (id);
  gint64 number;

  if (!lb_sql_integer (store, row, -1, &number, error))
    return -1;
  if (number < 0)
    g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                 "no run \"%s\": 'llamaburn history' lists them", shown);
  return number;
}
