#include "gui/history-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "gui/deletion.h"
#include "gui/export.h"
#include "gui/history-columns.h"
#include "gui/history-filter.h"
#include "gui/history-list.h"
#include "gui/import.h"
#include "gui/run-details.h"
#include "gui/running.h"

struct _LbHistoryPage {
  GtkBox parent;
  LbGuiContext *context;
  LbHistoryList *list;
  GtkMultiSelection *selection;
  LbHistoryFilter *filter;
  GPtrArray *deletions;
  GCancellable *loading; /* of the details */
  gint64 shown;          /* whose details are shown; 0: none's */
  guint fit;             /* source */
  int width;
  AdwLeaflet *leaflet;
  GtkStack *stack;
  AdwStatusPage *empty;
  GtkColumnView *view;
  GtkScrolledWindow *scroll;
  GtkLabel *count, *problem_label, *running_label;
  GtkInfoBar *problem_bar, *running_bar;
  GtkSearchEntry *search;
  GtkDropDown *mode_filter, *engine_filter, *model_filter;
  AdwBin *details;
  GtkWidget *details_side, *details_button, *separator, *back;
};

G_DEFINE_FINAL_TYPE (LbHistoryPage, lb_history_page, GTK_TYPE_BOX)

/* ---- what is selected ---- */

static GArray *
selected_numbers (LbHistoryPage *page)
{
  g_autoptr (GtkBitset)
      set = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (page->selection));
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  GtkBitsetIter iter;
  guint position;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, set, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    {
      g_autoptr (LbHistoryRow) row = g_list_model_get_item (G_LIST_MODEL (page->list), position);
      gint64 number = lb_history_row_number (row);

      g_array_append_val (numbers, number);
    }
  return numbers;
}

typedef struct {
  json_t *record;
  char *folder;
} Loaded;

static void
loaded_free (gpointer data)
{
  Loaded *loaded = data;

  json_decref (loaded->record);
  g_free (loaded->folder);
  g_free (loaded);
}

static gpointer
load_record (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree char *id = lb_store_find (store, data, error);
  json_t *record = id != NULL ? lb_store_load (store, id, error) : NULL;
  Loaded *loaded = NULL;

  if (record == NULL)
    return NULL;
  loaded = g_new0 (Loaded, 1);
  loaded->record = record;
  loaded->folder = g_strdup (lb_store_folder (store));
  return loaded;
}

static void
show_details (LbHistoryPage *page, GtkWidget *content)
{
  adw_bin_set_child (page->details, content);
  gtk_widget_set_visible (page->details_side, content != NULL);
  gtk_widget_set_visible (page->separator, content != NULL);
  if (content == NULL)
    adw_leaflet_set_visible_child_name (page->leaflet, "list");
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbHistoryPage) page = user_data;
  g_autoptr (GError) error = NULL;
  Loaded *loaded = lb_gui_context_store_finish (LB_GUI_CONTEXT (source), result, &error);
  GtkWidget *sorry;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || page->context == NULL)
    {
      g_clear_pointer (&loaded, loaded_free);
      return;
    }
  if (loaded != NULL)
    {
      show_details (page, lb_run_details_new (loaded->record, loaded->folder));
      loaded_free (loaded);
      return;
    }
  sorry = adw_status_page_new ();
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (sorry), "dialog-error-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (sorry), _ ("This Run Can't Be Read"));
  adw_status_page_set_description (ADW_STATUS_PAGE (sorry), error->message);
  show_details (page, sorry);
}

static void
load_details (LbHistoryPage *page, gint64 number)
{
  char *name = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  g_cancellable_cancel (page->loading);
  g_object_unref (page->loading);
  page->loading = g_cancellable_new ();
  page->shown = number;
  lb_gui_context_store (page->context, load_record, name, g_free, loaded_free, page->loading,
                        on_loaded, g_object_ref (page));
}

static void
update_actions (LbHistoryPage *page, guint n)
{
  GtkWidget *widget = GTK_WIDGET (page);
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (page->list));
  g_autofree char *text = n > 0 ? g_strdup_printf (_ ("%u of %u selected"), n, shown)
                                : g_strdup_printf (ngettext ("%u run", "%u runs", shown), shown);

  gtk_label_set_text (page->count, text);
  gtk_widget_action_set_enabled (widget, "history.delete", n > 0);
  gtk_widget_action_set_enabled (widget, "history.export", n > 0);
  gtk_widget_action_set_enabled (widget, "history.compare", n > 0);
  gtk_widget_action_set_enabled (widget, "history.details", n == 1);
}

static void
on_selection (LbHistoryPage *page)
{
  g_autoptr (GArray) numbers = selected_numbers (page);

  update_actions (page, numbers->len);
  if (numbers->len != 1)
    {
      page->shown = 0;
      show_details (page, NULL);
    }
  else if (g_array_index (numbers, gint64, 0) != page->shown)
    load_details (page, g_array_index (numbers, gint64, 0));
}

/* ---- what there is ---- */

static void
show_emptiness (LbHistoryPage *page)
{
  gboolean none = lb_history_list_total (page->list) == 0;

  adw_status_page_set_title (page->empty, none ? _ ("No Runs Yet") : _ ("No Run Fits"));
  adw_status_page_set_description (
      page->empty,
      none ? _ ("What is measured, here or by the command line, appears in this list.")
           : _ ("Search for something else, or choose all modes, engines and models."));
}

static void
on_items (LbHistoryPage *page)
{
  gboolean some = g_list_model_get_n_items (G_LIST_MODEL (page->list)) > 0;

  if (!some)
    show_emptiness (page);
  gtk_stack_set_visible_child_name (page->stack, some ? "runs" : "empty");
  on_selection (page);
}

static void
on_refreshed (LbHistoryPage *page)
{
  const char *problem = lb_history_list_problem (page->list);

  gtk_label_set_text (page->problem_label, problem != NULL ? problem : "");
  gtk_info_bar_set_revealed (page->problem_bar, problem != NULL);
  on_items (page);
  lb_history_filter_refresh (page->filter);
  lb_running_look (page->context, page->running_bar, page->running_label);
}

static void
on_order (LbHistoryPage *page)
{
  LbStoreOrder order = LB_STORE_BY_NUMBER;
  gboolean descending = TRUE;

  if (page->view == NULL) /* its columns go with it */
    return;
  lb_history_columns_order (page->view, &order, &descending);
  lb_history_list_set_order (page->list, order, descending);
}

/* ---- one run that others ask for ---- */

static gpointer
find_number (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  json_t *record = lb_store_load (store, data, error);
  gint64 number = lb_json_integer (record, "number", 0);

  json_decref (record);
  return record != NULL ? g_memdup2 (&number, sizeof number) : NULL;
}

static void
on_number (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbHistoryPage) page = user_data;
  g_autofree gint64 *number = lb_gui_context_store_finish (LB_GUI_CONTEXT (source), result, NULL);
  guint position;

  if (number == NULL || page->context == NULL)
    return;
  position = lb_history_list_find (page->list, *number);
  if (position != GTK_INVALID_LIST_POSITION)
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (page->selection), position, TRUE);
  else
    load_details (page, *number);
  adw_leaflet_set_visible_child_name (page->leaflet, "details");
}

static void
on_shown_run (LbHistoryPage *page)
{
  const char *id = lb_gui_context_shown_run (page->context);

  if (id != NULL)
    lb_gui_context_store (page->context, find_number, g_strdup (id), g_free, g_free, NULL,
                          on_number, g_object_ref (page));
}

/* ---- actions ---- */

static void
delete_runs (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LbHistoryPage *page = LB_HISTORY_PAGE (widget);
  g_autoptr (GArray) numbers = selected_numbers (page);

  if (numbers->len > 0)
    g_ptr_array_add (page->deletions,
                     lb_deletion_new (widget, page->context, page->list, numbers));
}

static void
export_runs (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GArray) numbers = selected_numbers (LB_HISTORY_PAGE (widget));

  lb_export_runs (widget, numbers);
}

static void
import_runs (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lb_import_runs (widget);
}

/* Before @numbers, which is one, those that are compared already. */
static void
add_compared (LbHistoryPage *page, GArray *numbers)
{
  const GArray *before = lb_gui_context_compared (page->context);
  gint64 own = g_array_index (numbers, gint64, 0);

  g_array_set_size (numbers, 0);
  for (guint i = 0; i < before->len; i++)
    if (g_array_index (before, gint64, i) != own)
      g_array_append_val (numbers, g_array_index (before, gint64, i));
  g_array_append_val (numbers, own);
}

/* Several are the comparison; a single one joins it: by click alone, without the keyboard. */
static void
compare_runs (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LbHistoryPage *page = LB_HISTORY_PAGE (widget);
  g_autoptr (GArray) numbers = selected_numbers (page);

  if (numbers->len == 1)
    add_compared (page, numbers);
  lb_gui_context_compare (page->context, numbers);
}

static void
open_details (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LbHistoryPage *page = LB_HISTORY_PAGE (widget);

  if (gtk_widget_get_visible (page->details_side))
    adw_leaflet_set_visible_child_name (page->leaflet, "details");
}

static void
go_back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_leaflet_set_visible_child_name (LB_HISTORY_PAGE (widget)->leaflet, "list");
}

static void
on_activate (LbHistoryPage *page)
{
  open_details (GTK_WIDGET (page), NULL, NULL);
}

static void
on_folded (LbHistoryPage *page)
{
  gboolean folded = adw_leaflet_get_folded (page->leaflet);

  gtk_widget_set_visible (page->back, folded);
  gtk_widget_set_visible (page->details_button, folded);
}

/* ---- the widget ---- */

static gboolean
on_fit (gpointer user_data)
{
  LbHistoryPage *page = user_data;

  page->fit = 0;
  lb_history_columns_fit (page->view, page->width);
  return G_SOURCE_REMOVE;
}

/* Columns are chosen after the layout, not in it. */
static void
on_width (LbHistoryPage *page)
{
  GtkAdjustment *across = gtk_scrolled_window_get_hadjustment (page->scroll);
  int width = (int) gtk_adjustment_get_page_size (across);

  if (width > 0 && width != page->width && page->fit == 0)
    page->fit = g_idle_add (on_fit, page);
  page->width = width;
}

static void
lb_history_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lb_history_page_parent_class)->map (widget);
  lb_history_list_set_active (LB_HISTORY_PAGE (widget)->list, TRUE);
}

static void
lb_history_page_unmap (GtkWidget *widget)
{
  lb_history_list_set_active (LB_HISTORY_PAGE (widget)->list, FALSE);
  GTK_WIDGET_CLASS (lb_history_page_parent_class)->unmap (widget);
}

static void
lb_history_page_dispose (GObject *object)
{
  LbHistoryPage *page = LB_HISTORY_PAGE (object);

  if (page->loading != NULL)
    g_cancellable_cancel (page->loading);
  g_clear_handle_id (&page->fit, g_source_remove);
  g_clear_pointer (&page->deletions, g_ptr_array_unref);
  g_clear_pointer (&page->filter, lb_history_filter_free);
  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_HISTORY_PAGE);
  g_clear_object (&page->selection);
  g_clear_object (&page->list);
  g_clear_object (&page->loading);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_history_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_child (class, LbHistoryPage, leaflet);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, stack);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, empty);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, view);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, scroll);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, count);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, problem_label);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, problem_bar);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, running_label);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, running_bar);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, search);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, mode_filter);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, engine_filter);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, model_filter);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, details);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, details_side);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, details_button);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, separator);
  gtk_widget_class_bind_template_child (class, LbHistoryPage, back);
}

static void
lb_history_page_class_init (LbHistoryPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_history_page_dispose;
  widget_class->map = lb_history_page_map;
  widget_class->unmap = lb_history_page_unmap;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "history-page.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "history.delete", NULL, delete_runs);
  gtk_widget_class_install_action (widget_class, "history.export", NULL, export_runs);
  gtk_widget_class_install_action (widget_class, "history.import", NULL, import_runs);
  gtk_widget_class_install_action (widget_class, "history.compare", NULL, compare_runs);
  gtk_widget_class_install_action (widget_class, "history.details", NULL, open_details);
  gtk_widget_class_install_action (widget_class, "history.back", NULL, go_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "history.delete", NULL);
}

static void
lb_history_page_init (LbHistoryPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  page->loading = g_cancellable_new ();
  page->deletions = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_deletion_end);
}

GtkWidget *
lb_history_page_new (LbGuiContext *context)
{
  LbHistoryPage *page = g_object_new (LB_TYPE_HISTORY_PAGE, NULL);

  page->context = g_object_ref (context);
  page->list = lb_history_list_new (context);
  page->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (page->list)));
  page->filter = lb_history_filter_new (context, page->list, page->search, page->mode_filter,
                                        page->engine_filter, page->model_filter);
  lb_history_columns_add (page->view);
  gtk_column_view_set_model (page->view, GTK_SELECTION_MODEL (page->selection));
  g_signal_connect_object (page->list, "items-changed", G_CALLBACK (on_items), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page->list, "refreshed", G_CALLBACK (on_refreshed), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page->selection, "selection-changed", G_CALLBACK (on_selection), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_column_view_get_sorter (page->view), "changed",
                           G_CALLBACK (on_order), page, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->view, "activate", G_CALLBACK (on_activate), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page->leaflet, "notify::folded", G_CALLBACK (on_folded), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "notify::shown-run", G_CALLBACK (on_shown_run), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (page->scroll),
                           "notify::page-size", G_CALLBACK (on_width), page, G_CONNECT_SWAPPED);
  on_folded (page);
  update_actions (page, 0);
  on_shown_run (page);
  return GTK_WIDGET (page);
}
