/* Marks: speed to the right, quality upwards; the frontier is the line of those that no other
 * beats in both. */
#include <math.h>
#include <string.h>

#include "report/chart-private.h"

#define PLOT_HEIGHT 280.0
#define LABELS 64.0
#define RADIUS 5.0
#define RING 8.5
#define MOST_PLACES 64 /* labels and marks that are kept apart; more have their key only */

/* What is taken on the plot already. */
typedef struct {
  LbBox boxes[2 * MOST_PLACES];
  guint n;
} Taken;

typedef struct {
  const LbChart *chart;
  LbPen *pen;
  LbBox plot;
  LbScale x, y;
  guint n;
  double *values[2], *at[2]; /* x and y of each series; NAN: it has no point */
  gboolean *on;              /* the frontier */
} Scatter;

double
lb_chart_scatter_height (const LbChart *chart, LbPen *pen)
{
  return PLOT_HEIGHT + 4 * pen->line + 20 + (chart->series->len + 1) * pen->line;
}

void
lb_chart_frontier (const double *x, const double *y, guint n, gboolean less, gboolean *on)
{
  for (guint i = 0; i < n; i++)
    {
      on[i] = isfinite (x[i]) && isfinite (y[i]);
      for (guint j = 0; j < n && on[i]; j++)
        {
          double better = less ? y[i] - y[j] : y[j] - y[i];

          if (isfinite (x[j]) && isfinite (y[j]) && x[j] >= x[i] && better >= 0 &&
              (x[j] > x[i] || better > 0))
            on[i] = FALSE;
        }
    }
}

static gboolean
overlap (const LbBox *a, const LbBox *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
         b->y < a->y + a->height;
}

static gboolean
is_free (const Taken *taken, const LbBox *box, const LbBox *plot)
{
  if (box->x < plot->x || box->x + box->width > plot->x + plot->width || box->y < plot->y ||
      box->y + box->height > plot->y + plot->height)
    return FALSE;
  for (guint i = 0; i < taken->n; i++)
    if (overlap (&taken->boxes[i], box))
      return FALSE;
  return TRUE;
}

static void
take (Taken *taken, const LbBox *box)
{
  if (taken->n < G_N_ELEMENTS (taken->boxes))
    taken->boxes[taken->n++] = *box;
}

/* The short name of a series on the plot: the first word of its label, which is a run's number.
 */
static char *
short_name (const LbChartSeries *series)
{
  const char *space = strchr (series->label, ' ');

  return space != NULL ? g_strndup (series->label, (gsize) (space - series->label))
                       : g_strdup (series->label);
}

/* Eighths of a turn, beginning where the line of the frontier never runs: above, on the left. */
static const guint directions[] = { 3, 5, 4, 7, 1, 0, 2, 6 };

/* Places around the mark, further out round by round; where none is free it is left to the key.
 */
static void
draw_label (Scatter *it, guint index, Taken *taken)
{
  g_autofree char *name = short_name (lb_chart_series (it->chart, index));
  double width = MIN (lb_pen_width (it->pen, name), it->plot.width / 3), height = it->pen->line;
  double x = it->at[0][index], y = it->at[1][index];

  for (guint round = 0; round < 4; round++)
    for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
      {
        double distance = RING + 3 + round * height, angle = directions[i] * G_PI / 4;
        LbBox box = { x + cos (angle) * (distance + width / 2) - width / 2,
                      y - sin (angle) * (distance + height / 2) - height / 2, width, height };

        if (!is_free (taken, &box, &it->plot))
          continue;
        take (taken, &box);
        lb_pen_ink (it->pen, LB_INK_FAINT);
        if (round > 0)
          lb_pen_line (it->pen, x, y, box.x + width / 2, box.y + height / 2, 0.5);
        lb_pen_ink (it->pen, LB_INK_TEXT);
        lb_pen_text (it->pen, name, box.x, box.y, 0, width + 1);
        return;
      }
}

static int
compare_by_x (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const double *x = user_data;
  double left = x[*(const guint *) a], right = x[*(const guint *) b];

  return (left > right) - (left < right);
}

static void
draw_frontier (Scatter *it)
{
  g_autofree guint *order = g_new (guint, it->n);
  cairo_t *cairo = it->pen->cairo;
  guint n = 0;

  for (guint i = 0; i < it->n; i++)
    if (it->on[i])
      order[n++] = i;
  g_qsort_with_data (order, (int) n, sizeof *order, compare_by_x, it->at[0]);
  for (guint i = 0; i < n; i++)
    {
      if (i > 0) /* a step: what lies between two of them was not measured */
        cairo_line_to (cairo, it->at[0][order[i]], it->at[1][order[i - 1]]);
      cairo_line_to (cairo, it->at[0][order[i]], it->at[1][order[i]]);
    }
  lb_pen_ink (it->pen, LB_INK_FAINT);
  lb_pen_dash (it->pen, 1);
  cairo_set_line_width (cairo, 1.5);
  cairo_stroke (cairo);
  lb_pen_dash (it->pen, 0);
  for (guint i = 0; i < n; i++)
    {
      cairo_new_path (cairo);
      cairo_arc (cairo, it->at[0][order[i]], it->at[1][order[i]], RING, 0, 2 * G_PI);
      cairo_set_line_width (cairo, 1.5);
      cairo_stroke (cairo);
    }
}

static void
draw_marks (Scatter *it)
{
  Taken taken = { .n = 0 };

  for (guint i = 0; i < it->n; i++)
    if (isfinite (it->at[0][i]))
      {
        LbBox box = { it->at[0][i] - RING, it->at[1][i] - RING, 2 * RING, 2 * RING };

        lb_pen_mark (it->pen, i, it->at[0][i], it->at[1][i], RADIUS);
        take (&taken, &box);
      }
  for (guint i = 0; i < MIN (it->n, MOST_PLACES); i++)
    if (isfinite (it->at[0][i]))
      draw_label (it, i, &taken);
}

static void
draw_titles (Scatter *it, const LbBox *box)
{
  LbPen *pen = it->pen;
  const LbBox *plot = &it->plot;

  lb_pen_ink (pen, LB_INK_FAINT);
  if (it->chart->y.title != NULL)
    lb_pen_text (pen, it->chart->y.title, box->x, box->y, 0, box->width);
  if (it->chart->x.title != NULL)
    lb_pen_text (pen, it->chart->x.title, plot->x + plot->width / 2,
                 plot->y + plot->height + 4 + pen->line, 0.5, plot->width);
  lb_pen_text (pen, "○ and the dashed line: the frontier, none is better in both", box->x,
               plot->y + plot->height + 8 + 2 * pen->line, 0, box->width);
}

static void
draw_keys (Scatter *it, const LbBox *box)
{
  double y = it->plot.y + it->plot.height + 12 + 3 * it->pen->line;

  for (guint i = 0; i < it->n; i++)
    {
      double middle = y + it->pen->line / 2;

      lb_chart_key (it->pen, lb_chart_series (it->chart, i), i, box->x, y, box->width, FALSE);
      if (it->on[i])
        {
          lb_pen_ink (it->pen, LB_INK_FAINT);
          cairo_new_path (it->pen->cairo);
          cairo_arc (it->pen->cairo, box->x + 10, middle, RING, 0, 2 * G_PI);
          cairo_set_line_width (it->pen->cairo, 1.5);
          cairo_stroke (it->pen->cairo);
        }
      y += it->pen->line;
    }
}

/* Returns: whether there is any point */
static gboolean
read_values (Scatter *it, double low[2], double high[2])
{
  gboolean any = FALSE;

  for (guint i = 0; i < it->n; i++)
    {
      const LbChartPoint *point = lb_series_point (lb_chart_series (it->chart, i), 0);
      const double value[] = { point != NULL ? point->x : NAN, point != NULL ? point->y : NAN };

      for (guint k = 0; k < 2; k++)
        {
          it->values[k][i] = value[k];
          if (point == NULL)
            continue;
          low[k] = any ? MIN (low[k], value[k]) : value[k];
          high[k] = any ? MAX (high[k], value[k]) : value[k];
        }
      any = any || point != NULL;
    }
  return any;
}

/* A twentieth of the range on both sides: marks stand inside. */
static void
fit_scales (Scatter *it, const double low[2], const double high[2])
{
  double spare = (high[1] - low[1]) / 20;
  double floor = low[1] >= 0 ? 0 : -G_MAXDOUBLE;
  gboolean logarithmic = low[0] > 0 && high[0] / low[0] > 8;
  double beside = (high[0] - low[0]) / 20;

  lb_scale_fit (&it->x, it->chart->x.unit,
                logarithmic ? low[0] / 1.2 : MAX (low[0] - beside, low[0] >= 0 ? 0 : low[0]),
                logarithmic ? high[0] * 1.2 : high[0] + beside,
                (guint) CLAMP (it->plot.width / 80, 2, 8), TRUE);
  lb_scale_fit (&it->y, it->chart->y.unit, MAX (low[1] - spare, floor), high[1] + spare,
                (guint) CLAMP (it->plot.height / 45, 2, 8), FALSE);
}

static void
place (Scatter *it)
{
  for (guint i = 0; i < it->n; i++)
    {
      double up = lb_scale_at (&it->y, it->values[1][i]);

      it->at[0][i] = it->plot.x + lb_scale_at (&it->x, it->values[0][i]) * it->plot.width;
      it->at[1][i] = it->plot.y + (it->chart->less ? up : 1 - up) * it->plot.height;
    }
}

void
lb_chart_scatter_draw (const LbChart *chart, LbPen *pen, const LbBox *box)
{
  guint n = chart->series->len;
  double keys = n * pen->line;
  g_autofree double *numbers = g_new (double, 4 * n);
  g_autofree gboolean *on = g_new (gboolean, n);
  double low[2] = { 0 }, high[2] = { 1, 1 };
  Scatter it = { .chart = chart, .pen = pen, .n = n, .on = on };

  it.plot = (LbBox){ box->x + LABELS, box->y + pen->line + 8, box->width - LABELS - 24,
                     box->height - keys - 4 * pen->line - 20 };
  it.values[0] = numbers;
  it.values[1] = numbers + n;
  it.at[0] = numbers + 2 * n;
  it.at[1] = numbers + 3 * n;
  if (it.plot.width < 20 || it.plot.height < 20 || !read_values (&it, low, high))
    return;
  lb_chart_frontier (it.values[0], it.values[1], n, chart->less, on);
  fit_scales (&it, low, high);
  place (&it);
  lb_scale_draw (pen, &it.y, &it.plot, TRUE, chart->less);
  lb_scale_draw (pen, &it.x, &it.plot, FALSE, FALSE);
  draw_frontier (&it);
  draw_marks (&it);
  draw_titles (&it, box);
  draw_keys (&it, box);
}
