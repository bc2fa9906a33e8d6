/* What the files of the store share; nobody else includes it, but its tests. */
#pragma once

#include <sqlite3.h>

#include "store/store.h"

G_BEGIN_DECLS

#define LB_STORE_DATABASE "history.db"
#define LB_STORE_BUSY_MS 5000

struct _LbStore {
  sqlite3 *database;
  char *folder;
  char *path; /* of history.db */
  char *notice;
  GHashTable *lives; /* id → descriptor that holds flock on runs/ID/live */
  int lock;    /* history.lock: shared while the database is open, exclusive to set it aside */
  int version; /* of the schema of this program: it may change while we have it open */
  gboolean read_only;
  gboolean damaged; /* SQLite has called it corrupt, or no database */
};

/* schema.c */

typedef struct {
  int version;
  const char *sql;
} LbMigration;

/** lb_schema: every migration from the first schema on, in order, ended by version 0 */
extern const LbMigration lb_schema[];

/** lb_schema_known: Returns: the last version in @table */
int lb_schema_known (const LbMigration *table);

/** lb_schema_check: reads the version; %LB_ERROR_STORE when it is newer than @table, or another
 * program's */
gboolean lb_schema_check (LbStore *store, const LbMigration *table, int *version, GError **error);

/** lb_schema_migrate: brings the database to the last version of @table; waits until no run lives
 */
gboolean lb_schema_migrate (LbStore *store, const LbMigration *table, GError **error);

/** lb_store_open_as: lb_store_open() with a table of migrations of one's own */
LbStore *lb_store_open_as (const char *folder, const LbMigration *table, GError **error);

/* sql.c: every return of SQLite is checked here. */

typedef sqlite3_stmt LbStatement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbStatement, sqlite3_finalize)

/** lb_sql_fail: sets @error from SQLite's last one, with what to do. Returns: %FALSE */
gboolean lb_sql_fail (LbStore *store, GError **error);

/** lb_sql_is_damage: whether the primary code of @code says corrupt or no database */
gboolean lb_sql_is_damage (int code);

/** lb_sql_damage_mark: Returns: (transfer full): the file that asks the next start to look
 * closely */
char *lb_sql_damage_mark (const LbStore *store);

/** lb_sql_query: prepares @sql and binds: 's' a text or %NULL, 'i' a gint64, 'd' a double (NAN:
 * NULL). Returns: (transfer full) */
LbStatement *lb_sql_query (LbStore *store, GError **error, const char *sql, const char *types,
                           ...);

/** lb_sql_step: Returns: 1: a row, 0: the end, −1: @error */
int lb_sql_step (LbStore *store, LbStatement *statement, GError **error);

/** lb_sql: lb_sql_query() and its steps to the end */
gboolean lb_sql (LbStore *store, GError **error, const char *sql, const char *types, ...);

/** lb_sql_integer: the first column of the first row, or @fallback where there is none or it is
 * NULL */
gboolean lb_sql_integer (LbStore *store, LbStatement *statement, gint64 fallback, gint64 *value,
                         GError **error);

/** lb_sql_begin, lb_sql_finish: a write transaction; finish commits if @good, and answers whether
 * it did */
gboolean lb_sql_begin (LbStore *store, GError **error);
gboolean lb_sql_finish (LbStore *store, gboolean good, GError **error);

/** lb_sql_text: Returns: (nullable): the text of a column */
const char *lb_sql_text (LbStatement *statement, int column);
double lb_sql_real (LbStatement *statement, int column); /* NAN: NULL */

/* live.c */

typedef enum {
  LB_LIVE_DEAD,
  LB_LIVE_ALIVE,
  LB_LIVE_UNKNOWN, /* can't be told: not permitted to look */
} LbLive;

/** lb_live_probe: whether a process holds runs/ID/live. @descriptor: (out) (optional): when dead
 * and the file exists: opened and locked, to be closed by the caller; −1 otherwise */
LbLive lb_live_probe (const LbStore *store, const char *id, int *descriptor);

/** lb_live_take: makes runs/ID/ and its live mark, and locks it */
gboolean lb_live_take (LbStore *store, const char *id, GError **error);

/** lb_live_release: removes the mark, and runs/ID/ if it is empty */
void lb_live_release (LbStore *store, const char *id);

/** lb_live_any: Returns: (transfer full) (nullable): the id of a run that lives */
char *lb_live_any (const LbStore *store);

/** lb_live_sweep: marks runs without a live lock `interrupted`, and gives them medians of what
 * was measured */
gboolean lb_live_sweep (LbStore *store, GError **error);

/** lb_live_folder: Returns: (transfer full): FOLDER/runs/ID */
char *lb_live_folder (const LbStore *store, const char *id);

/* record.c */

/** lb_record_insert: adds @record's rows inside the caller's transaction. Returns: its number, or
 * −1 */
gint64 lb_record_insert (LbStore *store, const json_t *record, GError **error);

/** lb_record_update: the record again, as it is at the end; rows that it doesn't mention stay */
gboolean lb_record_update (LbStore *store, gint64 number, const json_t *record, GError **error);

/** lb_record_number: Returns: the number of the run called @id, −1 with %LB_ERROR_NOT_FOUND */
gint64 lb_record_number (LbStore *store, const char *id, GError **error);

gboolean lb_record_add_row (LbStore *store, gint64 number, const char *table_of_rows,
                            const json_t *element, GError **error);
gboolean lb_record_set_output (LbStore *store, gint64 number, const json_t *output,
                               GError **error);

/** lb_record_refresh: columns for lists that come from iterations: their number and medians */
gboolean lb_record_refresh (LbStore *store, gint64 number, GError **error);

json_t *lb_record_load (LbStore *store, gint64 number, GError **error);

G_END_DECLS
