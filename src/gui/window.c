#include "gui/window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gui/benchmark-page.h"
#include "gui/compare-page.h"
#include "gui/history-page.h"
#include "gui/models-page.h"
#include "gui/system-page.h"

#define STATE "window"
#define WIDTH 1100
#define HEIGHT 780

struct _LbWindow {
  AdwApplicationWindow parent;
  LbGuiContext *context;
  AdwToastOverlay *toasts;
  AdwViewStack *stack;
  gboolean closing; /* as soon as the benchmark has ended */
};

G_DEFINE_FINAL_TYPE (LbWindow, lb_window, ADW_TYPE_APPLICATION_WINDOW)

/* A page is made when it is first shown: the window is there sooner. */
static const struct {
  const char *name, *title, *icon;
  GtkWidget *(*make) (LbGuiContext *context);
} pages[] = {
  { "benchmark", N_ ("Benchmark"), "media-playback-start-symbolic", lb_benchmark_page_new },
  { "history", N_ ("History"), "document-open-recent-symbolic", lb_history_page_new },
  { "compare", N_ ("Compare"), "view-dual-symbolic", lb_compare_page_new },
  { "models", N_ ("Models"), "folder-download-symbolic", lb_models_page_new },
  { "system", N_ ("System"), "computer-symbolic", lb_system_page_new },
};

static void
fill_page (LbWindow *window)
{
  const char *name = adw_view_stack_get_visible_child_name (window->stack);
  AdwBin *bin = ADW_BIN (adw_view_stack_get_visible_child (window->stack));

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    if (strcmp (pages[i].name, name) == 0 && adw_bin_get_child (bin) == NULL)
      adw_bin_set_child (bin, pages[i].make (window->context));
}

static void
on_page (LbWindow *window)
{
  fill_page (window);
  lb_gui_state_set_text (lb_gui_context_state (window->context), STATE, "page",
                         adw_view_stack_get_visible_child_name (window->stack));
}

static void
on_shown_run (LbWindow *window)
{
  if (lb_gui_context_shown_run (window->context) != NULL)
    lb_window_show_page (window, "history");
}

static void
on_compare (LbWindow *window)
{
  lb_window_show_page (window, "compare");
}

void
lb_window_show_page (LbWindow *window, const char *name)
{
  if (adw_view_stack_get_child_by_name (window->stack, name) != NULL)
    adw_view_stack_set_visible_child_name (window->stack, name);
}

static void
show_page (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lb_window_show_page (LB_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static LbBenchmarkPage *
benchmark_page (LbWindow *window)
{
  GtkWidget *bin = adw_view_stack_get_child_by_name (window->stack, "benchmark");

  return LB_BENCHMARK_PAGE (adw_bin_get_child (ADW_BIN (bin)));
}

void
lb_window_open (LbWindow *window, const char *path)
{
  lb_window_show_page (window, "benchmark");
  lb_benchmark_page_open (benchmark_page (window), path);
}

/* "win.run" is "benchmark.run", wherever the focus is. */
static void
forward (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LbWindow *window = LB_WINDOW (widget);
  g_autofree char *name = g_strconcat ("benchmark.", strchr (action, '.') + 1, NULL);

  lb_window_show_page (window, "benchmark");
  gtk_widget_activate_action_variant (GTK_WIDGET (benchmark_page (window)), name, NULL);
}

static void
remember_size (LbWindow *window)
{
  LbGuiState *state = lb_gui_context_state (window->context);
  int width = 0, height = 0;

  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  lb_gui_state_set_integer (state, STATE, "width", width);
  lb_gui_state_set_integer (state, STATE, "height", height);
  lb_gui_state_set_integer (state, STATE, "maximized",
                            gtk_window_is_maximized (GTK_WINDOW (window)));
}

static void
on_run_ended (LbWindow *window)
{
  if (window->closing && !lb_gui_context_is_running (window->context))
    gtk_window_destroy (GTK_WINDOW (window));
}

static void
on_answer (AdwMessageDialog *dialog, const char *response, LbWindow *window)
{
  if (strcmp (response, "stop") != 0)
    return;
  window->closing = TRUE;
  if (lb_gui_context_is_running (window->context))
    lb_gui_run_stop (lb_gui_context_run (window->context));
  else
    on_run_ended (window);
}

static void
ask_to_close (LbWindow *window)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (window), _ ("Stop the Benchmark?"),
      _ ("A benchmark is running. What it has measured until now is kept in the history."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "keep", _ ("Keep Running"),
                                    "stop", _ ("Stop and Close"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), window, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
lb_window_close_request (GtkWindow *it)
{
  LbWindow *window = LB_WINDOW (it);

  remember_size (window);
  if (!lb_gui_context_is_running (window->context))
    return GTK_WINDOW_CLASS (lb_window_parent_class)->close_request (it);
  if (!window->closing)
    ask_to_close (window);
  return GDK_EVENT_STOP;
}

/* For bench/gui.py: a frame was drawn with all that is known at the start. */
static void
on_painted (GdkFrameClock *clock, LbWindow *window)
{
  const char *problem = NULL;

  if (lb_gui_context_catalogue (window->context, &problem) == NULL && problem == NULL)
    return;
  g_signal_handlers_disconnect_by_func (clock, on_painted, window);
  g_debug ("usable");
}

static void
lb_window_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lb_window_parent_class)->map (widget);
  g_signal_connect_object (gtk_widget_get_frame_clock (widget), "after-paint",
                           G_CALLBACK (on_painted), widget, 0);
}

static void
add_pages (LbWindow *window)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      AdwViewStackPage *page = adw_view_stack_add_titled (
          window->stack, adw_bin_new (), pages[i].name, g_dgettext (NULL, pages[i].title));

      adw_view_stack_page_set_icon_name (page, pages[i].icon);
    }
}

static void
recall (LbWindow *window)
{
  LbGuiState *state = lb_gui_context_state (window->context);
  g_autofree char *page = lb_gui_state_text (state, STATE, "page", "benchmark");

  gtk_window_set_default_size (GTK_WINDOW (window),
                               lb_gui_state_integer (state, STATE, "width", WIDTH),
                               lb_gui_state_integer (state, STATE, "height", HEIGHT));
  if (lb_gui_state_integer (state, STATE, "maximized", FALSE))
    gtk_window_maximize (GTK_WINDOW (window));
  lb_window_show_page (window, page);
}

LbWindow *
lb_window_new (AdwApplication *application, LbGuiContext *context)
{
  LbWindow *window = g_object_new (LB_TYPE_WINDOW, "application", application, NULL);

  window->context = g_object_ref (context);
  add_pages (window);
  recall (window);
  fill_page (window);
  g_signal_connect_object (window->stack, "notify::visible-child", G_CALLBACK (on_page), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "notify::shown-run", G_CALLBACK (on_shown_run), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "compare", G_CALLBACK (on_compare), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "notify::run", G_CALLBACK (on_run_ended), window,
                           G_CONNECT_SWAPPED);
  return window;
}

void
lb_gui_toast_with (GtkWidget *widget, AdwToast *toast)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  if (LB_IS_WINDOW (root))
    adw_toast_overlay_add_toast (LB_WINDOW (root)->toasts, toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

void
lb_gui_toast (GtkWidget *widget, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  lb_gui_toast_with (widget, adw_toast_new (escaped));
}

static void
lb_window_dispose (GObject *object)
{
  LbWindow *window = LB_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (window), LB_TYPE_WINDOW);
  g_clear_object (&window->context);
  G_OBJECT_CLASS (lb_window_parent_class)->dispose (object);
}

static void
lb_window_class_init (LbWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_window_dispose;
  widget_class->map = lb_window_map;
  GTK_WINDOW_CLASS (class)->close_request = lb_window_close_request;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "window.ui");
  gtk_widget_class_bind_template_child (widget_class, LbWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, LbWindow, stack);
  gtk_widget_class_install_action (widget_class, "win.page", "s", show_page);
  gtk_widget_class_install_action (widget_class, "win.choose-file", NULL, forward);
  gtk_widget_class_install_action (widget_class, "win.run", NULL, forward);
  gtk_widget_class_install_action (widget_class, "win.stop", NULL, forward);
}

static void
lb_window_init (LbWindow *window)
{
  gtk_widget_init_template (GTK_WIDGET (window));
}
