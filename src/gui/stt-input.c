#include "gui/stt-input.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "gui/file-dialog.h"
#include "gui/file-input.h"
#include "gui/window.h"

#define MOST_BYTES (4 * 1024 * 1024)

struct _LbSttInput {
  AdwBin parent;
  AdwBin *place;
  GtkTextView *reference;
  GtkButton *open;
  LbFileInput *file;
  LbGuiContext *context;
  GtkFileChooserNative *dialog; /* (nullable): it is open */
  char *written;                /* (nullable): the file that the reference is in */
};

G_DEFINE_FINAL_TYPE (LbSttInput, lb_stt_input, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
on_changed (LbSttInput *input)
{
  g_signal_emit (input, signals[SIGNAL_CHANGED], 0);
}

static void
remove_written (LbSttInput *input)
{
  if (input->written != NULL)
    g_unlink (input->written);
  g_clear_pointer (&input->written, g_free);
}

static char *
reference_text (LbSttInput *input)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (input->reference);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
}

/* A plan names its reference by a file: this one lives until the next run, or until the page
 * goes.
 */
static gboolean
write_reference (LbSttInput *input, const char *text, GError **error)
{
  g_autofree char *folder = lb_paths_cache (error);
  int fd;

  remove_written (input);
  if (folder == NULL)
    return FALSE;
  input->written = g_build_filename (folder, "reference-XXXXXX.txt", NULL);
  fd = g_mkstemp_full (input->written, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      int saved = errno;

      lb_error_set_errno (error, saved, "can't write the reference into \"%s\"", folder);
      g_clear_pointer (&input->written, g_free);
      return FALSE;
    }
  close (fd);
  return g_file_set_contents (input->written, text, -1, error);
}

gboolean
lb_stt_input_fill (GtkWidget *widget, LbCase *it, GError **error)
{
  LbSttInput *input = LB_STT_INPUT (widget);
  g_autofree char *text = NULL;

  if (!lb_file_input_check (input->file, error))
    return FALSE;
  if (it == NULL)
    return TRUE;
  lb_case_add_file (it, "audio", lb_file_input_path (input->file));
  text = reference_text (input);
  if (*text == '\0')
    return TRUE;
  if (!write_reference (input, text, error))
    return FALSE;
  it->reference = g_strdup (input->written);
  return TRUE;
}

double
lb_stt_input_duration_s (GtkWidget *input)
{
  return lb_file_input_duration_s (LB_STT_INPUT (input)->file);
}

void
lb_stt_input_choose_file (GtkWidget *input)
{
  lb_file_input_choose (LB_STT_INPUT (input)->file);
}

void
lb_stt_input_set_file (GtkWidget *input, const char *path)
{
  lb_file_input_set_path (LB_STT_INPUT (input)->file, path);
}

void
lb_stt_input_play (GtkWidget *input, double from_s, double to_s)
{
  lb_file_input_play (LB_STT_INPUT (input)->file, from_s, to_s);
}

static void
say_unreadable (LbSttInput *input, GFile *file, const char *why)
{
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *name = lb_text_escape (base != NULL ? base : "?");
  g_autofree char *message = g_strdup_printf (_ ("\"%s\" can't be the reference: %s"), name, why);

  lb_gui_toast (GTK_WIDGET (input), message);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbSttInput) input = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error))
    say_unreadable (input, G_FILE (source), error->message);
  else if (length > MOST_BYTES || !g_utf8_validate (text, (gssize) length, NULL))
    say_unreadable (input, G_FILE (source),
                    _ ("it must be text in UTF-8, of at most 4 megabytes"));
  else
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (input->reference), text, (int) length);
}

static void
on_response (GtkNativeDialog *dialog, int response, LbSttInput *input)
{
  g_autoptr (GFile) file = lb_gui_chosen_file (dialog, response);

  if (file != NULL)
    g_file_load_contents_async (file, NULL, on_loaded, g_object_ref (input));
  g_clear_object (&input->dialog);
}

static void
on_open (GtkButton *button, LbSttInput *input)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (input)));

  if (input->dialog != NULL)
    return;
  input->dialog = gtk_file_chooser_native_new (_ ("Choose the Reference Text"), window,
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (input->dialog), TRUE);
  g_signal_connect (input->dialog, "response", G_CALLBACK (on_response), input);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (input->dialog));
}

GtkWidget *
lb_stt_input_new (LbGuiContext *context)
{
  LbSttInput *input = g_object_new (LB_TYPE_STT_INPUT, NULL);

  input->context = g_object_ref (context);
  return GTK_WIDGET (input);
}

static void
lb_stt_input_dispose (GObject *object)
{
  LbSttInput *input = LB_STT_INPUT (object);

  remove_written (input);
  gtk_widget_dispose_template (GTK_WIDGET (input), LB_TYPE_STT_INPUT);
  g_clear_object (&input->dialog);
  g_clear_object (&input->context);
  G_OBJECT_CLASS (lb_stt_input_parent_class)->dispose (object);
}

static void
lb_stt_input_class_init (LbSttInputClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_stt_input_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "stt-input.ui");
  gtk_widget_class_bind_template_child (widget_class, LbSttInput, place);
  gtk_widget_class_bind_template_child (widget_class, LbSttInput, reference);
  gtk_widget_class_bind_template_child (widget_class, LbSttInput, open);
  gtk_widget_class_bind_template_callback (widget_class, on_open);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_stt_input_init (LbSttInput *input)
{
  gtk_widget_init_template (GTK_WIDGET (input));
  input->file = LB_FILE_INPUT (lb_file_input_new ());
  adw_bin_set_child (input->place, GTK_WIDGET (input->file));
  g_signal_connect_swapped (input->file, "changed", G_CALLBACK (on_changed), input);
}
