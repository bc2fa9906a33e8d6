/* Copies what a run kept to where the user wants it: one file, or several into a folder. */
#pragma once

#include <gtk/gtk.h>

#include "core/json.h"

G_BEGIN_DECLS

/**
 * lb_save_artifacts:
 * @widget: in the window that asks, and says what came of it
 * @record: whole
 *
 * Opens the dialog. Nothing that is there is replaced without a question: a single file's dialog
 * asks, and of several none is.
 */
void lb_save_artifacts (GtkWidget *widget, const json_t *record);

/** lb_artifact_paths: Returns: (transfer full) (array zero-terminated=1) (element-type filename):
 * of @record's files that lie in the history's own folder; a record may come from elsewhere */
char **lb_artifact_paths (const json_t *record);

G_END_DECLS
