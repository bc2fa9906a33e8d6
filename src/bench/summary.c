#include "bench/summary.h"

#include <math.h>

#include "bench/validity.h"
#include "core/statistics.h"

#define LAG1_MOST 0.3
#define PERCENTILE_MIN 20

/* Means of members that are only there where they were measured. */
static const struct {
  const char *member;
  const char *mean;
} means[] = {
  { "wall_s", "avg_wall_s" },
  { "engine_s", "avg_engine_s" },
  { "latency_s", "avg_latency_s" },
  { "cpu_s", "avg_cpu_s" },
  { "energy_j", "avg_energy_j" },
  { "tokens", "avg_tokens" },
  { "tokens_per_sec", "avg_tokens_per_sec" },
  { "generate_tokens_per_sec", "avg_generate_tokens_per_sec" },
  { "prompt_tokens_per_sec", "avg_prompt_tokens_per_sec" },
  { "steps_per_sec", "avg_steps_per_sec" },
  { "chars_per_sec", "avg_chars_per_sec" },
  { "words_per_sec", "avg_words_per_sec" },
  { "audio_s", "avg_audio_s" },
};

/* Returns: (transfer full): the member of each iteration that has it */
static GArray *
collect (const json_t *iterations, const char *member)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));
  size_t index;
  const json_t *one;

  json_array_foreach ((json_t *) iterations, index, one)
    {
      double value = lb_json_real (one, member, NAN);

      if (isfinite (value))
        g_array_append_val (values, value);
    }
  return values;
}

static const double *
data_of (const GArray *values)
{
  return (const double *) (gconstpointer) values->data;
}

static void
set_rtf (json_t *summary, const GArray *rtf)
{
  const double *x = data_of (rtf);
  gsize n = rtf->len;
  LbInterval interval;

  if (n == 0)
    return;
  lb_json_set_real (summary, "avg_rtf", lb_mean (x, n));
  lb_json_set_real (summary, "min_rtf", lb_minimum (x, n));
  lb_json_set_real (summary, "max_rtf", lb_maximum (x, n));
  lb_json_set_real (summary, "median_rtf", lb_median (x, n));
  if (n >= 2)
    lb_json_set_real (summary, "stddev_rtf", lb_standard_deviation (x, n));
  if (n >= PERCENTILE_MIN)
    lb_json_set_real (summary, "p95_rtf", lb_percentile (x, n, 95));
  if (lb_median_interval (x, n, &interval))
    lb_json_set (summary, "ci95_rtf", json_pack ("[f, f]", interval.low, interval.high));
}

static void
mark_outliers (json_t *iterations, const GArray *wall)
{
  g_autofree gboolean *marks = g_new0 (gboolean, wall->len + 1);
  size_t index;
  json_t *one;

  if (wall->len != json_array_size (iterations) ||
      lb_outliers (data_of (wall), wall->len, marks) == 0)
    return;
  json_array_foreach (iterations, index, one)
    lb_json_set_boolean (one, "outlier", marks[index]);
}

static void
set_peak (json_t *summary, const json_t *iterations, const char *member)
{
  g_autoptr (GArray) values = collect (iterations, member);

  if (values->len > 0)
    lb_json_set_integer (summary, member, (gint64) lb_maximum (data_of (values), values->len));
}

json_t *
lb_summary (json_t *iterations, double overhead_s, double processed_s, json_t *flags)
{
  json_t *summary = json_object ();
  g_autoptr (GArray) wall = collect (iterations, "wall_s");
  g_autoptr (GArray) rtf = collect (iterations, "rtf");
  g_autoptr (GArray) audio = collect (iterations, "audio_s");
  double lag1 = lb_lag1 (data_of (wall), wall->len);

  lb_json_set_integer (summary, "iterations", (gint64) json_array_size (iterations));
  set_rtf (summary, rtf);
  if (!(processed_s > 0) && audio->len > 0)
    processed_s = lb_median (data_of (audio), audio->len);
  if (wall->len > 0 && processed_s > 0)
    lb_json_set_real (summary, "end_to_end_rtf",
                      (overhead_s + lb_median (data_of (wall), wall->len)) / processed_s);
  if (wall->len > 0)
    lb_json_set_real (summary, "median_wall_s", lb_median (data_of (wall), wall->len));
  for (guint i = 0; i < G_N_ELEMENTS (means); i++)
    {
      g_autoptr (GArray) values = collect (iterations, means[i].member);

      if (values->len > 0)
        lb_json_set_real (summary, means[i].mean, lb_mean (data_of (values), values->len));
    }
  set_peak (summary, iterations, "peak_rss_bytes");
  set_peak (summary, iterations, "peak_gpu_bytes");
  mark_outliers (iterations, wall);
  if (isfinite (lag1) && lag1 > LAG1_MOST)
    json_array_append_new (
        flags,
        lb_flag_new (
            "drift",
            "let the machine come to rest (temperature, other programs) and run again with "
            "more warm-ups (-w)",
            "each iteration resembles the one before it (lag-1 correlation %.2f): the interval "
            "is too narrow",
            lag1));
  return summary;
}
