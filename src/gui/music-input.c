#include "gui/music-input.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "gui/file-input.h"
#include "gui/text-area.h"

#define USUAL_QUESTION                                                                           \
  "Describe this music in detail: genre, mood, instruments, tempo, and style."

struct _LbMusicInput {
  AdwBin parent;
  LbFileInput *file;
  AdwActionRow *truth_row; /* (nullable) */
  GtkWidget *clear;        /* of it */
  LbTextArea *question;    /* (nullable) */
  char *truth;             /* (type filename) (nullable) */
  gboolean truth_is_folder;
  GtkFileChooserNative *dialog; /* (nullable): it is open */
};

G_DEFINE_FINAL_TYPE (LbMusicInput, lb_music_input, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
changed (LbMusicInput *input)
{
  g_signal_emit (input, signals[SIGNAL_CHANGED], 0);
}

/* ---- the truth ---- */

static void
set_truth (LbMusicInput *input, const char *path)
{
  g_autofree char *base = path != NULL ? g_path_get_basename (path) : NULL;
  g_autofree char *shown = base != NULL ? lb_text_escape (base) : NULL;

  g_free (input->truth);
  input->truth = g_strdup (path);
  adw_action_row_set_subtitle (
      input->truth_row, shown != NULL            ? shown
                        : input->truth_is_folder ? _ ("A folder with the true stems")
                                                 : _ ("What is true of it, to score against"));
  gtk_widget_set_visible (input->clear, path != NULL);
  changed (input);
}

static void
on_response (GtkNativeDialog *dialog, int response, LbMusicInput *input)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL)
    set_truth (input, path);
  g_clear_object (&input->dialog);
}

static void
on_choose (GtkButton *button, LbMusicInput *input)
{
  if (input->dialog != NULL)
    return;
  input->dialog = gtk_file_chooser_native_new (
      _ ("Choose the Reference"), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (input))),
      input->truth_is_folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER
                             : GTK_FILE_CHOOSER_ACTION_OPEN,
      NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (input->dialog), TRUE);
  g_signal_connect (input->dialog, "response", G_CALLBACK (on_response), input);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (input->dialog));
}

static void
on_clear (GtkButton *button, LbMusicInput *input)
{
  set_truth (input, NULL);
}

static GtkWidget *
add_button (LbMusicInput *input, const char *icon, const char *name, GCallback handler)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  g_signal_connect (button, "clicked", handler, input);
  adw_action_row_add_suffix (input->truth_row, button);
  return button;
}

static GtkWidget *
make_truth (LbMusicInput *input)
{
  GtkWidget *group = adw_preferences_group_new ();

  input->truth_row = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (input->truth_row), _ ("Reference"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (input->truth_row), FALSE);
  input->clear = add_button (input, "edit-clear-symbolic", _ ("Without a Reference"),
                             G_CALLBACK (on_clear));
  add_button (input, "document-open-symbolic", _ ("Choose the Reference"),
              G_CALLBACK (on_choose));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (input->truth_row));
  return group;
}

/* ---- for the table ---- */

gboolean
lb_music_input_fill (GtkWidget *widget, LbCase *it, GError **error)
{
  LbMusicInput *input = LB_MUSIC_INPUT (widget);
  g_autofree char *question = input->question != NULL ? lb_text_area_text (input->question)
                                                      : NULL;

  if (!lb_file_input_check (input->file, error))
    return FALSE;
  if (question != NULL && *question == '\0')
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                           _ ("Write what is to be asked about the music"));
      return FALSE;
    }
  if (it == NULL)
    return TRUE;
  lb_case_add_file (it, "audio", lb_file_input_path (input->file));
  if (question != NULL)
    lb_case_add_text (it, "prompt", question);
  it->reference = g_strdup (input->truth);
  return TRUE;
}

double
lb_music_input_duration_s (GtkWidget *input)
{
  return lb_file_input_duration_s (LB_MUSIC_INPUT (input)->file);
}

void
lb_music_input_choose_file (GtkWidget *input)
{
  lb_file_input_choose (LB_MUSIC_INPUT (input)->file);
}

void
lb_music_input_set_file (GtkWidget *input, const char *path)
{
  lb_file_input_set_path (LB_MUSIC_INPUT (input)->file, path);
}

static GtkBox *
box_of (LbMusicInput *input)
{
  return GTK_BOX (adw_bin_get_child (ADW_BIN (input)));
}

static LbMusicInput *
new_with_truth (gboolean is_folder)
{
  LbMusicInput *input = g_object_new (LB_TYPE_MUSIC_INPUT, NULL);

  input->truth_is_folder = is_folder;
  gtk_box_append (box_of (input), make_truth (input));
  set_truth (input, NULL);
  return input;
}

GtkWidget *
lb_music_input_new (LbGuiContext *context)
{
  return GTK_WIDGET (new_with_truth (FALSE));
}

GtkWidget *
lb_music_input_new_stems (LbGuiContext *context)
{
  return GTK_WIDGET (new_with_truth (TRUE));
}

GtkWidget *
lb_music_input_new_question (LbGuiContext *context)
{
  LbMusicInput *input = g_object_new (LB_TYPE_MUSIC_INPUT, NULL);

  input->question = LB_TEXT_AREA (lb_text_area_new (_ ("Prompt"), USUAL_QUESTION));
  g_signal_connect_swapped (input->question, "changed", G_CALLBACK (changed), input);
  gtk_box_append (box_of (input), GTK_WIDGET (input->question));
  return GTK_WIDGET (input);
}

static void
lb_music_input_dispose (GObject *object)
{
  LbMusicInput *input = LB_MUSIC_INPUT (object);

  g_clear_object (&input->dialog);
  g_clear_pointer (&input->truth, g_free);
  G_OBJECT_CLASS (lb_music_input_parent_class)->dispose (object);
}

static void
lb_music_input_class_init (LbMusicInputClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lb_music_input_dispose;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_music_input_init (LbMusicInput *input)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  input->file = LB_FILE_INPUT (lb_file_input_new ());
  g_signal_connect_swapped (input->file, "changed", G_CALLBACK (changed), input);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (input->file));
  adw_bin_set_child (ADW_BIN (input), box);
}
