#include "gui/history-columns.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/report.h"

#define MOST_CHARACTERS 200 /* of a name that is laid out: the cell cuts it */

static char *
say_number (const LbStoreRow *row)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, row->number);
}

static char *
say_when (const LbStoreRow *row)
{
  return lb_report_when (row->timestamp);
}

static char *
say_rtf (const LbStoreRow *row)
{
  return row->median_rtf > 0 ? lb_report_number (row->median_rtf) : g_strdup ("");
}

static char *
say_speed (const LbStoreRow *row)
{
  return row->median_rtf > 0 ? lb_report_times (row->median_rtf) : g_strdup ("");
}

static char *
say_score (const LbStoreRow *row)
{
  return lb_report_score (row->score_name, row->score);
}

static char *
say_status (const LbStoreRow *row)
{
  return lb_report_status (row->status, row->valid, row->synthetic);
}

/* Names may hold anything, and be long. */
static char *
say_text (const char *text)
{
  g_autofree char *shown = text != NULL ? lb_text_escape (text) : g_strdup ("");

  if (g_utf8_strlen (shown, -1) > MOST_CHARACTERS)
    *g_utf8_offset_to_pointer (shown, MOST_CHARACTERS) = '\0';
  return g_steal_pointer (&shown);
}

static char *
say_mode (const LbStoreRow *row)
{
  return say_text (row->mode);
}

static char *
say_engine (const LbStoreRow *row)
{
  return say_text (row->engine);
}

static char *
say_model (const LbStoreRow *row)
{
  return say_text (row->model);
}

static char *
say_input (const LbStoreRow *row)
{
  return say_text (row->input);
}

/* @wanted: the less, the sooner a column goes where there is no room. */
static const struct Column {
  const char *title;
  LbStoreOrder order;
  char *(*say) (const LbStoreRow *row);
  gboolean number, expand;
  int width, wanted;
} columns[] = {
  { N_ ("Run"), LB_STORE_BY_NUMBER, say_number, TRUE, FALSE, 84, 9 },
  { N_ ("When"), LB_STORE_BY_TIME, say_when, FALSE, FALSE, 140, 3 },
  { N_ ("Mode"), LB_STORE_BY_MODE, say_mode, FALSE, FALSE, 110, 2 },
  { N_ ("Engine"), LB_STORE_BY_ENGINE, say_engine, FALSE, TRUE, 120, 8 },
  { N_ ("Model"), LB_STORE_BY_MODEL, say_model, FALSE, TRUE, 140, 5 },
  { N_ ("Input"), LB_STORE_BY_INPUT, say_input, FALSE, TRUE, 130, 4 },
  { N_ ("RTF"), LB_STORE_BY_RTF, say_rtf, TRUE, FALSE, 90, 7 },
  { N_ ("Speed"), LB_STORE_BY_RTF, say_speed, TRUE, FALSE, 84, 1 },
  { N_ ("Score"), LB_STORE_BY_SCORE, say_score, FALSE, FALSE, 110, 4 },
  { N_ ("Status"), LB_STORE_BY_STATUS, say_status, FALSE, FALSE, 104, 6 },
};

char *
lb_history_row_text (const LbStoreRow *row)
{
  g_autofree char *engine = say_text (row->engine), *model = say_text (row->model);
  g_autofree char *rtf = say_rtf (row), *input = say_text (row->input);

  return g_strdup_printf ("%" G_GINT64_FORMAT " %s%s%s%s%s%s%s", row->number, engine,
                          *model != '\0' ? " · " : "", model, *input != '\0' ? " · " : "", input,
                          *rtf != '\0' ? " · RTF " : "", rtf);
}

static void
show (GtkListItem *item, const struct Column *column)
{
  LbHistoryRow *row = gtk_list_item_get_item (item);
  GtkWidget *cell = gtk_list_item_get_child (item);
  const LbStoreRow *content = row != NULL ? lb_history_row_content (row) : NULL;
  g_autofree char *text = content != NULL ? column->say (content) : g_strdup ("");

  if (g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (cell)), text) == 0)
    return;
  gtk_inscription_set_text (GTK_INSCRIPTION (cell), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static const struct Column *
column_of (GtkListItem *item)
{
  return g_object_get_data (G_OBJECT (item), "column");
}

static void
on_changed (LbHistoryRow *row, GtkListItem *item)
{
  show (item, column_of (item));
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item, const struct Column *column)
{
  GtkWidget *cell = gtk_inscription_new (NULL);

  gtk_inscription_set_min_chars (GTK_INSCRIPTION (cell), 3);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (cell), column->number ? 1 : 0);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (cell),
                                     column->order == LB_STORE_BY_INPUT
                                         ? GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_MIDDLE
                                         : GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  if (column->number)
    gtk_widget_add_css_class (cell, "numeric");
  g_object_set_data (G_OBJECT (item), "column", (gpointer) column);
  gtk_list_item_set_child (item, cell);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item, const struct Column *column)
{
  g_signal_connect (gtk_list_item_get_item (item), "changed", G_CALLBACK (on_changed), item);
  show (item, column);
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item, const struct Column *column)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), on_changed, item);
}

/* GTK before 4.10 doesn't tell which header was clicked: the sorter of the view is asked to
 * compare two rows, asks the sorter of that column first, which notes it, and turns the answer
 * round where the order is descending. The rows are in their order already. */
typedef struct {
  const struct Column *column;
  gboolean asking;
} Probe;

static int
note_column (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const struct Column *column = user_data;
  Probe *probe = g_object_get_data (G_OBJECT (a), "probe");

  if (probe == NULL || !probe->asking)
    return GTK_ORDERING_EQUAL;
  if (probe->column == NULL)
    probe->column = column;
  return GTK_ORDERING_SMALLER;
}

gboolean
lb_history_columns_order (GtkColumnView *view, LbStoreOrder *order, gboolean *descending)
{
  g_autoptr (LbHistoryRow) a = lb_history_row_new (0), b = lb_history_row_new (1);
  Probe probe = { NULL, TRUE };
  GtkOrdering answer;

  g_object_set_data (G_OBJECT (a), "probe", &probe);
  g_object_set_data (G_OBJECT (b), "probe", &probe);
  answer = gtk_sorter_compare (gtk_column_view_get_sorter (view), a, b);
  if (probe.column == NULL)
    return FALSE;
  *order = probe.column->order;
  *descending = answer == GTK_ORDERING_LARGER;
  return TRUE;
}

static void
add_column (GtkColumnView *view, const struct Column *column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *made = gtk_column_view_column_new (g_dgettext (NULL, column->title),
                                                          factory);
  g_autoptr (GtkSorter)
      sorter = GTK_SORTER (gtk_custom_sorter_new (note_column, (gpointer) column, NULL));

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), (gpointer) column);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), (gpointer) column);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), (gpointer) column);
  gtk_column_view_column_set_sorter (made, sorter);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_expand (made, column->expand);
  if (!column->expand)
    gtk_column_view_column_set_fixed_width (made, column->width);
  gtk_column_view_append_column (view, made);
  if (column == columns)
    gtk_column_view_sort_by_column (view, made, GTK_SORT_DESCENDING);
  g_object_unref (made);
}

void
lb_history_columns_add (GtkColumnView *view)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    add_column (view, &columns[i]);
}

/* Returns: whether the columns wanted at least so much fit */
static gboolean
fits (int wanted, int width)
{
  int sum = 0;

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (columns[i].wanted >= wanted)
      sum += columns[i].width;
  return sum <= width;
}

void
lb_history_columns_fit (GtkColumnView *view, int width)
{
  GListModel *all = gtk_column_view_get_columns (view);
  int wanted = 0;

  while (wanted < 7 && !fits (wanted, width))
    wanted++;
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (all, i);
      gboolean shown = columns[i].wanted >= wanted;

      if (gtk_column_view_column_get_visible (column) == shown)
        continue;
      gtk_column_view_column_set_visible (column, shown);
      /* GTK 4.8 leaves room for columns that it doesn't show. */
      gtk_column_view_column_set_fixed_width (column, !shown              ? 0
                                                      : columns[i].expand ? -1
                                                                          : columns[i].width);
    }
}
