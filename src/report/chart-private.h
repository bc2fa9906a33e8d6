/* Between the files of the chart module. */
#pragma once

#include <pango/pangocairo.h>

#include "report/chart.h"

G_BEGIN_DECLS

typedef struct {
  double x, low, high, y;
} LbChartPoint;

typedef struct {
  char *label, *note; /* escaped */
  GArray *points;     /* of LbChartPoint */
} LbChartSeries;

typedef struct {
  char *title; /* escaped; or NULL */
  LbChartUnit unit;
} LbChartAxis;

struct _LbChart {
  LbChartKind kind;
  char *title;
  LbChartAxis x, y;
  gboolean less;
  GPtrArray *series;
};

typedef enum {
  LB_INK_PAPER,
  LB_INK_TEXT,
  LB_INK_FAINT, /* text of lesser weight */
  LB_INK_GRID,
  LB_INK_SERIES, /* the first of the colours of series */
} LbInk;

/* What draws: made for one drawing, cleared after it. */
typedef struct {
  cairo_t *cairo;
  PangoLayout *layout;
  gboolean dark;
  double line; /* height of a line of text */
} LbPen;

void lb_pen_init (LbPen *pen, cairo_t *cairo, const LbChartStyle *style);
void lb_pen_clear (LbPen *pen);
void lb_pen_ink (LbPen *pen, LbInk ink);
/** lb_pen_series: colour of the @index-th series */
void lb_pen_series (LbPen *pen, guint index);
double lb_pen_width (LbPen *pen, const char *text);
/** lb_pen_text: @text from the height @y on; @align: 0: @x is its left end, 1: its right end.
 * @room: what it may take; longer text loses its middle */
void lb_pen_text (LbPen *pen, const char *text, double x, double y, double align, double room);
/** lb_pen_figures: likewise, but longer text loses its end: a number without its first digits
 * would be another one */
void lb_pen_figures (LbPen *pen, const char *text, double x, double y, double align, double room);
void lb_pen_bold (LbPen *pen, gboolean bold);
void lb_pen_line (LbPen *pen, double x1, double y1, double x2, double y2, double width);
/** lb_pen_mark: the shape of the @index-th series: no two that stand side by side are alike
 * without their colour */
void lb_pen_mark (LbPen *pen, guint index, double x, double y, double radius);
/** lb_pen_dash: likewise its kind of line */
void lb_pen_dash (LbPen *pen, guint index);

#define LB_SCALE_TICKS 12

/* A scale of values: where they stand between 0 and 1, and what is written beside it. */
typedef struct {
  double low, high, unit; /* unit: what labels count in */
  gboolean logarithmic;
  LbChartUnit kind;
  double ticks[LB_SCALE_TICKS];
  guint n;
  int decimals;
} LbScale;

/** lb_scale_fit: round limits around @low and @high, with about @wanted ticks. A logarithmic one
 * is made of positive values that differ by more than a factor of eight, where @may_log is set */
void lb_scale_fit (LbScale *scale, LbChartUnit kind, double low, double high, guint wanted,
                   gboolean may_log);
double lb_scale_at (const LbScale *scale, double value);
/** lb_scale_label: Returns: (transfer full): of the tick @value */
char *lb_scale_label (const LbScale *scale, double value);

typedef struct {
  double x, y, width, height;
} LbBox;

/** lb_scale_draw: ticks with a faint grid and labels, below (@upright: left of) @box */
void lb_scale_draw (LbPen *pen, const LbScale *scale, const LbBox *box, gboolean upright,
                    gboolean downwards);

/* One file each. Height and drawing of what lies below the title, in @box. */
double lb_chart_bars_height (const LbChart *chart, LbPen *pen);
void lb_chart_bars_draw (const LbChart *chart, LbPen *pen, const LbBox *box);
double lb_chart_course_height (const LbChart *chart, LbPen *pen);
void lb_chart_course_draw (const LbChart *chart, LbPen *pen, const LbBox *box);
double lb_chart_scatter_height (const LbChart *chart, LbPen *pen);
void lb_chart_scatter_draw (const LbChart *chart, LbPen *pen, const LbBox *box);

/** lb_chart_value: Returns: (transfer full): @value in words, with its unit */
char *lb_chart_value (LbChartUnit unit, double value);

/** lb_chart_key: a row of the list below a chart: mark, label, note */
void lb_chart_key (LbPen *pen, const LbChartSeries *series, guint index, double x, double y,
                   double width, gboolean line);

static inline const LbChartSeries *
lb_chart_series (const LbChart *chart, guint index)
{
  return g_ptr_array_index (chart->series, index);
}

static inline const LbChartPoint *
lb_series_point (const LbChartSeries *series, guint index)
{
  return index < series->points->len ? &g_array_index (series->points, LbChartPoint, index)
                                     : NULL;
}

G_END_DECLS
