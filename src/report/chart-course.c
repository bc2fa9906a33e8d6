/* Lines: a figure by iteration, that may grow while it is drawn. */
#include <math.h>

#include "report/chart-private.h"

#define PLOT_HEIGHT 220.0
#define LABELS 64.0  /* what labels of the y axis may take */
#define MARKS_TO 60u /* points of one line that are marked each */

double
lb_chart_course_height (const LbChart *chart, LbPen *pen)
{
  return PLOT_HEIGHT + 2 * pen->line + 16 + (chart->series->len + 1) * pen->line;
}

static void
find_limits (const LbChart *chart, LbBox *limits)
{
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE, low = G_MAXDOUBLE, high = -G_MAXDOUBLE;

  for (guint i = 0; i < chart->series->len; i++)
    for (guint j = 0; j < lb_chart_series (chart, i)->points->len; j++)
      {
        const LbChartPoint *point = lb_series_point (lb_chart_series (chart, i), j);

        left = MIN (left, point->x);
        right = MAX (right, point->x);
        low = MIN (low, point->y);
        high = MAX (high, point->y);
      }
  *limits = left <= right ? (LbBox){ left, low, right - left, high - low }
                          : (LbBox){ 0, 0, 1, 1 };
}

static void
draw_series (const LbChart *chart, LbPen *pen, guint index, const LbBox *plot, const LbScale *x,
             const LbScale *y)
{
  const LbChartSeries *series = lb_chart_series (chart, index);

  lb_pen_series (pen, index);
  lb_pen_dash (pen, index / 8);
  for (guint i = 0; i < series->points->len; i++)
    {
      const LbChartPoint *point = lb_series_point (series, i);

      cairo_line_to (pen->cairo, plot->x + lb_scale_at (x, point->x) * plot->width,
                     plot->y + (1 - lb_scale_at (y, point->y)) * plot->height);
    }
  cairo_set_line_width (pen->cairo, 2);
  cairo_stroke (pen->cairo);
  lb_pen_dash (pen, 0);
  for (guint i = 0; i < series->points->len && series->points->len <= MARKS_TO; i++)
    {
      const LbChartPoint *point = lb_series_point (series, i);

      lb_pen_mark (pen, index, plot->x + lb_scale_at (x, point->x) * plot->width,
                   plot->y + (1 - lb_scale_at (y, point->y)) * plot->height, 4);
    }
}

static void
draw_titles (const LbChart *chart, LbPen *pen, const LbBox *box, const LbBox *plot)
{
  lb_pen_ink (pen, LB_INK_FAINT);
  if (chart->y.title != NULL)
    lb_pen_text (pen, chart->y.title, box->x, box->y, 0, box->width);
  if (chart->x.title != NULL)
    lb_pen_text (pen, chart->x.title, plot->x + plot->width / 2,
                 plot->y + plot->height + 4 + pen->line, 0.5, plot->width);
}

void
lb_chart_course_draw (const LbChart *chart, LbPen *pen, const LbBox *box)
{
  double keys = chart->series->len * pen->line;
  LbBox plot = { box->x + LABELS, box->y + pen->line + 8, box->width - LABELS - 20,
                 box->height - keys - 3 * pen->line - 20 };
  LbBox limits;
  LbScale x, y;

  if (plot.width < 20 || plot.height < 20)
    return;
  find_limits (chart, &limits);
  lb_scale_fit (&x, chart->x.unit, limits.x, limits.x + limits.width,
                (guint) CLAMP (plot.width / 60, 1, 10), FALSE);
  lb_scale_fit (&y, chart->y.unit, limits.y, limits.y + limits.height,
                (guint) CLAMP (plot.height / 45, 2, 8), TRUE);
  lb_scale_draw (pen, &y, &plot, TRUE, FALSE);
  lb_scale_draw (pen, &x, &plot, FALSE, FALSE);
  draw_titles (chart, pen, box, &plot);
  for (guint i = 0; i < chart->series->len; i++)
    draw_series (chart, pen, i, &plot, &x, &y);
  for (guint i = 0; i < chart->series->len; i++)
    lb_chart_key (pen, lb_chart_series (chart, i), i, box->x,
                  plot.y + plot.height + 2 * pen->line + 12 + i * pen->line, box->width, TRUE);
}
