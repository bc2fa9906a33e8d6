#include "core/error.h"
#include "core/text.h"
#include "store/internal.h"

#define LIVE_WAIT_MS LB_STORE_BUSY_MS
#define LIVE_POLL_MS 100

/* "LBRN": tells our files from other programs' databases. */
#define APPLICATION_ID 1279414862

/* Version 1. Records' JSON has a table of its own: rows of `run` stay small enough for a list
 * with any filter to be a scan of little more than what it shows; with the JSON beside them a row
 * would be several kilobytes. bench/history.py gives size and times of 100,000 runs. A number is
 * never used again (AUTOINCREMENT). Lists go by number: the order in which runs came into this
 * history. */
static const char schema_1[] =
    "CREATE TABLE machine (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, json TEXT NOT "
    "NULL);"
    "CREATE TABLE run (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " group_id TEXT, timestamp INTEGER NOT NULL, status TEXT NOT NULL, mode TEXT NOT NULL,"
    " engine TEXT, engine_version TEXT, model TEXT, device TEXT, input TEXT,"
    " iterations INTEGER NOT NULL DEFAULT 0, median_rtf REAL, median_wall_s REAL,"
    " score REAL, score_name TEXT, valid INTEGER NOT NULL, synthetic INTEGER NOT NULL,"
    " machine INTEGER REFERENCES machine (id));"
    "CREATE INDEX run_by_mode ON run (mode, engine, model);"
    "CREATE INDEX run_by_engine ON run (engine, model);"
    "CREATE INDEX run_by_model ON run (model);"
    "CREATE INDEX run_by_status ON run (status);"
    "CREATE INDEX run_by_group ON run (group_id);"
    "CREATE INDEX run_by_machine ON run (machine);"
    "CREATE TABLE record (run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,"
    " json TEXT NOT NULL);"
    "CREATE TABLE session (run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,"
    " position INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (run, position)) WITHOUT ROWID;"
    "CREATE TABLE iteration (run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,"
    " warmup INTEGER NOT NULL, position INTEGER NOT NULL, rtf REAL, wall_s REAL, json TEXT NOT "
    "NULL,"
    " PRIMARY KEY (run, warmup, position)) WITHOUT ROWID;"
    "CREATE TABLE output (run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,"
    " position INTEGER NOT NULL, sha256 TEXT NOT NULL, json TEXT NOT NULL,"
    " PRIMARY KEY (run, position), UNIQUE (run, sha256));"
    "CREATE TABLE score (run INTEGER NOT NULL, output INTEGER NOT NULL, position INTEGER NOT "
    "NULL,"
    " name TEXT NOT NULL, value REAL, json TEXT NOT NULL, PRIMARY KEY (run, output, position),"
    " FOREIGN KEY (run, output) REFERENCES output (run, position) ON DELETE CASCADE) WITHOUT "
    "ROWID;"
    "CREATE TABLE artifact (run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,"
    " position INTEGER NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL, pruned INTEGER NOT "
    "NULL,"
    " json TEXT NOT NULL, PRIMARY KEY (run, position), UNIQUE (run, path)) WITHOUT ROWID;"
    "PRAGMA application_id = 1279414862;";

const LbMigration lb_schema[] = {
  { 1, schema_1 },
  { 0, NULL },
};

int
lb_schema_known (const LbMigration *table)
{
  int known = 0;

  for (guint i = 0; table[i].version != 0; i++)
    known = table[i].version;
  return known;
}

static gboolean
read_pragma (LbStore *store, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (LbStatement) statement = lb_sql_query (store, error, sql, "");

  return lb_sql_integer (store, statement, 0, value, error);
}

gboolean
lb_schema_check (LbStore *store, const LbMigration *table, int *version, GError **error)
{
  gint64 found = 0, application = 0, tables = 0;
  g_autofree char *shown = lb_text_escape (store->path);

  /* In this order: where another program is just making it, tables that are seen have an id. */
  if (!read_pragma (store, "SELECT count(*) FROM sqlite_schema", &tables, error) ||
      !read_pragma (store, "PRAGMA application_id", &application, error) ||
      !read_pragma (store, "PRAGMA user_version", &found, error))
    return FALSE;
  *version = (int) found;
  if (tables > 0 && application != APPLICATION_ID)
    g_set_error (error, LB_ERROR, LB_ERROR_STORE,
                 "\"%s\" is another program's database: move it away, or set XDG_DATA_HOME",
                 shown);
  else if (found > lb_schema_known (table))
    g_set_error (
        error, LB_ERROR, LB_ERROR_STORE,
        "the history \"%s\" is from a newer LlamaBurn (schema %d, this one knows %d): update "
        "LlamaBurn, or move the file away",
        shown, *version, lb_schema_known (table));
  else if (found < 0)
    g_set_error (error, LB_ERROR, LB_ERROR_STORE,
                 "the history \"%s\" has the impossible schema version %d: move the file away",
                 shown, *version);
  else
    return TRUE;
  return FALSE;
}

static gboolean
apply (LbStore *store, const LbMigration *migration, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("%s; PRAGMA user_version = %d;", migration->sql,
                                          migration->version);

  if (sqlite3_exec (store->database, sql, NULL, NULL, NULL) != SQLITE_OK)
    return lb_sql_fail (store, error);
  return TRUE;
}

/* One try, in one transaction. A run that begins takes its live mark first and then waits for
 * this transaction, so that looking for live marks inside it misses none. */
static gboolean
try_to_migrate (LbStore *store, const LbMigration *table, char **living, GError **error)
{
  int version = 0;
  gboolean good;

  if (!lb_sql_begin (store, error))
    return FALSE;
  good = lb_schema_check (store, table, &version, error);
  if (good && !store->read_only && version > 0 && version < lb_schema_known (table))
    *living = lb_live_any (store);
  for (guint i = 0; good && *living == NULL && table[i].version != 0; i++)
    if (table[i].version > version)
      good = apply (store, &table[i], error);
  if (*living != NULL)
    {
      lb_sql_finish (store, FALSE, NULL);
      return TRUE;
    }
  return lb_sql_finish (store, good, error);
}

gboolean
lb_schema_migrate (LbStore *store, const LbMigration *table, GError **error)
{
  g_autofree char *living = NULL;
  int version = 0;

  if (!lb_schema_check (store, table, &version, error))
    return FALSE;
  if (version == lb_schema_known (table))
    return TRUE;
  for (int waited = 0; waited <= LIVE_WAIT_MS; waited += LIVE_POLL_MS)
    {
      g_clear_pointer (&living, g_free);
      if (!try_to_migrate (store, table, &living, error))
        return FALSE;
      if (living == NULL)
        return TRUE;
      g_usleep (LIVE_POLL_MS * 1000);
    }
  g_set_error (
      error, LB_ERROR, LB_ERROR_STORE,
      "the history is of an older version and a benchmark (%s) is running: it is brought up to "
      "date when that has ended: try again then",
      living);
  return FALSE;
}
