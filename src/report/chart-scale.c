#include <math.h>

#include "core/text.h"
#include "report/chart-private.h"
#include "report/report.h"

#define LOGARITHMIC_FROM 8.0 /* times between the smallest and the largest value */
#define TICK_SPACE 10.0      /* between labels that stand side by side */

/* The round step (1, 2 or 5 times a power of ten) that makes about @wanted of @range. */
static double
choose_step (double range, guint wanted)
{
  double raw = range / MAX (wanted, 1);
  double power = pow (10, floor (log10 (raw)));
  double rest = raw / power;

  return power * (rest <= 1.0001 ? 1 : rest <= 2.0001 ? 2 : rest <= 5.0001 ? 5 : 10);
}

static void
fit_linear (LbScale *scale, guint wanted)
{
  double low = scale->low / scale->unit, high = scale->high / scale->unit;
  double step = choose_step (high - low, wanted);

  low = floor (low / step + 1e-9) * step;
  high = ceil (high / step - 1e-9) * step;
  while ((high - low) / step > LB_SCALE_TICKS - 1)
    step *= 2;
  scale->decimals = MAX (0, (int) -floor (log10 (step) + 1e-9));
  scale->n = 0;
  for (double at = low; at <= high + step / 2 && scale->n < LB_SCALE_TICKS; at += step)
    scale->ticks[scale->n++] = at * scale->unit;
  scale->low = low * scale->unit;
  scale->high = MAX (high * scale->unit, scale->ticks[scale->n - 1]);
}

/* 1, 2, 5 of each power of ten while they fit, else the powers, else every second of them. */
static void
fit_logarithmic (LbScale *scale)
{
  static const double parts[] = { 1, 2, 5 };
  int first = (int) floor (log10 (scale->low) + 1e-9);
  int last = (int) ceil (log10 (scale->high) - 1e-9);
  gboolean fine = (last - first) * 3 < LB_SCALE_TICKS - 1;
  int stride = MAX (1, (last - first + LB_SCALE_TICKS - 2) / (LB_SCALE_TICKS - 1));

  scale->n = 0;
  for (int power = first; power <= last; power += stride)
    for (guint i = 0; i < (fine ? G_N_ELEMENTS (parts) : 1); i++)
      {
        double tick = parts[i] * pow (10, power);
        double next = parts[(i + 1) % 3] * pow (10, power + (i == 2));
        double before = i > 0 ? parts[i - 1] * pow (10, power) : 5 * pow (10, power - 1);

        if (fine && (next <= scale->low || before >= scale->high))
          continue;
        if (scale->n < LB_SCALE_TICKS)
          scale->ticks[scale->n++] = tick;
      }
  scale->low = MIN (scale->low, scale->ticks[0]);
  scale->high = MAX (scale->high, scale->ticks[scale->n - 1]);
}

static double
choose_unit (LbChartUnit kind, double high)
{
  double unit = 1;

  if (kind == LB_CHART_SHARE)
    return 0.01;
  while (kind == LB_CHART_BYTES && high / unit >= 1024 && unit < 1e15)
    unit *= 1024;
  return unit;
}

void
lb_scale_fit (LbScale *scale, LbChartUnit kind, double low, double high, guint wanted,
              gboolean may_log)
{
  double span;

  *scale = (LbScale){ .low = low, .high = high, .kind = kind };
  scale->unit = choose_unit (kind, MAX (fabs (low), fabs (high)));
  scale->logarithmic = may_log && low > 0 && high / low > LOGARITHMIC_FROM;
  span = MAX (fabs (high), fabs (low));
  if (!(high - low > span * 1e-9)) /* one value: room on both sides of it */
    {
      span = span > 0 ? span / 2 : 1;
      scale->low = low == 0 || low >= span ? MAX (low - span, low > 0 ? 0 : low - span)
                                           : low - span;
      scale->high = high + span;
    }
  if (scale->logarithmic)
    fit_logarithmic (scale);
  else
    fit_linear (scale, wanted);
}

double
lb_scale_at (const LbScale *scale, double value)
{
  if (scale->logarithmic)
    return (log (value) - log (scale->low)) / (log (scale->high) - log (scale->low));
  return (value - scale->low) / (scale->high - scale->low);
}

char *
lb_scale_label (const LbScale *scale, double value)
{
  static const char *const binary[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
  double shown = value / scale->unit;
  g_autofree char *number = scale->logarithmic
                                ? lb_report_number (shown)
                                : g_strdup_printf ("%.*f", scale->decimals,
                                                   fabs (shown) < 1e-12 ? 0 : shown);

  if (scale->logarithmic)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_free (number);
      number = g_strdup (g_ascii_formatd (text, sizeof text, "%g", shown));
    }
  if (scale->kind == LB_CHART_TIMES)
    return g_strconcat (number, "×", NULL);
  if (scale->kind == LB_CHART_SHARE)
    return g_strconcat (number, " %", NULL);
  if (scale->kind == LB_CHART_BYTES)
    return g_strconcat (number, " ", binary[(int) round (log2 (scale->unit) / 10)], NULL);
  return g_steal_pointer (&number);
}

static void
draw_upright (LbPen *pen, const LbScale *scale, const LbBox *box, gboolean downwards)
{
  for (guint i = 0; i < scale->n; i++)
    {
      g_autofree char *label = lb_scale_label (scale, scale->ticks[i]);
      double at = lb_scale_at (scale, scale->ticks[i]);
      double y = box->y + (downwards ? at : 1 - at) * box->height;

      lb_pen_ink (pen, LB_INK_GRID);
      lb_pen_line (pen, box->x, y, box->x + box->width, y, 1);
      lb_pen_ink (pen, LB_INK_FAINT);
      lb_pen_text (pen, label, box->x - 6, y - pen->line / 2, 1, box->x - 6);
    }
}

void
lb_scale_draw (LbPen *pen, const LbScale *scale, const LbBox *box, gboolean upright,
               gboolean downwards)
{
  double free_from = -G_MAXDOUBLE;

  if (upright)
    {
      draw_upright (pen, scale, box, downwards);
      return;
    }
  for (guint i = 0; i < scale->n; i++)
    {
      g_autofree char *label = lb_scale_label (scale, scale->ticks[i]);
      double x = box->x + lb_scale_at (scale, scale->ticks[i]) * box->width;
      double width = lb_pen_width (pen, label);

      lb_pen_ink (pen, LB_INK_GRID);
      lb_pen_line (pen, x, box->y, x, box->y + box->height, 1);
      if (x - width / 2 < free_from)
        continue;
      lb_pen_ink (pen, LB_INK_FAINT);
      lb_pen_text (pen, label, x, box->y + box->height + 4, 0.5, width + 1);
      free_from = x + width / 2 + TICK_SPACE;
    }
}
