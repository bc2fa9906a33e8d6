#include "gui/models-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _LbModelsPage {
  GtkBox parent;
  LbGuiContext *context;
};

G_DEFINE_FINAL_TYPE (LbModelsPage, lb_models_page, GTK_TYPE_BOX)

static void
lb_models_page_dispose (GObject *object)
{
  LbModelsPage *page = LB_MODELS_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_MODELS_PAGE);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_models_page_parent_class)->dispose (object);
}

static void
lb_models_page_class_init (LbModelsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_models_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "models-page.ui");
}

static void
lb_models_page_init (LbModelsPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
}

GtkWidget *
lb_models_page_new (LbGuiContext *context)
{
  LbModelsPage *page = g_object_new (LB_TYPE_MODELS_PAGE, NULL);

  page->context = g_object_ref (context);
  return GTK_WIDGET (page);
}
