/* llamaburn show */
#include "cli/past.h"
#include "report/report.h"

static void
append_records (GString *out, const json_t *records, const char *name, const LbReportStyle *style,
                GError **error)
{
  const LbReportFormat *format = lb_report_format (name, error);
  json_t *record;
  size_t i;

  if (format == NULL)
    return;
  if (format->begin != NULL)
    format->begin (out, style);
  json_array_foreach (records, i, record)
    if (format->add != NULL)
      format->add (out, record, (guint) i, style);
  if (format->end != NULL)
    format->end (out, records, style);
}

static int
run_show (LbCli *cli, GError **error)
{
  const char *const *names = lb_cli_arguments (cli);
  const char *format = lb_cli_text (cli, "format", "table");
  const LbReportStyle style = { .colour = lb_cli_colour (cli),
                                .width = lb_cli_width (cli),
                                .full_paths = lb_cli_flag (cli, "full-paths") };
  g_autoptr (LbStore) store = lb_past_open (cli, error);
  g_autoptr (json_t) records = json_array ();
  g_autoptr (GString) out = g_string_new (NULL);
  GError *local = NULL;

  for (guint i = 0; store != NULL && names[i] != NULL; i++)
    {
      json_t *record = lb_past_load (store, names[i], error);

      if (record == NULL)
        return LB_EXIT_FAILED;
      json_array_append_new (records, record);
      if (g_str_equal (format, "table"))
        g_string_append (out, i > 0 ? "\n" : "");
      if (g_str_equal (format, "table"))
        lb_report_show (out, record, &style);
    }
  if (store == NULL)
    return LB_EXIT_FAILED;
  if (!g_str_equal (format, "table"))
    append_records (out, records, format, &style, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return LB_EXIT_USAGE;
    }
  lb_cli_print (cli, out->str);
  return LB_EXIT_OK;
}

static const LbCliOption options[] = {
  { 0, "format", LB_CLI_CHOICE, "FORMAT",
    "how to write it (default table: everything, for people; json: the record whole)",
    "table,json,jsonl,csv,md", NULL, 0, 0 },
  { 0, "full-paths", LB_CLI_FLAG, NULL,
    "whole paths of inputs in csv and md, not only their names", NULL, NULL, 0, 0 },
  { 0 },
};

const LbCliCommand lb_command_show = {
  .name = "show",
  .arguments = "RUN…",
  .summary = "show one run whole",
  .description =
      "Shows all that is known of a run: what ran, on what, every iteration, the summary, scores "
      "with the "
      "words aligned, and what may have disturbed it.\n\nA run is named by its number in "
      "'llamaburn history', "
      "by 'last', 'last~1' (the one before) or by the end of its id (4 characters or more).",
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "runs",
  .run = run_show,
};
