/* A row that holds a file or a folder: chosen by the dialog, shown by its name, cleared. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Its words, to be translated. */
typedef struct {
  const char *title;
  const char *hint;           /* what it is, while there is none */
  const char *choose, *clear; /* what its buttons do: "Choose the Reference" */
  gboolean is_folder;
} LbPathRowKind;

/** LbPathRow: signal "changed": another path, or none */
#define LB_TYPE_PATH_ROW (lb_path_row_get_type ())
G_DECLARE_FINAL_TYPE (LbPathRow, lb_path_row, LB, PATH_ROW, AdwActionRow)

/** lb_path_row_new: @kind: a constant */
GtkWidget *lb_path_row_new (const LbPathRowKind *kind);

/** lb_path_row_path: Returns: (type filename) (transfer none) (nullable): none was chosen */
const char *lb_path_row_path (LbPathRow *row);

G_END_DECLS
