#include "gui/artifact-saver.h"

#include <glib/gi18n.h>

#include "core/paths.h"
#include "core/text.h"
#include "gui/file-dialog.h"
#include "gui/window.h"
#include "store/store.h"

/* Lives from the dialog to the last copy. */
typedef struct {
  GtkWidget *widget;
  GtkFileChooserNative *dialog;
  GStrv paths;
  guint left, copied;
  char *problem; /* (nullable): the first one */
} Saving;

static void
saving_free (Saving *saving)
{
  g_object_unref (saving->widget);
  g_clear_object (&saving->dialog);
  g_strfreev (saving->paths);
  g_free (saving->problem);
  g_free (saving);
}

char **
lb_artifact_paths (const json_t *record)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_autofree char *folder = lb_paths_data (NULL);
  size_t index;
  json_t *artifact;

  json_array_foreach (json_object_get (record, "artifacts"), index, artifact)
    {
      const char *path = lb_json_string (artifact, "path", "");
      g_autofree char *whole = NULL;

      if (folder == NULL || !lb_store_is_own_path (path))
        continue;
      whole = g_build_filename (folder, path, NULL);
      g_strv_builder_add (paths, whole);
    }
  return g_strv_builder_end (paths);
}

static void
say (const Saving *saving)
{
  g_autofree char *text = NULL;

  if (saving->problem == NULL)
    text = g_strdup_printf (ngettext ("%u file was saved", "%u files were saved", saving->copied),
                            saving->copied);
  else if (saving->copied == 0)
    text = g_strdup_printf (_ ("Nothing was saved: %s"), saving->problem);
  else
    text = g_strdup_printf (_ ("Only %u were saved: %s"), saving->copied, saving->problem);
  lb_gui_toast (saving->widget, text);
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;
  g_autoptr (GError) error = NULL;

  if (g_file_copy_finish (G_FILE (source), result, &error))
    saving->copied++;
  else if (saving->problem == NULL)
    saving->problem = g_strdup (error->message);
  if (--saving->left > 0)
    return;
  say (saving);
  saving_free (saving);
}

static void
copy_to (Saving *saving, const char *path, GFile *to, GFileCopyFlags flags)
{
  g_autoptr (GFile) from = g_file_new_for_path (path);

  g_file_copy_async (from, to, flags, G_PRIORITY_DEFAULT, NULL, NULL, NULL, on_copied, saving);
}

static void
copy_all (Saving *saving, GFile *chosen)
{
  saving->left = g_strv_length (saving->paths);
  if (saving->left == 1)
    {
      copy_to (saving, saving->paths[0], chosen, G_FILE_COPY_OVERWRITE);
      return;
    }
  for (guint i = 0; saving->paths[i] != NULL; i++)
    {
      g_autofree char *base = g_path_get_basename (saving->paths[i]);
      g_autoptr (GFile) to = g_file_get_child (chosen, base);

      copy_to (saving, saving->paths[i], to, G_FILE_COPY_NONE);
    }
}

static void
on_response (GtkNativeDialog *dialog, int response, Saving *saving)
{
  g_autoptr (GFile) chosen = lb_gui_chosen_file (dialog, response);

  if (chosen != NULL)
    copy_all (saving, chosen);
  else
    saving_free (saving);
}

static GtkFileChooserNative *
make_dialog (GtkWidget *widget, const char *const *paths)
{
  gboolean several = paths[1] != NULL;
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      several ? _ ("Save the Files into a Folder") : _ ("Save the File"),
      GTK_WINDOW (gtk_widget_get_root (widget)),
      several ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"),
      NULL);
  g_autofree char *base = g_path_get_basename (paths[0]);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (!several)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), base);
  return dialog;
}

void
lb_save_artifacts (GtkWidget *widget, const json_t *record)
{
  g_auto (GStrv) paths = lb_artifact_paths (record);
  Saving *saving;

  if (paths[0] == NULL)
    {
      lb_gui_toast (widget, _ ("This run kept no files"));
      return;
    }
  saving = g_new0 (Saving, 1);
  saving->widget = g_object_ref (widget);
  saving->dialog = make_dialog (widget, (const char *const *) paths);
  saving->paths = g_steal_pointer (&paths);
  g_signal_connect (saving->dialog, "response", G_CALLBACK (on_response), saving);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (saving->dialog));
}
