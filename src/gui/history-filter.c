#include "gui/history-filter.h"

#include <glib/gi18n.h>
#include <string.h>

#define KINDS 3

static const struct {
  const char *column, *all;
} kinds[KINDS] = {
  { "mode", N_ ("All modes") },
  { "engine", N_ ("All engines") },
  { "model", N_ ("All models") },
};

struct _LbHistoryFilter {
  LbGuiContext *context;
  LbHistoryList *list;
  GtkSearchEntry *search;
  GtkDropDown *choices[KINDS];
  GCancellable *cancellable;
  gint64 total; /* of runs, when the choices were read */
  gboolean filling, reading;
};

/* Returns: (transfer none) (nullable): what is chosen; NULL: all */
static const char *
chosen (LbHistoryFilter *filter, guint kind)
{
  GtkDropDown *choice = filter->choices[kind];
  GtkStringObject *item;

  if (choice == NULL || gtk_drop_down_get_selected (choice) == 0)
    return NULL;
  item = gtk_drop_down_get_selected_item (choice);
  return item != NULL ? gtk_string_object_get_string (item) : NULL;
}

void
lb_history_filter_apply (LbHistoryFilter *filter)
{
  const char *words = filter->search != NULL
                          ? gtk_editable_get_text (GTK_EDITABLE (filter->search))
                          : "";

  if (!filter->filling)
    lb_history_list_set_filter (filter->list, chosen (filter, 0), chosen (filter, 1),
                                chosen (filter, 2), *words != '\0' ? words : NULL);
}

typedef char **Values[KINDS];

static void
free_values (gpointer data)
{
  char ***values = data;

  for (guint i = 0; i < KINDS; i++)
    g_strfreev (values[i]);
  g_free (values);
}

static gpointer
read_values (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  char ***values = g_new0 (char **, KINDS);

  for (guint i = 0; i < KINDS; i++)
    {
      values[i] = lb_store_values (store, kinds[i].column, error);
      if (values[i] == NULL)
        {
          free_values (values);
          return NULL;
        }
    }
  return values;
}

/* What was chosen stays so. */
static void
fill (LbHistoryFilter *filter, guint kind, char **values)
{
  g_autofree char *before = g_strdup (chosen (filter, kind));
  g_autoptr (GtkStringList) strings = gtk_string_list_new (NULL);
  guint selected = 0;

  gtk_string_list_append (strings, g_dgettext (NULL, kinds[kind].all));
  for (guint i = 0; values[i] != NULL; i++)
    {
      gtk_string_list_append (strings, values[i]);
      if (g_strcmp0 (before, values[i]) == 0)
        selected = i + 1;
    }
  gtk_drop_down_set_model (filter->choices[kind], G_LIST_MODEL (strings));
  gtk_drop_down_set_selected (filter->choices[kind], selected);
}

static gboolean
is_same (LbHistoryFilter *filter, guint kind, char **values)
{
  GListModel *model = gtk_drop_down_get_model (filter->choices[kind]);

  if (model == NULL || g_list_model_get_n_items (model) != g_strv_length (values) + 1)
    return FALSE;
  for (guint i = 0; values[i] != NULL; i++)
    if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (model), i + 1), values[i]) != 0)
      return FALSE;
  return TRUE;
}

static void
on_values (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LbHistoryFilter *filter = user_data;
  g_autoptr (GError) error = NULL;
  char ***values = lb_gui_context_store_finish (LB_GUI_CONTEXT (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the filter is gone */
  filter->reading = FALSE;
  if (values == NULL)
    return;
  filter->filling = TRUE;
  for (guint i = 0; i < KINDS; i++)
    if (filter->choices[i] != NULL && !is_same (filter, i, values[i]))
      fill (filter, i, values[i]);
  filter->filling = FALSE;
  free_values (values);
}

void
lb_history_filter_refresh (LbHistoryFilter *filter)
{
  gint64 total = lb_history_list_total (filter->list);

  if (filter->reading || total == filter->total || filter->choices[0] == NULL)
    return;
  filter->total = total;
  filter->reading = TRUE;
  lb_gui_context_store (filter->context, read_values, NULL, NULL, free_values,
                        filter->cancellable, on_values, filter);
}

LbHistoryFilter *
lb_history_filter_new (LbGuiContext *context, LbHistoryList *list, GtkSearchEntry *search,
                       GtkDropDown *mode, GtkDropDown *engine, GtkDropDown *model)
{
  LbHistoryFilter *filter = g_new0 (LbHistoryFilter, 1);
  GtkDropDown *const choices[KINDS] = { mode, engine, model };
  char *nothing[] = { NULL };

  filter->context = g_object_ref (context);
  filter->list = g_object_ref (list);
  filter->cancellable = g_cancellable_new ();
  filter->search = search;
  filter->total = -1;
  if (search != NULL)
    g_signal_connect_swapped (search, "search-changed", G_CALLBACK (lb_history_filter_apply),
                              filter);
  for (guint i = 0; i < KINDS; i++)
    {
      filter->choices[i] = choices[i];
      if (choices[i] == NULL)
        continue;
      fill (filter, i, nothing);
      g_signal_connect_swapped (choices[i], "notify::selected",
                                G_CALLBACK (lb_history_filter_apply), filter);
    }
  return filter;
}

void
lb_history_filter_free (LbHistoryFilter *filter)
{
  g_cancellable_cancel (filter->cancellable);
  if (filter->search != NULL)
    g_signal_handlers_disconnect_by_data (filter->search, filter);
  for (guint i = 0; i < KINDS; i++)
    if (filter->choices[i] != NULL)
      g_signal_handlers_disconnect_by_data (filter->choices[i], filter);
  g_object_unref (filter->cancellable);
  g_object_unref (filter->list);
  g_object_unref (filter->context);
  g_free (filter);
}
