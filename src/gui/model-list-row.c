#include "gui/model-list-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "core/text.h"

struct _LbModelListRow {
  GtkBox parent;
  LbModelItem *item;
  GtkWidget *mark, *button;
  GtkLabel *title, *words;
  GtkProgressBar *bar;
};

G_DEFINE_FINAL_TYPE (LbModelListRow, lb_model_list_row, GTK_TYPE_BOX)

static void
show_button (LbModelListRow *row, gboolean here, gboolean busy)
{
  const LbModel *model = lb_model_item_model (row->item);
  const char *word = busy ? _ ("Cancel") : here ? _ ("Remove…") : _ ("Download");
  g_autofree char *label = g_strdup_printf ("%s %s %s", word, model->name, model->variant);

  gtk_button_set_label (GTK_BUTTON (row->button), word);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
}

static void
show_item (LbModelListRow *row)
{
  const LbModel *model = lb_model_item_model (row->item);
  gboolean here = lb_model_item_is_here (row->item), busy = lb_model_item_is_busy (row->item);
  double fraction = lb_model_item_fraction (row->item);
  g_autofree char *name = lb_text_escape (model->name);
  g_autofree char *about = lb_text_escape (model->title != NULL ? model->title : "");
  g_autofree char *title = g_strdup_printf ("%s — %s", name, about);
  g_autofree char *words = lb_model_item_words (row->item);

  gtk_label_set_text (row->title, *about != '\0' ? title : name);
  gtk_label_set_text (row->words, words);
  gtk_widget_set_opacity (row->mark, here ? 1 : 0);
  gtk_widget_set_visible (GTK_WIDGET (row->bar), busy);
  if (busy && isfinite (fraction))
    gtk_progress_bar_set_fraction (row->bar, CLAMP (fraction, 0, 1));
  else if (busy)
    gtk_progress_bar_pulse (row->bar);
  show_button (row, here, busy);
}

static void
on_answer (AdwMessageDialog *dialog, const char *response, LbModelItem *item)
{
  if (g_str_equal (response, "remove"))
    lb_model_item_remove (item);
}

static void
ask_to_remove (LbModelListRow *row)
{
  const LbModel *model = lb_model_item_model (row->item);
  g_autofree char *bytes = lb_text_bytes (model->bytes);
  g_autofree char *body = g_strdup_printf (
      model->imported ? _ ("%s is your own model: it can't be downloaded again. This frees %s.")
                      : _ ("%s can be downloaded again. This frees %s."),
      model->name, bytes);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (row))),
                                              _ ("Remove This Model?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"),
                                    "remove", _ ("_Remove"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "remove",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), row->item, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_clicked (LbModelListRow *row)
{
  if (lb_model_item_is_busy (row->item))
    lb_model_item_cancel (row->item);
  else if (lb_model_item_is_here (row->item))
    ask_to_remove (row);
  else
    lb_model_item_pull (row->item);
}

void
lb_model_list_row_set_item (LbModelListRow *row, LbModelItem *item)
{
  if (row->item != NULL)
    g_signal_handlers_disconnect_by_data (row->item, row);
  g_set_object (&row->item, item);
  if (item == NULL)
    return;
  g_signal_connect_swapped (item, "changed", G_CALLBACK (show_item), row);
  show_item (row);
}

static void
lb_model_list_row_dispose (GObject *object)
{
  lb_model_list_row_set_item (LB_MODEL_LIST_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), LB_TYPE_MODEL_LIST_ROW);
  G_OBJECT_CLASS (lb_model_list_row_parent_class)->dispose (object);
}

static void
lb_model_list_row_class_init (LbModelListRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_model_list_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "model-list-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LbModelListRow, mark);
  gtk_widget_class_bind_template_child (widget_class, LbModelListRow, title);
  gtk_widget_class_bind_template_child (widget_class, LbModelListRow, words);
  gtk_widget_class_bind_template_child (widget_class, LbModelListRow, bar);
  gtk_widget_class_bind_template_child (widget_class, LbModelListRow, button);
  gtk_widget_class_bind_template_callback (widget_class, on_clicked);
}

static void
lb_model_list_row_init (LbModelListRow *row)
{
  gtk_widget_init_template (GTK_WIDGET (row));
}

GtkWidget *
lb_model_list_row_new (void)
{
  return g_object_new (LB_TYPE_MODEL_LIST_ROW, NULL);
}
