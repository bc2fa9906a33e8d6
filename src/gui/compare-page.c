#include "gui/compare-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "bench/compare.h"
#include "bench/equal.h"
#include "gui/compare-view.h"
#include "gui/export.h"
#include "gui/history-columns.h"
#include "gui/history-filter.h"
#include "gui/history-list.h"
#include "gui/window.h"

struct _LbComparePage {
  GtkBox parent;
  LbGuiContext *context;
  LbHistoryList *list; /* of what can be added */
  LbHistoryFilter *filter;
  GCancellable *loading;
  gboolean wanted; /* the first of the list, as soon as it is what the words say */
  GtkMenuButton *add;
  GtkPopover *popover;
  GtkSearchEntry *search;
  GtkListView *choices;
  GtkStack *stack;
  AdwStatusPage *empty;
  AdwBin *content;
};

G_DEFINE_FINAL_TYPE (LbComparePage, lb_compare_page, GTK_TYPE_BOX)

/* ---- records and verdicts, in the thread of the history ---- */

typedef struct {
  json_t *records, *comparison;
  char *gone; /* (nullable): runs that are not there any more */
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  json_decref (answer->records);
  json_decref (answer->comparison);
  g_free (answer->gone);
  g_free (answer);
}

/* A run that was deleted meanwhile is left out, and said. */
static void
load (LbStore *store, const GArray *numbers, Answer *answer)
{
  for (guint i = 0; i < numbers->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT,
                                               g_array_index (numbers, gint64, i));
      g_autoptr (GError) why = NULL;
      g_autofree char *id = lb_store_find (store, name, &why);
      json_t *record = id != NULL ? lb_store_load (store, id, &why) : NULL;

      if (record != NULL)
        json_array_append_new (answer->records, record);
      else if (answer->gone == NULL)
        answer->gone = g_strdup (why->message);
    }
}

static gpointer
compare (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->records = json_array ();
  load (store, data, answer);
  if (json_array_size (answer->records) > 1)
    {
      g_autoptr (LbRegistry) registry = lb_registry_new (NULL);

      answer->comparison = lb_compare (answer->records, lb_equal_is_work, registry, error);
      if (answer->comparison == NULL)
        {
          answer_free (answer);
          return NULL;
        }
    }
  return answer;
}

static void
on_compared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbComparePage) page = user_data;
  g_autoptr (GError) error = NULL;
  Answer *answer = lb_gui_context_store_finish (LB_GUI_CONTEXT (source), result, &error);

  if (page->context == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_pointer (&answer, answer_free);
      return;
    }
  if (answer == NULL)
    {
      lb_gui_toast (GTK_WIDGET (page), error->message);
      return;
    }
  if (answer->gone != NULL)
    lb_gui_toast (GTK_WIDGET (page), answer->gone);
  if (json_array_size (answer->records) > 0)
    adw_bin_set_child (page->content, lb_compare_view_new (answer->records, answer->comparison));
  gtk_stack_set_visible_child_name (page->stack,
                                    json_array_size (answer->records) > 0 ? "runs" : "empty");
  answer_free (answer);
}

static void
free_numbers (gpointer data)
{
  g_array_unref (data);
}

static void
refresh (LbComparePage *page)
{
  const GArray *numbers = lb_gui_context_compared (page->context);
  GtkWidget *widget = GTK_WIDGET (page);

  gtk_widget_action_set_enabled (widget, "compare.clear", numbers->len > 0);
  gtk_widget_action_set_enabled (widget, "compare.export", numbers->len > 0);
  gtk_widget_action_set_enabled (widget, "compare.save-charts", numbers->len > 0);
  g_cancellable_cancel (page->loading);
  g_object_unref (page->loading);
  page->loading = g_cancellable_new ();
  if (numbers->len == 0)
    {
      gtk_stack_set_visible_child_name (page->stack, "empty");
      return;
    }
  lb_gui_context_store (page->context, compare, g_array_copy ((GArray *) numbers), free_numbers,
                        answer_free, page->loading, on_compared, g_object_ref (page));
}

/* ---- which runs ---- */

/* @first: before all others, else after them. Once each. */
static void
change (LbComparePage *page, gint64 number, gboolean keep, gboolean first)
{
  const GArray *now = lb_gui_context_compared (page->context);
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (keep && first)
    g_array_append_val (numbers, number);
  for (guint i = 0; i < now->len; i++)
    if (g_array_index (now, gint64, i) != number)
      g_array_append_val (numbers, g_array_index (now, gint64, i));
  if (keep && !first)
    g_array_append_val (numbers, number);
  lb_gui_context_compare (page->context, numbers);
}

static void
on_choice (LbComparePage *page, guint position)
{
  g_autoptr (LbHistoryRow) row = g_list_model_get_item (G_LIST_MODEL (page->list), position);

  gtk_popover_popdown (page->popover);
  if (row != NULL)
    change (page, lb_history_row_number (row), TRUE, FALSE);
}

/* Enter in the search adds the first that fits. */
static void
on_enter (LbComparePage *page)
{
  page->wanted = TRUE;
  lb_history_filter_apply (page->filter);
}

static void
on_refreshed (LbComparePage *page)
{
  if (page->wanted && g_list_model_get_n_items (G_LIST_MODEL (page->list)) > 0)
    on_choice (page, 0);
  page->wanted = FALSE;
}

static void
on_popover (LbComparePage *page)
{
  lb_history_list_set_active (page->list, gtk_widget_get_visible (GTK_WIDGET (page->popover)));
}

static void
show_choice (GtkListItem *item)
{
  LbHistoryRow *row = gtk_list_item_get_item (item);
  const LbStoreRow *content = lb_history_row_content (row);
  g_autofree char *text = content != NULL ? lb_history_row_text (content) : g_strdup ("");

  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static void
on_row_changed (LbHistoryRow *row, GtkListItem *item)
{
  show_choice (item);
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_list_item_set_child (item, label);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_signal_connect (gtk_list_item_get_item (item), "changed", G_CALLBACK (on_row_changed), item);
  show_choice (item);
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), on_row_changed, item);
}

/* ---- actions ---- */

static void
remove_run (GtkWidget *widget, const char *name, GVariant *parameter)
{
  change (LB_COMPARE_PAGE (widget), g_variant_get_int64 (parameter), FALSE, FALSE);
}

static void
make_baseline (GtkWidget *widget, const char *name, GVariant *parameter)
{
  change (LB_COMPARE_PAGE (widget), g_variant_get_int64 (parameter), TRUE, TRUE);
}

static void
clear (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (gint64));

  lb_gui_context_compare (LB_COMPARE_PAGE (widget)->context, none);
}

static void export(GtkWidget *widget, const char *name, GVariant *parameter)
{
  lb_export_runs (widget, lb_gui_context_compared (LB_COMPARE_PAGE (widget)->context));
}

static void
save_charts (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lb_export_charts (widget, lb_gui_context_compared (LB_COMPARE_PAGE (widget)->context),
                    parameter != NULL ? g_variant_get_string (parameter, NULL) : NULL);
}

/* ---- the widget ---- */

static void
lb_compare_page_dispose (GObject *object)
{
  LbComparePage *page = LB_COMPARE_PAGE (object);

  if (page->loading != NULL)
    g_cancellable_cancel (page->loading);
  g_clear_pointer (&page->filter, lb_history_filter_free);
  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_COMPARE_PAGE);
  g_clear_object (&page->list);
  g_clear_object (&page->loading);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_compare_page_parent_class)->dispose (object);
}

static void
lb_compare_page_class_init (LbComparePageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_compare_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "compare-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LbComparePage, add);
  gtk_widget_class_bind_template_child (widget_class, LbComparePage, popover);
  gtk_widget_class_bind_template_child (widget_class, LbComparePage, search);
  gtk_widget_class_bind_template_child (widget_class, LbComparePage, choices);
  gtk_widget_class_bind_template_child (widget_class, LbComparePage, stack);
  gtk_widget_class_bind_template_child (widget_class, LbComparePage, empty);
  gtk_widget_class_bind_template_child (widget_class, LbComparePage, content);
  gtk_widget_class_install_action (widget_class, "compare.remove", "x", remove_run);
  gtk_widget_class_install_action (widget_class, "compare.make-baseline", "x", make_baseline);
  gtk_widget_class_install_action (widget_class, "compare.clear", NULL, clear);
  gtk_widget_class_install_action (widget_class, "compare.export", NULL, export);
  gtk_widget_class_install_action (widget_class, "compare.save-charts", NULL, save_charts);
  gtk_widget_class_install_action (widget_class, "compare.save-chart", "s", save_charts);
}

static void
lb_compare_page_init (LbComparePage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  page->loading = g_cancellable_new ();
}

static void
fill_choices (LbComparePage *page)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkNoSelection *model = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (page->list)));

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), NULL);
  gtk_list_view_set_factory (page->choices, factory);
  gtk_list_view_set_model (page->choices, GTK_SELECTION_MODEL (model));
  g_object_unref (factory);
  g_object_unref (model);
  g_signal_connect_object (page->choices, "activate", G_CALLBACK (on_choice), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page->search, "activate", G_CALLBACK (on_enter), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page->list, "refreshed", G_CALLBACK (on_refreshed), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page->popover, "notify::visible", G_CALLBACK (on_popover), page,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
lb_compare_page_new (LbGuiContext *context)
{
  LbComparePage *page = g_object_new (LB_TYPE_COMPARE_PAGE, NULL);

  page->context = g_object_ref (context);
  page->list = lb_history_list_new (context);
  page->filter = lb_history_filter_new (context, page->list, page->search, NULL, NULL, NULL);
  fill_choices (page);
  g_signal_connect_object (context, "compare", G_CALLBACK (refresh), page, G_CONNECT_SWAPPED);
  refresh (page);
  return GTK_WIDGET (page);
}
