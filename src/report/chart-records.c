/* Charts of result records. What must be said wherever a figure stands (failed, not valid,
 * synthetic) stands in the name of its series. */
#include <math.h>
#include <string.h>

#include "core/statistics.h"
#include "report/chart-private.h"
#include "report/field.h"

/* Scores that tell quality, the one that is asked for first before the others. */
static const struct {
  const char *csv;
  gboolean less; /* is better */
  LbChartUnit unit;
} qualities[] = {
  { "wer", TRUE, LB_CHART_SHARE },         { "note_f1", FALSE, LB_CHART_SHARE },
  { "beat_f", FALSE, LB_CHART_SHARE },     { "chord_majmin", FALSE, LB_CHART_SHARE },
  { "sdr_db", FALSE, LB_CHART_NUMBER },    { "mos", FALSE, LB_CHART_NUMBER },
  { "genre_top1", FALSE, LB_CHART_SHARE },
};

static char *
name_record (const json_t *record)
{
  const char *engine = lb_json_string (json_object_get (record, "engine"), "id", "?");
  const char *model = lb_json_string (json_object_get (record, "model"), "id", NULL);
  gint64 number = lb_json_integer (record, "number", 0);
  g_autofree char *note = lb_field_note (record);
  GString *name = g_string_new (NULL);

  if (number > 0)
    g_string_append_printf (name, "%" G_GINT64_FORMAT " ", number);
  g_string_append (name, engine);
  if (model != NULL)
    g_string_append_printf (name, " · %s", model);
  if (*note != '\0')
    g_string_append_printf (name, " (%s)", note);
  return g_string_free (name, FALSE);
}

static double
read_field (const json_t *record, const char *csv)
{
  g_autoptr (json_t) value = lb_field_value (lb_field (csv), record);

  return json_is_number (value) ? json_number_value (value) : (double) NAN;
}

/* A run that was cut off has no summary, but its iterations. */
static double
read_rtf (const json_t *record)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (double));
  double median = read_field (record, "median_rtf");
  json_t *iteration;
  size_t i;

  if (isfinite (median))
    return median;
  json_array_foreach (json_object_get (record, "iterations"), i, iteration)
    {
      double rtf = lb_json_real (iteration, "rtf", (double) NAN);

      if (isfinite (rtf))
        g_array_append_val (all, rtf);
    }
  return all->len > 0 ? lb_median ((double *) all->data, all->len) : (double) NAN;
}

static double
interval_end (const json_t *record, size_t end)
{
  const json_t *interval = json_object_get (json_object_get (record, "summary"), "ci95_rtf");

  return json_array_size (interval) == 2 ? json_number_value (json_array_get (interval, end))
                                         : (double) NAN;
}

static char *
say_rtf (double rtf, double low, double high)
{
  g_autofree char *middle = lb_report_number (rtf), *times = lb_report_times (rtf);
  g_autofree char *from = lb_report_number (low), *to = lb_report_number (high);

  if (!isfinite (low) || !isfinite (high))
    return g_strdup_printf ("%s   %s real time", middle, times);
  return g_strdup_printf ("%s [%s – %s]   %s real time", middle, from, to, times);
}

static LbChart *
draw_rtf (const json_t *records)
{
  LbChart *chart = lb_chart_new (LB_CHART_BARS, "Real-time factor (less is faster)");
  json_t *record;
  size_t i;

  lb_chart_set_x (chart, "seconds of work for each second of sound: median, 95 % interval",
                  LB_CHART_NUMBER);
  json_array_foreach ((json_t *) records, i, record)
    {
      double rtf = read_rtf (record), low = interval_end (record, 0),
             high = interval_end (record, 1);
      g_autofree char *name = name_record (record);
      g_autofree char *note = say_rtf (rtf, low, high);

      if (!isfinite (rtf))
        continue;
      lb_chart_add_series (chart, name, note);
      lb_chart_add_point (chart, rtf, low, high, 0);
    }
  return chart;
}

static LbChart *
draw_memory (const json_t *records)
{
  LbChart *chart = lb_chart_new (LB_CHART_BARS, "Memory of the engine, at most");
  json_t *record;
  size_t i;

  lb_chart_set_x (chart, "peak of resident memory; on the GPU where it was measured",
                  LB_CHART_BYTES);
  json_array_foreach ((json_t *) records, i, record)
    {
      double bytes = read_field (record, "peak_rss_bytes"),
             gpu = read_field (record, "peak_gpu_bytes");
      g_autofree char *name = name_record (record);
      g_autofree char *host = lb_chart_value (LB_CHART_BYTES, bytes);
      g_autofree char *card = lb_chart_value (LB_CHART_BYTES, gpu);
      g_autofree char *on_card = g_strconcat (name, ", GPU", NULL);

      if (isfinite (bytes) && bytes > 0)
        {
          lb_chart_add_series (chart, name, host);
          lb_chart_add_point (chart, bytes, (double) NAN, (double) NAN, 0);
        }
      if (isfinite (gpu) && gpu > 0)
        {
          lb_chart_add_series (chart, on_card, card);
          lb_chart_add_point (chart, gpu, (double) NAN, (double) NAN, 0);
        }
    }
  return chart;
}

static LbChart *
draw_course (const json_t *records)
{
  LbChart *chart = lb_chart_new (LB_CHART_COURSE, "Real-time factor by iteration");
  json_t *record, *iteration;
  size_t i, k;

  lb_chart_set_x (chart, "iteration", LB_CHART_NUMBER);
  lb_chart_set_y (chart, "real-time factor", LB_CHART_NUMBER);
  json_array_foreach ((json_t *) records, i, record)
    {
      const json_t *iterations = json_object_get (record, "iterations");
      g_autofree char *name = name_record (record);

      if (json_array_size (iterations) < 2)
        continue;
      lb_chart_add_series (chart, name, NULL);
      json_array_foreach (iterations, k, iteration)
        lb_chart_add_point (chart, (double) lb_json_integer (iteration, "index", (gint64) k) + 1,
                            (double) NAN, (double) NAN,
                            lb_json_real (iteration, "rtf", (double) NAN));
    }
  return chart;
}

/* Returns: the index of the first quality that two or more have, or −1 */
static int
choose_quality (const json_t *records)
{
  json_t *record;
  size_t k;

  for (guint i = 0; i < G_N_ELEMENTS (qualities); i++)
    {
      guint n = 0;

      json_array_foreach ((json_t *) records, k, record)
        if (isfinite (read_field (record, qualities[i].csv)) && read_rtf (record) > 0)
          n++;
      if (n >= 2)
        return (int) i;
    }
  return -1;
}

static void
add_quality (LbChart *chart, const json_t *record, int which)
{
  double rtf = read_rtf (record), score = read_field (record, qualities[which].csv);
  g_autofree char *name = name_record (record);
  g_autofree char *times = lb_report_times (rtf);
  g_autofree char *shown = lb_chart_value (qualities[which].unit, score);
  g_autofree char *note = g_strdup_printf ("%s, %s %s", times,
                                           lb_field (qualities[which].csv)->title, shown);

  if (!(rtf > 0) || !isfinite (score))
    return;
  lb_chart_add_series (chart, name, note);
  lb_chart_add_point (chart, 1 / rtf, (double) NAN, (double) NAN, score);
}

static LbChart *
draw_quality (const json_t *records)
{
  LbChart *chart = lb_chart_new (LB_CHART_SCATTER, "Speed against quality");
  int which = choose_quality (records);
  g_autofree char *title = NULL;
  json_t *record;
  size_t i;

  if (which < 0)
    return chart;
  title = g_strdup_printf ("%s (%s): better is higher up", lb_field (qualities[which].csv)->title,
                           qualities[which].less ? "less is better" : "more is better");
  lb_chart_set_x (chart, "times faster than real time: faster is further right", LB_CHART_TIMES);
  lb_chart_set_y (chart, title, qualities[which].unit);
  lb_chart_set_less_is_better (chart, qualities[which].less);
  json_array_foreach ((json_t *) records, i, record)
    add_quality (chart, record, which);
  return chart;
}

static const struct {
  const char *name;
  LbChart *(*draw) (const json_t *records);
} charts[] = {
  [LB_CHART_OF_RTF] = { "rtf", draw_rtf },
  [LB_CHART_OF_QUALITY] = { "quality", draw_quality },
  [LB_CHART_OF_COURSE] = { "course", draw_course },
  [LB_CHART_OF_MEMORY] = { "memory", draw_memory },
};

const char *
lb_chart_of_name (LbChartOf what)
{
  return charts[what].name;
}

LbChart *
lb_chart_of_records (const json_t *records, LbChartOf what)
{
  g_autoptr (LbChart) chart = charts[what].draw (records);

  return lb_chart_length (chart) > 0 ? g_steal_pointer (&chart) : NULL;
}

GPtrArray *
lb_chart_list (const json_t *records, const char *name)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_chart_free);

  for (guint i = 0; i < G_N_ELEMENTS (charts); i++)
    {
      LbChart *chart = name == NULL || strcmp (name, charts[i].name) == 0
                           ? lb_chart_of_records (records, (LbChartOf) i)
                           : NULL;

      if (chart != NULL)
        g_ptr_array_add (list, chart);
    }
  return list;
}
