#include "gui/option-rows.h"

#include <glib/gi18n.h>

struct _LbOptionRows {
  AdwBin parent;
  GPtrArray *rows; /* of GtkWidget: see row_option() */
};

G_DEFINE_FINAL_TYPE (LbOptionRows, lb_option_rows, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* The option of a row, and of a bool its switch, hang on the row. */
#define OPTION_KEY "lb-option"
#define SWITCH_KEY "lb-switch"

static const LbOption *
row_option (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), OPTION_KEY);
}

static void
on_change (LbOptionRows *rows)
{
  g_signal_emit (rows, signals[SIGNAL_CHANGED], 0);
}

static GtkWidget *
new_switch_row (LbOptionRows *rows, const LbOption *option)
{
  GtkWidget *row = adw_action_row_new (), *it = gtk_switch_new ();

  gtk_widget_set_valign (it, GTK_ALIGN_CENTER);
  gtk_switch_set_active (GTK_SWITCH (it), json_is_true (option->fallback));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), it);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), it);
  g_object_set_data (G_OBJECT (row), SWITCH_KEY, it);
  g_signal_connect_swapped (it, "notify::active", G_CALLBACK (on_change), rows);
  return row;
}

static guint
find_choice (const LbOption *option, const char *choice)
{
  for (guint i = 0; option->choices[i] != NULL; i++)
    if (g_strcmp0 (option->choices[i], choice) == 0)
      return i;
  return GTK_INVALID_LIST_POSITION;
}

static GtkWidget *
new_choice_row (LbOptionRows *rows, const LbOption *option)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) choices = gtk_string_list_new ((const char *const *) option->choices);

  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (choices));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row),
                              find_choice (option, json_string_value (option->fallback)));
  g_signal_connect_swapped (row, "notify::selected", G_CALLBACK (on_change), rows);
  return row;
}

/* The default is what stands there when nothing is typed. */
static GtkWidget *
new_text_row (LbOptionRows *rows, const LbOption *option)
{
  GtkWidget *row = adw_entry_row_new ();

  g_signal_connect_swapped (row, "changed", G_CALLBACK (on_change), rows);
  return row;
}

static char *
describe (const LbOption *option)
{
  g_autofree char *fallback = option->fallback != NULL
                                  ? json_dumps (option->fallback, JSON_ENCODE_ANY)
                                  : NULL;

  return fallback != NULL ? g_strdup_printf (_ ("%s. Default: %s"), option->help, fallback)
                          : g_strdup (option->help);
}

/* An entry row has no subtitle: its title has the default. */
static char *
name_row (const LbOption *option, GtkWidget *row)
{
  const char *text = json_string_value (option->fallback);
  g_autofree char *number = text == NULL && option->fallback != NULL
                                ? json_dumps (option->fallback, JSON_ENCODE_ANY)
                                : NULL;

  if (!ADW_IS_ENTRY_ROW (row) || option->fallback == NULL)
    return g_strdup (option->name);
  return g_strdup_printf ("%s (%s)", option->name, text != NULL ? text : number);
}

static GtkWidget *
new_row (LbOptionRows *rows, const LbOption *option)
{
  GtkWidget *row = option->kind == LB_OPTION_BOOL   ? new_switch_row (rows, option)
                   : option->kind == LB_OPTION_ENUM ? new_choice_row (rows, option)
                                                    : new_text_row (rows, option);
  g_autofree char *help = describe (option);
  g_autofree char *title = name_row (option, row);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_set_tooltip_text (row, help);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, help,
                                  -1);
  g_object_set_data (G_OBJECT (row), OPTION_KEY, (gpointer) option);
  g_ptr_array_add (rows->rows, row);
  return row;
}

GtkWidget *
lb_option_rows_new (void)
{
  return g_object_new (LB_TYPE_OPTION_ROWS, NULL);
}

void
lb_option_rows_set (LbOptionRows *rows, const LbManifest *manifest, const char *const *first,
                    const char *const *left_out)
{
  GtkWidget *group = adw_preferences_group_new (), *more = adw_expander_row_new ();
  guint hidden = 0;

  g_ptr_array_set_size (rows->rows, 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (more), _ ("Engine Options"));
  for (guint i = 0; manifest != NULL && i < manifest->options->len; i++)
    {
      const LbOption *option = g_ptr_array_index (manifest->options, i);

      if (left_out != NULL && g_strv_contains (left_out, option->name))
        continue;
      if (first != NULL && g_strv_contains (first, option->name))
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_row (rows, option));
      else
        {
          adw_expander_row_add_row (ADW_EXPANDER_ROW (more), new_row (rows, option));
          hidden++;
        }
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), more);
  gtk_widget_set_visible (more, hidden > 0);
  gtk_widget_set_visible (GTK_WIDGET (rows), rows->rows->len > 0);
  adw_bin_set_child (ADW_BIN (rows), group);
}

/* @value: (out) (transfer full): %NULL: as it is anyway. Returns: %FALSE with an error */
static gboolean
read_row (GtkWidget *row, json_t **value, GError **error)
{
  const LbOption *option = row_option (row);
  const char *text;

  *value = NULL;
  if (option->kind == LB_OPTION_BOOL)
    *value = json_boolean (
        gtk_switch_get_active (g_object_get_data (G_OBJECT (row), SWITCH_KEY)));
  else if (option->kind == LB_OPTION_ENUM)
    {
      guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (row));

      if (selected < g_strv_length (option->choices))
        *value = json_string (option->choices[selected]);
    }
  else
    {
      text = gtk_editable_get_text (GTK_EDITABLE (row));
      if (*text != '\0')
        *value = lb_option_parse (option, text, error);
      return *text == '\0' || *value != NULL;
    }
  return TRUE;
}

gboolean
lb_option_rows_fill (LbOptionRows *rows, json_t *options, GError **error)
{
  for (guint i = 0; i < rows->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (rows->rows, i);
      const LbOption *option = row_option (row);
      g_autoptr (json_t) value = NULL;

      if (!read_row (row, &value, error))
        {
          gtk_widget_add_css_class (row, "error");
          return FALSE;
        }
      gtk_widget_remove_css_class (row, "error");
      if (value != NULL && !json_equal (value, option->fallback) &&
          !(json_is_false (value) && option->fallback == NULL))
        json_object_set (options, option->name, value);
    }
  return TRUE;
}

static void
lb_option_rows_finalize (GObject *object)
{
  g_ptr_array_unref (LB_OPTION_ROWS (object)->rows);
  G_OBJECT_CLASS (lb_option_rows_parent_class)->finalize (object);
}

static void
lb_option_rows_class_init (LbOptionRowsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lb_option_rows_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_option_rows_init (LbOptionRows *rows)
{
  rows->rows = g_ptr_array_new ();
}
