#include "gui/import.h"

#include <glib/gi18n.h>

#include "gui/child.h"
#include "gui/file-dialog.h"
#include "gui/window.h"

static void
on_imported (const char *output, const GError *error, gpointer user_data)
{
  g_autofree char *said = g_strchomp (g_strdup (error != NULL ? error->message : output));

  lb_gui_toast (user_data, said);
}

static void
on_response (GtkNativeDialog *dialog, int response, GtkWidget *widget)
{
  g_autoptr (GFile) file = lb_gui_chosen_file (dialog, response);
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  const char *const arguments[] = { "import", path, NULL };

  if (path != NULL)
    lb_gui_child_run (arguments, NULL, on_imported, NULL, G_OBJECT (widget));
  else if (file != NULL)
    lb_gui_toast (widget, _ ("Only files of this computer can be imported"));
  g_object_unref (dialog);
}

void
lb_import_runs (GtkWidget *widget)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Import Runs"), GTK_WINDOW (gtk_widget_get_root (widget)), GTK_FILE_CHOOSER_ACTION_OPEN,
      _ ("_Import"), _ ("_Cancel"));
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Records (JSON)"));
  gtk_file_filter_add_pattern (filter, "*.json");
  gtk_file_filter_add_pattern (filter, "*.jsonl");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), widget, 0);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
