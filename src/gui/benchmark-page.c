#include "gui/benchmark-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "gui/mode-page.h"

#define STATE "benchmark"
#define MUSIC "music"

struct _LbBenchmarkPage {
  GtkBox parent;
  GtkStack *modes;
  GtkStack *tasks;
  GtkDropDown *task;
  LbGuiContext *context;
  GPtrArray *music; /* of const LbMode: as they stand in the list of tasks */
};

G_DEFINE_FINAL_TYPE (LbBenchmarkPage, lb_benchmark_page, GTK_TYPE_BOX)

static const LbMode *
find_mode (const char *name)
{
  for (const LbMode *mode = lb_modes (); name != NULL && mode->mode != NULL; mode++)
    if (strcmp (mode->mode, name) == 0)
      return mode;
  return NULL;
}

/* The page of a mode is made when it is first shown. */
static LbModePage *
fill (LbBenchmarkPage *page, GtkStack *stack)
{
  const LbMode *mode = find_mode (gtk_stack_get_visible_child_name (stack));
  AdwBin *bin = mode != NULL ? ADW_BIN (gtk_stack_get_visible_child (stack)) : NULL;

  if (mode == NULL)
    return NULL;
  if (adw_bin_get_child (bin) == NULL)
    adw_bin_set_child (bin, lb_mode_page_new (page->context, mode));
  return LB_MODE_PAGE (adw_bin_get_child (bin));
}

static gboolean
is_music (LbBenchmarkPage *page)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (page->modes), MUSIC) == 0;
}

static LbModePage *
current (LbBenchmarkPage *page)
{
  return fill (page, is_music (page) ? page->tasks : page->modes);
}

static void
on_mode (LbBenchmarkPage *page)
{
  const char *name = gtk_stack_get_visible_child_name (page->modes);

  if (page->context == NULL || name == NULL)
    return;
  gtk_widget_set_visible (GTK_WIDGET (page->task), is_music (page));
  lb_gui_state_set_text (lb_gui_context_state (page->context), STATE, "mode", name);
  current (page);
}

static void
on_task (LbBenchmarkPage *page)
{
  guint selected = gtk_drop_down_get_selected (page->task);
  const LbMode *mode;

  if (page->context == NULL || selected >= page->music->len)
    return;
  mode = g_ptr_array_index (page->music, selected);
  gtk_stack_set_visible_child_name (page->tasks, mode->mode);
  lb_gui_state_set_text (lb_gui_context_state (page->context), STATE, "task", mode->mode);
  current (page);
}

static void
add_modes (LbBenchmarkPage *page)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (const LbMode *mode = lb_modes (); mode->mode != NULL; mode++)
    {
      const char *title = g_dgettext (NULL, mode->title);

      if (!mode->is_music)
        gtk_stack_add_titled (page->modes, adw_bin_new (), mode->mode, title);
      else
        {
          gtk_stack_add_titled (page->tasks, adw_bin_new (), mode->mode, title);
          gtk_string_list_append (titles, title);
          g_ptr_array_add (page->music, (gpointer) mode);
        }
    }
  if (page->music->len > 0)
    gtk_stack_add_titled (page->modes, GTK_WIDGET (page->tasks), MUSIC, _ ("Music"));
  gtk_drop_down_set_model (page->task, G_LIST_MODEL (titles));
}

static void
recall (LbBenchmarkPage *page)
{
  LbGuiState *state = lb_gui_context_state (page->context);
  g_autofree char *mode = lb_gui_state_text (state, STATE, "mode", "stt");
  g_autofree char *task = lb_gui_state_text (state, STATE, "task", NULL);

  for (guint i = 0; i < page->music->len; i++)
    if (g_strcmp0 (((const LbMode *) g_ptr_array_index (page->music, i))->mode, task) == 0)
      gtk_drop_down_set_selected (page->task, i);
  if (gtk_stack_get_child_by_name (page->modes, mode) != NULL)
    gtk_stack_set_visible_child_name (page->modes, mode);
}

static void
choose_file (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LbModePage *page = current (LB_BENCHMARK_PAGE (widget));

  if (page != NULL)
    lb_mode_page_choose_file (page);
}

static void
run (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LbModePage *page = current (LB_BENCHMARK_PAGE (widget));

  if (page != NULL)
    lb_mode_page_run (page);
}

static void
stop (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LbModePage *page = current (LB_BENCHMARK_PAGE (widget));

  if (page != NULL)
    lb_mode_page_stop (page);
}

void
lb_benchmark_page_open (LbBenchmarkPage *page, const char *path)
{
  LbModePage *mode = current (page);

  if (mode != NULL)
    lb_mode_page_set_file (mode, path);
}

GtkWidget *
lb_benchmark_page_new (LbGuiContext *context)
{
  LbBenchmarkPage *page = g_object_new (LB_TYPE_BENCHMARK_PAGE, NULL);

  add_modes (page);
  page->context = g_object_ref (context);
  recall (page);
  on_mode (page);
  return GTK_WIDGET (page);
}

static void
lb_benchmark_page_dispose (GObject *object)
{
  LbBenchmarkPage *page = LB_BENCHMARK_PAGE (object);

  if (page->modes != NULL)
    g_signal_handlers_disconnect_by_data (page->modes, page);
  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_BENCHMARK_PAGE);
  g_clear_object (&page->tasks);
  g_clear_object (&page->context);
  g_clear_pointer (&page->music, g_ptr_array_unref);
  G_OBJECT_CLASS (lb_benchmark_page_parent_class)->dispose (object);
}

static void
lb_benchmark_page_class_init (LbBenchmarkPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_benchmark_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "benchmark-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LbBenchmarkPage, modes);
  gtk_widget_class_bind_template_child (widget_class, LbBenchmarkPage, task);
  gtk_widget_class_install_action (widget_class, "benchmark.choose-file", NULL, choose_file);
  gtk_widget_class_install_action (widget_class, "benchmark.run", NULL, run);
  gtk_widget_class_install_action (widget_class, "benchmark.stop", NULL, stop);
}

static void
lb_benchmark_page_init (LbBenchmarkPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  page->music = g_ptr_array_new ();
  page->tasks = g_object_ref_sink (GTK_STACK (gtk_stack_new ()));
  g_signal_connect_swapped (page->modes, "notify::visible-child", G_CALLBACK (on_mode), page);
  g_signal_connect_swapped (page->task, "notify::selected", G_CALLBACK (on_task), page);
}
