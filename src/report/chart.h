/* Charts of results, drawn by cairo and pango: the same for the window (live) and for files. */
#pragma once

#include <cairo.h>

#include "core/json.h"

G_BEGIN_DECLS

typedef enum {
  LB_CHART_BARS,    /* a bar for each series, of its first point's x, with its interval */
  LB_CHART_COURSE,  /* a line for each series: y by x, in the order of its points */
  LB_CHART_SCATTER, /* a mark for each series, at its first point; the frontier is drawn */
} LbChartKind;

typedef enum {
  LB_CHART_NUMBER,
  LB_CHART_TIMES, /* 9.3× */
  LB_CHART_BYTES,
  LB_CHART_SHARE, /* shown in per cent */
} LbChartUnit;

typedef struct {
  gboolean dark;
  gboolean clear;   /* no background of its own: the window's shows */
  double font_size; /* 0: 13 units */
} LbChartStyle;

typedef struct _LbChart LbChart;

/** lb_chart_new: all titles may hold anything: they are escaped, cut where they are too long, and
 * never markup */
LbChart *lb_chart_new (LbChartKind kind, const char *title);
void lb_chart_free (LbChart *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbChart, lb_chart_free)

/** lb_chart_set_x, lb_chart_set_y: what an axis says; @title: (nullable) */
void lb_chart_set_x (LbChart *chart, const char *title, LbChartUnit unit);
void lb_chart_set_y (LbChart *chart, const char *title, LbChartUnit unit);

/** lb_chart_set_less_is_better: of a scatter's y, which is then drawn downwards: what is better
 * stands higher and further right */
void lb_chart_set_less_is_better (LbChart *chart, gboolean less);

/** lb_chart_add_series: @label: its name; @note: (nullable): what stands beside it: a bar's
 * figures. Returns: its index */
guint lb_chart_add_series (LbChart *chart, const char *label, const char *note);

/** lb_chart_add_point: to the series added last. @low, @high: its interval, NAN: none. A point
 * that isn't finite is left out */
void lb_chart_add_point (LbChart *chart, double x, double low, double high, double y);

guint lb_chart_length (const LbChart *chart); /* how many series */

/** lb_chart_height: Returns: what it takes to show everything at @width */
double lb_chart_height (const LbChart *chart, double width, const LbChartStyle *style);

/** lb_chart_draw: fills the rectangle from 0, 0 to @width, @height of @cairo */
void lb_chart_draw (const LbChart *chart, cairo_t *cairo, double width, double height,
                    const LbChartStyle *style);

/** lb_chart_describe: Returns: (transfer full): the same in words, for those who can't see it:
 * title, then a line for each series with its figures */
char *lb_chart_describe (const LbChart *chart);

/**
 * lb_chart_frontier:
 * @x: more is better
 * @y: more is better, or less where @less is set
 * @on: (out caller-allocates): whether no other point is at least as good in both and better in
 * one
 *
 * The Pareto frontier. Of equal points all are on it.
 */
void lb_chart_frontier (const double *x, const double *y, guint n, gboolean less, gboolean *on);

/* Of records. */

typedef enum {
  LB_CHART_OF_RTF,     /* median real-time factor with its interval */
  LB_CHART_OF_QUALITY, /* speed against the first score that two or more of them have */
  LB_CHART_OF_COURSE,  /* real-time factor by iteration */
  LB_CHART_OF_MEMORY,  /* peak of the engine's memory */
  LB_CHART_OF_END,
} LbChartOf;

/** lb_chart_of_name: Returns: "rtf", "quality", "course", "memory": a constant */
const char *lb_chart_of_name (LbChartOf what);

/** lb_chart_of_records: Returns: (transfer full) (nullable): %NULL where @records (an array) have
 * nothing to draw of it */
LbChart *lb_chart_of_records (const json_t *records, LbChartOf what);

/** lb_chart_list: Returns: (transfer full) (element-type LbChart): all that @records give. @name:
 * (nullable): only the one of this name */
GPtrArray *lb_chart_list (const json_t *records, const char *name);

/* As files. @charts: (element-type LbChart): one below the other. */

/** lb_chart_svg: Returns: (transfer full): an SVG document with title and description */
GBytes *lb_chart_svg (const GPtrArray *charts, double width, const LbChartStyle *style,
                      GError **error);

/** lb_chart_png: Returns: (transfer full): a PNG picture, two pixels a unit */
GBytes *lb_chart_png (const GPtrArray *charts, double width, const LbChartStyle *style,
                      GError **error);

G_END_DECLS
