#include <math.h>
#include <string.h>

#include "cli/benchmark.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"

#define ITERATIONS_MAX 100000
#define LISTENER "whisper.cpp" /* writes down what was spoken, for its word error rate */
#define LISTENER_MODEL "base"
#define EMBEDDING_MODEL "clap-music" /* says how near a sound is to a text, and to other sounds  \
                                      */
#define OLLAMA_ENGINE "hybrid"       /* has its client */

const LbCliOption lb_benchmark_options[] = {
  { 'e', "engine", LB_CLI_LIST, "ENGINE,…", "engines to measure; several make a matrix",
    .completion = "engines" },
  { 'm', "model", LB_CLI_LIST, "MODEL,…", "models, by name; several make a matrix",
    .completion = "models" },
  { 'n', "iterations", LB_CLI_TEXT, "N|auto",
    "measured runs of each case; auto: until the median is known to 2 %, 6 to 30 or 60 s" },
  { 'w', "warmups", LB_CLI_INT, "N", "runs before the clock counts (1)", .min = 0, .max = 1000 },
  { 't', "threads", LB_CLI_INT, "N", "threads of the engine (as many as this process may use)",
    .min = 1, .max = 4096 },
  { 'd', "device", LB_CLI_LIST, "DEVICE,…",
    "auto, cpu, hip:0, vulkan:0, cuda:0; several make a matrix" },
  { 0, "interleave", LB_CLI_FLAG, NULL, "take turns between the cases: comparisons hold better" },
  { 0, "seed", LB_CLI_INT, "N", "seed of engines that draw lots (0)", .min = -9e15, .max = 9e15 },
  { 0, "random-weights", LB_CLI_FLAG, NULL,
    "the model's true size with weights that are drawn: speed and memory are real, the output is "
    "noise; of engines that can do so" },
  { 0, "time-limit", LB_CLI_DOUBLE, "SECONDS",
    "end an engine that takes longer for a load or a run (600, and 20 × the sound)", .min = 0.001,
    .max = 1e7 },
  { 0, "memory-limit", LB_CLI_TEXT, "SIZE",
    "end an engine that takes more memory, like 8G (nine tenths of what is free)" },
  { 0, "pcm-memory", LB_CLI_TEXT, "SIZE",
    "sound above this lies on disk, not in memory (a quarter of what is free)" },
  { 0, "no-warm-load", LB_CLI_FLAG, NULL, "don't unload and load a second time" },
  { 0, "no-wait", LB_CLI_FLAG, NULL, "measure although another benchmark is running: flagged" },
  { 0, "allow-network", LB_CLI_FLAG, NULL,
    "engines that ask a server may send the input to another machine: marked in the result" },
  { 0, "no-store", LB_CLI_FLAG, NULL, "leave no trace in the history" },
  { 0, "strict", LB_CLI_FLAG, NULL, "exit with 3 when a result is not valid" },
  { 'f', "format", LB_CLI_CHOICE, "FORMAT", "of the results: table, json, jsonl, csv, md",
    "table,json,jsonl,csv,md" },
  { 'o', "output", LB_CLI_PATH, "FILE", "write the results into FILE", .completion = "files" },
  { 0, "full-paths", LB_CLI_FLAG, NULL,
    "whole file names in csv and md, not only their last part" },
  { 0, "print-plan", LB_CLI_FLAG, NULL,
    "print the plan as JSON (for llamaburn run) and measure nothing" },
  { 0 },
};

static gboolean
read_iterations (const LbCli *cli, int *iterations, GError **error)
{
  const char *text = lb_cli_text (cli, "iterations", "auto");
  g_autofree char *shown = lb_text_escape (text);
  guint64 value;

  *iterations = 0;
  if (strcmp (text, "auto") == 0)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 1, ITERATIONS_MAX, &value, NULL))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "--iterations takes auto or a number from 1 to %d, not \"%s\"", ITERATIONS_MAX,
                   shown);
      return FALSE;
    }
  *iterations = (int) value;
  return TRUE;
}

/* "512", "64K", "1.5G": bytes, by 1024. */
static gboolean
read_size (const LbCli *cli, const char *name, guint64 *bytes, GError **error)
{
  static const char units[] = "KMGT";
  const char *text = lb_cli_text (cli, name, NULL);
  char *end;
  double value;
  const char *unit;

  if (text == NULL)
    return TRUE;
  value = g_ascii_strtod (text, &end);
  unit = *end != '\0' ? strchr (units, g_ascii_toupper (*end)) : NULL;
  if (unit != NULL)
    {
      value *= pow (1024, (double) (unit - units + 1));
      end++;
    }
  if (end == text || *end != '\0' || !(value >= 1 && value < 9e15))
    {
      g_autofree char *shown = lb_text_escape (text);

      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "--%s takes a size like 512M or 8G, not \"%s\"", name, shown);
      return FALSE;
    }
  *bytes = (guint64) value;
  return TRUE;
}

/* What --score takes, of which command. @engine: NULL: the score's own; @model: the usual one,
 * NULL: there is none to choose */
static const struct {
  const char *mode, *name, *engine, *model;
} scores[] = {
  { "tts", "wer", LISTENER, LISTENER_MODEL },     { "tts", "mos", NULL, NULL },
  { "analysis", "grounding", NULL, NULL },        { "generation", "clap", NULL, EMBEDDING_MODEL },
  { "generation", "fad", NULL, EMBEDDING_MODEL },
};

/* Returns: (transfer full): "wer, wer:MODEL, mos" */
static char *
list_scores (const char *mode)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
    if (strcmp (scores[i].mode, mode) == 0)
      {
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", scores[i].name);
        if (scores[i].model != NULL)
          g_string_append_printf (names, ", %s:MODEL", scores[i].name);
      }
  return g_string_free (names, FALSE);
}

/* Returns: (transfer none) (nullable): the command that has the score @name */
static const char *
command_of_score (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
    for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
      if (strcmp (scores[i].name, name) == 0 && g_strcmp0 ((*command)->mode, scores[i].mode) == 0)
        return (*command)->name;
  return NULL;
}

/* "wer", "wer:small", "mos", "grounding". */
static json_t *
read_score (const LbCli *cli, const char *text, GError **error)
{
  const char *mode = lb_cli_mode (cli), *reference = lb_cli_text (cli, "fad-reference", NULL);
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  g_autofree char *shown = lb_text_escape (text), *names = list_scores (mode);
  gboolean readable = g_utf8_validate (text, -1, NULL) && (parts[1] == NULL || *parts[1] != '\0');
  g_autofree char *folder = reference != NULL ? g_canonicalize_filename (reference, NULL) : NULL;
  const char *other;

  for (guint i = 0; i < G_N_ELEMENTS (scores) && readable; i++)
    {
      const char *model = parts[1] != NULL ? parts[1] : scores[i].model;

      if (strcmp (scores[i].mode, mode) == 0 && strcmp (scores[i].name, parts[0]) == 0 &&
          (parts[1] == NULL || scores[i].model != NULL))
        return json_pack ("{s:s, s:s*, s:s*, s:s*}", "name", scores[i].name, "engine",
                          scores[i].engine, "model", model, "reference",
                          strcmp (parts[0], "fad") == 0 ? folder : NULL);
    }
  other = command_of_score (parts[0]);
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "--score takes %s, not \"%s\"%s%s", names, shown,
               other != NULL ? ", which is a score of " : "", other != NULL ? other : "");
  return NULL;
}

static gboolean
read_scores (const LbCli *cli, LbSettings *settings, GError **error)
{
  const char *const *texts = lb_cli_list (cli, "score");

  if (texts == NULL)
    return TRUE;
  settings->score = json_array ();
  for (guint i = 0; texts[i] != NULL; i++)
    {
      json_t *score = read_score (cli, texts[i], error);

      if (score == NULL)
        return FALSE;
      json_array_append_new (settings->score, score);
    }
  if (!settings->random_weights)
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                       "what random weights give is noise: --score and --random-weights don't go "
                       "together");
  return FALSE;
}

/* "openai-chat:NAME"; "ollama:NAME" is short for the engine that asks Ollama. */
static gboolean
read_judge (const LbCli *cli, LbSettings *settings, GError **error)
{
  const char *text = lb_cli_text (cli, "judge", NULL),
             *url = lb_cli_text (cli, "judge-url", NULL);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ":", 2);
  gboolean ollama = g_strcmp0 (parts[0], "ollama") == 0;
  const char *why = NULL;

  if (text == NULL && url == NULL)
    return TRUE;
  if (text == NULL)
    why = "--judge-url needs --judge ENGINE:MODEL";
  else if (settings->random_weights)
    why = "what random weights give is noise: --judge and --random-weights don't go together";
  else if (!g_utf8_validate (text, -1, NULL) || *parts[0] == '\0' || parts[1] == NULL ||
           *parts[1] == '\0')
    why = "--judge takes ENGINE:MODEL, like openai-chat:NAME or ollama:NAME";
  else if (url != NULL && (!g_utf8_validate (url, -1, NULL) || strpbrk (url, "@?#") != NULL))
    why = "--judge-url takes http://HOST:PORT; a password or key in it would be kept in the "
          "history";
  if (why != NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE, why);
      return FALSE;
    }
  settings->judge = json_object ();
  lb_json_set_string (settings->judge, "engine", ollama ? OLLAMA_ENGINE : parts[0]);
  lb_json_set_string (settings->judge, "model", parts[1]);
  lb_json_set_string (settings->judge, "url", url);
  return TRUE;
}

/* The format follows the name of a file that is to be saved. */
static gboolean
read_sound_output (const LbCli *cli, LbSettings *settings, GError **error)
{
  const char *format = lb_cli_text (cli, "audio-format", NULL);
  const char *save = lb_cli_text (cli, "save", NULL);
  const char *keep = lb_cli_text (cli, "keep", NULL);
  gboolean flac = save != NULL && g_str_has_suffix (save, ".flac");
  gboolean wav = save != NULL && g_str_has_suffix (save, ".wav");

  if (format != NULL &&
      ((flac && strcmp (format, "flac") != 0) || (wav && strcmp (format, "wav") != 0)))
    {
      g_autofree char *shown = lb_text_escape (save);

      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "--save \"%s\" and --audio-format %s contradict each other", shown, format);
      return FALSE;
    }
  settings->flac = flac || g_strcmp0 (format, "flac") == 0;
  settings->keep = g_strcmp0 (keep, "all") == 0    ? LB_KEEP_ALL
                   : g_strcmp0 (keep, "none") == 0 ? LB_KEEP_NONE
                                                   : LB_KEEP_FIRST;
  settings->save = g_strdup (save);
  settings->click = g_strdup (lb_cli_text (cli, "click", NULL));
  return TRUE;
}

gboolean
lb_benchmark_settings (const LbCli *cli, LbSettings *settings, GError **error)
{
  if (!read_iterations (cli, &settings->iterations, error) ||
      !read_size (cli, "memory-limit", &settings->memory_limit_bytes, error) ||
      !read_size (cli, "pcm-memory", &settings->pcm_memory_bytes, error))
    return FALSE;
  settings->random_weights = lb_cli_flag (cli, "random-weights");
  settings->warmups = (int) lb_cli_integer (cli, "warmups", settings->warmups);
  settings->threads = (int) lb_cli_integer (cli, "threads", 0);
  settings->order = lb_cli_flag (cli, "interleave") ? LB_ORDER_INTERLEAVED : LB_ORDER_SEQUENTIAL;
  settings->warm_load = !lb_cli_flag (cli, "no-warm-load");
  settings->wait = !lb_cli_flag (cli, "no-wait");
  settings->allow_network = lb_cli_flag (cli, "allow-network");
  settings->seed = lb_cli_integer (cli, "seed", 0);
  settings->start_s = lb_cli_real (cli, "start", 0);
  settings->duration_s = lb_cli_real (cli, "duration", 0);
  settings->time_limit_s = lb_cli_real (cli, "time-limit", 0);
  return read_sound_output (cli, settings, error) && read_scores (cli, settings, error) &&
         read_judge (cli, settings, error);
}
