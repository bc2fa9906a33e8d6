#include "gui/models-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "gui/engine-row.h"
#include "gui/model-item.h"
#include "gui/model-list-row.h"

struct _LbModelsPage {
  GtkBox parent;
  LbGuiContext *context;
  GListStore *items;  /* of LbModelItem */
  GHashTable *by_key; /* the same */
  GHashTable *rows;   /* LbEngineRow, by engine */
  GtkCustomFilter *filter;
  GtkFilterListModel *shown;
  GtkStack *stack;
  GtkInfoBar *problem_bar;
  GtkLabel *problem_label, *count;
  GtkSearchEntry *search;
  GtkCheckButton *only_here;
  GtkListView *view;
  AdwPreferencesGroup *engines;
};

G_DEFINE_FINAL_TYPE (LbModelsPage, lb_models_page, GTK_TYPE_BOX)

/* ---- weights ---- */

static gboolean
fits (gpointer data, gpointer user_data)
{
  LbModelsPage *page = user_data;
  LbModelItem *item = data;

  return (!gtk_check_button_get_active (page->only_here) || lb_model_item_is_here (item)) &&
         lb_model_item_matches (item, gtk_editable_get_text (GTK_EDITABLE (page->search)));
}

static void
on_filter (LbModelsPage *page)
{
  gtk_filter_changed (GTK_FILTER (page->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
on_arrived (LbModelsPage *page)
{
  lb_gui_context_reload (page->context);
}

/* Items stay the same objects over catalogues: a download goes on in its own. */
static LbModelItem *
take_item (LbModelsPage *page, LbGuiCatalogue *catalogue, const LbModel *model)
{
  char *key = lb_model_item_key (model);
  LbModelItem *item = g_hash_table_lookup (page->by_key, key);

  if (item == NULL)
    {
      item = lb_model_item_new ();
      g_signal_connect_object (item, "arrived", G_CALLBACK (on_arrived), page, G_CONNECT_SWAPPED);
      g_hash_table_insert (page->by_key, g_strdup (key), item);
    }
  g_free (key);
  lb_model_item_set (item, catalogue, model);
  return item;
}

static gboolean
is_same (GListModel *list, GPtrArray *items)
{
  if (g_list_model_get_n_items (list) != items->len)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      g_autoptr (LbModelItem) item = g_list_model_get_item (list, i);

      if (item != items->pdata[i])
        return FALSE;
    }
  return TRUE;
}

static void
fill_models (LbModelsPage *page, LbGuiCatalogue *catalogue)
{
  const GPtrArray *all = lb_models_all (catalogue->models);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < all->len; i++)
    g_ptr_array_add (items, take_item (page, catalogue, g_ptr_array_index (all, i)));
  if (!is_same (G_LIST_MODEL (page->items), items))
    g_list_store_splice (page->items, 0, g_list_model_get_n_items (G_LIST_MODEL (page->items)),
                         items->pdata, items->len);
  on_filter (page);
  text = g_strdup_printf (_ ("%u of %u are on this computer. Licences are of the weights: some "
                             "forbid commercial use."),
                          g_hash_table_size (catalogue->here), all->len);
  gtk_label_set_text (page->count, text);
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, lb_model_list_row_new ());
  gtk_list_item_set_activatable (item, FALSE);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  lb_model_list_row_set_item (LB_MODEL_LIST_ROW (gtk_list_item_get_child (item)),
                              gtk_list_item_get_item (item));
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  lb_model_list_row_set_item (LB_MODEL_LIST_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
prepare_models (LbModelsPage *page)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkNoSelection *model;

  page->items = g_list_store_new (LB_TYPE_MODEL_ITEM);
  page->filter = gtk_custom_filter_new (fits, page, NULL);
  page->shown = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (page->items)),
                                           g_object_ref (GTK_FILTER (page->filter)));
  model = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (page->shown)));
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), NULL);
  gtk_list_view_set_factory (page->view, factory);
  gtk_list_view_set_model (page->view, GTK_SELECTION_MODEL (model));
  g_object_unref (factory);
  g_object_unref (model);
  g_signal_connect_object (page->search, "search-changed", G_CALLBACK (on_filter), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page->only_here, "toggled", G_CALLBACK (on_filter), page,
                           G_CONNECT_SWAPPED);
}

/* ---- engines ---- */

static void
fill_engines (LbModelsPage *page, LbGuiCatalogue *catalogue)
{
  const GPtrArray *all = lb_registry_all (catalogue->registry);
  gboolean hidden = g_getenv ("LLAMABURN_GUI_HIDDEN") != NULL;

  for (guint i = 0; i < all->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (all, i);
      GtkWidget *row = g_hash_table_lookup (page->rows, manifest->id);

      if (manifest->hidden && !hidden)
        continue;
      if (row == NULL)
        {
          row = lb_engine_row_new (page->context);
          g_hash_table_insert (page->rows, g_strdup (manifest->id), row);
          adw_preferences_group_add (page->engines, row);
        }
      lb_engine_row_set (LB_ENGINE_ROW (row), manifest);
    }
}

static void
say_problem (LbModelsPage *page, const char *problem)
{
  gtk_label_set_text (page->problem_label, problem != NULL ? problem : "");
  gtk_info_bar_set_revealed (page->problem_bar, problem != NULL);
}

static void
on_catalogue (LbModelsPage *page)
{
  const char *problem = NULL;
  LbGuiCatalogue *catalogue = lb_gui_context_catalogue (page->context, &problem);

  if (catalogue != NULL && problem == NULL)
    problem = lb_models_notice (catalogue->models);
  say_problem (page, problem);
  if (catalogue == NULL)
    return;
  fill_models (page, catalogue);
  fill_engines (page, catalogue);
}

static void
lb_models_page_dispose (GObject *object)
{
  LbModelsPage *page = LB_MODELS_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_MODELS_PAGE);
  g_clear_object (&page->shown);
  g_clear_object (&page->filter);
  g_clear_object (&page->items);
  g_clear_pointer (&page->by_key, g_hash_table_unref);
  g_clear_pointer (&page->rows, g_hash_table_unref);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_models_page_parent_class)->dispose (object);
}

static void
lb_models_page_class_init (LbModelsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_models_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "models-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LbModelsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, LbModelsPage, problem_bar);
  gtk_widget_class_bind_template_child (widget_class, LbModelsPage, problem_label);
  gtk_widget_class_bind_template_child (widget_class, LbModelsPage, count);
  gtk_widget_class_bind_template_child (widget_class, LbModelsPage, search);
  gtk_widget_class_bind_template_child (widget_class, LbModelsPage, only_here);
  gtk_widget_class_bind_template_child (widget_class, LbModelsPage, view);
  gtk_widget_class_bind_template_child (widget_class, LbModelsPage, engines);
}

static void
lb_models_page_init (LbModelsPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  page->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  page->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  prepare_models (page);
}

GtkWidget *
lb_models_page_new (LbGuiContext *context)
{
  LbModelsPage *page = g_object_new (LB_TYPE_MODELS_PAGE, NULL);

  page->context = g_object_ref (context);
  g_signal_connect_object (context, "catalogue-changed", G_CALLBACK (on_catalogue), page,
                           G_CONNECT_SWAPPED);
  on_catalogue (page);
  return GTK_WIDGET (page);
}
