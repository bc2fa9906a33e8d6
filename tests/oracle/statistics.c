/* What src/core/statistics.c answers, for the Python oracle: one JSON request a line on standard
 * input ({"x": [numbers], "y": [numbers], "p": percentile}), one JSON answer a line. */
#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"
#include "core/statistics.h"

static double *
numbers (const json_t *request, const char *key, gsize *n)
{
  const json_t *array = json_object_get (request, key);
  double *values;

  *n = json_array_size (array);
  values = g_new (double, MAX (*n, 1));
  for (gsize i = 0; i < *n; i++)
    values[i] = json_number_value (json_array_get (array, i));
  return values;
}

static void
set_interval (json_t *answer, const char *key, LbInterval interval)
{
  lb_json_set (answer, key, json_pack ("[f, f]", interval.low, interval.high));
}

static void
set_ratio (json_t *answer, const char *name, gboolean known, const LbRatio *ratio)
{
  g_autofree char *key = g_strconcat (name, "_interval", NULL);

  if (!known)
    return;
  lb_json_set_real (answer, name, ratio->ratio);
  set_interval (answer, key, ratio->interval);
}

static json_t *
describe (const json_t *request)
{
  json_t *answer = json_object (), *outliers = json_array ();
  gsize nx, ny;
  g_autofree double *x = numbers (request, "x", &nx);
  g_autofree double *y = numbers (request, "y", &ny);
  g_autofree gboolean *marks = g_new0 (gboolean, MAX (nx, 1));
  LbInterval interval;
  LbRatio ratio;

  lb_json_set_real (answer, "mean", lb_mean (x, nx));
  lb_json_set_real (answer, "median", lb_median (x, nx));
  lb_json_set_real (answer, "minimum", lb_minimum (x, nx));
  lb_json_set_real (answer, "maximum", lb_maximum (x, nx));
  lb_json_set_real (answer, "deviation", lb_standard_deviation (x, nx));
  lb_json_set_real (answer, "percentile", lb_percentile (x, nx, lb_json_real (request, "p", 95)));
  lb_json_set_real (answer, "lag1", lb_lag1 (x, nx));
  if (lb_median_interval (x, nx, &interval))
    set_interval (answer, "median_interval", interval);
  lb_outliers (x, nx, marks);
  for (gsize i = 0; i < nx; i++)
    json_array_append_new (outliers, json_boolean (marks[i]));
  lb_json_set (answer, "outliers", outliers);
  set_ratio (answer, "unpaired", lb_ratio_unpaired (x, nx, y, ny, &ratio), &ratio);
  if (nx == ny)
    set_ratio (answer, "paired", lb_ratio_paired (x, y, nx, &ratio), &ratio);
  return answer;
}

int
main (void)
{
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    {
      g_autoptr (json_t) request = lb_json_parse (line, -1, NULL);
      g_autoptr (json_t) answer = describe (request);
      g_autofree char *text = lb_json_line (answer);

      puts (text);
      fflush (stdout);
    }
  free (line);
  return 0;
}
