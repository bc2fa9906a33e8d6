#include "gui/run-view.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/text.h"
#include "gui/figures.h"
#include "gui/live-chart.h"
#include "report/report.h"

#define CARD_CHARACTERS 19

struct _LbRunView {
  AdwBin parent;
  GtkStack *stack;
  GtkWidget *notice; /* the row of the message */
  GtkLabel *message;
  GtkWidget *live;
  GtkLabel *phase, *times, *partial;
  GtkProgressBar *bar;
  LbLiveChart *rtf, *memory, *cores, *gpu_busy, *gpu_memory;
  GtkWidget *rtf_box, *memory_box, *cores_box, *gpu_busy_box, *gpu_memory_box;
  GtkWidget *charts, *gpu_charts; /* what holds them: a row each */
  GtkFlowBox *figures;
  GtkWidget *warnings_group;
  GtkBox *warnings;
  GtkButton *history;
  AdwBin *place; /* of the mode's own widget */
  LbGuiContext *context;
  LbGuiRun *run; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LbRunView, lb_run_view, ADW_TYPE_BIN)

void
lb_run_view_say (LbRunView *view, const char *message)
{
  gtk_label_set_text (view->message, message != NULL ? message : "");
  gtk_widget_set_visible (view->notice, message != NULL);
  if (message != NULL)
    gtk_stack_set_visible_child_name (view->stack, "run");
}

void
lb_run_view_show_output (LbRunView *view, gboolean shown)
{
  gtk_widget_set_visible (GTK_WIDGET (view->place), shown);
}

static char *
name_phase (const LbGuiProgress *progress, gboolean stopping)
{
  if (stopping)
    return g_strdup (_ ("Stopping: what was measured is kept"));
  if (progress->waiting_for != NULL)
    return g_strdup_printf (
        _ ("Waiting for %s, which is measuring: two at once would disturb each other"),
        progress->waiting_for);
  if (!progress->iterating)
    return g_strdup (progress->phase);
  if (progress->of > 0)
    return g_strdup_printf (_ ("Measuring: iteration %d of %d"), (int) progress->index + 1,
                            (int) progress->of);
  return g_strdup_printf (_ ("Measuring: iteration %d"), (int) progress->index + 1);
}

/* Never a bar that runs to and fro: it is drawn 60 times a second, on the cores that are being
 * measured. Where nothing is known of how far it is, the seconds that pass show life. */
static void
show_bar (LbRunView *view, const LbGuiProgress *progress, double elapsed_s, double left_s)
{
  double done = isfinite (progress->fraction) ? progress->fraction : 0;

  if (progress->of > 0 && progress->iterating)
    done = ((double) progress->wall_s->len + done) / (double) progress->of;
  else if (!isfinite (progress->fraction) && isfinite (left_s) && elapsed_s > 0)
    done = elapsed_s / (elapsed_s + left_s);
  gtk_progress_bar_set_fraction (view->bar, CLAMP (done, 0, 1));
}

static void
show_phase (LbRunView *view)
{
  const LbGuiProgress *progress = lb_gui_run_progress (view->run);
  g_autofree char *phase = name_phase (progress, lb_gui_run_is_stopping (view->run));
  double elapsed_s = lb_gui_run_elapsed_s (view->run);
  g_autofree char *elapsed = lb_text_duration (elapsed_s);
  double left_s = lb_gui_run_left_s (view->run);
  g_autofree char *left = isfinite (left_s) ? lb_text_duration (left_s) : NULL;
  g_autofree char *times = left != NULL
                               ? g_strdup_printf (_ ("%s elapsed, about %s left"), elapsed, left)
                               : g_strdup_printf (_ ("%s elapsed"), elapsed);

  gtk_label_set_text (view->phase, phase);
  gtk_label_set_text (view->times, times);
  show_bar (view, progress, elapsed_s, left_s);
  gtk_label_set_text (view->partial, progress->partial != NULL ? progress->partial : "");
  gtk_widget_set_visible (GTK_WIDGET (view->partial), progress->partial != NULL);
}

static void
show_rtf (LbRunView *view)
{
  const LbGuiProgress *progress = lb_gui_run_progress (view->run);
  const GArray *rtf = progress->rtf;
  double last = rtf->len > 0 ? g_array_index (rtf, double, rtf->len - 1) : NAN;
  g_autofree char *number = lb_report_number (last);
  g_autofree char *median = lb_report_number (progress->median_rtf);
  g_autofree char *words = g_strdup_printf (_ ("last %s, median %s"), number, median);
  g_autofree char *label = g_strdup_printf (
      ngettext ("RTF of %u iteration: %s", "RTF of %u iterations: %s", rtf->len), rtf->len,
      words);

  lb_live_chart_set (view->rtf, (const double *) (gpointer) rtf->data, rtf->len, words, label);
  gtk_widget_set_visible (view->rtf_box, rtf->len > 0);
}

static char *
say_bytes (double value)
{
  return lb_text_bytes ((guint64) value);
}

static char *
say_share (double value)
{
  return g_strdup_printf ("%.0f %%", 100 * value);
}

/* What is looked at while a benchmark runs. */
static const struct {
  gsize sample, chart, box; /* members of LbGuiSample and LbRunView */
  const char *title;
  char *(*say) (double value);
} curves[] = {
  { G_STRUCT_OFFSET (LbGuiSample, rss_bytes), G_STRUCT_OFFSET (LbRunView, memory),
    G_STRUCT_OFFSET (LbRunView, memory_box), N_ ("Memory in use"), say_bytes },
  { G_STRUCT_OFFSET (LbGuiSample, cores), G_STRUCT_OFFSET (LbRunView, cores),
    G_STRUCT_OFFSET (LbRunView, cores_box), N_ ("CPU cores in use"), lb_report_number },
  { G_STRUCT_OFFSET (LbGuiSample, gpu_busy), G_STRUCT_OFFSET (LbRunView, gpu_busy),
    G_STRUCT_OFFSET (LbRunView, gpu_busy_box), N_ ("GPU in use"), say_share },
  { G_STRUCT_OFFSET (LbGuiSample, gpu_bytes), G_STRUCT_OFFSET (LbRunView, gpu_memory),
    G_STRUCT_OFFSET (LbRunView, gpu_memory_box), N_ ("GPU memory in use"), say_bytes },
};

static void
show_curve (LbRunView *view, guint index)
{
  const GArray *samples = lb_gui_run_samples (view->run);
  g_autofree double *values = g_new (double, samples->len + 1);
  GtkWidget *box = G_STRUCT_MEMBER (GtkWidget *, view, curves[index].box);
  double last = NAN;
  gboolean seen;
  g_autofree char *words = NULL, *label = NULL;

  for (guint i = 0; i < samples->len; i++)
    {
      values[i] = G_STRUCT_MEMBER (double, &g_array_index (samples, LbGuiSample, i),
                                   curves[index].sample);
      if (isfinite (values[i]))
        last = values[i];
    }
  seen = samples->len > 1 && isfinite (last);
  gtk_widget_set_visible (box, seen);
  if (!seen)
    return;
  words = curves[index].say (last);
  label = g_strdup_printf ("%s: %s", _ (curves[index].title), words);
  lb_live_chart_set (G_STRUCT_MEMBER (LbLiveChart *, view, curves[index].chart), values,
                     samples->len, words, label);
}

static void
show_samples (LbRunView *view)
{
  for (guint i = 0; i < G_N_ELEMENTS (curves); i++)
    show_curve (view, i);
  gtk_widget_set_visible (view->gpu_charts, gtk_widget_get_visible (view->gpu_busy_box) ||
                                                gtk_widget_get_visible (view->gpu_memory_box));
  gtk_widget_set_visible (view->charts, gtk_widget_get_visible (view->rtf_box) ||
                                            gtk_widget_get_visible (view->memory_box));
}

static GtkWidget *
new_card (const LbFigure *figure)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  const struct {
    const char *text, *class;
  } lines[] = {
    { figure->title, "caption" },
    { figure->value, "title-2" },
    { figure->note, "caption" },
  };
  g_autofree char *label = g_strdup_printf ("%s: %s%s%s", figure->title, figure->value,
                                            figure->note != NULL ? ", " : "",
                                            figure->note != NULL ? figure->note : "");

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      GtkWidget *line = gtk_label_new (lines[i].text);

      if (lines[i].text == NULL)
        {
          g_object_unref (g_object_ref_sink (line));
          continue;
        }
      gtk_widget_add_css_class (line, lines[i].class);
      gtk_label_set_xalign (GTK_LABEL (line), 0);
      gtk_label_set_wrap (GTK_LABEL (line), TRUE);
      gtk_label_set_max_width_chars (GTK_LABEL (line), CARD_CHARACTERS);
      gtk_box_append (GTK_BOX (card), line);
    }
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "figure");
  gtk_accessible_update_property (GTK_ACCESSIBLE (card), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  return card;
}

static void
clear_children (GtkWidget *box, void (*remove) (GtkWidget *box, GtkWidget *child))
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    remove (box, child);
}

static void
remove_figure (GtkWidget *box, GtkWidget *child)
{
  gtk_flow_box_remove (GTK_FLOW_BOX (box), child);
}

static void
remove_warning (GtkWidget *box, GtkWidget *child)
{
  gtk_box_remove (GTK_BOX (box), child);
}

static void
show_warnings (LbRunView *view, const json_t *record)
{
  g_autoptr (GPtrArray) warnings = lb_figures_warnings (record);

  clear_children (GTK_WIDGET (view->warnings), remove_warning);
  for (guint i = 0; i < warnings->len; i++)
    {
      GtkWidget *line = gtk_label_new (g_ptr_array_index (warnings, i));

      gtk_label_set_wrap (GTK_LABEL (line), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (line), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_xalign (GTK_LABEL (line), 0);
      gtk_label_set_selectable (GTK_LABEL (line), TRUE);
      gtk_box_append (view->warnings, line);
    }
  gtk_widget_set_visible (view->warnings_group, warnings->len > 0);
}

static void
show_figures (LbRunView *view, const json_t *record)
{
  g_autoptr (GPtrArray) figures = lb_figures_of (record);

  clear_children (GTK_WIDGET (view->figures), remove_figure);
  /* before they are in it: a hidden box of GTK 4.8 gives children of a second result no height */
  gtk_widget_set_visible (GTK_WIDGET (view->figures), figures->len > 0);
  for (guint i = 0; i < figures->len; i++)
    {
      gtk_flow_box_append (view->figures, new_card (g_ptr_array_index (figures, i)));
      gtk_widget_set_focusable (gtk_widget_get_last_child (GTK_WIDGET (view->figures)), FALSE);
    }
}

/* Nothing is drawn when nobody sees it: what came meanwhile is shown when it is seen again. */
static void
on_changed (LbRunView *view)
{
  if (view->run == NULL || !gtk_widget_get_mapped (GTK_WIDGET (view)))
    return;
  show_phase (view);
  show_rtf (view);
  show_samples (view);
}

static void
on_ended (LbRunView *view)
{
  const LbGuiProgress *progress = lb_gui_run_progress (view->run);
  const char *error = lb_gui_run_error (view->run);

  show_rtf (view);
  show_samples (view);
  gtk_widget_set_visible (view->live, FALSE);
  if (error != NULL)
    lb_run_view_say (view, error);
  else if (lb_gui_run_was_stopped (view->run))
    lb_run_view_say (view, _ ("Stopped. What was measured is in the history."));
  if (progress->record != NULL)
    {
      show_figures (view, progress->record);
      show_warnings (view, progress->record);
    }
  gtk_widget_set_visible (GTK_WIDGET (view->history), progress->id != NULL);
}

void
lb_run_view_set_run (LbRunView *view, LbGuiRun *run)
{
  if (view->run != NULL)
    g_signal_handlers_disconnect_by_data (view->run, view);
  g_set_object (&view->run, run);
  lb_run_view_say (view, NULL);
  lb_run_view_show_output (view, FALSE);
  gtk_widget_set_visible (view->live, TRUE);
  gtk_widget_set_visible (view->charts, FALSE);
  gtk_widget_set_visible (view->gpu_charts, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (view->figures), FALSE);
  gtk_widget_set_visible (view->warnings_group, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (view->history), FALSE);
  gtk_stack_set_visible_child_name (view->stack, "run");
  g_signal_connect_object (run, "changed", G_CALLBACK (on_changed), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "ended", G_CALLBACK (on_ended), view, G_CONNECT_SWAPPED);
  show_phase (view);
}

static void
on_history (GtkButton *button, LbRunView *view)
{
  lb_gui_context_show_run (view->context, lb_gui_run_progress (view->run)->id);
}

GtkWidget *
lb_run_view_new (LbGuiContext *context, GtkWidget *output)
{
  LbRunView *view = g_object_new (LB_TYPE_RUN_VIEW, NULL);

  view->context = g_object_ref (context);
  adw_bin_set_child (view->place, output);
  return GTK_WIDGET (view);
}

static void
lb_run_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lb_run_view_parent_class)->map (widget);
  on_changed (LB_RUN_VIEW (widget));
}

static void
lb_run_view_dispose (GObject *object)
{
  LbRunView *view = LB_RUN_VIEW (object);

  if (view->run != NULL)
    g_signal_handlers_disconnect_by_data (view->run, view);
  adw_bin_set_child (ADW_BIN (view), NULL); /* AdwBin would unparent it again */
  gtk_widget_dispose_template (GTK_WIDGET (view), LB_TYPE_RUN_VIEW);
  g_clear_object (&view->run);
  g_clear_object (&view->context);
  G_OBJECT_CLASS (lb_run_view_parent_class)->dispose (object);
}

static void
lb_run_view_class_init (LbRunViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_run_view_dispose;
  widget_class->map = lb_run_view_map;
  g_type_ensure (LB_TYPE_LIVE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "run-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LbRunView, stack);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, notice);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, message);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, live);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, phase);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, times);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, partial);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, bar);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, rtf);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, memory);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, cores);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, gpu_busy);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, gpu_memory);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, rtf_box);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, memory_box);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, cores_box);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, gpu_busy_box);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, gpu_memory_box);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, charts);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, gpu_charts);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, figures);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, warnings_group);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, warnings);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, history);
  gtk_widget_class_bind_template_child (widget_class, LbRunView, place);
  gtk_widget_class_bind_template_callback (widget_class, on_history);
}

static void
lb_run_view_init (LbRunView *view)
{
  gtk_widget_init_template (GTK_WIDGET (view));
  for (guint i = 0; i < G_N_ELEMENTS (curves); i++)
    lb_live_chart_set_kind (G_STRUCT_MEMBER (LbLiveChart *, view, curves[i].chart),
                            LB_LIVE_CHART_LINE);
}
