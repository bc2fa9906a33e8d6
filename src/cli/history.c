/* llamaburn history, llamaburn history remove */
#include <math.h>
#include <string.h>

#include "cli/past.h"
#include "core/error.h"
#include "core/text.h"
#include "report/report.h"

#define NEWEST 50
#define FLUSH_BYTES 65536
#define FORMATS "table,json,jsonl,csv,md"

static const char *const titles[] = { "Run",    "When",  "Mode",  "Engine", "Model",
                                      "Device", "RTF",   "Speed", "Score",  "N",
                                      "Status", "Input", NULL };
#define ALIGNMENT "rlllllrrrrlp"
/* In a narrow terminal the first of these go first; the run's number, its RTF and its status
 * stay. */
static const guint spare[] = { 2, 9, 5, 7, 1, 8, 4, 3, 11 };
#define COLUMNS (G_N_ELEMENTS (titles) - 1)

/* A list as it is written: one format, row after row. */
typedef struct {
  LbCli *cli;
  GString *out;
  LbTable *table;
  guint rows;
  const struct Format *format;
} Listing;

typedef struct Format {
  const char *name;
  void (*begin) (Listing *listing);
  void (*add) (Listing *listing, const LbStoreRow *row);
  void (*end) (Listing *listing);
} Format;

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* "auto" is what was asked for, of a run that hasn't told yet what it got. */
static const char *
name_device (const LbStoreRow *row)
{
  return g_strcmp0 (row->device, "auto") == 0 ? "" : or_empty (row->device);
}

/* Free with g_strfreev(). */
static char **
make_cells (const LbStoreRow *row)
{
  gboolean timed = isfinite (row->median_rtf) && row->median_rtf > 0;
  g_autoptr (GStrvBuilder) cells = g_strv_builder_new ();
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, row->number);
  g_autofree char *when = lb_report_when (row->timestamp);
  g_autofree char *rtf = timed ? lb_report_number (row->median_rtf) : g_strdup ("");
  g_autofree char *speed = timed ? lb_report_times (row->median_rtf) : g_strdup ("");
  g_autofree char *score = lb_report_score (row->score_name, row->score);
  g_autofree char *n = g_strdup_printf ("%" G_GINT64_FORMAT, row->iterations);
  g_autofree char *status = lb_report_status (row->status, row->valid, row->synthetic);

  g_strv_builder_add_many (cells, number, when, or_empty (row->mode), or_empty (row->engine),
                           or_empty (row->model), name_device (row), rtf, speed, score, n, status,
                           or_empty (row->input), NULL);
  return g_strv_builder_end (cells);
}

static json_t *
make_object (const LbStoreRow *row)
{
  json_t *object = json_object ();

  lb_json_set_integer (object, "number", row->number);
  lb_json_set_string (object, "id", row->id);
  lb_json_set_string (object, "group", row->group);
  lb_json_set_integer (object, "timestamp", row->timestamp);
  lb_json_set_string (object, "mode", row->mode);
  lb_json_set_string (object, "status", row->status);
  lb_json_set_string (object, "engine", row->engine);
  lb_json_set_string (object, "engine_version", row->engine_version);
  lb_json_set_string (object, "model", row->model);
  lb_json_set_string (object, "device", row->device);
  lb_json_set_string (object, "input", row->input);
  lb_json_set_integer (object, "iterations", row->iterations);
  lb_json_set_real (object, "median_rtf", row->median_rtf);
  lb_json_set_real (object, "median_wall_s", row->median_wall_s);
  if (row->score_name != NULL)
    lb_json_set (object, "score",
                 json_pack ("{s:s, s:f}", "name", row->score_name, "value", row->score));
  lb_json_set_boolean (object, "valid", row->valid);
  lb_json_set_boolean (object, "synthetic", row->synthetic);
  return object;
}

static void
begin_table (Listing *listing)
{
  listing->table = lb_table_new (titles, ALIGNMENT);
  lb_table_may_drop (listing->table, spare, G_N_ELEMENTS (spare));
}

static void
add_table (Listing *listing, const LbStoreRow *row)
{
  g_auto (GStrv) cells = make_cells (row);

  lb_table_row (listing->table, (const char *const *) cells);
}

static void
end_table (Listing *listing)
{
  const LbReportStyle style = { .colour = lb_cli_colour (listing->cli),
                                .width = lb_cli_width (listing->cli) };

  if (listing->rows > 0)
    lb_table_print (listing->table, listing->out, &style);
  g_clear_pointer (&listing->table, lb_table_free);
}

static void
add_jsonl (Listing *listing, const LbStoreRow *row)
{
  g_autoptr (json_t) object = make_object (row);
  g_autofree char *line = lb_json_line (object);

  lb_report_json (listing->out, line);
  g_string_append_c (listing->out, '\n');
}

static void
begin_json (Listing *listing)
{
  g_string_append (listing->out, "[");
}

static void
add_json (Listing *listing, const LbStoreRow *row)
{
  g_autoptr (json_t) object = make_object (row);
  g_autofree char *line = lb_json_line (object);

  g_string_append (listing->out, listing->rows > 0 ? ",\n  " : "\n  ");
  lb_report_json (listing->out, line);
}

static void
end_json (Listing *listing)
{
  g_string_append (listing->out, listing->rows > 0 ? "\n]\n" : "]\n");
}

static void
begin_csv (Listing *listing)
{
  g_string_append (
      listing->out,
      "number,id,timestamp,mode,engine,engine_version,model,device,input,status,iterations,"
      "median_rtf,median_wall_s,score_name,score,valid,synthetic\n");
}

static void
append_real (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (out, ',');
  if (isfinite (value))
    g_string_append (out, g_ascii_dtostr (text, sizeof text, value));
}

static void
add_csv (Listing *listing, const LbStoreRow *row)
{
  const char *const texts[] = { row->mode,   row->engine, row->engine_version, row->model,
                                row->device, row->input,  row->status };
  GString *out = listing->out;

  g_string_append_printf (out, "%" G_GINT64_FORMAT ",%s,%" G_GINT64_FORMAT, row->number, row->id,
                          row->timestamp);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_string_append_c (out, ',');
      lb_report_csv_cell (out, texts[i] != NULL ? texts[i] : "");
    }
  g_string_append_printf (out, ",%" G_GINT64_FORMAT, row->iterations);
  append_real (out, row->median_rtf);
  append_real (out, row->median_wall_s);
  g_string_append_c (out, ',');
  lb_report_csv_cell (out, row->score_name != NULL ? row->score_name : "");
  append_real (out, row->score);
  g_string_append_printf (out, ",%d,%d\n", row->valid, row->synthetic);
}

static void
begin_md (Listing *listing)
{
  for (guint i = 0; i < COLUMNS; i++)
    g_string_append_printf (listing->out, "| %s ", titles[i]);
  g_string_append (listing->out, "|\n");
  for (guint i = 0; i < COLUMNS; i++)
    g_string_append (listing->out, ALIGNMENT[i] == 'r' ? "|---:" : "|---");
  g_string_append (listing->out, "|\n");
}

static void
add_md (Listing *listing, const LbStoreRow *row)
{
  g_auto (GStrv) cells = make_cells (row);

  for (guint i = 0; i < COLUMNS; i++)
    lb_past_append_md (listing->out, cells[i]);
  g_string_append (listing->out, "|\n");
}

static const Format formats[] = {
  { "table", begin_table, add_table, end_table },
  { "json", begin_json, add_json, end_json },
  { "jsonl", NULL, add_jsonl, NULL },
  { "csv", begin_csv, add_csv, NULL },
  { "md", begin_md, add_md, NULL },
};

static gboolean
add_row (const LbStoreRow *row, gpointer user_data)
{
  Listing *listing = user_data;

  listing->format->add (listing, row);
  listing->rows++;
  if (listing->out->len > FLUSH_BYTES)
    {
      lb_cli_print (listing->cli, listing->out->str);
      g_string_truncate (listing->out, 0);
    }
  return TRUE;
}

static gboolean
read_dates (const LbCli *cli, LbStoreFilter *filter, GError **error)
{
  const char *since = lb_cli_text (cli, "since", NULL), *until = lb_cli_text (cli, "until", NULL);

  if (since != NULL && !lb_past_parse_date ("since", since, FALSE, &filter->since, error))
    return FALSE;
  return until == NULL || lb_past_parse_date ("until", until, TRUE, &filter->until, error);
}

static const Format *
find_format (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i].name, name))
      return &formats[i];
  return &formats[0];
}

static gboolean
is_filtered (const LbStoreFilter *filter)
{
  return filter->mode != NULL || filter->engine != NULL || filter->model != NULL ||
         filter->status != NULL || filter->since != 0 || filter->until != 0;
}

static int
run_history (LbCli *cli, GError **error)
{
  LbStoreFilter filter = { .mode = lb_cli_text (cli, "mode", NULL),
                           .engine = lb_cli_text (cli, "engine", NULL),
                           .model = lb_cli_text (cli, "model", NULL),
                           .status = lb_cli_text (cli, "status", NULL),
                           .limit = lb_cli_flag (cli, "all")
                                        ? 0
                                        : lb_cli_integer (cli, "limit", NEWEST) };
  g_autoptr (GString) out = g_string_new (NULL);
  Listing listing = { .cli = cli,
                      .out = out,
                      .format = find_format (lb_cli_text (cli, "format", "table")) };
  g_autoptr (LbStore) store = NULL;

  if (!read_dates (cli, &filter, error) || (store = lb_past_open (cli, error)) == NULL)
    return LB_EXIT_FAILED;
  if (listing.format->begin != NULL)
    listing.format->begin (&listing);
  if (!lb_store_list (store, &filter, add_row, &listing, error))
    {
      g_clear_pointer (&listing.table, lb_table_free);
      return LB_EXIT_FAILED;
    }
  if (listing.format->end != NULL)
    listing.format->end (&listing);
  lb_cli_print (cli, out->str);
  if (listing.rows == 0)
    lb_cli_note (cli, "%s",
                 is_filtered (&filter) ? "No run fits."
                                       : "No runs yet: 'llamaburn stt FILE' makes the first.");
  return LB_EXIT_OK;
}

static const LbCliOption history_options[] = {
  { 'n', "limit", LB_CLI_INT, "N", "list the newest N (default 50)", NULL, NULL, 1, 1e9 },
  { 0, "all", LB_CLI_FLAG, NULL, "list every run", NULL, NULL, 0, 0 },
  { 0, "mode", LB_CLI_TEXT, "MODE", "only runs of this mode (stt, tts, …)", NULL, NULL, 0, 0 },
  { 'e', "engine", LB_CLI_TEXT, "ENGINE", "only runs of this engine", NULL, "engines", 0, 0 },
  { 'm', "model", LB_CLI_TEXT, "MODEL", "only runs of this model, by its full id (whisper-base)",
    NULL, "models", 0, 0 },
  { 0, "since", LB_CLI_TEXT, "DATE", "only runs from this date on (2026-11-24, 2026-11-24T10:30)",
    NULL, NULL, 0, 0 },
  { 0, "until", LB_CLI_TEXT, "DATE", "only runs up to this date, its day included", NULL, NULL, 0,
    0 },
  { 0, "status", LB_CLI_CHOICE, "STATUS", "only runs that ended so",
    "ok,failed,interrupted,running", NULL, 0, 0 },
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write the list (default table)", FORMATS, NULL,
    0, 0 },
  { 0 },
};

const LbCliCommand lb_command_history = {
  .name = "history",
  .arguments = "",
  .summary = "list earlier runs, newest first",
  .description =
      "Lists the runs that this machine's history keeps, newest first. RTF is the "
      "median real-time factor: "
      "the seconds of work for each second of sound; Speed is its inverse, how many times "
      "faster than real time; N counts the iterations. In a narrow terminal columns are "
      "left out; one that no run has a value for always is. --format json has all.\n\n"
      "The number in the first column names a run in 'show', 'compare' and 'history "
      "remove'; so do "
      "'last', 'last~1' and the end of a run's id.",
  .options = history_options,
  .run = run_history,
};

/* history remove */

static gboolean
note_id (const LbStoreRow *row, gpointer ids)
{
  g_ptr_array_add (ids, g_strdup (row->id));
  return TRUE;
}

static gboolean
list_before (LbCli *cli, LbStore *store, GPtrArray *ids, GError **error)
{
  const char *before = lb_cli_text (cli, "before", NULL);
  LbStoreFilter filter = { 0 };

  if (before == NULL)
    return TRUE;
  if (!lb_past_parse_date ("before", before, FALSE, &filter.until, error))
    return FALSE;
  filter.until--;
  return lb_store_list (store, &filter, note_id, ids, error);
}

/* All names are found before anything is removed: a wrong one removes nothing. */
static GPtrArray *
list_to_remove (LbCli *cli, LbStore *store, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  const char *const *names = lb_cli_arguments (cli);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      char *id = lb_store_find (store, names[i], error);

      if (id == NULL)
        return NULL;
      if (g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL))
        g_free (id);
      else
        g_ptr_array_add (ids, id);
    }
  return list_before (cli, store, ids, error) ? g_steal_pointer (&ids) : NULL;
}

static int
run_remove (LbCli *cli, GError **error)
{
  g_autoptr (LbStore) store = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  const char *const *names = lb_cli_arguments (cli);
  guint removed = 0;
  int status = LB_EXIT_OK;

  if ((names == NULL || names[0] == NULL) && lb_cli_text (cli, "before", NULL) == NULL)
    {
      g_set_error_literal (
          error, LB_ERROR, LB_ERROR_USAGE,
          "which runs? Give their numbers ('llamaburn history' lists them), or --before DATE");
      return LB_EXIT_USAGE;
    }
  store = lb_store_open (NULL, error);
  ids = store != NULL ? list_to_remove (cli, store, error) : NULL;
  if (ids == NULL)
    return LB_EXIT_FAILED;
  if (lb_store_notice (store) != NULL)
    lb_cli_warn (cli, "%s", lb_store_notice (store));
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (GError) why = NULL;

      if (lb_store_remove (store, g_ptr_array_index (ids, i), &why))
        removed++;
      else if (!g_error_matches (why, LB_ERROR,
                                 LB_ERROR_NOT_FOUND)) /* gone meanwhile: as wished */
        {
          lb_cli_warn (cli, "%s", why->message);
          status = LB_EXIT_FAILED;
        }
    }
  lb_cli_note (cli, "Removed %u run%s.", removed, removed == 1 ? "" : "s");
  return status;
}

static const LbCliOption remove_options[] = {
  { 0, "before", LB_CLI_TEXT, "DATE", "also all runs from before this date (2026-11-24)", NULL,
    NULL, 0, 0 },
  { 0 },
};

const LbCliCommand lb_command_history_remove = {
  .name = "history remove",
  .arguments = "RUN…",
  .summary = "remove runs from the history, with their files",
  .description = "Removes runs, and the sounds and other files that were kept of them, for good. "
                 "A run is named by its "
                 "number, 'last', 'last~1' or the end of its id. A run that is still going on is "
                 "not removed.",
  .options = remove_options,
  .max_arguments = -1,
  .completion = "runs",
  .run = run_remove,
};
