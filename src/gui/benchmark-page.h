/* The page Benchmark of the window: the tab Audio with its modes. */
#pragma once

#include <gtk/gtk.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_BENCHMARK_PAGE (lb_benchmark_page_get_type ())
G_DECLARE_FINAL_TYPE (LbBenchmarkPage, lb_benchmark_page, LB, BENCHMARK_PAGE, GtkBox)

/** lb_benchmark_page_new: @context: held as long as the page lives */
GtkWidget *lb_benchmark_page_new (LbGuiContext *context);

/** lb_benchmark_page_open: puts the file at @path into the mode that is shown */
void lb_benchmark_page_open (LbBenchmarkPage *page, const char *path);

G_END_DECLS
