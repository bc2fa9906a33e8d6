#include "bench/schedule.h"

#include "core/statistics.h"

#define AUTO_MIN 6
#define AUTO_MAX 30
#define AUTO_LEAST 4
#define AUTO_SECONDS 60.0
#define AUTO_HALF_WIDTH 0.02

struct _LbSchedule {
  const LbPlan *plan;
  GArray *session_of; /* guint for each case */
  guint n_sessions;
};

/* What the events so far say. */
typedef struct {
  gboolean begun, failed, ended;
  int warmups;
  GArray *wall_s;
} CaseState;

typedef struct {
  gboolean alive, loaded, reloaded, hopeless;
} SessionState;

typedef struct {
  const LbSchedule *schedule;
  CaseState *cases;
  SessionState *sessions;
  gboolean cancelled, round_closed;
} State;

LbSchedule *
lb_schedule_new (const LbPlan *plan)
{
  LbSchedule *schedule = g_new0 (LbSchedule, 1);

  schedule->plan = plan;
  schedule->session_of = g_array_new (FALSE, TRUE, sizeof (guint));
  for (guint i = 0; i < plan->cases->len; i++)
    {
      guint session = schedule->n_sessions;

      for (guint j = 0; j < i && session == schedule->n_sessions; j++)
        if (lb_plan_same_session (lb_plan_case (plan, i), lb_plan_case (plan, j)))
          session = g_array_index (schedule->session_of, guint, j);
      g_array_append_val (schedule->session_of, session);
      schedule->n_sessions = MAX (schedule->n_sessions, session + 1);
    }
  return schedule;
}

void
lb_schedule_free (LbSchedule *schedule)
{
  g_array_unref (schedule->session_of);
  g_free (schedule);
}

guint
lb_schedule_sessions (const LbSchedule *schedule)
{
  return schedule->n_sessions;
}

guint
lb_schedule_session_of (const LbSchedule *schedule, guint case_index)
{
  return g_array_index (schedule->session_of, guint, case_index);
}

gboolean
lb_schedule_is_enough (int iterations, const double *wall_s, gsize n)
{
  double total = 0;
  LbInterval interval;

  if (iterations > 0)
    return n >= (gsize) iterations;
  for (gsize i = 0; i < n; i++)
    {
      if (wall_s[i] > AUTO_SECONDS)
        return TRUE;
      total += wall_s[i];
    }
  if (n >= AUTO_MAX || (total >= AUTO_SECONDS && n >= AUTO_LEAST))
    return TRUE;
  return n >= AUTO_MIN && lb_median_interval (wall_s, n, &interval) &&
         (interval.high - interval.low) / 2 <= AUTO_HALF_WIDTH * lb_median (wall_s, n);
}

/* What a failed step means for its case and its session. */
static void
note_failure (State *state, const LbStepEvent *event)
{
  CaseState *it = &state->cases[event->step.case_index];
  SessionState *session = &state->sessions[event->step.session];

  if (event->outcome == LB_OUTCOME_NO_ROOM)
    {
      gboolean alone = TRUE;

      for (guint i = 0; i < state->schedule->n_sessions; i++)
        alone = alone && !state->sessions[i].alive;
      state->round_closed = !alone;
      it->failed = session->hopeless = alone;
      return;
    }
  it->failed = TRUE;
  if (event->outcome == LB_OUTCOME_SESSION_FAILED)
    *session = (SessionState){ .hopeless = event->step.kind == LB_STEP_START ||
                                           event->step.kind == LB_STEP_LOAD ||
                                           event->step.kind == LB_STEP_RELOAD };
  else if (event->step.kind == LB_STEP_LOAD || event->step.kind == LB_STEP_RELOAD)
    session->hopeless = TRUE;
}

static void
note_success (State *state, const LbStepEvent *event)
{
  CaseState *it = &state->cases[event->step.case_index];
  SessionState *session = &state->sessions[event->step.session];

  switch (event->step.kind)
    {
    case LB_STEP_START:
      session->alive = TRUE;
      break;
    case LB_STEP_LOAD:
      session->loaded = TRUE;
      break;
    case LB_STEP_RELOAD:
      session->reloaded = TRUE;
      break;
    case LB_STEP_WARMUP:
      it->warmups++;
      break;
    case LB_STEP_ITERATE:
      g_array_append_val (it->wall_s, event->wall_s);
      break;
    default:
      break;
    }
}

static void
note_event (State *state, const LbStepEvent *event)
{
  CaseState *it = &state->cases[event->step.case_index];

  it->begun |= event->step.kind == LB_STEP_BEGIN;
  it->ended |= event->step.kind == LB_STEP_END;
  if (event->step.kind == LB_STEP_STOP)
    state->sessions[event->step.session] = (SessionState){
      .hopeless = state->sessions[event->step.session].hopeless
    };
  if (event->outcome == LB_OUTCOME_CANCELLED)
    state->cancelled = TRUE;
  else if (event->outcome == LB_OUTCOME_OK)
    note_success (state, event);
  else
    note_failure (state, event);
}

static LbStep
make_step (const State *state, LbStepKind kind, guint case_index)
{
  const CaseState *it = &state->cases[case_index];

  return (LbStep){ .kind = kind,
                   .case_index = case_index,
                   .session = lb_schedule_session_of (state->schedule, case_index),
                   .index = kind == LB_STEP_WARMUP ? (guint) it->warmups : it->wall_s->len };
}

static gboolean
is_enough (const State *state, guint c)
{
  const GArray *wall_s = state->cases[c].wall_s;

  return lb_schedule_is_enough (state->schedule->plan->settings.iterations,
                                (const double *) (gconstpointer) wall_s->data, wall_s->len);
}

/* What case @c needs before it can be measured. Returns: whether it needs anything */
static gboolean
next_to_prepare (const State *state, guint c, LbStep *step)
{
  const SessionState *session = &state->sessions[lb_schedule_session_of (state->schedule, c)];
  const LbSettings *settings = &state->schedule->plan->settings;
  LbStepKind kind;

  if (!state->cases[c].begun)
    kind = LB_STEP_BEGIN;
  else if (state->cases[c].failed || session->hopeless)
    kind = LB_STEP_END;
  else if (!session->alive)
    kind = LB_STEP_START;
  else if (!session->loaded)
    kind = LB_STEP_LOAD;
  else if (settings->warm_load && !session->reloaded)
    kind = LB_STEP_RELOAD;
  else
    return FALSE;
  *step = make_step (state, kind, c);
  return TRUE;
}

/* The first case of session @s, for its STOP. */
static guint
case_of_session (const State *state, guint s)
{
  guint c = 0;

  while (lb_schedule_session_of (state->schedule, c) != s)
    c++;
  return c;
}

static gboolean
next_to_stop (const State *state, LbStep *step)
{
  for (guint s = 0; s < state->schedule->n_sessions; s++)
    if (state->sessions[s].alive)
      {
        *step = make_step (state, LB_STEP_STOP, case_of_session (state, s));
        return TRUE;
      }
  return FALSE;
}

static LbStep
next_in_sequence (const State *state)
{
  guint n = state->schedule->plan->cases->len;
  LbStep step = { .kind = LB_STEP_FINISH };

  for (guint s = 0; s < state->schedule->n_sessions; s++)
    {
      for (guint c = 0; c < n; c++)
        {
          if (lb_schedule_session_of (state->schedule, c) != s || state->cases[c].ended)
            continue;
          if (next_to_prepare (state, c, &step))
            return step;
          if (state->cases[c].warmups < state->schedule->plan->settings.warmups)
            return make_step (state, LB_STEP_WARMUP, c);
          return make_step (state, is_enough (state, c) ? LB_STEP_END : LB_STEP_ITERATE, c);
        }
      if (state->sessions[s].alive)
        return make_step (state, LB_STEP_STOP, case_of_session (state, s));
    }
  return step;
}

/* Belongs @c to the sessions that are open now? Once the round is closed, no other is opened. */
static gboolean
is_in_round (const State *state, guint c)
{
  guint session = lb_schedule_session_of (state->schedule, c);
  gboolean waits = state->round_closed && !state->sessions[session].alive &&
                   !state->sessions[session].hopeless && state->cases[c].wall_s->len == 0 &&
                   !state->cases[c].failed;

  return !state->cases[c].ended && !waits;
}

/* Forwards in even rounds, backwards in odd ones: a drift of the machine then falls on all alike.
 */
static gboolean
next_to_iterate (const State *state, LbStep *step)
{
  guint n = state->schedule->plan->cases->len;
  guint fewest = G_MAXUINT;
  gboolean enough = TRUE;

  for (guint c = 0; c < n; c++)
    if (is_in_round (state, c))
      {
        fewest = MIN (fewest, state->cases[c].wall_s->len);
        enough = enough && is_enough (state, c);
      }
  if (enough)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      guint c = fewest % 2 == 0 ? i : n - 1 - i;

      if (is_in_round (state, c) && state->cases[c].wall_s->len == fewest)
        {
          *step = make_step (state, LB_STEP_ITERATE, c);
          return TRUE;
        }
    }
  return FALSE;
}

static LbStep
next_interleaved (const State *state)
{
  guint n = state->schedule->plan->cases->len;
  gboolean any = FALSE;
  LbStep step = { .kind = LB_STEP_FINISH };

  for (guint c = 0; c < n; c++)
    if (is_in_round (state, c) && next_to_prepare (state, c, &step))
      return step;
  for (int w = 0; w < state->schedule->plan->settings.warmups; w++)
    for (guint c = 0; c < n; c++)
      if (is_in_round (state, c) && state->cases[c].warmups <= w)
        return make_step (state, LB_STEP_WARMUP, c);
  if (next_to_iterate (state, &step))
    return step;
  for (guint c = 0; c < n; c++)
    {
      if (is_in_round (state, c))
        return make_step (state, LB_STEP_END, c);
      any = any || !state->cases[c].ended;
    }
  next_to_stop (state, &step);
  g_assert (step.kind != LB_STEP_FINISH || !any);
  return step;
}

static LbStep
next_when_cancelled (const State *state)
{
  LbStep step = { .kind = LB_STEP_FINISH };

  for (guint c = 0; c < state->schedule->plan->cases->len; c++)
    if (state->cases[c].begun && !state->cases[c].ended)
      return make_step (state, LB_STEP_END, c);
  next_to_stop (state, &step);
  return step;
}

LbStep
lb_schedule_next (const LbSchedule *schedule, const LbStepEvent *events, gsize n_events)
{
  guint n = schedule->plan->cases->len;
  State state = { .schedule = schedule };
  LbStep step;

  state.cases = g_new0 (CaseState, n);
  state.sessions = g_new0 (SessionState, schedule->n_sessions);
  for (guint c = 0; c < n; c++)
    state.cases[c].wall_s = g_array_new (FALSE, FALSE, sizeof (double));
  for (gsize i = 0; i < n_events; i++)
    {
      note_event (&state, &events[i]);
      /* A round ends with its last session: the next may open others. */
      if (events[i].step.kind == LB_STEP_STOP)
        {
          gboolean alive = FALSE;

          for (guint s = 0; s < schedule->n_sessions; s++)
            alive = alive || state.sessions[s].alive;
          state.round_closed = state.round_closed && alive;
        }
    }
  if (state.cancelled)
    step = next_when_cancelled (&state);
  else if (schedule->plan->settings.order == LB_ORDER_INTERLEAVED)
    step = next_interleaved (&state);
  else
    step = next_in_sequence (&state);
  for (guint c = 0; c < n; c++)
    g_array_unref (state.cases[c].wall_s);
  g_free (state.cases);
  g_free (state.sessions);
  return step;
}
