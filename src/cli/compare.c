/* llamaburn compare */
#include <math.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/equal.h"
#include "cli/past.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/manifest.h"
#include "report/report.h"
#include "report/style.h"

#define ABSENT "–"
#define VALUE_CHARACTERS 60 /* of a differing value: the record has it whole */
#define HASH_CHARACTERS 13  /* of a hash: enough to see that it is another */

static const char *const titles[] = { "Run",   "Engine", "Model",   "Device",   "RTF",    "95 %",
                                      "N",     "Score",  "Chars/s", "Tokens/s", "Memory", "GPU",
                                      "Ratio", "Notes",  "Input",   NULL };
#define ALIGNMENT "rlllrlrrrrrrrlp"
/* In a narrow terminal the first of these go first; run, RTF, ratio and notes stay. */
static const guint spare[] = { 3, 11, 10, 6, 5, 7, 8, 9, 2, 1, 14 };
#define COLUMNS (G_N_ELEMENTS (titles) - 1)

static char *
show_number (const json_t *object, const char *name)
{
  double value = lb_json_real (object, name, (double) NAN);

  return lb_report_number (value);
}

static char *
show_bytes (const json_t *run, const char *name)
{
  gint64 bytes = lb_json_integer (run, name, 0);

  return bytes > 0 ? lb_text_bytes ((guint64) bytes) : g_strdup (ABSENT);
}

static char *
show_interval (const json_t *object, const char *name)
{
  const json_t *interval = json_object_get (object, name);
  g_autofree char *low = NULL, *high = NULL;

  if (json_array_size (interval) != 2)
    return g_strdup (ABSENT);
  low = lb_report_number (json_number_value (json_array_get (interval, 0)));
  high = lb_report_number (json_number_value (json_array_get (interval, 1)));
  return g_strconcat (low, "…", high, NULL);
}

/* The first score is the one that its mode is known by, as in the history. Returns: (nullable)
 * (transfer none): its name */
static const char *
first_score (const json_t *run, double *value)
{
  void *at = json_object_iter (json_object_get (run, "scores"));

  *value = at != NULL ? json_number_value (json_object_iter_value (at)) : 0;
  return at != NULL ? json_object_iter_key (at) : NULL;
}

static char *
show_score (const json_t *run)
{
  double value;
  const char *name = first_score (run, &value);

  return name != NULL ? lb_report_score (name, value) : g_strdup (ABSENT);
}

static char *
show_ratio (const json_t *run)
{
  const json_t *against = json_object_get (run, "against");
  double ratio = lb_json_real (against, "ratio", (double) NAN);

  if (against == NULL)
    return g_strdup ("baseline");
  return isfinite (ratio) ? g_strdup_printf ("%.3f×", ratio) : g_strdup (ABSENT);
}

/* Whatever makes a number less than it seems stands beside it. */
static char *
show_notes (const json_t *run)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new ();
  const char *status = lb_json_string (run, "status", "");
  gint64 parameters = lb_json_integer (run, "parameters", 0);
  g_autofree char *synthetic = parameters > 0 ? g_strdup_printf ("synthetic (%" G_GINT64_FORMAT
                                                                 " parameters)",
                                                                 parameters)
                                              : g_strdup ("synthetic");
  json_t *flag;
  size_t i;

  if (!g_str_equal (status, "ok"))
    g_ptr_array_add (notes, (char *) status);
  if (!lb_json_boolean (run, "valid", TRUE) && !g_str_equal (status, "failed"))
    g_ptr_array_add (notes, (char *) "not valid");
  if (lb_json_boolean (run, "synthetic", FALSE))
    g_ptr_array_add (notes, synthetic);
  json_array_foreach (json_object_get (run, "flags"), i, flag)
    if (!g_str_equal (json_string_value (flag), status)) /* the flag "failed" says it again */
      g_ptr_array_add (notes, (char *) json_string_value (flag));
  if (json_array_size (json_object_get (json_object_get (run, "against"), "differences")) > 0)
    g_ptr_array_add (notes, (char *) "differs");
  g_ptr_array_add (notes, NULL);
  return notes->len > 1 ? g_strjoinv (", ", (char **) notes->pdata) : g_strdup ("");
}

static char *
show_input (const json_t *run)
{
  const char *input = lb_json_string (run, "input", NULL);
  const char *text = lb_json_string (run, "text", NULL);
  g_autofree char *shown = text != NULL ? lb_text_escape (text) : NULL;

  if (shown != NULL)
    return lb_style_cut (shown, VALUE_CHARACTERS);
  return input != NULL ? g_path_get_basename (input) : g_strdup (ABSENT);
}

/* Free with g_strfreev(). */
static char **
make_cells (const json_t *run)
{
  char **cells = g_new0 (char *, COLUMNS + 1);

  cells[0] = g_strdup_printf ("%" G_GINT64_FORMAT, lb_json_integer (run, "number", 0));
  cells[1] = g_strdup (lb_json_string (run, "engine", ABSENT));
  cells[2] = g_strdup (lb_json_string (run, "model", ABSENT));
  cells[3] = g_strdup (lb_json_string (run, "device", ABSENT));
  cells[4] = show_number (run, "median_rtf");
  cells[5] = show_interval (run, "ci95_rtf");
  cells[6] = g_strdup_printf ("%" G_GINT64_FORMAT, lb_json_integer (run, "iterations", 0));
  cells[7] = show_score (run);
  cells[8] = show_number (run, "avg_chars_per_sec");
  cells[9] = show_number (run, "avg_tokens_per_sec");
  cells[10] = show_bytes (run, "peak_rss_bytes");
  cells[11] = show_bytes (run, "peak_gpu_bytes");
  cells[12] = show_ratio (run);
  cells[13] = show_notes (run);
  cells[14] = show_input (run);
  return cells;
}

static char *
show_value (const json_t *value, gboolean hash)
{
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;

  if (value == NULL)
    return g_strdup ("none");
  if (json_is_real (value))
    return g_strdup_printf ("%.6g", json_real_value (value));
  text = json_is_string (value) ? g_strdup (json_string_value (value)) : lb_json_line (value);
  shown = lb_text_escape (text);
  return lb_style_cut (shown, hash ? HASH_CHARACTERS : VALUE_CHARACTERS);
}

static void
append_line (GString *out, const char *bullet, const char *text, const LbReportStyle *style)
{
  g_string_append (out, bullet);
  lb_style_wrap (out, text, lb_style_width (bullet) + 2, style->width);
}

/* The verdict on one run and what makes it another benchmark than the baseline; for table and md.
 */
static void
append_verdict (GString *out, const json_t *run, gint64 baseline, const char *bullet,
                const LbReportStyle *style)
{
  const json_t *against = json_object_get (run, "against");
  g_autofree char *verdict = NULL;
  g_autofree char *inner = g_strconcat ("  ", bullet, NULL);
  json_t *difference;
  size_t i;

  if (against == NULL)
    return;
  verdict = g_strdup_printf ("%" G_GINT64_FORMAT " against %" G_GINT64_FORMAT ": %s",
                             lb_json_integer (run, "number", 0), baseline,
                             lb_json_string (against, "words", ""));
  append_line (out, bullet, verdict, style);
  json_array_foreach (json_object_get (against, "differences"), i, difference)
    {
      g_autofree char *what = lb_text_escape (lb_json_string (difference, "what", ""));
      gboolean hash = strstr (what, "sha256") != NULL;
      g_autofree char *base = show_value (json_object_get (difference, "baseline"), hash);
      g_autofree char *here = show_value (json_object_get (difference, "here"), hash);
      g_autofree char *line = g_strdup_printf ("differs in %s: %s, baseline %s", what, here,
                                               base);

      append_line (out, inner, line, style);
    }
}

static void
append_verdicts (GString *out, const json_t *comparison, const char *bullet,
                 const LbReportStyle *style)
{
  const json_t *runs = json_object_get (comparison, "runs");
  gint64 baseline = lb_json_integer (json_array_get (runs, 0), "number", 0);
  json_t *run;
  size_t i;

  g_string_append_c (out, '\n');
  json_array_foreach (runs, i, run)
    append_verdict (out, run, baseline, bullet, style);
}

static void
append_table (GString *out, const json_t *comparison, const LbReportStyle *style)
{
  g_autoptr (LbTable) table = lb_table_new (titles, ALIGNMENT);
  json_t *run;
  size_t i;

  json_array_foreach (json_object_get (comparison, "runs"), i, run)
    {
      g_auto (GStrv) cells = make_cells (run);

      lb_table_row (table, (const char *const *) cells);
    }
  lb_table_may_drop (table, spare, G_N_ELEMENTS (spare));
  lb_table_print (table, out, style);
  append_verdicts (out, comparison, "", style);
}

static void
append_json (GString *out, const json_t *comparison, const LbReportStyle *style)
{
  g_autofree char *text = lb_json_pretty (comparison);

  lb_report_json (out, text);
}

static void
append_cell (GString *out, const json_t *value)
{
  g_autofree char *text = NULL;

  if (value == NULL || json_is_null (value))
    return;
  text = json_is_string (value) ? g_strdup (json_string_value (value)) : lb_json_line (value);
  lb_report_csv_cell (out, text);
}

static void
append_next (GString *out, const json_t *value)
{
  g_string_append_c (out, ',');
  append_cell (out, value);
}

static void
append_members (GString *out, const json_t *run, const char *const *members)
{
  for (guint i = 0; members[i] != NULL; i++)
    append_next (out, json_object_get (run, members[i]));
}

/* As in the csv of results: a path may tell more than is to be passed on. */
static void
append_csv_input (GString *out, const json_t *run)
{
  const char *text = lb_json_string (run, "text", NULL),
             *path = lb_json_string (run, "input", "");
  g_autofree char *name = g_path_get_basename (path);

  g_string_append_c (out, ',');
  lb_report_csv_cell (out, text != NULL ? text : *path != '\0' ? name : "");
}

static void
append_csv_score (GString *out, const json_t *run)
{
  double value;
  const char *name = first_score (run, &value);
  g_autoptr (json_t) number = name != NULL ? json_real (value) : NULL;

  g_string_append_c (out, ',');
  lb_report_csv_cell (out, name != NULL ? name : "");
  append_next (out, number);
}

static void
append_csv_run (GString *out, const json_t *run)
{
  static const char *const whose[] = { "id",    "status", "engine", "engine_version",
                                       "model", "device", NULL };
  static const char *const speed[] = { "iterations", "median_rtf", NULL };
  static const char *const cost[] = { "peak_rss_bytes", "peak_gpu_bytes", "valid", "synthetic",
                                      NULL };
  const json_t *against = json_object_get (run, "against");
  const json_t *own = json_object_get (run, "ci95_rtf"),
               *interval = json_object_get (against, "ci95");

  append_cell (out, json_object_get (run, "number"));
  append_members (out, run, whose);
  append_csv_input (out, run);
  append_members (out, run, speed);
  append_next (out, json_array_get (own, 0));
  append_next (out, json_array_get (own, 1));
  append_next (out, json_object_get (json_object_get (run, "scores"), "wer"));
  append_members (out, run, cost);
  append_next (out, json_object_get (against, "ratio"));
  append_next (out, json_array_get (interval, 0));
  append_next (out, json_array_get (interval, 1));
  append_next (out, json_object_get (against, "verdict"));
  g_string_append_printf (out, ",%" G_GSIZE_FORMAT,
                          json_array_size (json_object_get (against, "differences")));
  append_next (out, json_object_get (run, "avg_chars_per_sec"));
  append_next (out, json_object_get (against, "differs"));
  append_next (out, json_object_get (run, "avg_tokens_per_sec"));
  append_csv_score (out, run);
  g_string_append_c (out, '\n');
}

static void
append_csv (GString *out, const json_t *comparison, const LbReportStyle *style)
{
  json_t *run;
  size_t i;

  g_string_append (
      out, "number,id,status,engine,engine_version,model,device,input,iterations,"
           "median_rtf,ci95_rtf_low,"
           "ci95_rtf_high,wer,peak_rss_bytes,peak_gpu_bytes,valid,synthetic,ratio,"
           "ratio_low,ratio_high,"
           "verdict,differences,avg_chars_per_sec,differs,avg_tokens_per_sec,score_name,score\n");
  json_array_foreach (json_object_get (comparison, "runs"), i, run)
    append_csv_run (out, run);
}

/* What they hold of engines' and options' names must not become markup. */
static void
append_md_verdicts (GString *out, const json_t *comparison)
{
  const LbReportStyle unbounded = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);

  append_verdicts (text, comparison, "- ", &unbounded);
  for (const char *at = text->str; *at != '\0'; at++)
    {
      if (strchr ("|<>*_`[]\\", *at) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, *at);
    }
}

static void
append_md (GString *out, const json_t *comparison, const LbReportStyle *style)
{
  json_t *run;
  size_t i;

  for (guint k = 0; k < COLUMNS; k++)
    g_string_append_printf (out, "| %s ", titles[k]);
  g_string_append (out, "|\n");
  for (guint k = 0; k < COLUMNS; k++)
    g_string_append (out, ALIGNMENT[k] == 'r' ? "|---:" : "|---");
  g_string_append (out, "|\n");
  json_array_foreach (json_object_get (comparison, "runs"), i, run)
    {
      g_auto (GStrv) cells = make_cells (run);

      for (guint k = 0; k < COLUMNS; k++)
        lb_past_append_md (out, cells[k]);
      g_string_append (out, "|\n");
    }
  append_md_verdicts (out, comparison);
}

static const struct {
  const char *name;
  void (*append) (GString *out, const json_t *comparison, const LbReportStyle *style);
} formats[] = {
  { "table", append_table },
  { "json", append_json },
  { "csv", append_csv },
  { "md", append_md },
};

static json_t *
compare (LbCli *cli, GError **error)
{
  const char *const *names = lb_cli_arguments (cli);
  g_autoptr (LbStore) store = lb_past_open (cli, error);
  g_autoptr (LbRegistry) registry = NULL;
  g_autoptr (json_t) records = json_array ();

  if (store == NULL)
    return NULL;
  for (guint i = 0; names[i] != NULL; i++)
    {
      json_t *record = lb_past_load (store, names[i], error);

      if (record == NULL)
        return NULL;
      json_array_append_new (records, record);
    }
  registry = lb_registry_new (NULL);
  return lb_compare (records, lb_equal_is_work, registry, error);
}

/* A gate that can't tell must not open by itself. */
static int
pass_gate (LbCli *cli, const json_t *comparison, double percent, GError **error)
{
  int status = LB_EXIT_OK;
  json_t *run;
  size_t i;

  json_array_foreach (json_object_get (comparison, "runs"), i, run)
    {
      const json_t *against = json_object_get (run, "against");
      gint64 number = lb_json_integer (run, "number", 0);

      if (i == 0)
        continue;
      if (json_object_get (against, "ratio") == NULL)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_FAILED,
                       "--fail-if-slower can't judge run %" G_GINT64_FORMAT ": %s", number,
                       lb_json_string (against, "words", ""));
          return LB_EXIT_FAILED;
        }
      if (json_array_size (json_object_get (against, "differences")) > 0)
        lb_cli_warn (cli,
                     "run %" G_GINT64_FORMAT
                     " is not the same benchmark as the baseline: see what differs",
                     number);
      if (lb_compare_is_slower (run, percent))
        {
          lb_cli_warn (cli,
                       "run %" G_GINT64_FORMAT " is slower than the baseline by more than %g %%",
                       number, percent);
          status = LB_EXIT_REGRESSION;
        }
    }
  return status;
}

static int
run_compare (LbCli *cli, GError **error)
{
  const char *name = lb_cli_text (cli, "format", "table");
  double percent = lb_cli_real (cli, "fail-if-slower", -1);
  const LbReportStyle style = { .colour = lb_cli_colour (cli), .width = lb_cli_width (cli) };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (json_t) comparison = compare (cli, error);

  if (comparison == NULL)
    return LB_EXIT_FAILED;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i].name, name))
      formats[i].append (out, comparison, &style);
  lb_cli_print (cli, out->str);
  return percent >= 0 ? pass_gate (cli, comparison, percent, error) : LB_EXIT_OK;
}

static const LbCliOption options[] = {
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it (default table)", "table,json,csv,md",
    NULL, 0, 0 },
  { 0, "fail-if-slower", LB_CLI_DOUBLE, "PERCENT",
    "exit with status 4 when a run is slower than the first by more than this, by the lower end "
    "of the 95 % interval",
    NULL, NULL, 0, 100000 },
  { 0 },
};

const LbCliCommand lb_command_compare = {
  .name = "compare",
  .arguments = "RUN RUN…",
  .summary = "set runs side by side; the first is the baseline",
  .description = "Sets runs side by side by their real-time factor, each against the first. Runs "
                 "of one interleaved plan are compared "
                 "iteration by iteration (from 6 pairs); others by the Hodges-Lehmann ratio with "
                 "its exact 95 % interval (from 4 "
                 "iterations against 4). An interval that contains 1 shows no difference.\n\n"
                 "Sessions of one program differ by themselves: where the runs were not "
                 "interleaved, a difference holds between "
                 "these two sessions, and --interleave tells whether it holds.\n\n"
                 "Whatever makes the runs two different benchmarks (input, settings, machine, "
                 "model file, version, decoding, precision, threads) is said.",
  .options = options,
  .min_arguments = 2,
  .max_arguments = -1,
  .completion = "runs",
  .run = run_compare,
};
