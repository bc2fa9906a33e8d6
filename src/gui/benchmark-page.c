#include "gui/benchmark-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _LbBenchmarkPage {
  GtkBox parent;
  LbGuiContext *context;
};

G_DEFINE_FINAL_TYPE (LbBenchmarkPage, lb_benchmark_page, GTK_TYPE_BOX)

static void
lb_benchmark_page_dispose (GObject *object)
{
  LbBenchmarkPage *page = LB_BENCHMARK_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_BENCHMARK_PAGE);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_benchmark_page_parent_class)->dispose (object);
}

static void
lb_benchmark_page_class_init (LbBenchmarkPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_benchmark_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "benchmark-page.ui");
}

static void
lb_benchmark_page_init (LbBenchmarkPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
}

GtkWidget *
lb_benchmark_page_new (LbGuiContext *context)
{
  LbBenchmarkPage *page = g_object_new (LB_TYPE_BENCHMARK_PAGE, NULL);

  page->context = g_object_ref (context);
  return GTK_WIDGET (page);
}
