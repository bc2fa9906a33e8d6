/* What every benchmark command shares: its options, a plan from them, a run with progress,
 * history and output. */
#pragma once

#include "bench/plan.h"
#include "cli/cli.h"
#include "engine/manifest.h"
#include "models/models.h"

G_BEGIN_DECLS

/** LbBenchmarkMode: what differs between modes whose inputs are sound files */
typedef struct {
  const char *mode;             /* "stt" */
  const char *role;             /* of the files: "audio" */
  const char *model;            /* the default, or NULL */
  const char *reference_suffix; /* of references in a folder: ".txt" */
} LbBenchmarkMode;

extern const LbCliOption lb_benchmark_options[];

/** lb_benchmark_command: the whole command: plan from options, run, output. Returns: an LbExit */
int lb_benchmark_command (LbCli *cli, const LbBenchmarkMode *mode, GError **error);

/** lb_benchmark_run: runs @plan as the options of @cli say; @events_fd −1: none. Returns: an
 * LbExit */
int lb_benchmark_run (LbCli *cli, LbPlan *plan, LbRegistry *registry, LbModels *models,
                      int events_fd, GError **error);

G_END_DECLS
