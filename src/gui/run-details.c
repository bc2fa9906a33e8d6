#include "gui/run-details.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "core/text.h"
#include "gui/chart-view.h"
#include "gui/sound-row.h"
#include "report/report.h"

#define WIDTH 640
#define MOST_CHARACTERS 4000 /* of a figure: a text that was heard may be long */

/* Adds a row to @group; neither text is markup. */
static GtkWidget *
add_row (AdwPreferencesGroup *group, const char *title, const char *value)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *cut = g_utf8_strlen (value, -1) > MOST_CHARACTERS
                             ? g_utf8_substring (value, 0, MOST_CHARACTERS)
                             : NULL;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), cut != NULL ? cut : value);
  adw_preferences_group_add (group, row);
  return row;
}

static void
add_figure (const char *label, const char *value, gpointer user_data)
{
  GtkWidget *row = add_row (user_data, label, value);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_add_css_class (row, "property");
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
add_remark (AdwPreferencesGroup *group, const char *icon, const char *title, const char *seen,
            const char *cure)
{
  g_autofree char *shown = lb_text_escape (seen), *what = lb_text_escape (cure);
  g_autofree char *name = lb_text_escape (title);
  g_autofree char *text = *what != '\0' ? g_strdup_printf (_ ("%s\nCure: %s"), shown, what)
                                        : g_strdup (shown);
  GtkWidget *row = add_row (group, name, text);
  GtkWidget *image = gtk_image_new_from_icon_name (icon);

  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Warning"), -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
}

/* What makes the figures less than they seem comes before them. */
static void
add_remarks (GtkBox *box, const json_t *record)
{
  const json_t *validity = json_object_get (record, "validity");
  const json_t *flags = json_object_get (validity, "flags");
  const char *status = lb_json_string (record, "status", "ok");
  const char *message = lb_json_string (json_object_get (record, "error"), "message", NULL);
  gboolean synthetic = lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE);
  gboolean valid = lb_json_boolean (validity, "valid", TRUE);
  AdwPreferencesGroup *group;
  json_t *flag;
  size_t i;

  if (strcmp (status, "ok") == 0 && valid && !synthetic && json_array_size (flags) == 0)
    return;
  group = add_group (box, valid ? _ ("Good to Know") : _ ("Not Valid"));
  if (message != NULL)
    add_remark (group, "dialog-error-symbolic", _ ("Failed"), message, "");
  else if (strcmp (status, "ok") != 0)
    add_remark (group, "dialog-information-symbolic",
                strcmp (status, "running") == 0 ? _ ("Running") : _ ("Interrupted"),
                _ ("The figures are of what was measured until then."), "");
  if (synthetic)
    add_remark (group, "dialog-information-symbolic", _ ("Random weights"),
                _ ("Speed and memory are real, the output is noise."), "");
  json_array_foreach (flags, i, flag)
    if (message == NULL || strcmp (lb_json_string (flag, "id", ""), "failed") != 0)
      add_remark (group, "dialog-warning-symbolic", lb_json_string (flag, "id", "?"),
                  lb_json_string (flag, "evidence", ""), lb_json_string (flag, "cure", ""));
}

static void
add_files (GtkBox *box, const json_t *record, const char *folder)
{
  const json_t *artifacts = json_object_get (record, "artifacts");
  const char *input = lb_json_string (json_object_get (record, "input"), "path", NULL);
  AdwPreferencesGroup *group;
  json_t *artifact;
  size_t i;

  if (json_array_size (artifacts) == 0 && input == NULL)
    return;
  group = add_group (box, _ ("Files"));
  if (input != NULL)
    adw_preferences_group_add (group, lb_sound_row_new (_ ("Input"), input));
  json_array_foreach (artifacts, i, artifact)
    {
      const char *path = lb_json_string (artifact, "path", "");
      g_autofree char *role = lb_text_escape (lb_json_string (artifact, "role", _ ("File")));
      g_autofree char *whole = g_build_filename (folder, path, NULL);

      /* A record may come from elsewhere: only what lies in the history's folder is its file. */
      if (*path != '/' && strstr (path, "..") == NULL)
        adw_preferences_group_add (group, lb_sound_row_new (role, whole));
    }
}

static void
add_charts (GtkBox *box, const json_t *record)
{
  g_autoptr (json_t) one = json_pack ("[O]", record);
  LbChart *chart = lb_chart_of_records (one, LB_CHART_OF_COURSE);

  if (chart != NULL)
    gtk_box_append (box, lb_chart_view_new (chart));
}

/* All that the record holds is laid out only when it is wanted. */
static void
on_everything (GtkExpander *expander, GParamSpec *spec, json_t *record)
{
  const LbReportStyle style = { .width = 76 };
  g_autoptr (GString) text = NULL;
  GtkWidget *view;

  if (!gtk_expander_get_expanded (expander) || gtk_expander_get_child (expander) != NULL)
    return;
  text = g_string_new (NULL);
  lb_report_show (text, record, &style);
  view = gtk_label_new (text->str);
  gtk_label_set_selectable (GTK_LABEL (view), TRUE);
  gtk_label_set_wrap (GTK_LABEL (view), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (view), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (view), 0);
  gtk_widget_add_css_class (view, "monospace");
  gtk_expander_set_child (expander, view);
}

static void
free_record (gpointer data, GClosure *closure)
{
  json_decref (data);
}

static void
add_everything (GtkBox *box, const json_t *record)
{
  GtkWidget *expander = gtk_expander_new (_ ("Everything"));

  g_signal_connect_data (expander, "notify::expanded", G_CALLBACK (on_everything),
                         json_incref ((json_t *) record), free_record, 0);
  gtk_box_append (box, expander);
}

static void
add_head (GtkBox *box, const json_t *record)
{
  g_autofree char *title = lb_report_title (record);
  g_autofree char *when = lb_report_when (lb_json_integer (record, "timestamp", 0));
  g_autofree char *id = lb_text_escape (lb_json_string (record, "id", ""));
  g_autofree char *line = g_strconcat (when, " · ", id, NULL);
  GtkWidget *head = gtk_label_new (title), *faint = gtk_label_new (line);
  GtkWidget *const labels[] = { head, faint };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      gtk_label_set_wrap (GTK_LABEL (labels[i]), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (labels[i]), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_lines (GTK_LABEL (labels[i]), 4);
      gtk_label_set_ellipsize (GTK_LABEL (labels[i]), PANGO_ELLIPSIZE_END);
      gtk_label_set_xalign (GTK_LABEL (labels[i]), 0);
      gtk_label_set_selectable (GTK_LABEL (labels[i]), i > 0);
      gtk_box_append (box, labels[i]);
    }
  gtk_widget_add_css_class (head, "title-4");
  gtk_widget_add_css_class (faint, "dim-label");
  gtk_widget_add_css_class (faint, "caption");
}

GtkWidget *
lb_run_details_new (const json_t *record, const char *folder)
{
  GtkWidget *scroll = gtk_scrolled_window_new (), *clamp = adw_clamp_new ();
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkBox *box = GTK_BOX (content);

  gtk_widget_set_margin_top (content, 18);
  gtk_widget_set_margin_bottom (content, 18);
  gtk_widget_set_margin_start (content, 12);
  gtk_widget_set_margin_end (content, 12);
  add_head (box, record);
  add_remarks (box, record);
  lb_report_each (record, add_figure, add_group (box, _ ("Figures")));
  add_files (box, record, folder);
  add_charts (box, record);
  add_everything (box, record);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), content);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), clamp);
  gtk_widget_set_vexpand (scroll, TRUE);
  return scroll;
}
