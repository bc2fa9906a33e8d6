/* History: $XDG_DATA_HOME/llamaburn/history.db (SQLite, WAL) and runs/ID/ (artifacts, the mark of
 * a live run). The store keeps JSON parts of a record as rows and joins them; it knows nothing of
 * engines. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef struct _LbStore LbStore;

/**
 * lb_store_open:
 * @folder: (nullable): instead of $XDG_DATA_HOME/llamaburn
 *
 * Creates or migrates; sets a corrupt database aside (message in lb_store_notice()); marks runs
 * without a live lock `interrupted`. %LB_ERROR_STORE: locked, read-only, of a newer version: what
 * and what to do.
 */
LbStore *lb_store_open (const char *folder, GError **error);

/** lb_store_open_to_read: changes nothing, also on a read-only file system */
LbStore *lb_store_open_to_read (const char *folder, GError **error);
void lb_store_close (LbStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbStore, lb_store_close)

/** lb_store_notice: Returns: (nullable): what opening had to do that a user should know, one line
 */
const char *lb_store_notice (const LbStore *store);
const char *lb_store_folder (const LbStore *store);

/* Writing a run. Each call is one transaction, committed when it returns. */

/** lb_store_begin: a run begins: takes flock on runs/ID/live. @record: status "running".
 *  Returns: its local number, or −1 */
gint64 lb_store_begin (LbStore *store, const json_t *record, GError **error);
gboolean lb_store_add_session (LbStore *store, const char *id, const json_t *session,
                               GError **error);
gboolean lb_store_add_warmup (LbStore *store, const char *id, const json_t *iteration,
                              GError **error);
gboolean lb_store_add_iteration (LbStore *store, const char *id, const json_t *iteration,
                                 GError **error);
/** lb_store_set_output: adds or replaces the output with the same sha256 */
gboolean lb_store_set_output (LbStore *store, const char *id, const json_t *output,
                              GError **error);
/** lb_store_is_own_path: whether @path, as a record's `artifacts` name it, lies in the folder of
 * runs: a record may come from elsewhere, and name any file */
gboolean lb_store_is_own_path (const char *path);

/** lb_store_add_artifact: @source_path is moved or copied to runs/ID/@name. Returns: (transfer
 * full): {role, path (relative), sha256, bytes} */
json_t *lb_store_add_artifact (LbStore *store, const char *id, const char *role, const char *name,
                               const char *source_path, GError **error);
/** lb_store_import: a run that has ended elsewhere, checked: its figures, without its files:
 * their names would be another machine's. Its id must be new here. Returns: its local number, or
 * −1 */
gint64 lb_store_import (LbStore *store, const json_t *record, GError **error);

/** lb_store_end: the record with its final status; lets the live mark go */
gboolean lb_store_end (LbStore *store, const char *id, const json_t *record, GError **error);

/* Reading. */

typedef struct {
  const char *mode, *engine, *model, *status; /* NULL: any; engine and model: exact */
  gint64 since, until;                        /* Unix seconds; 0: any */
  const char *group;                          /* NULL: any */
  const char *search; /* NULL: any; words that number, mode, engine, model, device, input or
                         status must hold, each somewhere; case is of no matter */
  gint64 limit;       /* 0: all */
  gint64 offset;
} LbStoreFilter;

typedef enum {
  LB_STORE_BY_NUMBER, /* the order in which they came into this history */
  LB_STORE_BY_TIME,
  LB_STORE_BY_MODE,
  LB_STORE_BY_ENGINE,
  LB_STORE_BY_MODEL,
  LB_STORE_BY_DEVICE,
  LB_STORE_BY_RTF,
  LB_STORE_BY_SCORE,
  LB_STORE_BY_ITERATIONS,
  LB_STORE_BY_STATUS,
  LB_STORE_BY_INPUT,
} LbStoreOrder;

typedef struct {
  gint64 number;
  char *id, *group, *status, *mode, *engine, *engine_version, *model, *device, *input;
  gint64 timestamp;
  gint64 iterations;
  double median_rtf, median_wall_s, score; /* NAN: none */
  char *score_name;                        /* "wer", or NULL */
  gboolean valid, synthetic;
} LbStoreRow;

/** LbStoreRowHandler: @row is the store's. Returns: %FALSE to end */
typedef gboolean (*LbStoreRowHandler) (const LbStoreRow *row, gpointer user_data);

/** lb_store_row_copy, lb_store_row_free: a row of one's own; @row: (nullable) to free */
LbStoreRow *lb_store_row_copy (const LbStoreRow *row);
void lb_store_row_free (LbStoreRow *row);

/** lb_store_stamp: the newest number and how many runs there are: cheap, and other ones where a
 * run came or went */
gboolean lb_store_stamp (LbStore *store, gint64 *newest, gint64 *total, GError **error);

/** lb_store_list: newest first, row by row: memory doesn't grow with the history */
gboolean lb_store_list (LbStore *store, const LbStoreFilter *filter, LbStoreRowHandler handler,
                        gpointer user_data, GError **error);

/** lb_store_numbers: the numbers of all runs that fit, for lists that load what is looked at by
 * lb_store_rows(). Those without a value come last, of equals the newest first. Returns:
 * (transfer full) (element-type gint64) */
GArray *lb_store_numbers (LbStore *store, const LbStoreFilter *filter, LbStoreOrder order,
                          gboolean descending, GError **error);

/** lb_store_rows: those of @numbers, in their order; a run that is gone is passed over */
gboolean lb_store_rows (LbStore *store, const gint64 *numbers, gsize n, LbStoreRowHandler handler,
                        gpointer user_data, GError **error);

/** lb_store_values: the different values of "mode", "engine" or "model", sorted. Returns:
 * (transfer full) (array zero-terminated=1) */
char **lb_store_values (LbStore *store, const char *column, GError **error);

/** lb_store_find: @name: "41", "last", "last~1", a full id or a unique suffix of one.
 *  Returns: (transfer full): the run's id, or %NULL with %LB_ERROR_NOT_FOUND or %LB_ERROR_USAGE
 * (ambiguous) */
char *lb_store_find (LbStore *store, const char *name, GError **error);

/** lb_store_load: joins the rows. Returns: (transfer full): the whole record with its local
 * "number" */
json_t *lb_store_load (LbStore *store, const char *id, GError **error);

/** lb_store_remove: the run and its files; a live one is refused */
gboolean lb_store_remove (LbStore *store, const char *id, GError **error);

/** lb_store_prune: removes the oldest artifacts until @limit_bytes are left (2 GB by default).
 *  Returns: bytes removed, −1 on error */
gint64 lb_store_prune (LbStore *store, guint64 limit_bytes, GError **error);

G_END_DECLS
