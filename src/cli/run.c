#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "bench/runner.h"
#include "cli/benchmark.h"
#include "core/error.h"

static const LbCliOption options[] = {
  { 0, "events", LB_CLI_INT, "FD", "write events as JSON lines to this open descriptor", .min = 1,
    .max = 1e6 },
  { 0, "no-store", LB_CLI_FLAG, NULL, "leave no trace in the history" },
  { 0, "strict", LB_CLI_FLAG, NULL, "exit with 3 when a result is not valid" },
  { 'f', "format", LB_CLI_CHOICE, "FORMAT", "of the results: table, json, jsonl, csv, md",
    "table,json,jsonl,csv,md" },
  { 'o', "output", LB_CLI_PATH, "FILE", "write the results into FILE", .completion = "files" },
  { 0, "full-paths", LB_CLI_FLAG, NULL,
    "whole file names in csv and md, not only their last part" },
  { 0 },
};

/* The engines we start must not inherit it. */
static gboolean
take_descriptor (int fd, GError **error)
{
  int flags = fd >= 0 ? fcntl (fd, F_GETFL) : 0;

  if (fd < 0 ||
      (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && fcntl (fd, F_SETFD, FD_CLOEXEC) == 0))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "--events %d: no descriptor with that number is open for writing", fd);
  return FALSE;
}

static int
run_plan (LbCli *cli, GError **error)
{
  int fd = (int) lb_cli_integer (cli, "events", -1);
  g_autoptr (json_t) value = NULL;
  g_autoptr (LbPlan) plan = NULL;
  LbRegistry *registry;
  g_autoptr (LbModels) models = NULL;

  if (!take_descriptor (fd, error))
    return LB_EXIT_USAGE;
  value = lb_json_read (lb_cli_arguments (cli)[0], error);
  plan = value != NULL ? lb_plan_from_json (value, error) : NULL;
  if (plan == NULL)
    return LB_EXIT_USAGE;
  registry = lb_cli_registry (cli, error);
  models = registry != NULL ? lb_models_open (error) : NULL;
  if (models == NULL)
    return LB_EXIT_FAILED;
  if (!lb_runner_check (plan, registry, models, error))
    return LB_EXIT_USAGE;
  return lb_benchmark_run (cli, plan, registry, models, fd, error);
}

const LbCliCommand lb_command_run = {
  .name = "run",
  .arguments = "PLAN.json",
  .summary = "measure what a plan file says",
  .description = "A plan (schema llamaburn.plan/1) lists cases and settings; `llamaburn stt … "
                 "--print-plan` makes one. With "
                 "--events the run says what happens as JSON lines (schema llamaburn.event/1): "
                 "windows and scripts listen "
                 "to it. SIGINT ends it cleanly and keeps what was measured.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = "files",
  .run = run_plan,
};
