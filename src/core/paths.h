/* Where things are. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** lb_paths_data: Returns: (transfer full): $XDG_DATA_HOME/llamaburn; created 0700 if absent */
char *lb_paths_data (GError **error);

/** lb_paths_cache: Returns: (transfer full): $XDG_CACHE_HOME/llamaburn; created 0700 if absent */
char *lb_paths_cache (GError **error);

/** lb_paths_state: Returns: (transfer full): $XDG_STATE_HOME/llamaburn; created 0700 if absent */
char *lb_paths_state (GError **error);

/**
 * lb_paths_program:
 * @name: "llamaburn-engine", "llamaburn-decode"
 *
 * Looks beside the running program, then in the installed libexec folder; $LLAMABURN_LIBEXEC goes
 * before both.
 *
 * Returns: (transfer full): absolute path, or %NULL with %LB_ERROR_NOT_FOUND
 */
char *lb_paths_program (const char *name, GError **error);

/** lb_paths_shared: the folders that may hold catalogue, manifests and suites, in order:
 * $LLAMABURN_DATA, the source tree's data/ when the program runs from its build folder, the
 * installed data folder. Returns: (transfer full) (array zero-terminated=1): those that exist */
char **lb_paths_shared (void);

/** lb_paths_modules: likewise for engine modules (*.so): $LLAMABURN_MODULES, the build's
 * src/engines, the installed folder. Returns: (transfer full) (array zero-terminated=1) */
char **lb_paths_modules (void);

G_END_DECLS
