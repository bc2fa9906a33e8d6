#include "gui/export.h"

#include <glib/gi18n.h>

#include "core/text.h"
#include "gui/child.h"
#include "gui/file-dialog.h"
#include "gui/window.h"

typedef struct {
  GtkWidget *widget; /* held */
  GArray *numbers;
  char *chart; /* (nullable) */
} Export;

static void
export_free (Export *it)
{
  g_object_unref (it->widget);
  g_array_unref (it->numbers);
  g_free (it->chart);
  g_free (it);
}

static void
on_written (const char *output, const GError *error, gpointer user_data)
{
  GtkWidget *widget = user_data;
  const char *path = g_object_get_data (G_OBJECT (widget), "export");
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *shown = lb_text_escape (name);
  g_autofree char *text = error == NULL ? g_strdup_printf (_ ("Saved as %s"), shown)
                                        : g_strdup (error->message);

  lb_gui_toast (widget, text);
}

static void
write_file (Export *it, const char *path)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (arguments, g_strdup ("report"));
  g_ptr_array_add (arguments, g_strdup ("-o"));
  g_ptr_array_add (arguments, g_strdup (path));
  if (it->chart != NULL)
    {
      g_ptr_array_add (arguments, g_strdup ("--chart"));
      g_ptr_array_add (arguments, g_strdup (it->chart));
    }
  for (guint i = 0; i < it->numbers->len; i++)
    g_ptr_array_add (
        arguments, g_strdup_printf ("%" G_GINT64_FORMAT, g_array_index (it->numbers, gint64, i)));
  g_ptr_array_add (arguments, NULL);
  g_object_set_data_full (G_OBJECT (it->widget), "export", g_strdup (path), g_free);
  lb_gui_child_run ((const char *const *) arguments->pdata, NULL, on_written, NULL,
                    G_OBJECT (it->widget));
}

static void
on_response (GtkNativeDialog *dialog, int response, Export *it)
{
  g_autoptr (GFile) file = lb_gui_chosen_file (dialog, response);
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    write_file (it, path);
  else if (file != NULL)
    lb_gui_toast (it->widget, _ ("Reports can be saved on this computer only: choose a folder"));
  export_free (it);
  g_object_unref (dialog);
}

/* Of filters the first is shown; the name that is typed decides. */
static void
add_filters (GtkFileChooser *chooser, const char *const *patterns)
{
  for (guint i = 0; patterns[i] != NULL; i++)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, patterns[i]);
      gtk_file_filter_add_pattern (filter, patterns[i]);
      gtk_file_chooser_add_filter (chooser, filter);
    }
}

static void
ask (GtkWidget *widget, const GArray *numbers, const char *chart, const char *ending,
     const char *const *patterns)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Export"), GTK_WINDOW (gtk_widget_get_root (widget)), GTK_FILE_CHOOSER_ACTION_SAVE,
      _ ("_Save"), _ ("_Cancel"));
  Export *it = g_new0 (Export, 1);
  g_autofree char *name = NULL;

  it->widget = g_object_ref (widget);
  it->numbers = g_array_copy ((GArray *) numbers);
  it->chart = g_strdup (chart);
  name = numbers->len == 1 ? g_strdup_printf ("llamaburn-%" G_GINT64_FORMAT ".%s",
                                              g_array_index (numbers, gint64, 0), ending)
                           : g_strdup_printf ("llamaburn-%u-runs.%s", numbers->len, ending);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  add_filters (GTK_FILE_CHOOSER (dialog), patterns);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), it);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
lb_export_runs (GtkWidget *widget, const GArray *numbers)
{
  static const char *const patterns[] = { "*.html", "*.json", "*.csv", "*.md",
                                          "*.svg",  "*.png",  NULL };

  ask (widget, numbers, NULL, "html", patterns);
}

void
lb_export_charts (GtkWidget *widget, const GArray *numbers, const char *chart)
{
  static const char *const patterns[] = { "*.svg", "*.png", NULL };

  ask (widget, numbers, chart, "svg", patterns);
}
