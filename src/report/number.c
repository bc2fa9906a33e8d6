/* Figures for people: one place for how many digits, and which unit. */
#include <math.h>

#include "core/text.h"
#include "report/report.h"
#include "report/style.h"

#define DIGITS 3
#define SMALL 1e-3 /* below it, one digit less: nobody compares these by eye */
#define DECIMALS 12

char *
lb_report_number (double x)
{
  int digits = fabs (x) < SMALL ? DIGITS - 1 : DIGITS;
  double scale;
  int decimals;

  if (!isfinite (x))
    return g_strdup (LB_ABSENT);
  if (fabs (x) < 1e-300 || fabs (x) >= 1e15)
    return g_strdup_printf (fabs (x) < 1 ? "0" : "%.3g", x);
  decimals = digits - 1 - (int) floor (log10 (fabs (x)));
  if (decimals >= 0)
    return g_strdup_printf ("%.*f", MIN (decimals, DECIMALS), x);
  scale = pow (10, -decimals);
  return g_strdup_printf ("%.0f", round (x / scale) * scale);
}

char *
lb_report_seconds (double seconds)
{
  gboolean micro = seconds < 1e-3;
  g_autofree char *number = NULL;

  if (!(seconds > 0 && seconds < 0.1))
    return lb_text_duration (seconds);
  number = lb_report_number (seconds * (micro ? 1e6 : 1e3));
  return g_strconcat (number, micro ? " µs" : " ms", NULL);
}

char *
lb_report_times (double rtf)
{
  g_autofree char *number = NULL;

  if (!isfinite (rtf) || rtf <= 0 || !isfinite (1 / rtf))
    return g_strdup (LB_ABSENT);
  number = lb_report_number (1 / rtf);
  return g_strconcat (number, "×", NULL);
}

char *
lb_report_speed (double rtf)
{
  double factor = rtf < 1 ? 1 / rtf : rtf;
  const char *way = rtf < 1 ? "faster" : "slower";
  g_autofree char *number = NULL;

  if (!isfinite (rtf) || rtf <= 0 || !isfinite (factor))
    return g_strdup (LB_ABSENT);
  if (factor < 1.005)
    return g_strdup ("as fast as real time");
  if (factor < 9.95)
    number = g_strdup_printf (factor < 1.095 ? "%.2f" : "%.1f", factor);
  else
    number = factor < 1000 ? g_strdup_printf ("%.0f", factor) : lb_report_number (factor);
  return g_strdup_printf ("%s× %s than real time", number, way);
}
