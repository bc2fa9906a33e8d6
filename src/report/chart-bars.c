/* Bars: each a row of two lines, its name and figures above, so that no length of text meets
 * another. */
#include <math.h>

#include "report/chart-private.h"

#define BAR 12.0
#define GAP 12.0
#define WHISKER 4.0
#define INSET 26.0 /* half of a label below each end */

static double
row_height (const LbPen *pen)
{
  return pen->line + BAR + GAP;
}

double
lb_chart_bars_height (const LbChart *chart, LbPen *pen)
{
  return chart->series->len * row_height (pen) + 2 * pen->line + 8;
}

static double
find_high (const LbChart *chart)
{
  double high = 0;

  for (guint i = 0; i < chart->series->len; i++)
    {
      const LbChartPoint *point = lb_series_point (lb_chart_series (chart, i), 0);

      if (point != NULL)
        high = MAX (high, isfinite (point->high) ? MAX (point->high, point->x) : point->x);
    }
  return high > 0 ? high : 1;
}

static void
draw_interval (LbPen *pen, double low, double high, double y)
{
  lb_pen_ink (pen, LB_INK_TEXT);
  lb_pen_line (pen, low, y, high, y, 1.5);
  lb_pen_line (pen, low, y - WHISKER, low, y + WHISKER, 1.5);
  lb_pen_line (pen, high, y - WHISKER, high, y + WHISKER, 1.5);
}

static void
draw_bar (LbPen *pen, const LbScale *scale, const LbBox *plot, const LbChartPoint *point,
          guint index, double y)
{
  double end = lb_scale_at (scale, MAX (point->x, 0)) * plot->width;

  lb_pen_series (pen, index);
  cairo_rectangle (pen->cairo, plot->x, y, MAX (end, 1), BAR);
  cairo_fill (pen->cairo);
  if (isfinite (point->low) && isfinite (point->high))
    draw_interval (pen, plot->x + lb_scale_at (scale, MAX (point->low, 0)) * plot->width,
                   plot->x + lb_scale_at (scale, point->high) * plot->width, y + BAR / 2);
}

static void
draw_names (LbPen *pen, const LbChartSeries *series, const LbBox *plot, double y)
{
  double note = series->note != NULL ? MIN (lb_pen_width (pen, series->note), plot->width * 0.6)
                                     : 0;

  lb_pen_ink (pen, LB_INK_TEXT);
  lb_pen_text (pen, series->label, plot->x, y, 0, plot->width - note - 12);
  lb_pen_ink (pen, LB_INK_FAINT);
  if (series->note != NULL)
    lb_pen_figures (pen, series->note, plot->x + plot->width, y, 1, note + 1);
}

void
lb_chart_bars_draw (const LbChart *chart, LbPen *pen, const LbBox *box)
{
  LbScale scale;
  LbBox plot = { box->x + INSET, box->y, box->width - 2 * INSET,
                 chart->series->len * row_height (pen) };
  LbBox names = { plot.x + 4, plot.y, plot.width + INSET - 4, plot.height };

  lb_scale_fit (&scale, chart->x.unit, 0, find_high (chart), (guint) MAX (plot.width / 90, 2),
                FALSE);
  lb_scale_draw (pen, &scale, &plot, FALSE, FALSE);
  for (guint i = 0; i < chart->series->len; i++)
    {
      const LbChartSeries *series = lb_chart_series (chart, i);
      const LbChartPoint *point = lb_series_point (series, 0);
      double y = plot.y + i * row_height (pen);

      draw_names (pen, series, &names, y);
      if (point != NULL)
        draw_bar (pen, &scale, &plot, point, i, y + pen->line + 1);
    }
  lb_pen_ink (pen, LB_INK_FAINT);
  if (chart->x.title != NULL)
    lb_pen_text (pen, chart->x.title, plot.x + plot.width / 2,
                 plot.y + plot.height + 6 + pen->line, 0.5, plot.width);
}
