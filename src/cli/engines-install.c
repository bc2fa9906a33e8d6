/* llamaburn engines install, remove */
#include <string.h>

#include "cli/engines.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"
#include "machine/machine.h"
#include "report/style.h"
#include "workers/workers.h"

typedef struct {
  LbCli *cli;
  const LbManifest *manifest;
  LbEnvironment *environment;
  gboolean again;
  char *phase; /* that was told last */
} Task;

/* ---- which environment ---- */

static gboolean
has_gpu (const json_t *machine, const char *backend)
{
  json_t *gpu;
  size_t i;

  json_array_foreach (json_object_get (machine, "gpus"), i, gpu)
    if (strcmp (lb_json_string (gpu, "backend", ""), backend) == 0 &&
        lb_json_boolean (gpu, "usable", FALSE))
      return TRUE;
  return FALSE;
}

static const char *
detect (const LbManifest *manifest)
{
  static const struct {
    const char *accelerator, *backend;
  } known[] = { { "cuda", "cuda" }, { "rocm", "hip" } };
  g_autoptr (json_t) machine = lb_machine_describe ();

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (lb_manifest_environment (manifest, known[i].accelerator) != NULL &&
        has_gpu (machine, known[i].backend))
      return known[i].accelerator;
  return "cpu";
}

static LbEnvironment *
choose (LbCli *cli, const LbManifest *manifest, GError **error)
{
  const char *accelerator = lb_cli_text (cli, "device", "auto");
  g_autoptr (GString) there = g_string_new (NULL);
  LbEnvironment *environment;

  if (strcmp (accelerator, "auto") == 0)
    accelerator = detect (manifest);
  environment = lb_manifest_environment (manifest, accelerator);
  if (environment != NULL)
    return environment;
  for (guint i = 0; i < manifest->environments->len; i++)
    g_string_append_printf (there, "%s%s", i > 0 ? ", " : "",
                            ((LbEnvironment *) manifest->environments->pdata[i])->accelerator);
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "the engine \"%s\" has no packages for %s: --device takes %s", manifest->id,
               accelerator, there->str);
  return NULL;
}

/* What has no environment: is it there anyway, or can it not be had this way? */
static gboolean
explain_no_environment (LbCli *cli, const LbManifest *manifest, GError **error)
{
  if (manifest->missing == NULL)
    {
      lb_cli_note (cli, "%s: needs no packages of its own: ready", manifest->id);
      return TRUE;
    }
  g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE_MISSING, manifest->missing);
  return FALSE;
}

/* ---- progress ---- */

static void
draw (Task *task, const LbInstallProgress *progress)
{
  LbCli *cli = task->cli;
  g_autofree char *done = lb_text_bytes (progress->done_bytes);
  g_autofree char *total = lb_text_bytes (progress->total_bytes);
  g_autofree char *line = NULL, *cut = NULL;

  if (progress->total_bytes > 0)
    line = g_strdup_printf (
        "%s: %s · %.0f %% · %s of about %s", task->manifest->id, progress->phase,
        100.0 * (double) progress->done_bytes / (double) progress->total_bytes, done, total);
  else
    line = g_strdup_printf ("%s: %s · %s", task->manifest->id, progress->phase, done);
  cut = lb_style_cut (line, MAX (cli->progress_width - 1, 1));
  g_mutex_lock (&cli->lock);
  lb_cli_write_progress (cli, cut);
  g_mutex_unlock (&cli->lock);
}

static void
on_progress (const LbInstallProgress *progress, gpointer user_data)
{
  Task *task = user_data;

  if (progress->note != NULL)
    lb_cli_note (task->cli, "%s (%s): %s", task->manifest->id, task->environment->accelerator,
                 progress->note);
  else if (g_strcmp0 (task->phase, progress->phase) != 0)
    {
      g_free (task->phase);
      task->phase = g_strdup (progress->phase);
      lb_cli_note (task->cli, "%s: installing %s", task->manifest->id,
                   strcmp (progress->phase, "environment") == 0 ? "a virtual environment"
                                                                : "its packages");
    }
  else if (task->cli->interactive && !lb_cli_quiet (task->cli) && progress->done_bytes > 0)
    draw (task, progress);
}

/* ---- the work ---- */

static gboolean
work (GCancellable *cancellable, gpointer user_data, GError **error)
{
  Task *task = user_data;

  return lb_workers_install (task->manifest, task->environment, task->again, on_progress, task,
                             cancellable, error);
}

static gboolean
install_one (LbCli *cli, const LbManifest *manifest, GError **error)
{
  Task task = { .cli = cli, .manifest = manifest, .again = lb_cli_flag (cli, "again") };
  gboolean done;

  if (manifest->environments->len == 0)
    return explain_no_environment (cli, manifest, error);
  task.environment = choose (cli, manifest, error);
  if (task.environment == NULL)
    return FALSE;
  done = lb_cli_work_in_thread (cli, work, &task, error);
  if (done)
    lb_cli_note (cli, "%s: ready (%s); llamaburn engines check %s tries it", manifest->id,
                 task.environment->accelerator, manifest->id);
  g_free (task.phase);
  return done;
}

static int
run_install (LbCli *cli, GError **error)
{
  g_autoptr (GPtrArray) engines = lb_cli_choose_engines (cli, error);

  for (guint i = 0; engines != NULL && i < engines->len; i++)
    if (!install_one (cli, g_ptr_array_index (engines, i), error))
      return g_error_matches (*error, LB_ERROR, LB_ERROR_CANCELLED) ? LB_EXIT_INTERRUPTED
                                                                    : LB_EXIT_FAILED;
  return engines != NULL ? LB_EXIT_OK : LB_EXIT_USAGE;
}

/* ---- remove ---- */

static gboolean
remove_one (LbCli *cli, const LbManifest *manifest, GError **error)
{
  const char *wanted = lb_cli_text (cli, "device", "auto");
  guint64 sum = 0;
  gboolean any = FALSE;

  for (guint i = 0; i < manifest->environments->len; i++)
    {
      LbEnvironment *environment = manifest->environments->pdata[i];
      guint64 freed = 0;

      if ((strcmp (wanted, "auto") != 0 && strcmp (wanted, environment->accelerator) != 0) ||
          lb_environment_look (environment) == LB_ENVIRONMENT_ABSENT)
        continue;
      any = TRUE;
      if (!lb_workers_remove (manifest, environment, &freed, error))
        return FALSE;
      sum += freed;
    }
  if (any)
    {
      g_autofree char *bytes = lb_text_bytes (sum);

      lb_cli_note (cli, "%s: removed, %s freed", manifest->id, bytes);
      return TRUE;
    }
  g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
               "the engine \"%s\" has nothing installed that could be removed", manifest->id);
  return FALSE;
}

static int
run_remove (LbCli *cli, GError **error)
{
  g_autoptr (GPtrArray) engines = lb_cli_choose_engines (cli, error);

  for (guint i = 0; engines != NULL && i < engines->len; i++)
    if (!remove_one (cli, g_ptr_array_index (engines, i), error))
      return LB_EXIT_FAILED;
  return engines != NULL ? LB_EXIT_OK : LB_EXIT_USAGE;
}

/* clang-format off */
static const LbCliOption install_options[] = {
  { 'd', "device", LB_CLI_CHOICE, "DEVICE", "whose packages: auto is the GPU found, or cpu",
    "auto,cpu,cuda,rocm" },
  { 0, "again", LB_CLI_FLAG, NULL, "install anew what looks whole" },
  { 0 },
};

static const LbCliOption remove_options[] = {
  { 'd', "device", LB_CLI_CHOICE, "DEVICE", "whose packages; auto: all", "auto,cpu,cuda,rocm" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_engines_install = {
  .name = "engines install",
  .arguments = "ENGINE…",
  .summary = "install the Python packages that an engine needs",
  .description =
      "Makes a virtual environment for each engine, with exactly the packages that its lock "
      "names, "
      "checked by their hashes: by uv where it is installed, else by Python's venv and pip. Both "
      "use "
      "their own settings and caches, so that a second engine fetches only what the first has "
      "not.\n\n"
      "What breaks off is shown as half-installed, and mended by installing again. No benchmark "
      "installs anything by itself.",
  .options = install_options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "engines",
  .run = run_install,
};

const LbCliCommand lb_command_engines_remove = {
  .name = "engines remove",
  .arguments = "ENGINE…",
  .summary = "remove the Python packages of an engine",
  .description =
      "Removes the virtual environments of engines. Models stay: llamaburn models remove.",
  .options = remove_options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "engines",
  .run = run_remove,
};
