#include "cli/benchmark.h"

#include <math.h>
#include <string.h>

#include "bench/runner.h"
#include "core/error.h"
#include "core/text.h"

#define ITERATIONS_MAX 100000

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
  { 'r', "reference", LB_CLI_PATH, "FILE",
    "what was said, to score against: a text file, or a folder with NAME.txt for each NAME.wav",
    .completion = "files" },
  { 0, "interleave", LB_CLI_FLAG, NULL, "take turns between the cases: comparisons hold better" },
  { 0, "start", LB_CLI_DOUBLE, "SECONDS", "begin so far into each sound", .min = 0, .max = 1e7 },
  { 0, "duration", LB_CLI_DOUBLE, "SECONDS", "use so much of each sound", .min = 0, .max = 1e7 },
  { 0, "seed", LB_CLI_INT, "N", "seed of engines that draw lots (0)", .min = -9e15, .max = 9e15 },
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

static gboolean
read_settings (const LbCli *cli, LbSettings *settings, GError **error)
{
  if (!read_iterations (cli, &settings->iterations, error) ||
      !read_size (cli, "memory-limit", &settings->memory_limit_bytes, error) ||
      !read_size (cli, "pcm-memory", &settings->pcm_memory_bytes, error))
    return FALSE;
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
  return TRUE;
}

/* The reference of the file at @path: the one file, or STEM.txt in the folder. */
static gboolean
find_reference (const LbCli *cli, const LbBenchmarkMode *mode, const char *path, char **reference,
                GError **error)
{
  const char *given = lb_cli_text (cli, "reference", NULL);
  g_autofree char *base = g_path_get_basename (path);
  const char *dot = strrchr (base, '.');
  g_autofree char *stem = g_strndup (base, dot != NULL && dot != base ? (gsize) (dot - base)
                                                                      : strlen (base));
  g_autofree char *name = g_strconcat (stem, mode->reference_suffix, NULL);

  *reference = NULL;
  if (given == NULL)
    return TRUE;
  if (g_file_test (given, G_FILE_TEST_IS_DIR))
    {
      *reference = g_build_filename (given, name, NULL);
      return TRUE;
    }
  if (g_strv_length ((char **) lb_cli_arguments (cli)) > 1)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "--reference is one file, but there are several inputs: give a folder that "
                   "holds a NAME%s for each",
                   mode->reference_suffix);
      return FALSE;
    }
  *reference = g_strdup (given);
  return TRUE;
}

static gboolean
add_cases (const LbCli *cli, const LbBenchmarkMode *mode, LbPlan *plan,
           const LbManifest *manifest, const char *model, const char *device, GError **error)
{
  const char *const *files = lb_cli_arguments (cli);
  g_autoptr (json_t) options = lb_cli_engine_options (cli, manifest->id, error);

  if (options == NULL)
    return FALSE;
  for (guint i = 0; files[i] != NULL; i++)
    {
      LbCase *it = lb_plan_add_case (plan, mode->mode, manifest->id, model, device);

      lb_case_add_file (it, mode->role, files[i]);
      json_object_update (it->options, options);
      if (!find_reference (cli, mode, files[i], &it->reference, error))
        return FALSE;
    }
  return TRUE;
}

/* models × devices × files of one engine; one that takes no model is there once. */
static gboolean
add_engine (const LbCli *cli, const LbBenchmarkMode *mode, LbPlan *plan,
            const LbManifest *manifest, GError **error)
{
  const char *const no_model[] = { NULL, NULL }, *const default_model[] = { mode->model, NULL };
  const char *const default_device[] = { "auto", NULL };
  const char *const *models = lb_cli_list (cli, "model") ?: default_model;
  const char *const *devices = lb_cli_list (cli, "device") ?: default_device;
  gboolean takes_model = manifest->variants != NULL && manifest->variants[0] != NULL;

  if (!takes_model)
    models = no_model;
  for (guint m = 0; m == 0 || models[m] != NULL; m++)
    for (guint d = 0; devices[d] != NULL; d++)
      if (!add_cases (cli, mode, plan, manifest, models[m], devices[d], error))
        return FALSE;
  return TRUE;
}

static gboolean
add_matrix (LbCli *cli, const LbBenchmarkMode *mode, LbPlan *plan, GError **error)
{
  g_autoptr (GPtrArray) engines = lb_cli_engines (cli, error);

  for (guint e = 0; engines != NULL && e < engines->len; e++)
    if (!add_engine (cli, mode, plan, g_ptr_array_index (engines, e), error))
      return FALSE;
  return engines != NULL;
}

/* Without ids: each run of it is then a new one. */
static void
print_plan (const LbCli *cli, const LbPlan *plan)
{
  g_autoptr (json_t) value = lb_plan_to_json (plan);
  g_autofree char *text = NULL;
  size_t index;
  json_t *it;

  json_object_del (value, "group");
  json_array_foreach (json_object_get (value, "cases"), index, it)
    json_object_del (it, "id");
  text = lb_json_pretty (value);
  lb_cli_print (cli, text);
}

int
lb_benchmark_command (LbCli *cli, const LbBenchmarkMode *mode, GError **error)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  LbRegistry *registry = lb_cli_registry (cli, error);
  g_autoptr (LbModels) models = registry != NULL ? lb_models_open (error) : NULL;

  if (models == NULL || !read_settings (cli, &plan->settings, error) ||
      !add_matrix (cli, mode, plan, error))
    return LB_EXIT_FAILED;
  if (!lb_runner_check (plan, registry, models, error))
    return LB_EXIT_USAGE;
  if (lb_cli_flag (cli, "print-plan"))
    {
      print_plan (cli, plan);
      return LB_EXIT_OK;
    }
  return lb_benchmark_run (cli, plan, registry, models, -1, error);
}
