#include "gui/file-input.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/error.h"
#include "core/text.h"
#include "gui/file-dialog.h"
#include "gui/player.h"
#include "gui/waveform.h"
#include "gui/window.h"

struct _LbFileInput {
  AdwBin parent;
  AdwActionRow *row;
  GtkButton *choose;
  GtkButton *play;
  GtkWidget *frame; /* of the waveform */
  AdwBin *place;
  LbWaveform *waveform;
  LbPlayer *player;
  GCancellable *cancellable;
  GtkFileChooserNative *dialog; /* (nullable): it is open */
  char *path;                   /* (nullable) */
  char *problem;                /* (nullable): why it can't be used */
  double duration_s;
};

G_DEFINE_FINAL_TYPE (LbFileInput, lb_file_input, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static char *
shown_name (LbFileInput *input)
{
  g_autofree char *base = g_path_get_basename (input->path);

  return lb_text_escape (base);
}

static void
show_words (LbFileInput *input, const char *subtitle)
{
  g_autofree char *name = input->path != NULL ? shown_name (input)
                                              : g_strdup (_ ("Choose a Sound File"));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (input->row), name);
  adw_action_row_set_subtitle (input->row, subtitle);
  if (input->problem != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (input->row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (input->row), "error");
  g_signal_emit (input, signals[SIGNAL_CHANGED], 0);
}

static void
fail (LbFileInput *input, const char *message)
{
  g_free (input->problem);
  input->problem = g_strdup (message);
  gtk_widget_set_visible (input->frame, FALSE);
  gtk_widget_set_sensitive (GTK_WIDGET (input->play), FALSE);
  show_words (input, message);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbFileInput) input = user_data;
  g_autoptr (GError) error = NULL;
  LbGuiPeaks *peaks = lb_gui_sound_look_finish (result, &error);
  g_autofree char *name = NULL, *duration = NULL, *label = NULL;

  if (g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (peaks == NULL)
    {
      fail (input, error->message);
      return;
    }
  name = shown_name (input);
  duration = lb_text_duration (peaks->duration_s);
  label = g_strdup_printf (_ ("Waveform of %s, %s"), name, duration);
  lb_waveform_set_peaks (input->waveform, peaks, label);
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbFileInput) input = user_data;
  g_autoptr (GError) error = NULL;
  LbAudioInfo *info = lb_gui_sound_probe_finish (result, &error);
  g_autofree char *duration = NULL, *words = NULL;

  if (g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (info == NULL)
    {
      fail (input, error->message);
      return;
    }
  input->duration_s = info->duration_s;
  duration = isfinite (info->duration_s) ? lb_text_duration (info->duration_s)
                                         : g_strdup (_ ("unknown length"));
  words = g_strdup_printf (
      ngettext ("%s · %s · %u Hz · %u channel", "%s · %s · %u Hz · %u channels", info->channels),
      duration, info->format, info->sample_rate, info->channels);
  gtk_widget_set_visible (input->frame, TRUE);
  gtk_widget_set_sensitive (GTK_WIDGET (input->play), TRUE);
  show_words (input, words);
  lb_gui_info_free (info);
  lb_gui_sound_look (input->path, input->cancellable, on_looked, g_object_ref (input));
}

void
lb_file_input_set_path (LbFileInput *input, const char *path)
{
  g_cancellable_cancel (input->cancellable);
  g_object_unref (input->cancellable);
  input->cancellable = g_cancellable_new ();
  lb_player_stop (input->player);
  g_free (input->path);
  input->path = g_strdup (path);
  g_clear_pointer (&input->problem, g_free);
  input->duration_s = NAN;
  lb_waveform_set_peaks (input->waveform, NULL, _ ("Waveform"));
  gtk_widget_set_visible (input->frame, FALSE);
  gtk_widget_set_sensitive (GTK_WIDGET (input->play), FALSE);
  show_words (input, path != NULL ? _ ("Looking at it…") : _ ("Or drop one here"));
  if (path != NULL)
    lb_gui_sound_probe (path, input->cancellable, on_probed, g_object_ref (input));
}

const char *
lb_file_input_path (LbFileInput *input)
{
  return input->path;
}

double
lb_file_input_duration_s (LbFileInput *input)
{
  return input->duration_s;
}

gboolean
lb_file_input_check (LbFileInput *input, GError **error)
{
  if (input->path != NULL && input->problem == NULL)
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       input->path == NULL ? _ ("Choose a sound file") : input->problem);
  return FALSE;
}

static void
on_response (GtkNativeDialog *dialog, int response, LbFileInput *input)
{
  g_autofree char *path = lb_gui_chosen_path (dialog, response);

  if (path != NULL)
    lb_file_input_set_path (input, path);
  g_clear_object (&input->dialog);
}

static GtkFileFilter *
new_filter (const char *name, const char *mime)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  if (mime != NULL)
    {
      gtk_file_filter_add_mime_type (filter, mime);
      gtk_file_filter_add_mime_type (filter, "video/*");
    }
  else
    gtk_file_filter_add_pattern (filter, "*");
  return filter;
}

void
lb_file_input_choose (LbFileInput *input)
{
  g_autoptr (GtkFileFilter) sounds = new_filter (_ ("Sounds"), "audio/*");
  g_autoptr (GtkFileFilter) all = new_filter (_ ("All Files"), NULL);
  g_autoptr (GFile) file = input->path != NULL ? g_file_new_for_path (input->path) : NULL;
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (input)));

  if (input->dialog != NULL)
    return;
  input->dialog = gtk_file_chooser_native_new (_ ("Choose a Sound File"), window,
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (input->dialog), TRUE);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (input->dialog), sounds);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (input->dialog), all);
  if (file != NULL)
    gtk_file_chooser_set_file (GTK_FILE_CHOOSER (input->dialog), file, NULL);
  g_signal_connect (input->dialog, "response", G_CALLBACK (on_response), input);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (input->dialog));
}

void
lb_file_input_play (LbFileInput *input, double from_s, double to_s)
{
  if (input->path == NULL)
    return;
  lb_waveform_set_range (input->waveform, from_s, to_s);
  lb_player_play (input->player, input->path, from_s, to_s);
}

static void
on_play (GtkButton *button, LbFileInput *input)
{
  if (lb_player_is_playing (input->player))
    lb_player_stop (input->player);
  else
    lb_file_input_play (input, 0, 0);
}

static void
on_moved (LbPlayer *player, LbFileInput *input)
{
  gboolean playing = lb_player_is_playing (player);

  lb_time_widget_set_position (LB_TIME_WIDGET (input->waveform), lb_player_position_s (player));
  gtk_button_set_icon_name (input->play, playing ? "media-playback-stop-symbolic"
                                                 : "media-playback-start-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (input->play), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  playing ? _ ("Stop Playing") : _ ("Play the Sound"), -1);
}

static void
on_problem (LbPlayer *player, const char *message, LbFileInput *input)
{
  lb_gui_toast (GTK_WIDGET (input), message);
}

static void
on_seek (LbWaveform *waveform, double seconds, LbFileInput *input)
{
  lb_file_input_play (input, seconds, 0);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, LbFileInput *input)
{
  GSList *files = g_value_get_boxed (value);
  g_autofree char *path = files != NULL ? g_file_get_path (files->data) : NULL;

  if (path == NULL)
    lb_gui_toast (GTK_WIDGET (input), _ ("Only files of this computer can be measured"));
  else
    lb_file_input_set_path (input, path);
  return path != NULL;
}

GtkWidget *
lb_file_input_new (void)
{
  return g_object_new (LB_TYPE_FILE_INPUT, NULL);
}

static void
lb_file_input_dispose (GObject *object)
{
  LbFileInput *input = LB_FILE_INPUT (object);

  if (input->cancellable != NULL)
    g_cancellable_cancel (input->cancellable);
  if (input->player != NULL)
    g_signal_handlers_disconnect_by_data (input->player, input);
  gtk_widget_dispose_template (GTK_WIDGET (input), LB_TYPE_FILE_INPUT);
  g_clear_object (&input->cancellable);
  g_clear_object (&input->player);
  g_clear_object (&input->dialog);
  g_clear_pointer (&input->path, g_free);
  g_clear_pointer (&input->problem, g_free);
  G_OBJECT_CLASS (lb_file_input_parent_class)->dispose (object);
}

static void
lb_file_input_class_init (LbFileInputClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_file_input_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "file-input.ui");
  gtk_widget_class_bind_template_child (widget_class, LbFileInput, row);
  gtk_widget_class_bind_template_child (widget_class, LbFileInput, choose);
  gtk_widget_class_bind_template_child (widget_class, LbFileInput, play);
  gtk_widget_class_bind_template_child (widget_class, LbFileInput, frame);
  gtk_widget_class_bind_template_child (widget_class, LbFileInput, place);
  gtk_widget_class_bind_template_callback (widget_class, on_play);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_file_input_init (LbFileInput *input)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  gtk_widget_init_template (GTK_WIDGET (input));
  input->duration_s = NAN;
  input->cancellable = g_cancellable_new ();
  input->waveform = LB_WAVEFORM (lb_waveform_new ());
  adw_bin_set_child (input->place, GTK_WIDGET (input->waveform));
  input->player = lb_player_new ();
  g_signal_connect (input->player, "moved", G_CALLBACK (on_moved), input);
  g_signal_connect (input->player, "problem", G_CALLBACK (on_problem), input);
  g_signal_connect (input->waveform, "seek", G_CALLBACK (on_seek), input);
  g_signal_connect_swapped (input->choose, "clicked", G_CALLBACK (lb_file_input_choose), input);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), input);
  gtk_widget_add_controller (GTK_WIDGET (input), GTK_EVENT_CONTROLLER (target));
  lb_file_input_set_path (input, NULL);
}
