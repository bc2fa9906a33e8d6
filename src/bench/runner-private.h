/* What the files of the runner share: runner.c walks, runner-steps.c does a step,
 * runner-measure.c takes the figures of one run. */
#pragma once

#include "bench/place.h"
#include "bench/result.h"
#include "bench/runner.h"
#include "bench/schedule.h"
#include "machine/machine.h"

G_BEGIN_DECLS

/* A case that has begun. */
typedef struct {
  LbResult *result;
  LbTruth *truth; /* NULL: no reference was given */
  GPtrArray *sounds; /* of its first output, to be scored at its end; NULL: none */
  LbWatch *watch;
  guint n_sessions; /* that the record has */
  guint life;       /* of its place, that the last of them is */
  guint64 kept_bytes;
  GPtrArray *spoken; /* (nullable): of LbPcm: the sound of each of `outputs`, to be scored */
} Run;

typedef struct {
  LbPlan *plan;
  LbRegistry *registry;
  LbModels *models;
  LbSchedule *schedule;
  LbInputs *inputs;      /* that are measured */
  LbInputs *more_inputs; /* whole: voices… */
  LbStore *store;        /* (nullable): for sounds that came out */
  LbPlace *places;
  Run *runs;
  json_t *machine;
  json_t *references; /* what was heard of reference sounds (bench/listener.h) */
  int threads;
  gboolean alone, cancelled;
  LbEventHandler handler;
  gpointer user_data;
  GCancellable *cancellable;
  LbRunnerCounts *counts;
} Runner;

typedef LbOutcome (*Step) (Runner *runner, const LbStep *step, double *wall_s);

/** lb_runner_step: Returns: what does a step of @kind */
Step lb_runner_step (LbStepKind kind);

/** lb_runner_emit: hands the event @name of @run (nullable) on; @members: (transfer full)
 * (nullable) */
void lb_runner_emit (Runner *runner, const char *name, const char *run, json_t *members);

const LbCase *lb_runner_case (const Runner *runner, const LbStep *step);

/** lb_case_path: Returns: (nullable): the file that is measured */
const char *lb_case_path (const LbCase *it);

/** lb_case_text: Returns: (nullable): the text that is measured */
const char *lb_case_text (const LbCase *it);

/** lb_runner_read_inputs: all of the case's into its result */
gboolean lb_runner_read_inputs (Runner *runner, const LbStep *step, GError **error);

/** lb_runner_has_ended: whether @run's record is complete */
gboolean lb_runner_has_ended (const Run *run);

/** lb_runner_room: Returns: what the cases of @session that have not ended need; their sounds are
 * decoded for it */
LbRoom lb_runner_room (Runner *runner, guint session);

/** lb_runner_duration_s: Returns: of what is measured, for time limits: of a text roughly */
double lb_runner_duration_s (Runner *runner, const LbCase *it);

/** lb_runner_forget_inputs: those of a case that no later one needs */
void lb_runner_forget_inputs (Runner *runner, guint case_index);

/** lb_runner_hear: reads, checks and measures the sounds of a run into @measured */
gboolean lb_runner_hear (Runner *runner, const LbCase *it, LbPlace *place, LbMeasured *measured,
                         GError **error);

/** lb_runner_keep: sounds of an iteration, as the settings say */
void lb_runner_keep (Runner *runner, const LbStep *step, const LbMeasured *measured);

/** lb_runner_judge: what was answered, by the language model of settings.judge */
void lb_runner_judge (Runner *runner, const LbStep *step);

/** lb_runner_score: what was spoken, by engines that listen to it, with those that are measured
 * at rest */
void lb_runner_score (Runner *runner, const LbStep *step);

/** lb_runner_ground: what was described, against what is measured and what a reference says */
void lb_runner_ground (Runner *runner, const LbStep *step);

/** lb_runner_prune: the oldest sounds go when all together are too many, said by an event */
void lb_runner_prune (Runner *runner, const Run *run);

/** lb_runner_attach: before each warm-up and iteration: the run has a session, another one after
 * its process has died, and is watched */
void lb_runner_attach (Runner *runner, const LbStep *step);

/** lb_runner_measure: one run of the engine with everything that is measured about it */
gboolean lb_runner_measure (Runner *runner, const LbStep *step, LbSessionRun *run,
                            LbMeasured *measured, GError **error);

void lb_measured_clear (LbMeasured *measured);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LbMeasured, lb_measured_clear)

/** lb_runner_check_busy: flags an accelerator that was asked for and never worked */
void lb_runner_check_busy (const LbPlace *place, const LbMeasured *measured, LbResult *result);

G_END_DECLS
