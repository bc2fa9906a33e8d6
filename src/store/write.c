#include "core/error.h"
#include "core/id.h"
#include "core/text.h"
#include "store/internal.h"

static gboolean
check_writable (const LbStore *store, GError **error)
{
  if (!store->read_only)
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_STORE, "the history was opened to be read only");
  return FALSE;
}

static gboolean
check_record (const LbStore *store, const json_t *record, gboolean running, GError **error)
{
  const char *status = lb_json_string (record, "status", "");

  if (!check_writable (store, error))
    return FALSE;
  if (!lb_id_is_valid (lb_json_string (record, "id", "")))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                         "a record without a valid \"id\" can't be stored");
  else if (g_str_equal (status, "running") != running)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                 "a record that %s can't have the status \"%s\"", running ? "begins" : "ends",
                 status);
  else
    return TRUE;
  return FALSE;
}

/* A newer LlamaBurn may have changed the schema since we opened. */
static gboolean
check_version (LbStore *store, GError **error)
{
  g_autoptr (LbStatement) row = lb_sql_query (store, error, "PRAGMA user_version", "");
  gint64 version;

  if (!lb_sql_integer (store, row, 0, &version, error))
    return FALSE;
  if (version == store->version)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_STORE,
               "the history was brought to schema %d by a newer LlamaBurn while this one (schema "
               "%d) was at work: "
               "start it again",
               (int) version, store->version);
  return FALSE;
}

gint64
lb_store_begin (LbStore *store, const json_t *record, GError **error)
{
  const char *id = lb_json_string (record, "id", "");
  gint64 number = -1;

  if (!check_record (store, record, TRUE, error))
    return -1;
  if (g_hash_table_contains (store->lives, id))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_STORE, "the run \"%s\" has already begun", id);
      return -1;
    }
  /* The lock before the row: whoever sees the row finds the lock held. */
  if (!lb_live_take (store, id, error))
    return -1;
  if (lb_sql_begin (store, error))
    {
      if (check_version (store, error))
        number = lb_record_insert (store, record, error);
      if (!lb_sql_finish (store, number >= 0, error))
        number = -1;
    }
  if (number < 0)
    lb_live_release (store, id);
  return number;
}

gint64
lb_store_import (LbStore *store, const json_t *record, GError **error)
{
  g_autoptr (json_t) alone = json_copy ((json_t *) record);
  gint64 number = -1;

  if (!check_record (store, record, FALSE, error))
    return -1;
  if (json_object_get (record, "artifacts") != NULL)
    json_object_set_new (alone, "artifacts", json_array ());
  if (!lb_sql_begin (store, error))
    return -1;
  if (check_version (store, error))
    number = lb_record_insert (store, alone, error);
  return lb_sql_finish (store, number >= 0, error) ? number : -1;
}

typedef gboolean (*Writer) (LbStore *store, gint64 number, const json_t *part, GError **error);

static gboolean
in_transaction (LbStore *store, const char *id, const json_t *part, Writer writer, GError **error)
{
  gint64 number;

  if (!check_writable (store, error) || !lb_sql_begin (store, error))
    return FALSE;
  number = lb_record_number (store, id, error);
  return lb_sql_finish (store, number >= 0 && writer (store, number, part, error), error);
}

static gboolean
write_session (LbStore *store, gint64 number, const json_t *session, GError **error)
{
  return lb_record_add_row (store, number, "sessions", session, error);
}

static gboolean
write_warmup (LbStore *store, gint64 number, const json_t *iteration, GError **error)
{
  return lb_record_add_row (store, number, "warmups", iteration, error);
}

static gboolean
write_iteration (LbStore *store, gint64 number, const json_t *iteration, GError **error)
{
  return lb_record_add_row (store, number, "iterations", iteration, error) &&
         lb_sql (store, error, "UPDATE run SET iterations = iterations + 1 WHERE number = ?1",
                 "i", number);
}

gboolean
lb_store_add_session (LbStore *store, const char *id, const json_t *session, GError **error)
{
  return in_transaction (store, id, session, write_session, error);
}

gboolean
lb_store_add_warmup (LbStore *store, const char *id, const json_t *iteration, GError **error)
{
  return in_transaction (store, id, iteration, write_warmup, error);
}

gboolean
lb_store_add_iteration (LbStore *store, const char *id, const json_t *iteration, GError **error)
{
  return in_transaction (store, id, iteration, write_iteration, error);
}

gboolean
lb_store_set_output (LbStore *store, const char *id, const json_t *output, GError **error)
{
  return in_transaction (store, id, output, lb_record_set_output, error);
}

gboolean
lb_store_end (LbStore *store, const char *id, const json_t *record, GError **error)
{
  if (!check_record (store, record, FALSE, error))
    return FALSE;
  if (!g_str_equal (lb_json_string (record, "id", ""), id))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "the record isn't that of the run \"%s\"",
                   id);
      return FALSE;
    }
  if (!in_transaction (store, id, record, lb_record_update, error))
    return FALSE;
  lb_live_release (store, id);
  return TRUE;
}

json_t *
lb_store_load (LbStore *store, const char *id, GError **error)
{
  gint64 number = lb_record_number (store, id, error);

  return number >= 0 ? lb_record_load (store, number, error) : NULL;
}
