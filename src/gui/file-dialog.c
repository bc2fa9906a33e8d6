#include "gui/file-dialog.h"

GFile *
lb_gui_chosen_file (GtkNativeDialog *dialog, int response)
{
  return response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog))
                                         : NULL;
}

char *
lb_gui_chosen_path (GtkNativeDialog *dialog, int response)
{
  g_autoptr (GFile) file = lb_gui_chosen_file (dialog, response);

  return file != NULL ? g_file_get_path (file) : NULL;
}
