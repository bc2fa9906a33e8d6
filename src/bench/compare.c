#include "bench/compare.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/statistics.h"
#include "bench/differences.h"

#define UNPAIRED_LEAST 4
#define PAIRED_LEAST 6

static GArray *
read_figures (const json_t *record, const char *name)
{
  GArray *figures = g_array_new (FALSE, FALSE, sizeof (double));
  json_t *iteration;
  size_t i;

  json_array_foreach (json_object_get (record, "iterations"), i, iteration)
    {
      double value = lb_json_real (iteration, name, (double) NAN);

      if (isfinite (value) && value > 0)
        g_array_append_val (figures, value);
    }
  return figures;
}

static void
set_interval (json_t *object, const char *key, const LbInterval *interval)
{
  if (isfinite (interval->low) && isfinite (interval->high))
    json_object_set_new (object, key, json_pack ("[f, f]", interval->low, interval->high));
}

/* The record's own summary where it has one: a run that was cut off has none. */
static void
set_middle (json_t *run, const json_t *record)
{
  const json_t *summary = json_object_get (record, "summary");
  g_autoptr (GArray) rtf = read_figures (record, "rtf");
  g_autoptr (GArray) wall = read_figures (record, "wall_s");
  json_t *interval = json_object_get (summary, "ci95_rtf");
  LbInterval own;

  lb_json_set_real (
      run, "median_rtf",
      lb_json_real (summary, "median_rtf",
                    rtf->len > 0 ? lb_median ((double *) rtf->data, rtf->len) : (double) NAN));
  if (json_array_size (interval) == 2)
    json_object_set (run, "ci95_rtf", interval);
  else if (lb_median_interval ((double *) rtf->data, rtf->len, &own))
    set_interval (run, "ci95_rtf", &own);
  if (wall->len > 0)
    lb_json_set_real (run, "median_wall_s", lb_median ((double *) wall->data, wall->len));
}

static void
set_peak (json_t *run, const json_t *record, const char *name)
{
  g_autoptr (GArray) figures = read_figures (record, name);

  if (figures->len > 0)
    lb_json_set_integer (run, name, (gint64) lb_maximum ((double *) figures->data, figures->len));
}

static void
set_scores (json_t *run, const json_t *record)
{
  json_t *scores = json_object ();
  const char *name;
  json_t *score;

  json_object_foreach (json_object_get (record, "scores"), name, score)
    lb_json_set_real (scores, name, lb_json_real (score, "value", (double) NAN));
  json_object_set_new (run, "scores", scores);
}

static void
set_validity (json_t *run, const json_t *record)
{
  const json_t *validity = json_object_get (record, "validity");
  json_t *flags = json_array ();
  json_t *flag;
  size_t i;

  json_array_foreach (json_object_get (validity, "flags"), i, flag)
    json_array_append_new (flags, json_string (lb_json_string (flag, "id", "?")));
  lb_json_set_boolean (run, "valid", lb_json_boolean (validity, "valid", TRUE));
  json_object_set_new (run, "flags", flags);
  lb_json_set_boolean (run, "synthetic",
                       lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE));
}

static json_t *
describe (const json_t *record)
{
  static const char *const rates[] = { "avg_chars_per_sec", "avg_tokens_per_sec" };
  const json_t *engine = json_object_get (record, "engine");
  const json_t *input = json_object_get (record, "input");
  json_t *run = json_object ();

  lb_json_set (run, "number", json_incref (json_object_get (record, "number")));
  lb_json_set_string (run, "id", lb_json_string (record, "id", NULL));
  lb_json_set_string (run, "status", lb_json_string (record, "status", NULL));
  lb_json_set_string (run, "mode", lb_json_string (record, "mode", NULL));
  lb_json_set_string (run, "engine", lb_json_string (engine, "id", NULL));
  lb_json_set_string (run, "engine_version", lb_json_string (engine, "version", NULL));
  lb_json_set_string (run, "model",
                      lb_json_string (json_object_get (record, "model"), "id", NULL));
  lb_json_set_string (run, "device", lb_json_string (engine, "device", NULL));
  lb_json_set_string (
      run, "input",
      lb_json_string (input, "path",
                      lb_json_string (input, "path_uri", lb_json_string (input, "text", NULL))));
  if (json_object_get (input, "path") == NULL && json_object_get (input, "path_uri") == NULL)
    lb_json_set_string (run, "text", lb_json_string (input, "text", NULL));
  lb_json_set_integer (run, "iterations",
                       (gint64) json_array_size (json_object_get (record, "iterations")));
  set_middle (run, record);
  set_scores (run, record);
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    lb_json_set_real (run, rates[i],
                      lb_json_real (json_object_get (record, "summary"), rates[i], (double) NAN));
  lb_json_set_integer (run, "parameters",
                       lb_json_integer (json_object_get (record, "model"), "parameters", 0));
  set_peak (run, record, "peak_rss_bytes");
  set_peak (run, record, "peak_gpu_bytes");
  set_validity (run, record);
  return run;
}

/* One plan, alternating between the two: what disturbs one iteration disturbs its neighbour. */
static gboolean
are_interleaved (const json_t *a, const json_t *b)
{
  const char *group = lb_json_string (json_object_get (a, "group"), "id", NULL);
  const char *order_a = lb_json_string (json_object_get (a, "settings"), "order", "");
  const char *order_b = lb_json_string (json_object_get (b, "settings"), "order", "");

  return group != NULL &&
         g_strcmp0 (group, lb_json_string (json_object_get (b, "group"), "id", NULL)) == 0 &&
         g_str_has_prefix (order_a, "interleave") && g_str_has_prefix (order_b, "interleave");
}

static double
figure_at (const json_t *record, gint64 index, const char *name)
{
  json_t *iteration;
  size_t i;

  json_array_foreach (json_object_get (record, "iterations"), i, iteration)
    if (lb_json_integer (iteration, "index", (gint64) i) == index)
      return lb_json_real (iteration, name, (double) NAN);
  return (double) NAN;
}

/* Pairs by the iterations' index; an index that only one run has is left out of both. */
static void
read_pairs (const json_t *base, const json_t *record, const char *name, GArray *x, GArray *y)
{
  json_t *iteration;
  size_t i;

  json_array_foreach (json_object_get (record, "iterations"), i, iteration)
    {
      double mine = lb_json_real (iteration, name, (double) NAN);
      double its = figure_at (base, lb_json_integer (iteration, "index", (gint64) i), name);

      if (isfinite (mine) && isfinite (its) && mine > 0 && its > 0)
        {
          g_array_append_val (x, mine);
          g_array_append_val (y, its);
        }
    }
}

/* Returns: "paired", "unpaired", or NULL where there are too few */
static const char *
estimate (const json_t *base, const json_t *record, const char *name, LbRatio *ratio, guint n[2])
{
  g_autoptr (GArray) x = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) y = g_array_new (FALSE, FALSE, sizeof (double));

  if (are_interleaved (base, record))
    read_pairs (base, record, name, x, y);
  n[0] = n[1] = x->len;
  if (x->len >= PAIRED_LEAST &&
      lb_ratio_paired ((double *) x->data, (double *) y->data, x->len, ratio))
    return "paired";
  g_array_unref (x);
  g_array_unref (y);
  x = read_figures (record, name);
  y = read_figures (base, name);
  n[0] = y->len;
  n[1] = x->len;
  if (MIN (x->len, y->len) >= UNPAIRED_LEAST &&
      lb_ratio_unpaired ((double *) x->data, x->len, (double *) y->data, y->len, ratio))
    return "unpaired";
  return NULL;
}

static const char *
judge (const LbRatio *ratio)
{
  if (ratio->interval.low > 1)
    return "slower";
  return ratio->interval.high < 1 ? "faster" : "same";
}

static char *
word (const char *verdict, const LbRatio *ratio, gboolean paired, gboolean interleaved)
{
  gboolean slower = g_str_equal (verdict, "slower");
  double times = slower ? ratio->ratio : 1 / ratio->ratio;
  double low = slower ? ratio->interval.low : 1 / ratio->interval.high;
  double high = slower ? ratio->interval.high : 1 / ratio->interval.low;
  const char *caution =
      paired || interleaved
          ? ""
          : "; they differ between these two sessions; --interleave tells whether it holds";

  if (g_str_equal (verdict, "same"))
    return g_strdup_printf ("no difference shown (%.3f× the time, 95 %%: %.3f to %.3f)",
                            ratio->ratio, ratio->interval.low, ratio->interval.high);
  return g_strdup_printf ("%.3f× %s (95 %%: %.3f to %.3f)%s", times, verdict, low, high, caution);
}

static char *
word_too_few (const guint n[2])
{
  return g_strdup_printf (
      "too few iterations to tell: %u against %u; %d against %d are the least, %d pairs with "
      "--interleave",
      n[1], n[0], UNPAIRED_LEAST, UNPAIRED_LEAST, PAIRED_LEAST);
}

static json_t *
compare_two (const json_t *base, const json_t *record, LbCompareWork work, gpointer user_data)
{
  g_autoptr (GArray) mine = read_figures (record, "rtf");
  g_autoptr (GArray) its = read_figures (base, "rtf");
  const char *measure = mine->len > 0 && its->len > 0 ? "rtf" : "wall_s";
  json_t *against = json_object ();
  g_autofree char *differs = NULL;
  LbRatio ratio;
  guint n[2];
  const char *method = estimate (base, record, measure, &ratio, n);
  const char *verdict = method != NULL ? judge (&ratio) : "too-few";
  g_autofree char *words = method != NULL ? word (verdict, &ratio, g_str_equal (method, "paired"),
                                                  are_interleaved (base, record))
                                          : word_too_few (n);

  lb_json_set_string (against, "verdict", verdict);
  lb_json_set_string (against, "words", words);
  lb_json_set_string (against, "measure", measure);
  lb_json_set_string (against, "method", method);
  json_object_set_new (against, "n", json_pack ("[i, i]", (int) n[0], (int) n[1]));
  if (method != NULL)
    {
      lb_json_set_real (against, "ratio", ratio.ratio);
      set_interval (against, "ci95", &ratio.interval);
      lb_json_set_boolean (against, "exact", ratio.exact);
    }
  json_object_set_new (against, "differences", lb_differences (base, record, work, user_data));
  differs = lb_differences_words (json_object_get (against, "differences"));
  lb_json_set_string (against, "differs", differs);
  return against;
}

json_t *
lb_compare (const json_t *records, LbCompareWork work, gpointer user_data, GError **error)
{
  const json_t *base = json_array_get (records, 0);
  json_t *comparison, *runs;
  json_t *record;
  size_t i;

  if (json_array_size (records) < 2)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE, "comparing takes two runs or more");
      return NULL;
    }
  comparison = json_object ();
  runs = json_array ();
  lb_json_set_string (comparison, "schema", LB_COMPARISON_SCHEMA);
  lb_json_set_string (comparison, "baseline", lb_json_string (base, "id", NULL));
  json_object_set_new (comparison, "runs", runs);
  json_array_foreach (records, i, record)
    {
      json_t *run = describe (record);

      if (i > 0)
        json_object_set_new (run, "against", compare_two (base, record, work, user_data));
      json_array_append_new (runs, run);
    }
  return comparison;
}

gboolean
lb_compare_is_slower (const json_t *run, double percent)
{
  const json_t *interval = json_object_get (json_object_get (run, "against"), "ci95");
  const json_t *low = json_array_get (interval, 0);

  return json_is_number (low) && json_number_value (low) > 1 + percent / 100;
}
