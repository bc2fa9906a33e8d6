/* Sounds with exact truth, made on this machine out of packages by the recipe data/samples.json.
 */
#pragma once

#include <gio/gio.h>

#include "core/json.h"

G_BEGIN_DECLS

/** lb_samples_recipe: Returns: (transfer full): of the shared data folders, or %NULL */
json_t *lb_samples_recipe (GError **error);

/** lb_samples_folder: Returns: (transfer full): $XDG_DATA_HOME/llamaburn/samples */
char *lb_samples_folder (GError **error);

/** lb_samples_lacks: Returns: (transfer full) (nullable): names of the packages that @set (of the
 * recipe's `sets`) needs and that aren't installed, with spaces between */
char *lb_samples_lacks (const json_t *set);

/** lb_samples_is_here: whether the folder's manifest.json has @set, and all its files are there
 * in their sizes */
gboolean lb_samples_is_here (const json_t *set);

typedef void (*LbSamplesTick) (const char *what, gpointer user_data);

/**
 * lb_samples_pull:
 * @tick: (nullable): called before each file or song
 * @error: %LB_ERROR_NOT_FOUND: a package is missing, with the cure; %LB_ERROR_BAD_INPUT: the
 * recipe; else what writing and rendering say
 *
 * Makes the files of @set anew, and writes them with their hashes into manifest.json.
 */
gboolean lb_samples_pull (const json_t *set, LbSamplesTick tick, gpointer user_data,
                          GError **error);

G_END_DECLS
