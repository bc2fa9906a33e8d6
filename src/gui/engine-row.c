#include "gui/engine-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/python.h"
#include "gui/child.h"

#define MOST_LINES 400 /* of a log */

struct _LbEngineRow {
  AdwActionRow parent;
  LbGuiContext *context;
  char *id, *about;
  GString *log; /* of the last child */
  guint lines;
  gboolean ready, installable, installing;
  GCancellable *busy; /* (nullable) */
  GtkWidget *spinner, *state, *check, *install, *stop, *show_log;
};

G_DEFINE_FINAL_TYPE (LbEngineRow, lb_engine_row, ADW_TYPE_ACTION_ROW)

static void
name_button (GtkWidget *button, const char *word, const char *id)
{
  g_autofree char *label = g_strdup_printf ("%s %s", word, id);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
show_buttons (LbEngineRow *row)
{
  gboolean busy = row->busy != NULL;

  gtk_widget_set_visible (row->spinner, busy);
  gtk_spinner_set_spinning (GTK_SPINNER (row->spinner), busy);
  gtk_widget_set_visible (row->stop, busy);
  gtk_widget_set_visible (row->check, !busy && row->ready);
  gtk_widget_set_visible (row->install, !busy && !row->ready && row->installable);
}

static void
say (LbEngineRow *row, const char *words)
{
  g_autofree char *shown = words != NULL ? lb_text_escape (words) : NULL;
  g_autofree char *all = shown != NULL ? g_strconcat (row->about, "\n", shown, NULL)
                                       : g_strdup (row->about);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), all);
}

static void
on_line (const char *line, gpointer user_data)
{
  LbEngineRow *row = LB_ENGINE_ROW (user_data);

  if (row->lines++ < MOST_LINES)
    g_string_append_printf (row->log, "%s\n", line);
  say (row, line);
}

static void
on_end (const char *output, const GError *error, gpointer user_data)
{
  LbEngineRow *row = LB_ENGINE_ROW (user_data);
  gboolean cancelled = g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED);
  g_autofree char *words = error == NULL ? g_strchomp (g_strdup (output))
                           : cancelled   ? g_strdup (_ ("Stopped."))
                                         : g_strdup_printf (_ ("⚠ %s"), error->message);

  g_clear_object (&row->busy);
  g_string_append (row->log, output);
  say (row, *words != '\0' ? words : NULL);
  gtk_widget_set_visible (row->show_log, error != NULL && !cancelled && row->log->len > 0);
  show_buttons (row);
  if (row->installing)
    lb_gui_context_reload (row->context);
}

static void
start (LbEngineRow *row, const char *command, const char *words)
{
  const char *arguments[] = { "engines", command, row->id, NULL };

  if (row->busy != NULL)
    return;
  row->busy = g_cancellable_new ();
  row->installing = strcmp (command, "install") == 0;
  row->lines = 0;
  g_string_truncate (row->log, 0);
  gtk_widget_set_visible (row->show_log, FALSE);
  say (row, words);
  show_buttons (row);
  lb_gui_child_run (arguments, on_line, on_end, row->busy, G_OBJECT (row));
}

static void
on_install (LbEngineRow *row)
{
  start (row, "install", _ ("Installing…"));
}

static void
on_check (LbEngineRow *row)
{
  start (row, "check", _ ("Checking: it starts, loads and runs over a second of sound…"));
}

static void
on_stop (LbEngineRow *row)
{
  if (row->busy != NULL)
    g_cancellable_cancel (row->busy);
}

static void
on_show_log (LbEngineRow *row)
{
  GtkWidget *window = g_object_new (
      ADW_TYPE_WINDOW, "transient-for", gtk_widget_get_root (GTK_WIDGET (row)), "modal", TRUE,
      "title", row->id, "default-width", 620, "default-height", 420, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scroll = gtk_scrolled_window_new (), *text = gtk_text_view_new ();

  gtk_text_view_set_editable (GTK_TEXT_VIEW (text), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (text), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (text), GTK_WRAP_WORD_CHAR);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)), row->log->str, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Log"),
                                  -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), text);
  gtk_widget_set_vexpand (scroll, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), scroll);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
}

void
lb_engine_row_set (LbEngineRow *row, const LbManifest *manifest)
{
  g_autofree char *modes = g_strjoinv (", ", manifest->modes);
  g_autofree char *backends = manifest->backends != NULL ? g_strjoinv (", ", manifest->backends)
                                                         : g_strdup ("");
  const char *missing = manifest->missing;

  g_free (row->id);
  row->id = g_strdup (manifest->id);
  row->ready = missing == NULL;
  row->installable = manifest->environments->len > 0;
  g_free (row->about);
  row->about = g_strdup_printf ("%s · %s%s%s", manifest->title, modes,
                                *backends != '\0' ? " · " : "", backends);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), row->id);
  gtk_label_set_text (GTK_LABEL (row->state), lb_manifest_state (manifest));
  if (row->busy == NULL && row->log->len == 0)
    say (row, row->installable ? NULL : missing); /* what the button does needs no saying */
  name_button (row->check, _ ("Check"), row->id);
  name_button (row->install, _ ("Install"), row->id);
  name_button (row->stop, _ ("Stop"), row->id);
  name_button (row->show_log, _ ("Show log of"), row->id);
  show_buttons (row);
}

static void
lb_engine_row_dispose (GObject *object)
{
  LbEngineRow *row = LB_ENGINE_ROW (object);

  on_stop (row);
  g_clear_object (&row->context);
  G_OBJECT_CLASS (lb_engine_row_parent_class)->dispose (object);
}

static void
lb_engine_row_finalize (GObject *object)
{
  LbEngineRow *row = LB_ENGINE_ROW (object);

  g_clear_object (&row->busy);
  g_string_free (row->log, TRUE);
  g_free (row->id);
  g_free (row->about);
  G_OBJECT_CLASS (lb_engine_row_parent_class)->finalize (object);
}

static void
lb_engine_row_class_init (LbEngineRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lb_engine_row_dispose;
  G_OBJECT_CLASS (class)->finalize = lb_engine_row_finalize;
}

static GtkWidget *
add_button (LbEngineRow *row, const char *label, void (*on_clicked) (LbEngineRow *row))
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (button, FALSE);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_clicked), row);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return button;
}

static void
lb_engine_row_init (LbEngineRow *row)
{
  row->log = g_string_new (NULL);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 6);
  row->spinner = gtk_spinner_new ();
  row->state = gtk_label_new (NULL);
  gtk_widget_add_css_class (row->state, "dim-label");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), row->spinner);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), row->state);
  row->show_log = add_button (row, _ ("Log"), on_show_log);
  row->check = add_button (row, _ ("Check"), on_check);
  row->install = add_button (row, _ ("Install"), on_install);
  row->stop = add_button (row, _ ("Stop"), on_stop);
}

GtkWidget *
lb_engine_row_new (LbGuiContext *context)
{
  LbEngineRow *row = g_object_new (LB_TYPE_ENGINE_ROW, NULL);

  row->context = g_object_ref (context);
  return GTK_WIDGET (row);
}
