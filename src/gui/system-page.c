#include "gui/system-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _LbSystemPage {
  GtkBox parent;
  LbGuiContext *context;
};

G_DEFINE_FINAL_TYPE (LbSystemPage, lb_system_page, GTK_TYPE_BOX)

static void
lb_system_page_dispose (GObject *object)
{
  LbSystemPage *page = LB_SYSTEM_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_SYSTEM_PAGE);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_system_page_parent_class)->dispose (object);
}

static void
lb_system_page_class_init (LbSystemPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_system_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "system-page.ui");
}

static void
lb_system_page_init (LbSystemPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
}

GtkWidget *
lb_system_page_new (LbGuiContext *context)
{
  LbSystemPage *page = g_object_new (LB_TYPE_SYSTEM_PAGE, NULL);

  page->context = g_object_ref (context);
  return GTK_WIDGET (page);
}
