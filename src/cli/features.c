/* llamaburn features: what is measured of a song without any model */
#include <math.h>
#include <string.h>

#include "cli/private.h"
#include "bench/plan.h"
#include "core/text.h"
#include "decode/decode.h"
#include "dsp/song.h"
#include "report/style.h"

/* A sound that takes more lies in a file without a name. */
#define MEMORY_LIMIT_BYTES (96 * 1024 * 1024)

static json_t *
input_json (const char *path, const LbAudioInfo *info)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  json_t *input = json_object ();

  lb_json_set_path (input, "path", absolute);
  lb_json_set_string (input, "format", info->format);
  lb_json_set_integer (input, "sample_rate", info->sample_rate);
  lb_json_set_integer (input, "channels", info->channels);
  return input;
}

static void
warn_of_flags (LbCli *cli, const char *path, const json_t *flags)
{
  size_t index;
  json_t *flag;

  json_array_foreach ((json_t *) flags, index, flag)
    lb_cli_warn (cli, "%s: %s", path, lb_json_string (flag, "evidence", "?"));
}

/* Returns: (transfer full): the features of the file at @path, or %NULL */
static json_t *
measure (LbCli *cli, const char *path, GError **error)
{
  const LbDecodeRange range = { .start_s = lb_cli_real (cli, "start", 0),
                                .duration_s = lb_cli_real (cli, "duration", 0),
                                .memory_limit_bytes = MEMORY_LIMIT_BYTES };
  g_auto (LbAudioInfo) info = { 0 };
  g_autoptr (json_t) flags = NULL;
  g_autoptr (LbPcm) pcm = lb_decode (path, &range, &info, &flags, NULL, error);
  json_t *features;
  LbSong song;

  if (pcm == NULL)
    return NULL;
  warn_of_flags (cli, path, flags);
  if (!lb_song_measure (pcm, MEMORY_LIMIT_BYTES, NULL, NULL, &song, error))
    {
      g_autofree char *shown = lb_text_escape (path);

      g_prefix_error (error, "\"%s\": ", shown);
      return NULL;
    }
  features = lb_song_json (&song);
  lb_json_set (features, "input", input_json (path, &info));
  return features;
}

/* ---- views ---- */

static void
append_json (LbCli *cli, GString *out, const json_t *all)
{
  g_autofree char *text = lb_json_pretty (all);

  lb_report_json (out, text);
}

static void
append_lines (LbCli *cli, GString *out, const json_t *all)
{
  size_t index;
  json_t *one;

  json_array_foreach ((json_t *) all, index, one)
    {
      g_autofree char *line = lb_json_line (one);

      lb_report_json (out, line);
      g_string_append_c (out, '\n');
    }
}

/* A column of the table: a member of the features, or a member of that. */
typedef struct {
  const char *title, *key, *part;
  double factor; /* of its figure; 0: it is a text */
  int decimals;
  const char *unit;
} Column;

/* clang-format off */
static const Column columns[] = {
  { "LENGTH", "duration_s", NULL, 1, 1, " s" },
  { "BPM", "tempo", "bpm", 1, 1, "" },
  { "KEY", "key", "name", 0, 0, "" },
  { "TUNING", "tuning_semitones", NULL, 100, 0, " cents" },
  { "LUFS", "loudness", "integrated_lufs", 1, 1, "" },
  { "RANGE", "loudness", "range_lu", 1, 1, " LU" },
  { "CENTROID", "centroid_hz", "mean", 1, 0, " Hz" },
  { "ROLLOFF", "rolloff_hz", "mean", 1, 0, " Hz" },
  { "ONSETS", "onsets_per_s", NULL, 1, 2, "/s" },
  { "STRUCK", "percussive_share", NULL, 100, 0, " %" },
  { "SILENT", "silent_share", NULL, 100, 0, " %" },
};
/* clang-format on */

/* Returns: (transfer full): the cell of @column */
static char *
cell (const json_t *features, const Column *column)
{
  const json_t *object = column->part != NULL ? json_object_get (features, column->key)
                                              : features;
  const char *key = column->part != NULL ? column->part : column->key;
  double value;

  if (column->factor == 0)
    return g_strdup (lb_json_string (object, key, LB_ABSENT));
  value = lb_json_real (object, key, NAN);
  if (!isfinite (value))
    return g_strdup (LB_ABSENT);
  return g_strdup_printf ("%.*f%s", column->decimals, value * column->factor, column->unit);
}

static void
append_table (LbCli *cli, GString *out, const json_t *all)
{
  const char *titles[G_N_ELEMENTS (columns) + 2] = { "FILE" };
  static const guint may_drop[] = { 8, 4, 6, 11, 9 };
  LbReportStyle style = lb_cli_style (cli);
  g_autoptr (LbTable) table = NULL;
  size_t index;
  json_t *one;

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    titles[i + 1] = columns[i].title;
  table = lb_table_new (titles, "prrlrrrrrrrr");
  lb_table_may_drop (table, may_drop, G_N_ELEMENTS (may_drop));
  json_array_foreach ((json_t *) all, index, one)
    {
      const json_t *input = json_object_get (one, "input");
      g_autofree char *name = g_path_get_basename (
          lb_json_string (input, "path", lb_json_string (input, "path_uri", "?")));
      g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

      g_ptr_array_add (cells, g_strdup (name));
      for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
        g_ptr_array_add (cells, cell (one, &columns[i]));
      g_ptr_array_add (cells, NULL);
      lb_table_row (table, (const char *const *) cells->pdata);
    }
  lb_table_print (table, out, &style);
}

static const struct {
  const char *name;
  void (*append) (LbCli *cli, GString *out, const json_t *all);
} views[] = {
  { "json", append_json },
  { "jsonl", append_lines },
  { "table", append_table },
};

/* ---- the command ---- */

static int
run_features (LbCli *cli, GError **error)
{
  const char *const *paths = lb_cli_arguments (cli);
  const char *format = lb_cli_text (cli, "format", "json");
  g_autoptr (json_t) all = json_array ();
  g_autoptr (GString) out = g_string_new (NULL);
  LbExit status = LB_EXIT_OK;

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GError) failure = NULL;
      json_t *features = measure (cli, paths[i], &failure);

      if (features != NULL)
        json_array_append_new (all, features);
      else
        {
          lb_cli_complain (cli, failure->message);
          status = LB_EXIT_FAILED;
        }
    }
  if (json_array_size (all) == 0)
    return status;
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    if (strcmp (format, views[i].name) == 0)
      views[i].append (cli, out, all);
  lb_cli_print (cli, out->str);
  return status;
}

/* clang-format off */
static const LbCliOption options[] = {
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it (default json: a list)",
    "json,jsonl,table" },
  { 0, "start", LB_CLI_DOUBLE, "SECONDS", "begin so far into each sound", .min = 0, .max = 1e7 },
  { 0, "duration", LB_CLI_DOUBLE, "SECONDS", "use so much of each sound", .min = 0, .max = 1e7 },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_features = {
  .name = "features",
  .arguments = "FILE…",
  .summary = "measure tempo, key, loudness and spectrum of songs",
  .description =
      "Measures each song without any model: tempo, key, tuning, loudness and its range, how "
      "bright it is (centroid, bandwidth, roll-off), zero crossings, onsets a second, chroma, "
      "what share of it is struck and what share silent. These are what the engines hybrid and "
      "hybrid-llama tell a language model. A figure that a sound doesn't have (the key of "
      "silence) is absent. A file that can't be read leaves the others' features, and the exit "
      "status 1.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "files",
  .run = run_features,
};
