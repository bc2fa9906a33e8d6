#include <math.h>

#include "core/text.h"
#include "report/chart-private.h"
#include "report/report.h"

#define MARGIN 12.0

static void
free_series (gpointer data)
{
  LbChartSeries *series = data;

  g_free (series->label);
  g_free (series->note);
  g_array_unref (series->points);
  g_free (series);
}

LbChart *
lb_chart_new (LbChartKind kind, const char *title)
{
  LbChart *chart = g_new0 (LbChart, 1);

  chart->kind = kind;
  chart->title = lb_text_escape (title);
  chart->series = g_ptr_array_new_with_free_func (free_series);
  return chart;
}

void
lb_chart_free (LbChart *chart)
{
  g_free (chart->title);
  g_free (chart->x.title);
  g_free (chart->y.title);
  g_ptr_array_unref (chart->series);
  g_free (chart);
}

static void
set_axis (LbChartAxis *axis, const char *title, LbChartUnit unit)
{
  g_free (axis->title);
  axis->title = title != NULL ? lb_text_escape (title) : NULL;
  axis->unit = unit;
}

void
lb_chart_set_x (LbChart *chart, const char *title, LbChartUnit unit)
{
  set_axis (&chart->x, title, unit);
}

void
lb_chart_set_y (LbChart *chart, const char *title, LbChartUnit unit)
{
  set_axis (&chart->y, title, unit);
}

void
lb_chart_set_less_is_better (LbChart *chart, gboolean less)
{
  chart->less = less;
}

guint
lb_chart_add_series (LbChart *chart, const char *label, const char *note)
{
  LbChartSeries *series = g_new0 (LbChartSeries, 1);

  series->label = lb_text_escape (label);
  series->note = note != NULL ? lb_text_escape (note) : NULL;
  series->points = g_array_new (FALSE, FALSE, sizeof (LbChartPoint));
  g_ptr_array_add (chart->series, series);
  return chart->series->len - 1;
}

void
lb_chart_add_point (LbChart *chart, double x, double low, double high, double y)
{
  const LbChartPoint point = { x, low, high, y };
  LbChartSeries *series;

  g_return_if_fail (chart->series->len > 0);
  series = g_ptr_array_index (chart->series, chart->series->len - 1);
  if (isfinite (x) && isfinite (y))
    g_array_append_val (series->points, point);
}

guint
lb_chart_length (const LbChart *chart)
{
  return chart->series->len;
}

static const struct {
  double (*height) (const LbChart *chart, LbPen *pen);
  void (*draw) (const LbChart *chart, LbPen *pen, const LbBox *box);
} kinds[] = {
  [LB_CHART_BARS] = { lb_chart_bars_height, lb_chart_bars_draw },
  [LB_CHART_COURSE] = { lb_chart_course_height, lb_chart_course_draw },
  [LB_CHART_SCATTER] = { lb_chart_scatter_height, lb_chart_scatter_draw },
};

double
lb_chart_height (const LbChart *chart, double width, const LbChartStyle *style)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cairo = cairo_create (surface);
  LbPen pen;
  double height;

  lb_pen_init (&pen, cairo, style);
  height = kinds[chart->kind].height (chart, &pen) + pen.line + 3 * MARGIN;
  lb_pen_clear (&pen);
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
  return height;
}

void
lb_chart_draw (const LbChart *chart, cairo_t *cairo, double width, double height,
               const LbChartStyle *style)
{
  LbPen pen;
  LbBox box;

  lb_pen_init (&pen, cairo, style);
  box = (LbBox){ MARGIN, 2 * MARGIN + pen.line, width - 2 * MARGIN,
                 height - 3 * MARGIN - pen.line };
  cairo_save (cairo);
  cairo_rectangle (cairo, 0, 0, width, height);
  cairo_clip (cairo);
  if (!style->clear)
    {
      lb_pen_ink (&pen, LB_INK_PAPER);
      cairo_paint (cairo);
    }
  lb_pen_bold (&pen, TRUE);
  lb_pen_ink (&pen, LB_INK_TEXT);
  lb_pen_text (&pen, chart->title, MARGIN, MARGIN, 0, width - 2 * MARGIN);
  lb_pen_bold (&pen, FALSE);
  if (box.width > 0 && box.height > 0 && chart->series->len > 0)
    kinds[chart->kind].draw (chart, &pen, &box);
  cairo_restore (cairo);
  lb_pen_clear (&pen);
}

char *
lb_chart_value (LbChartUnit unit, double value)
{
  g_autofree char *number = NULL;

  if (unit == LB_CHART_BYTES)
    return lb_text_bytes (value > 0 && value < 1e18 ? (guint64) value : 0);
  number = lb_report_number (unit == LB_CHART_SHARE ? 100 * value : value);
  return g_strconcat (number,
                      unit == LB_CHART_TIMES   ? "×"
                      : unit == LB_CHART_SHARE ? " %"
                                               : "",
                      NULL);
}

static void
describe_points (GString *out, const LbChart *chart, const LbChartSeries *series)
{
  for (guint i = 0; i < series->points->len; i++)
    {
      const LbChartPoint *point = lb_series_point (series, i);
      g_autofree char *x = lb_chart_value (chart->x.unit, point->x);
      g_autofree char *y = lb_chart_value (chart->y.unit, point->y);

      g_string_append (out, i == 0 ? ": " : ", ");
      if (chart->kind == LB_CHART_SCATTER)
        g_string_append_printf (out, "%s %s, %s %s", chart->x.title, x, chart->y.title, y);
      else
        g_string_append (out, chart->kind == LB_CHART_COURSE ? y : x);
    }
}

char *
lb_chart_describe (const LbChart *chart)
{
  GString *out = g_string_new (chart->title);

  for (guint i = 0; i < chart->series->len; i++)
    {
      const LbChartSeries *series = lb_chart_series (chart, i);

      g_string_append_printf (out, "\n%s", series->label);
      if (series->note != NULL)
        g_string_append_printf (out, ": %s", series->note);
      else
        describe_points (out, chart, series);
    }
  return g_string_free (out, FALSE);
}

void
lb_chart_key (LbPen *pen, const LbChartSeries *series, guint index, double x, double y,
              double width, gboolean line)
{
  double middle = y + pen->line / 2;
  double note = series->note != NULL ? lb_pen_width (pen, series->note) + 12 : 0;
  double room = width - 28;

  note = MIN (note, room * 0.6);
  if (line)
    {
      lb_pen_series (pen, index);
      lb_pen_dash (pen, index / 8);
      lb_pen_line (pen, x, middle, x + 20, middle, 2);
      lb_pen_dash (pen, 0);
    }
  lb_pen_mark (pen, index, x + 10, middle, 4);
  lb_pen_ink (pen, LB_INK_TEXT);
  lb_pen_text (pen, series->label, x + 28, y, 0, room - note);
  if (note <= 0)
    return;
  lb_pen_ink (pen, LB_INK_FAINT);
  lb_pen_figures (pen, series->note,
                  x + 28 + MIN (lb_pen_width (pen, series->label), room - note) + 12, y, 0,
                  note - 12);
}
