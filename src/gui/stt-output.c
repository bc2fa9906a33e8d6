#include "gui/stt-output.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/text.h"
#include "gui/alignment.h"
#include "gui/file-dialog.h"
#include "gui/segment.h"
#include "gui/stt-input.h"
#include "gui/transcript.h"
#include "gui/window.h"

struct _LbSttOutput {
  AdwBin parent;
  GtkListView *list;
  GtkWidget *list_window;
  GtkLabel *empty;
  GtkWidget *alignment_group;
  GtkTextView *alignment;
  GtkMenuButton *save;
  GtkWidget *input;             /* that plays; not held: it lives as long as the page */
  json_t *output;               /* (nullable): of the record */
  GtkFileChooserNative *dialog; /* (nullable): it is open */
};

G_DEFINE_FINAL_TYPE (LbSttOutput, lb_stt_output, ADW_TYPE_BIN)

void
lb_stt_output_show (GtkWidget *widget, const json_t *record)
{
  LbSttOutput *it = LB_STT_OUTPUT (widget);
  const json_t *output = json_object_get (record, "output");
  const json_t *wer = json_object_get (json_object_get (record, "scores"), "wer");
  const json_t *alignment = json_object_get (wer, "alignment");
  g_autoptr (GListStore) segments = lb_segments_of (output);
  g_autoptr (GtkSelectionModel)
      model = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (segments))));
  const char *text = lb_json_string (output, "text", "");
  guint n = g_list_model_get_n_items (G_LIST_MODEL (segments));

  json_decref (it->output);
  it->output = json_incref ((json_t *) output);
  gtk_list_view_set_model (it->list, model);
  gtk_widget_set_visible (it->list_window, n > 0);
  gtk_widget_set_visible (GTK_WIDGET (it->empty), n == 0);
  gtk_label_set_text (it->empty, *text != '\0' ? text : _ ("It heard no words."));
  gtk_widget_set_visible (it->alignment_group, json_array_size (alignment) > 0);
  lb_alignment_show (it->alignment, alignment);
}

static void
setup_row (GtkSignalListItemFactory *factory, GtkListItem *item, LbSttOutput *it)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *time = gtk_label_new (NULL), *text = gtk_label_new (NULL);

  gtk_widget_add_css_class (box, "segment");
  gtk_widget_add_css_class (time, "numeric");
  gtk_widget_add_css_class (time, "dim-label");
  gtk_widget_set_valign (time, GTK_ALIGN_START);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_box_append (GTK_BOX (box), time);
  gtk_box_append (GTK_BOX (box), text);
  gtk_list_item_set_child (item, box);
}

static void
bind_row (GtkSignalListItemFactory *factory, GtkListItem *item, LbSttOutput *it)
{
  LbSegment *segment = gtk_list_item_get_item (item);
  GtkWidget *time = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  g_autoptr (GString) words = g_string_new (NULL);

  lb_transcript_time (words, lb_segment_start_s (segment), '.');
  gtk_label_set_text (GTK_LABEL (time), words->str);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (time)), lb_segment_text (segment));
}

static void
on_activate (GtkListView *list, guint position, LbSttOutput *it)
{
  g_autoptr (LbSegment)
      segment = g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (list)), position);

  lb_stt_input_play (it->input, lb_segment_start_s (segment), lb_segment_end_s (segment));
}

static void
copy (GtkButton *button, LbSttOutput *it)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (it)),
                          lb_json_string (it->output, "text", ""));
  lb_gui_toast (GTK_WIDGET (it), _ ("The text is on the clipboard"));
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbSttOutput) it = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *base = g_file_get_basename (G_FILE (source));
  g_autofree char *name = lb_text_escape (base != NULL ? base : "?");
  g_autofree char *message = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    message = g_strdup_printf (_ ("Saved as \"%s\""), name);
  else
    message = g_strdup_printf (_ ("\"%s\" could not be written: %s"), name, error->message);
  lb_gui_toast (GTK_WIDGET (it), message);
}

static void
on_save_response (GtkNativeDialog *dialog, int response, LbSttOutput *it)
{
  const LbTranscriptFormat *format = g_object_get_data (G_OBJECT (dialog), "format");
  g_autoptr (GFile) file = lb_gui_chosen_file (dialog, response);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (file != NULL)
    {
      format->write (text, it->output);
      bytes = g_bytes_new (text->str, text->len);
      g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                           on_written, g_object_ref (it));
    }
  g_clear_object (&it->dialog);
}

static const LbTranscriptFormat *
find_format (const char *suffix)
{
  const LbTranscriptFormat *format = lb_transcript_formats ();

  while (format->suffix != NULL && strcmp (format->suffix, suffix) != 0)
    format++;
  return format->suffix != NULL ? format : NULL;
}

static void
save (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LbSttOutput *it = LB_STT_OUTPUT (widget);
  const LbTranscriptFormat *format = find_format (g_variant_get_string (parameter, NULL));
  g_autofree char *name = format != NULL
                              ? g_strconcat (_ ("transcription"), ".", format->suffix, NULL)
                              : NULL;

  if (format == NULL || it->output == NULL || it->dialog != NULL)
    return;
  it->dialog = gtk_file_chooser_native_new (_ ("Save the Transcription"),
                                            GTK_WINDOW (gtk_widget_get_root (widget)),
                                            GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (it->dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (it->dialog), name);
  g_object_set_data (G_OBJECT (it->dialog), "format", (gpointer) format);
  g_signal_connect (it->dialog, "response", G_CALLBACK (on_save_response), it);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (it->dialog));
}

static void
make_menu (LbSttOutput *it)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  for (const LbTranscriptFormat *format = lb_transcript_formats (); format->suffix != NULL;
       format++)
    {
      g_autofree char *action = g_strdup_printf ("transcription.save('%s')", format->suffix);

      g_menu_append (menu, g_dgettext (NULL, format->title), action);
    }
  gtk_menu_button_set_menu_model (it->save, G_MENU_MODEL (menu));
}

GtkWidget *
lb_stt_output_new (LbGuiContext *context, GtkWidget *input)
{
  LbSttOutput *it = g_object_new (LB_TYPE_STT_OUTPUT, NULL);

  it->input = input;
  return GTK_WIDGET (it);
}

static void
lb_stt_output_dispose (GObject *object)
{
  LbSttOutput *it = LB_STT_OUTPUT (object);

  gtk_widget_dispose_template (GTK_WIDGET (it), LB_TYPE_STT_OUTPUT);
  g_clear_object (&it->dialog);
  g_clear_pointer (&it->output, json_decref);
  G_OBJECT_CLASS (lb_stt_output_parent_class)->dispose (object);
}

static void
lb_stt_output_class_init (LbSttOutputClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_stt_output_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "stt-output.ui");
  gtk_widget_class_bind_template_child (widget_class, LbSttOutput, list);
  gtk_widget_class_bind_template_child (widget_class, LbSttOutput, list_window);
  gtk_widget_class_bind_template_child (widget_class, LbSttOutput, empty);
  gtk_widget_class_bind_template_child (widget_class, LbSttOutput, alignment_group);
  gtk_widget_class_bind_template_child (widget_class, LbSttOutput, alignment);
  gtk_widget_class_bind_template_child (widget_class, LbSttOutput, save);
  gtk_widget_class_bind_template_callback (widget_class, copy);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, setup_row);
  gtk_widget_class_bind_template_callback (widget_class, bind_row);
  gtk_widget_class_install_action (widget_class, "transcription.save", "s", save);
}

static void
lb_stt_output_init (LbSttOutput *it)
{
  gtk_widget_init_template (GTK_WIDGET (it));
  make_menu (it);
}
