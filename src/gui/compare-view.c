#include "gui/compare-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "core/text.h"
#include "gui/chart-view.h"
#include "report/report.h"

static void
add_button (GtkWidget *row, const char *icon, const char *name, const char *action, gint64 number)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "x", number);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static GtkWidget *
new_row (const char *title, const char *subtitle)
{
  return g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "subtitle",
                       subtitle, "title-lines", 3, "subtitle-lines", 0, NULL);
}

static void
append_interval (GString *line, const json_t *run)
{
  const json_t *interval = json_object_get (run, "ci95_rtf");
  g_autofree char *low = NULL, *high = NULL;

  if (json_array_size (interval) != 2)
    return;
  low = lb_report_number (json_number_value (json_array_get (interval, 0)));
  high = lb_report_number (json_number_value (json_array_get (interval, 1)));
  g_string_append_printf (line, _ (" (95 %%: %s to %s)"), low, high);
}

static void
append_scores (GString *line, const json_t *run)
{
  const char *name;
  json_t *value;

  json_object_foreach (json_object_get (run, "scores"), name, value)
    {
      g_autofree char *score = lb_report_score (name, json_number_value (value));
      g_autofree char *shown = lb_text_escape (score);

      g_string_append_printf (line, " · %s", shown);
    }
}

static void
append_bytes (GString *line, const json_t *run, const char *member, const char *after)
{
  gint64 bytes = lb_json_integer (run, member, 0);
  g_autofree char *shown = lb_text_bytes ((guint64) MAX (bytes, 0));

  if (bytes > 0)
    g_string_append_printf (line, " · %s%s", shown, after);
}

/* What a run measured, in a line; @run: of the comparison. */
static char *
say_figures (const json_t *run)
{
  GString *line = g_string_new (NULL);
  double rtf = lb_json_real (run, "median_rtf", (double) NAN);
  gint64 n = lb_json_integer (run, "iterations", 0);
  g_autofree char *shown = lb_report_number (rtf), *times = lb_report_times (rtf);

  if (isfinite (rtf))
    {
      g_string_append_printf (line, "RTF %s", shown);
      append_interval (line, run);
      g_string_append_printf (line, " · %s", times);
    }
  else
    g_string_append (line, _ ("nothing was measured"));
  append_scores (line, run);
  append_bytes (line, run, "peak_rss_bytes", "");
  append_bytes (line, run, "peak_gpu_bytes", _ (" on the GPU"));
  g_string_append_printf (line,
                          ngettext (" · %" G_GINT64_FORMAT " iteration",
                                    " · %" G_GINT64_FORMAT " iterations", (gulong) n),
                          n);
  return g_string_free (line, FALSE);
}

/* Whatever makes the figures less than they seem. */
static char *
say_trouble (const json_t *run)
{
  g_autofree char *status = lb_report_status (lb_json_string (run, "status", "ok"),
                                              lb_json_boolean (run, "valid", TRUE),
                                              lb_json_boolean (run, "synthetic", FALSE));
  GString *line = g_string_new (g_str_equal (status, "ok") ? "" : status);
  json_t *flag;
  size_t i;

  json_array_foreach (json_object_get (run, "flags"), i, flag)
    {
      g_autofree char *shown = lb_text_escape (json_string_value (flag));

      g_string_append_printf (line, "%s%s", line->len > 0 ? ", " : "", shown);
    }
  return g_string_free (line, FALSE);
}

static void
add_run (AdwPreferencesGroup *group, const json_t *record, const json_t *run, gboolean baseline)
{
  gint64 number = lb_json_integer (record, "number", 0);
  g_autofree char *title = lb_report_title (record);
  g_autofree char *figures = run != NULL ? say_figures (run) : g_strdup ("");
  g_autofree char *trouble = run != NULL ? say_trouble (run) : g_strdup ("");
  g_autofree char *text = g_strconcat (figures, *trouble != '\0' ? "\n⚠ " : "", trouble, NULL);
  g_autofree char *remove = g_strdup_printf (_ ("Remove run %" G_GINT64_FORMAT), number);
  g_autofree char *first = g_strdup_printf (_ ("Make run %" G_GINT64_FORMAT " the baseline"),
                                            number);
  GtkWidget *row = new_row (title, text), *mark;

  if (baseline)
    {
      mark = gtk_label_new (_ ("Baseline"));
      gtk_widget_add_css_class (mark, "dim-label");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), mark);
    }
  else
    add_button (row, "go-top-symbolic", first, "compare.make-baseline", number);
  add_button (row, "list-remove-symbolic", remove, "compare.remove", number);
  adw_preferences_group_add (group, row);
}

static AdwPreferencesGroup *
add_group (GtkBox *box, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  gtk_box_append (box, group);
  return ADW_PREFERENCES_GROUP (group);
}

static void
add_verdict (AdwPreferencesGroup *group, const json_t *run, gint64 baseline)
{
  const json_t *against = json_object_get (run, "against");
  g_autofree char *differs = lb_text_escape (lb_json_string (against, "differs", ""));
  g_autofree char *title = g_strdup_printf (
      _ ("%" G_GINT64_FORMAT " against %" G_GINT64_FORMAT ": %s"),
      lb_json_integer (run, "number", 0), baseline, lb_json_string (against, "words", ""));
  g_autofree char *text = *differs != '\0'
                              ? g_strdup_printf (_ ("Not the same benchmark: %s"), differs)
                              : g_strdup (_ ("The same work: only engine or model differ."));

  adw_preferences_group_add (group, new_row (title, text));
}

static void
add_verdicts (GtkBox *box, const json_t *runs)
{
  gint64 baseline = lb_json_integer (json_array_get (runs, 0), "number", 0);
  AdwPreferencesGroup *group = add_group (box, _ ("Verdict"));
  json_t *run;
  size_t i;

  json_array_foreach (runs, i, run)
    if (i > 0)
      add_verdict (group, run, baseline);
}

static void
add_chart (GtkBox *box, LbChart *chart, const char *name)
{
  GtkWidget *frame = gtk_overlay_new (), *button = gtk_button_new_with_label (_ ("Save…"));
  g_autofree char *label = g_strdup_printf (_ ("Save chart %s"), name);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "compare.save-chart");
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_margin_top (button, 6);
  gtk_widget_set_margin_end (button, 6);
  gtk_widget_add_css_class (button, "flat");
  gtk_overlay_set_child (GTK_OVERLAY (frame), lb_chart_view_new (chart));
  gtk_overlay_add_overlay (GTK_OVERLAY (frame), button);
  gtk_widget_add_css_class (frame, "card");
  gtk_box_append (box, frame);
}

GtkWidget *
lb_compare_view_new (const json_t *records, const json_t *comparison)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  const json_t *runs = json_object_get (comparison, "runs");
  AdwPreferencesGroup *group = add_group (GTK_BOX (box), _ ("Runs"));
  json_t *record;
  size_t i;

  json_array_foreach ((json_t *) records, i, record)
    add_run (group, record, json_array_get (runs, i), i == 0);
  if (json_array_size (runs) > 1)
    add_verdicts (GTK_BOX (box), runs);
  else
    adw_preferences_group_set_description (group,
                                           _ ("Add another run: the verdict is of two or more."));
  for (guint k = 0; k < LB_CHART_OF_END; k++)
    {
      LbChart *chart = lb_chart_of_records (records, (LbChartOf) k);

      if (chart != NULL)
        add_chart (GTK_BOX (box), chart, lb_chart_of_name ((LbChartOf) k));
    }
  return box;
}
