/* llamaburn report */
#include <gio/gio.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/equal.h"
#include "cli/output-file.h"
#include "cli/past.h"
#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "report/html.h"
#include "report/report.h"

#define FORMATS "html,svg,png,md,csv,json"

/* What the ending of a file's name says. Returns: (nullable): a constant */
static const char *
format_of_name (const char *path)
{
  static const char *const known[] = { "html", "svg", "png", "md", "csv", "json" };
  const char *dot = strrchr (path, '.');

  for (guint i = 0; dot != NULL && i < G_N_ELEMENTS (known); i++)
    if (g_ascii_strcasecmp (dot + 1, known[i]) == 0)
      return known[i];
  return dot != NULL && g_ascii_strcasecmp (dot + 1, "htm") == 0 ? "html" : NULL;
}

static const char *
choose_format (const LbCli *cli, GError **error)
{
  const char *path = lb_cli_text (cli, "output", NULL);
  const char *format = lb_cli_text (cli, "format", path != NULL ? format_of_name (path) : "html");
  g_autofree char *shown = path != NULL ? lb_text_escape (path) : NULL;

  if (format == NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "the name \"%s\" doesn't tell how to write the report: end it in .html, .svg, "
                 ".png, .md, .csv or .json, or give --format",
                 shown);
  return format;
}

static json_t *
load_records (LbCli *cli, GError **error)
{
  const char *const *names = lb_cli_arguments (cli);
  g_autoptr (LbStore) store = lb_past_open (cli, error);
  g_autoptr (json_t) records = json_array ();

  for (guint i = 0; store != NULL && names[i] != NULL; i++)
    {
      json_t *record = lb_past_load (store, names[i], error);

      if (record == NULL)
        return NULL;
      json_array_append_new (records, record);
    }
  return store != NULL ? g_steal_pointer (&records) : NULL;
}

/* Verdicts need the paths of inputs, so they come before these are cut. */
static json_t *
make_request (LbCli *cli, json_t *records, GError **error)
{
  gboolean full = lb_cli_flag (cli, "full-paths");
  json_t *request = json_object ();

  if (json_array_size (records) > 1)
    {
      g_autoptr (LbRegistry) registry = lb_registry_new (NULL);
      json_t *comparison = lb_compare (records, lb_equal_is_work, registry, error);

      if (comparison == NULL)
        {
          json_decref (request);
          return NULL;
        }
      json_object_set_new (request, "comparison", comparison);
    }
  lb_json_set_boolean (request, "full_paths", full);
  json_object_set (request, "records", records);
  if (!full)
    lb_report_without_paths (request);
  return request;
}

/* llamaburn-report draws: charts need libraries that this program doesn't load. */
static GBytes *
draw (LbCli *cli, const char *format, const json_t *request, GError **error)
{
  g_autofree char *program = lb_paths_program ("llamaburn-report", error);
  const char *arguments[] = { program, format, lb_cli_text (cli, "chart", "all"),
                              lb_cli_flag (cli, "dark") ? "dark" : NULL, NULL };
  g_autofree char *text = lb_json_line (request);
  g_autoptr (GBytes) input = g_bytes_new_static (text, strlen (text));
  g_autoptr (GBytes) output = NULL, complaint = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *why = NULL;

  if (program == NULL)
    return NULL;
  process = g_subprocess_newv (arguments,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                   G_SUBPROCESS_FLAGS_STDERR_PIPE,
                               error);
  if (process == NULL ||
      !g_subprocess_communicate (process, input, NULL, &output, &complaint, error))
    return NULL;
  if (g_subprocess_get_successful (process))
    return g_steal_pointer (&output);
  why = g_strndup (g_bytes_get_data (complaint, NULL), g_bytes_get_size (complaint));
  g_strchomp (why);
  g_set_error (error, LB_ERROR, LB_ERROR_FAILED, "%s",
               *why != '\0' ? why : "llamaburn-report ended without a word: run it again");
  return NULL;
}

static GBytes *
write_text (LbCli *cli, const char *format, const json_t *request, GError **error)
{
  const LbReportFormat *table = lb_report_format (format, error);
  const LbReportStyle style = { .full_paths = lb_cli_flag (cli, "full-paths") };
  GString *out;

  if (table == NULL)
    return NULL;
  out = g_string_new (NULL);
  lb_report_all (out, table, json_object_get (request, "records"), &style);
  return g_string_free_to_bytes (out);
}

static gboolean
is_drawn (const char *format)
{
  return strcmp (format, "html") == 0 || strcmp (format, "svg") == 0 ||
         strcmp (format, "png") == 0;
}

static int
write_report (LbCli *cli, const char *format, LbOutput *output, GError **error)
{
  g_autoptr (json_t) records = load_records (cli, error);
  g_autoptr (json_t) request = records != NULL ? make_request (cli, records, error) : NULL;
  g_autoptr (GBytes) made = NULL;

  if (request != NULL)
    made = is_drawn (format) ? draw (cli, format, request, error)
                             : write_text (cli, format, request, error);
  if (made == NULL)
    return LB_EXIT_FAILED;
  lb_output_add_bytes (output, made);
  return lb_output_write (output, error) ? LB_EXIT_OK : LB_EXIT_FAILED;
}

static int
run_report (LbCli *cli, GError **error)
{
  const char *format = choose_format (cli, error);
  LbOutput *output;
  int status;

  if (format == NULL)
    return LB_EXIT_USAGE;
  output = lb_output_open (lb_cli_text (cli, "output", "/dev/stdout"), error);
  if (output == NULL)
    return LB_EXIT_FAILED;
  status = write_report (cli, format, output, error);
  lb_output_free (output);
  return status;
}

static const LbCliOption options[] = {
  { 'o', "output", LB_CLI_PATH, "FILE", "where to write it (default standard output)", NULL,
    "files", 0, 0 },
  { 0, "format", LB_CLI_CHOICE, "FORMAT",
    "how to write it (default: what FILE's name ends in, else html)", FORMATS, NULL, 0, 0 },
  { 0, "chart", LB_CLI_CHOICE, "CHART",
    "only this chart of svg and png (default all, one below the other)",
    "all,rtf,quality,course,memory", NULL, 0, 0 },
  { 0, "dark", LB_CLI_FLAG, NULL, "charts of svg and png on dark paper; html has both", NULL,
    NULL, 0, 0 },
  { 0, "full-paths", LB_CLI_FLAG, NULL, "whole paths of files, not only their names", NULL, NULL,
    0, 0 },
  { 0 },
};

const LbCliCommand lb_command_report = {
  .name = "report",
  .arguments = "RUN…",
  .summary = "write runs as a report with charts, to be passed on",
  .description =
      "Writes runs into one file: html with charts, all figures, flags and their cures, which "
      "needs nothing beside it; svg or png with the charts alone; md, csv or json without "
      "charts.\n\nCharts: rtf (median and 95 % interval), quality (speed against the first score "
      "that two or more runs have; the dashed line is the frontier: none is better in both), "
      "course (each iteration) and memory. Of several runs the first is the baseline of the "
      "verdicts, as in 'compare'.\n\nPaths of files are cut to their names, unless --full-paths "
      "is given: a message of an engine is left as it was.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "runs",
  .run = run_report,
};
