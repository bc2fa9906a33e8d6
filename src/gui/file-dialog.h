/* What a dialog for files gave. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** lb_gui_chosen_file: in a handler of "response" of a GtkFileChooserNative. Returns: (transfer
 * full) (nullable): %NULL: nothing was chosen */
GFile *lb_gui_chosen_file (GtkNativeDialog *dialog, int response);

/** lb_gui_chosen_path: likewise. Returns: (transfer full) (type filename) (nullable): %NULL also
 * for what does not lie on this computer */
char *lb_gui_chosen_path (GtkNativeDialog *dialog, int response);

G_END_DECLS
