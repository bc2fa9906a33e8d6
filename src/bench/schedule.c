#include "bench/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "core/statistics.h"

#define AUTO_MIN 6
#define AUTO_MAX 30
#define AUTO_LEAST 4
#define AUTO_SECONDS 60.0
#define AUTO_HALF_WIDTH 0.02

/* What the events so far say. */
typedef struct {
  gboolean begun, failed, ended;
  int warmups; /* in the process that lives now */
  GArray *wall_s;
} CaseState;

typedef struct {
  gboolean alive, loaded, reloaded, hopeless;
} SessionState;

/* The answer depends on the events alone; what they said is kept, so that each is read once. */
struct _LbSchedule {
  const LbPlan *plan;
  GArray *session_of; /* guint for each case */
  GArray *first_of;   /* guint for each session: its first case */
  GArray *order;      /* guint: the cases, session after session */
  guint n_sessions;
  gsize n_seen;
  CaseState *cases;
  SessionState *sessions;
  guint n_alive;
  guint n_done; /* in order: all before it have ended */
  gboolean cancelled, round_closed;
};

/* By what lb_plan_same_session() compares. */
static char *
key_of_session (const LbCase *it)
{
  g_autoptr (json_t) all = json_pack ("[s?, s?, s?, s?, O]", it->mode, it->engine, it->model,
                                      it->device, it->options);

  return json_dumps (all, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION (17));
}

static void
group_cases (LbSchedule *schedule)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, free, NULL);

  for (guint i = 0; i < schedule->plan->cases->len; i++)
    {
      char *key = key_of_session (lb_plan_case (schedule->plan, i));
      gpointer found;
      guint session = schedule->n_sessions;

      if (key != NULL && g_hash_table_lookup_extended (known, key, NULL, &found))
        session = GPOINTER_TO_UINT (found);
      else
        {
          schedule->n_sessions++;
          g_array_append_val (schedule->first_of, i);
        }
      if (key != NULL)
        g_hash_table_replace (known, key, GUINT_TO_POINTER (session));
      g_array_append_val (schedule->session_of, session);
    }
}

static gint
by_session (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const LbSchedule *schedule = user_data;
  guint one = *(const guint *) a, other = *(const guint *) b;
  guint first = lb_schedule_session_of (schedule, one);
  guint second = lb_schedule_session_of (schedule, other);

  return first != second ? (first < second ? -1 : 1) : (one < other ? -1 : one > other);
}

static void
forget_events (LbSchedule *schedule)
{
  for (guint c = 0; c < schedule->plan->cases->len; c++)
    {
      GArray *wall_s = schedule->cases[c].wall_s;

      g_array_set_size (wall_s, 0);
      schedule->cases[c] = (CaseState){ .wall_s = wall_s };
    }
  memset (schedule->sessions, 0, schedule->n_sessions * sizeof (SessionState));
  schedule->n_seen = 0;
  schedule->n_alive = schedule->n_done = 0;
  schedule->cancelled = schedule->round_closed = FALSE;
}

LbSchedule *
lb_schedule_new (const LbPlan *plan)
{
  LbSchedule *schedule = g_new0 (LbSchedule, 1);
  guint n = plan->cases->len;

  schedule->plan = plan;
  schedule->session_of = g_array_new (FALSE, TRUE, sizeof (guint));
  schedule->first_of = g_array_new (FALSE, TRUE, sizeof (guint));
  schedule->order = g_array_new (FALSE, TRUE, sizeof (guint));
  group_cases (schedule);
  schedule->cases = g_new0 (CaseState, n);
  schedule->sessions = g_new0 (SessionState, schedule->n_sessions);
  for (guint c = 0; c < n; c++)
    {
      schedule->cases[c].wall_s = g_array_new (FALSE, FALSE, sizeof (double));
      g_array_append_val (schedule->order, c);
    }
  g_array_sort_with_data (schedule->order, by_session, schedule);
  return schedule;
}

void
lb_schedule_free (LbSchedule *schedule)
{
  for (guint c = 0; c < schedule->plan->cases->len; c++)
    g_array_unref (schedule->cases[c].wall_s);
  g_array_unref (schedule->session_of);
  g_array_unref (schedule->first_of);
  g_array_unref (schedule->order);
  g_free (schedule->cases);
  g_free (schedule->sessions);
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

/* `auto` goes no further, whether the median is known or not. */
static gboolean
is_capped (int iterations, const double *wall_s, gsize n)
{
  double total = 0;

  if (iterations > 0)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (wall_s[i] > AUTO_SECONDS)
        return TRUE;
      total += wall_s[i];
    }
  return n >= AUTO_MAX || (total >= AUTO_SECONDS && n >= AUTO_LEAST);
}

gboolean
lb_schedule_is_enough (int iterations, const double *wall_s, gsize n)
{
  LbInterval interval;

  if (iterations > 0)
    return n >= (gsize) iterations;
  if (is_capped (iterations, wall_s, n))
    return TRUE;
  return n >= AUTO_MIN && lb_median_interval (wall_s, n, &interval) &&
         (interval.high - interval.low) / 2 <= AUTO_HALF_WIDTH * lb_median (wall_s, n);
}

static void
set_session (LbSchedule *state, guint session, SessionState value)
{
  state->n_alive -= state->sessions[session].alive;
  state->sessions[session] = value;
  state->n_alive += value.alive;
  /* A round ends with its last session: the next may open others. */
  state->round_closed = state->round_closed && state->n_alive > 0;
}

/* The next process of @session is a fresh one, its pages and pools are cold: whoever goes on in
 * it warms up again. */
static void
cool_down (LbSchedule *state, guint session)
{
  for (guint c = 0; c < state->plan->cases->len; c++)
    if (lb_schedule_session_of (state, c) == session)
      state->cases[c].warmups = 0;
}

/* What a failed step means for its case and its session. */
static void
note_failure (LbSchedule *state, const LbStepEvent *event)
{
  CaseState *it = &state->cases[event->step.case_index];
  SessionState *session = &state->sessions[event->step.session];
  gboolean prepares = event->step.kind == LB_STEP_START || event->step.kind == LB_STEP_LOAD ||
                      event->step.kind == LB_STEP_RELOAD;

  if (event->outcome == LB_OUTCOME_NO_ROOM)
    {
      state->round_closed = state->n_alive > 0;
      it->failed = session->hopeless = state->n_alive == 0;
      return;
    }
  it->failed = TRUE;
  if (event->outcome == LB_OUTCOME_SESSION_FAILED)
    {
      set_session (state, event->step.session, (SessionState){ .hopeless = prepares });
      cool_down (state, event->step.session);
    }
  else if (event->step.kind == LB_STEP_LOAD || event->step.kind == LB_STEP_RELOAD)
    session->hopeless = TRUE;
}

static void
note_success (LbSchedule *state, const LbStepEvent *event)
{
  CaseState *it = &state->cases[event->step.case_index];
  SessionState *session = &state->sessions[event->step.session];

  switch (event->step.kind)
    {
    case LB_STEP_START:
      set_session (state, event->step.session, (SessionState){ .alive = TRUE });
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
note_event (LbSchedule *state, const LbStepEvent *event)
{
  CaseState *it = &state->cases[event->step.case_index];
  const SessionState *session = &state->sessions[event->step.session];

  it->begun |= event->step.kind == LB_STEP_BEGIN;
  it->ended |= event->step.kind == LB_STEP_END;
  if (event->step.kind == LB_STEP_STOP)
    set_session (state, event->step.session, (SessionState){ .hopeless = session->hopeless });
  if (event->outcome == LB_OUTCOME_CANCELLED)
    state->cancelled = TRUE;
  else if (event->outcome == LB_OUTCOME_OK)
    note_success (state, event);
  else
    note_failure (state, event);
}

static LbStep
make_step (const LbSchedule *state, LbStepKind kind, guint case_index)
{
  const CaseState *it = &state->cases[case_index];

  return (LbStep){ .kind = kind,
                   .case_index = case_index,
                   .session = lb_schedule_session_of (state, case_index),
                   .index = kind == LB_STEP_WARMUP ? (guint) it->warmups : it->wall_s->len };
}

static gboolean
is_enough (const LbSchedule *state, guint c)
{
  const GArray *wall_s = state->cases[c].wall_s;

  return lb_schedule_is_enough (state->plan->settings.iterations,
                                (const double *) (gconstpointer) wall_s->data, wall_s->len);
}

static gboolean
has_reached_cap (const LbSchedule *state, guint c)
{
  const GArray *wall_s = state->cases[c].wall_s;

  return is_capped (state->plan->settings.iterations,
                    (const double *) (gconstpointer) wall_s->data, wall_s->len);
}

/* What case @c needs before it can be measured. Returns: whether it needs anything */
static gboolean
next_to_prepare (const LbSchedule *state, guint c, LbStep *step)
{
  const SessionState *session = &state->sessions[lb_schedule_session_of (state, c)];
  const LbSettings *settings = &state->plan->settings;
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

/* The first session that is alive, but for @keep. */
static gboolean
next_to_stop (const LbSchedule *state, guint keep, LbStep *step)
{
  for (guint s = 0; state->n_alive > 0 && s < state->n_sessions; s++)
    if (state->sessions[s].alive && s != keep)
      {
        *step = make_step (state, LB_STEP_STOP, g_array_index (state->first_of, guint, s));
        return TRUE;
      }
  return FALSE;
}

static LbStep
next_in_sequence (LbSchedule *state)
{
  LbStep step = { .kind = LB_STEP_FINISH };
  guint c;

  while (state->n_done < state->order->len &&
         state->cases[g_array_index (state->order, guint, state->n_done)].ended)
    state->n_done++;
  if (state->n_done == state->order->len)
    {
      next_to_stop (state, G_MAXUINT, &step);
      return step;
    }
  c = g_array_index (state->order, guint, state->n_done);
  if (next_to_stop (state, lb_schedule_session_of (state, c), &step) ||
      next_to_prepare (state, c, &step))
    return step;
  if (state->cases[c].warmups < state->plan->settings.warmups)
    return make_step (state, LB_STEP_WARMUP, c);
  return make_step (state, is_enough (state, c) ? LB_STEP_END : LB_STEP_ITERATE, c);
}

/* Belongs @c to the sessions that are open now? Once the round is closed, no other is opened. */
static gboolean
is_in_round (const LbSchedule *state, guint c)
{
  const SessionState *session = &state->sessions[lb_schedule_session_of (state, c)];
  gboolean waits = state->round_closed && !session->alive && !session->hopeless &&
                   !state->cases[c].failed;

  return !state->cases[c].ended && !waits;
}

/* The case of the round that has had the fewest warm-ups, if it is to have more. */
static gboolean
next_to_warm_up (const LbSchedule *state, LbStep *step)
{
  int fewest = state->plan->settings.warmups;
  gboolean found = FALSE;

  for (guint c = 0; c < state->plan->cases->len; c++)
    if (is_in_round (state, c) && state->cases[c].warmups < fewest)
      {
        *step = make_step (state, LB_STEP_WARMUP, c);
        fewest = state->cases[c].warmups;
        found = TRUE;
      }
  return found;
}

/* Once a case of the open sessions has ended with all its turns, no other has more. */
static gboolean
round_is_ending (const LbSchedule *state)
{
  for (guint c = 0; c < state->plan->cases->len; c++)
    if (state->cases[c].ended && !state->cases[c].failed &&
        state->sessions[lb_schedule_session_of (state, c)].alive)
      return TRUE;
  return FALSE;
}

/* Forwards in even rounds, backwards in odd ones: a drift of the machine then falls on all alike.
 */
static gboolean
next_to_iterate (const LbSchedule *state, LbStep *step)
{
  guint n = state->plan->cases->len;
  guint fewest = G_MAXUINT;
  guint most = 0;
  gboolean enough = TRUE, capped = FALSE;

  for (guint c = 0; c < n; c++)
    if (is_in_round (state, c))
      {
        fewest = MIN (fewest, state->cases[c].wall_s->len);
        most = MAX (most, state->cases[c].wall_s->len);
        enough = enough && is_enough (state, c);
        capped = capped || has_reached_cap (state, c);
      }
  /* One slow case ends the turns for all: pairs need as many of each. */
  if (enough || (capped && fewest == most) || round_is_ending (state))
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
next_interleaved (const LbSchedule *state)
{
  guint n = state->plan->cases->len;
  LbStep step = { .kind = LB_STEP_FINISH };

  for (guint c = 0; c < n; c++)
    if (is_in_round (state, c) && next_to_prepare (state, c, &step))
      return step;
  if (next_to_warm_up (state, &step) || next_to_iterate (state, &step))
    return step;
  for (guint c = 0; c < n; c++)
    if (is_in_round (state, c))
      return make_step (state, LB_STEP_END, c);
  next_to_stop (state, G_MAXUINT, &step);
  return step;
}

static LbStep
next_when_cancelled (const LbSchedule *state)
{
  LbStep step = { .kind = LB_STEP_FINISH };

  for (guint c = 0; c < state->plan->cases->len; c++)
    if (state->cases[c].begun && !state->cases[c].ended)
      return make_step (state, LB_STEP_END, c);
  next_to_stop (state, G_MAXUINT, &step);
  return step;
}

LbStep
lb_schedule_next (LbSchedule *schedule, const LbStepEvent *events, gsize n_events)
{
  if (n_events < schedule->n_seen)
    forget_events (schedule);
  for (; schedule->n_seen < n_events; schedule->n_seen++)
    note_event (schedule, &events[schedule->n_seen]);
  if (schedule->cancelled)
    return next_when_cancelled (schedule);
  return schedule->plan->settings.order == LB_ORDER_INTERLEAVED ? next_interleaved (schedule)
                                                                : next_in_sequence (schedule);
}
