#include "gui/compare-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _LbComparePage {
  GtkBox parent;
  LbGuiContext *context;
};

G_DEFINE_FINAL_TYPE (LbComparePage, lb_compare_page, GTK_TYPE_BOX)

static void
lb_compare_page_dispose (GObject *object)
{
  LbComparePage *page = LB_COMPARE_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_COMPARE_PAGE);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_compare_page_parent_class)->dispose (object);
}

static void
lb_compare_page_class_init (LbComparePageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_compare_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "compare-page.ui");
}

static void
lb_compare_page_init (LbComparePage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
}

GtkWidget *
lb_compare_page_new (LbGuiContext *context)
{
  LbComparePage *page = g_object_new (LB_TYPE_COMPARE_PAGE, NULL);

  page->context = g_object_ref (context);
  return GTK_WIDGET (page);
}
