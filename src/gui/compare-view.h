/* Runs side by side: what each measured, the verdicts, and charts. */
#pragma once

#include <gtk/gtk.h>

#include "core/json.h"

G_BEGIN_DECLS

/**
 * lb_compare_view_new:
 * @records: an array of whole records, the baseline first
 * @comparison: (nullable): of bench/compare; %NULL with fewer than two
 *
 * Its buttons activate the actions compare.remove and compare.make-baseline (of int64: the run's
 * number), and compare.save-chart (of string: the chart's name).
 */
GtkWidget *lb_compare_view_new (const json_t *records, const json_t *comparison);

G_END_DECLS
