#include "gui/history-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _LbHistoryPage {
  GtkBox parent;
  LbGuiContext *context;
};

G_DEFINE_FINAL_TYPE (LbHistoryPage, lb_history_page, GTK_TYPE_BOX)

static void
lb_history_page_dispose (GObject *object)
{
  LbHistoryPage *page = LB_HISTORY_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_HISTORY_PAGE);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_history_page_parent_class)->dispose (object);
}

static void
lb_history_page_class_init (LbHistoryPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_history_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "history-page.ui");
}

static void
lb_history_page_init (LbHistoryPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
}

GtkWidget *
lb_history_page_new (LbGuiContext *context)
{
  LbHistoryPage *page = g_object_new (LB_TYPE_HISTORY_PAGE, NULL);

  page->context = g_object_ref (context);
  return GTK_WIDGET (page);
}
