#include "gui/mode-page.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/error.h"
#include "gui/run-view.h"
#include "gui/setup.h"
#include "gui/window.h"

struct _LbModePage {
  AdwBin parent;
  AdwFlap *flap;
  AdwBin *input_place, *setup_place, *view_place;
  GtkButton *button;
  GtkLabel *hint;
  GtkWidget *input, *output;
  LbSetup *setup;
  LbRunView *view;
  LbGuiContext *context;
  const LbMode *mode;
  LbGuiRun *run; /* (nullable): this page's last one */
};

G_DEFINE_FINAL_TYPE (LbModePage, lb_mode_page, ADW_TYPE_BIN)

static gboolean
is_running_here (const LbModePage *page)
{
  return page->run != NULL && !lb_gui_run_has_ended (page->run);
}

/* Why Run can't be pressed; NULL: it can. */
static char *
find_hindrance (LbModePage *page)
{
  g_autoptr (GError) error = NULL;

  if (lb_gui_context_is_running (page->context))
    return g_strdup (_ ("Another benchmark of this window is running"));
  if (page->mode->fill (page->input, NULL, &error) && lb_setup_check (page->setup, &error))
    return NULL;
  return g_strdup (error->message);
}

static void
show_button (LbModePage *page)
{
  gboolean running = is_running_here (page);
  g_autofree char *hindrance = running ? NULL : find_hindrance (page);

  gtk_button_set_label (page->button, running ? _ ("Stop") : _ ("Run"));
  gtk_widget_set_sensitive (GTK_WIDGET (page->button),
                            running ? !lb_gui_run_is_stopping (page->run) : hindrance == NULL);
  if (running)
    gtk_widget_remove_css_class (GTK_WIDGET (page->button), "suggested-action");
  else
    gtk_widget_add_css_class (GTK_WIDGET (page->button), "suggested-action");
  gtk_label_set_text (page->hint, hindrance != NULL ? hindrance : "");
  gtk_widget_set_visible (GTK_WIDGET (page->hint), hindrance != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (page->setup_place), !running);
  gtk_widget_set_sensitive (GTK_WIDGET (page->input_place), !running);
}

static void
on_changed (LbModePage *page)
{
  if (page->mode->set_engine != NULL)
    page->mode->set_engine (page->input, lb_setup_engine (page->setup));
  if (page->mode->duration_s != NULL)
    lb_setup_set_duration (page->setup, page->mode->duration_s (page->input));
  show_button (page);
}

static void
on_ended (LbModePage *page)
{
  const json_t *record = lb_gui_run_progress (page->run)->record;
  gboolean shows = page->output != NULL && json_object_get (record, "output") != NULL;

  if (shows)
    page->mode->show_output (page->output, record);
  lb_run_view_show_output (page->view, shows);
  show_button (page);
}

static void
follow (LbModePage *page, LbGuiRun *run)
{
  if (page->run != NULL)
    g_signal_handlers_disconnect_by_data (page->run, page);
  g_set_object (&page->run, run);
  lb_run_view_set_run (page->view, run);
  g_signal_connect_object (run, "ended", G_CALLBACK (on_ended), page, G_CONNECT_SWAPPED);
  if (adw_flap_get_folded (page->flap))
    adw_flap_set_reveal_flap (page->flap, FALSE);
  show_button (page);
}

void
lb_mode_page_run (LbModePage *page)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  g_autoptr (GError) error = NULL;
  LbCase *it;
  LbGuiRun *run = NULL;

  if (lb_gui_context_is_running (page->context))
    return;
  it = lb_setup_add_case (page->setup, plan, &error);
  if (page->mode->scores != NULL)
    plan->settings.score = page->mode->scores (page->input);
  if (it != NULL && page->mode->fill (page->input, it, &error))
    run = lb_gui_context_start (page->context, plan, &error);
  if (run != NULL)
    follow (page, run);
  else
    lb_run_view_say (page->view, error->message);
}

void
lb_mode_page_stop (LbModePage *page)
{
  if (!is_running_here (page))
    return;
  lb_gui_run_stop (page->run);
  show_button (page);
}

static void
on_button (GtkButton *button, LbModePage *page)
{
  if (is_running_here (page))
    lb_mode_page_stop (page);
  else
    lb_mode_page_run (page);
}

void
lb_mode_page_choose_file (LbModePage *page)
{
  if (page->mode->choose_file != NULL && !is_running_here (page))
    page->mode->choose_file (page->input);
}

void
lb_mode_page_set_file (LbModePage *page, const char *path)
{
  if (page->mode->set_file != NULL && !is_running_here (page))
    page->mode->set_file (page->input, path);
}

/* Folded, the set-up lies over the result: it does while there is none. */
static void
on_folded (LbModePage *page)
{
  adw_flap_set_reveal_flap (page->flap, !adw_flap_get_folded (page->flap) || page->run == NULL);
}

/* A file may be dropped anywhere on the page. */
static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, LbModePage *page)
{
  GSList *files = g_value_get_boxed (value);
  g_autofree char *path = files != NULL ? g_file_get_path (files->data) : NULL;

  if (path != NULL)
    lb_mode_page_set_file (page, path);
  else
    lb_gui_toast (GTK_WIDGET (page), _ ("Only files of this computer can be measured"));
  return path != NULL;
}

static void
add_drop_target (LbModePage *page)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "drop", G_CALLBACK (on_drop), page);
  gtk_widget_add_controller (GTK_WIDGET (page), GTK_EVENT_CONTROLLER (target));
}

GtkWidget *
lb_mode_page_new (LbGuiContext *context, const LbMode *mode)
{
  LbModePage *page = g_object_new (LB_TYPE_MODE_PAGE, NULL);

  page->context = g_object_ref (context);
  page->mode = mode;
  page->input = mode->new_input (context);
  page->setup = LB_SETUP (lb_setup_new (context, mode->mode));
  if (mode->model_title != NULL)
    lb_setup_set_model_title (page->setup, g_dgettext (NULL, mode->model_title));
  if (mode->own_options != NULL)
    lb_setup_leave_out (page->setup, mode->own_options);
  page->output = mode->new_output != NULL ? mode->new_output (context, page->input) : NULL;
  page->view = LB_RUN_VIEW (lb_run_view_new (context, page->output));
  adw_bin_set_child (page->input_place, page->input);
  adw_bin_set_child (page->setup_place, GTK_WIDGET (page->setup));
  adw_bin_set_child (page->view_place, GTK_WIDGET (page->view));
  g_signal_connect_swapped (page->input, "changed", G_CALLBACK (on_changed), page);
  g_signal_connect_swapped (page->setup, "changed", G_CALLBACK (on_changed), page);
  g_signal_connect_object (context, "notify::run", G_CALLBACK (show_button), page,
                           G_CONNECT_SWAPPED);
  if (mode->set_file != NULL)
    add_drop_target (page);
  on_changed (page);
  return GTK_WIDGET (page);
}

static void
lb_mode_page_dispose (GObject *object)
{
  LbModePage *page = LB_MODE_PAGE (object);

  if (page->run != NULL)
    g_signal_handlers_disconnect_by_data (page->run, page);
  adw_bin_set_child (ADW_BIN (page), NULL); /* AdwBin would unparent it again */
  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_MODE_PAGE);
  g_clear_object (&page->run);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_mode_page_parent_class)->dispose (object);
}

static void
lb_mode_page_class_init (LbModePageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_mode_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "mode-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LbModePage, flap);
  gtk_widget_class_bind_template_child (widget_class, LbModePage, input_place);
  gtk_widget_class_bind_template_child (widget_class, LbModePage, setup_place);
  gtk_widget_class_bind_template_child (widget_class, LbModePage, view_place);
  gtk_widget_class_bind_template_child (widget_class, LbModePage, button);
  gtk_widget_class_bind_template_child (widget_class, LbModePage, hint);
  gtk_widget_class_bind_template_callback (widget_class, on_button);
}

static void
lb_mode_page_init (LbModePage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  g_signal_connect_swapped (page->flap, "notify::folded", G_CALLBACK (on_folded), page);
}
