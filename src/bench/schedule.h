/* The order of a benchmark: one pure function, (plan, events so far) → next step. Nothing else in
 * the house knows it. A session here is the place of one engine process with one loaded model:
 * all cases that differ only in inputs share it. */
#pragma once

#include "bench/plan.h"

G_BEGIN_DECLS

typedef enum {
  LB_STEP_BEGIN, /* a case: decode its inputs, read its reference */
  LB_STEP_START, /* a session: its process */
  LB_STEP_LOAD,
  LB_STEP_RELOAD, /* unload and load again: the warm load */
  LB_STEP_WARMUP,
  LB_STEP_ITERATE,
  LB_STEP_END,    /* a case: summarise, score, store; also one that failed */
  LB_STEP_STOP,   /* a session */
  LB_STEP_FINISH, /* nothing is left to do */
} LbStepKind;

typedef struct {
  LbStepKind kind;
  guint case_index; /* for whom (START, LOAD, RELOAD: the case that fails when it fails) */
  guint session;
  guint index; /* of the warm-up or iteration */
} LbStep;

typedef enum {
  LB_OUTCOME_OK,
  LB_OUTCOME_CASE_FAILED,    /* the session can go on with another case */
  LB_OUTCOME_SESSION_FAILED, /* the session is dead, another start may work */
  LB_OUTCOME_NO_ROOM,        /* START: not now, memory is taken by other sessions */
  LB_OUTCOME_CANCELLED,
} LbOutcome;

typedef struct {
  LbStep step;
  LbOutcome outcome;
  double wall_s; /* of an iteration */
} LbStepEvent;

typedef struct _LbSchedule LbSchedule;

/** lb_schedule_new: @plan must outlive it. Returns: (transfer full): groups the plan's cases into
 * sessions */
LbSchedule *lb_schedule_new (const LbPlan *plan);
void lb_schedule_free (LbSchedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbSchedule, lb_schedule_free)

guint lb_schedule_sessions (const LbSchedule *schedule);
guint lb_schedule_session_of (const LbSchedule *schedule, guint case_index);

/** lb_schedule_next: @events only grow from call to call: each is read once (fewer than before:
 * from the first again). Returns: what to do after @events; the same events give the same answer
 */
LbStep lb_schedule_next (LbSchedule *schedule, const LbStepEvent *events, gsize n_events);

/** lb_schedule_is_enough: whether `auto` (@iterations 0) or a count is satisfied by @wall_s: at
 * least 6, on until the 95 % interval's half-width is within 2 % of the median, at most 30, or 60
 * s of measuring (then at least 4, unless one takes over 60 s) */
gboolean lb_schedule_is_enough (int iterations, const double *wall_s, gsize n);

G_END_DECLS
