#include "gui/path-row.h"

#include <glib/gi18n.h>

#include "core/text.h"
#include "gui/file-dialog.h"

struct _LbPathRow {
  AdwActionRow parent;
  const LbPathRowKind *kind;
  GtkWidget *clear;
  char *path;                   /* (type filename) (nullable) */
  GtkFileChooserNative *dialog; /* (nullable): it is open */
};

G_DEFINE_FINAL_TYPE (LbPathRow, lb_path_row, ADW_TYPE_ACTION_ROW)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* @path: (nullable) */
static void
set_path (LbPathRow *row, const char *path)
{
  g_autofree char *base = path != NULL ? g_path_get_basename (path) : NULL;
  g_autofree char *shown = base != NULL ? lb_text_escape (base) : NULL;

  g_free (row->path);
  row->path = g_strdup (path);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), shown != NULL ? shown : _ (row->kind->hint));
  gtk_widget_set_visible (row->clear, path != NULL);
  g_signal_emit (row, signals[SIGNAL_CHANGED], 0);
}

static void
on_response (GtkNativeDialog *dialog, int response, LbPathRow *row)
{
  g_autofree char *path = lb_gui_chosen_path (dialog, response);

  if (path != NULL)
    set_path (row, path);
  g_clear_object (&row->dialog);
}

static void
on_choose (GtkButton *button, LbPathRow *row)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (row)));
  GtkFileChooserAction action = row->kind->is_folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER
                                                     : GTK_FILE_CHOOSER_ACTION_OPEN;

  if (row->dialog != NULL)
    return;
  row->dialog = gtk_file_chooser_native_new (_ (row->kind->choose), window, action, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (row->dialog), TRUE);
  g_signal_connect (row->dialog, "response", G_CALLBACK (on_response), row);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (row->dialog));
}

static void
on_clear (GtkButton *button, LbPathRow *row)
{
  set_path (row, NULL);
}

static GtkWidget *
add_button (LbPathRow *row, const char *icon, const char *name, GCallback handler)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  g_signal_connect (button, "clicked", handler, row);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return button;
}

GtkWidget *
lb_path_row_new (const LbPathRowKind *kind)
{
  LbPathRow *row = g_object_new (LB_TYPE_PATH_ROW, NULL);

  row->kind = kind;
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (kind->title));
  row->clear = add_button (row, "edit-clear-symbolic", _ (kind->clear), G_CALLBACK (on_clear));
  add_button (row, "document-open-symbolic", _ (kind->choose), G_CALLBACK (on_choose));
  set_path (row, NULL);
  return GTK_WIDGET (row);
}

const char *
lb_path_row_path (LbPathRow *row)
{
  return row->path;
}

static void
lb_path_row_dispose (GObject *object)
{
  LbPathRow *row = LB_PATH_ROW (object);

  g_clear_object (&row->dialog);
  g_clear_pointer (&row->path, g_free);
  G_OBJECT_CLASS (lb_path_row_parent_class)->dispose (object);
}

static void
lb_path_row_class_init (LbPathRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lb_path_row_dispose;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_path_row_init (LbPathRow *row)
{
}
