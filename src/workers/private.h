/* Shared by the files of src/workers. */
#pragma once

#include "workers/workers.h"

G_BEGIN_DECLS

/** lb_workers_tree_bytes: what @path takes on disk */
guint64 lb_workers_tree_bytes (const char *path);

/** lb_workers_remove_tree: follows no links */
gboolean lb_workers_remove_tree (const char *path, GError **error);

typedef void (*LbChildTick) (gpointer user_data);

/**
 * lb_workers_child:
 * @argv: argv[0] absolute
 * @variables: (nullable): NAME=VALUE, over those of our own environment
 * @log: file that gets its standard output and error
 * @tick: (nullable): called each second
 *
 * Runs a program in its own group to its end; ends the group when cancelled.
 *
 * Returns: %FALSE with %LB_ERROR_NETWORK and the last words of @log, or %LB_ERROR_CANCELLED
 */
gboolean lb_workers_child (const char *const *argv, char **variables, const char *log,
                           LbChildTick tick, gpointer user_data, GCancellable *cancellable,
                           GError **error);

/** lb_workers_find_python: Returns: (transfer full): absolute path of a Python in PATH that fits
 * @versions
 *  (">=3.9,<3.14"), the newest first; or %NULL with %LB_ERROR_NOT_FOUND */
char *lb_workers_find_python (const char *versions, GError **error);

/** lb_workers_version_fits: whether "3.11.2" is within @versions */
gboolean lb_workers_version_fits (const char *version, const char *versions);

G_END_DECLS
