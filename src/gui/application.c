#include "gui/application.h"

#include <glib/gi18n.h>

#include "gui/context.h"
#include "gui-resource.h"
#include "gui/window.h"

struct _LbApplication {
  AdwApplication parent;
  LbGuiContext *context;
};

G_DEFINE_FINAL_TYPE (LbApplication, lb_application, ADW_TYPE_APPLICATION)

static const struct {
  const char *action;
  const char *keys[3];
} shortcuts[] = {
  { "win.page('benchmark')", { "<Alt>1" } },
  { "win.page('history')", { "<Alt>2" } },
  { "win.page('compare')", { "<Alt>3" } },
  { "win.page('models')", { "<Alt>4" } },
  { "win.page('system')", { "<Alt>5" } },
  { "win.choose-file", { "<Control>o" } },
  { "win.run", { "<Control>Return", "<Control>KP_Enter" } },
  { "win.stop", { "<Control>period" } },
  { "window.close", { "<Control>w" } },
  { "app.quit", { "<Control>q" } },
  { "win.show-help-overlay", { "<Control>question" } },
};

static void
show_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  adw_show_about_window (
      gtk_application_get_active_window (GTK_APPLICATION (user_data)), "application-name",
      "LlamaBurn", "application-icon", LB_APPLICATION_ID, "version", LB_VERSION, "comments",
      _ ("Measures how fast and how well speech, voice and music models run on this computer."),
      "license-type", GTK_LICENSE_MIT_X11, NULL);
}

/* Windows ask, where a benchmark runs. */
static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GList)
      windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (user_data)));

  for (GList *it = windows; it != NULL; it = it->next)
    gtk_window_close (it->data);
}

static const GActionEntry actions[] = {
  { "about", show_about },
  { "quit", quit },
};

static void
lb_application_startup (GApplication *it)
{
  LbApplication *application = LB_APPLICATION (it);

  lb_gui_register_resource ();
  G_APPLICATION_CLASS (lb_application_parent_class)->startup (it);
  gtk_window_set_default_icon_name (LB_APPLICATION_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (it), actions, G_N_ELEMENTS (actions), it);
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (it), shortcuts[i].action,
                                           shortcuts[i].keys);
  application->context = lb_gui_context_new ();
}

static void
lb_application_activate (GApplication *it)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (it));

  if (window == NULL)
    window = GTK_WINDOW (lb_window_new (ADW_APPLICATION (it), LB_APPLICATION (it)->context));
  gtk_window_present (window);
}

/* A sound file of the file manager, or of the command line. */
static void
lb_application_open (GApplication *it, GFile **files, int n, const char *hint)
{
  g_autofree char *path = n > 0 ? g_file_get_path (files[0]) : NULL;

  lb_application_activate (it);
  if (path != NULL)
    lb_window_open (LB_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (it))), path);
}

static void
lb_application_shutdown (GApplication *it)
{
  lb_gui_context_finish (LB_APPLICATION (it)->context);
  g_clear_object (&LB_APPLICATION (it)->context);
  G_APPLICATION_CLASS (lb_application_parent_class)->shutdown (it);
}

static void
lb_application_class_init (LbApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);

  application_class->startup = lb_application_startup;
  application_class->activate = lb_application_activate;
  application_class->open = lb_application_open;
  application_class->shutdown = lb_application_shutdown;
}

static void
lb_application_init (LbApplication *application)
{
}

LbApplication *
lb_application_new (void)
{
  return g_object_new (LB_TYPE_APPLICATION, "application-id", LB_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/io/github/llamaburn/LlamaBurn", NULL);
}
