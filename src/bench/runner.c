#include "bench/runner.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "bench/place.h"
#include "bench/result.h"
#include "bench/schedule.h"
#include "bench/scoring.h"
#include "bench/validity.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "machine/machine.h"
#include "machine/process.h"
#include "machine/sampler.h"

#define LOCK_POLL_US 200000
#define ROOM_BYTES (256 * 1024 * 1024)
#define GPU_BUSY_LEAST 0.02

/* A case that has begun. */
typedef struct {
  LbResult *result;
  char *reference;
  LbWatch *watch;
  gboolean attached;   /* the record has its session */
} Run;

typedef struct {
  LbPlan *plan;
  LbModels *models;
  LbSchedule *schedule;
  LbInputs *inputs;
  LbPlace *places;
  Run *runs;
  json_t *machine;
  int threads;
  gboolean alone, cancelled;
  LbEventHandler handler;
  gpointer user_data;
  GCancellable *cancellable;
  LbRunnerCounts *counts;
} Runner;

typedef LbOutcome (*Step) (Runner *runner, const LbStep *step, double *wall_s);

static void
emit (Runner *runner, const char *name, const char *run, json_t *members)
{
  g_autoptr (json_t) event = json_object ();

  lb_json_set_string (event, "event", name);
  lb_json_set_string (event, "run", run);
  if (members != NULL)
    json_object_update (event, members);
  json_decref (members);
  runner->handler (event, runner->user_data);
}

static const LbCase *
case_of (const Runner *runner, const LbStep *step)
{
  return lb_plan_case (runner->plan, step->case_index);
}

static const char *
path_of (const LbCase *it)
{
  return ((const LbPlanInput *) g_ptr_array_index (it->inputs, 0))->path;
}

static gboolean
was_cancelled (Runner *runner, const GError *error)
{
  return g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
         g_cancellable_is_cancelled (runner->cancellable);
}

/* What @error means for the case, its session and the rest; says it. @error: (transfer full) */
static LbOutcome
fail (Runner *runner, const LbStep *step, const char *phase, GError *error)
{
  Run *run = &runner->runs[step->case_index];
  LbPlace *place = &runner->places[step->session];
  gboolean dead = step->kind != LB_STEP_BEGIN && !g_error_matches (error, LB_ERROR, LB_ERROR_ENGINE);
  gboolean shared = step->kind == LB_STEP_START || step->kind == LB_STEP_LOAD ||
                    step->kind == LB_STEP_RELOAD;

  if (was_cancelled (runner, error))
    {
      g_error_free (error);
      runner->cancelled = TRUE;
      return LB_OUTCOME_CANCELLED;
    }
  lb_result_fail (run->result, phase, error);
  emit (runner, "error", lb_result_id (run->result),
        json_pack ("{s:s, s:s, s:o}", "kind", lb_error_kind (error), "phase", phase, "message",
                   json_string (error->message) ?: json_string ("(not UTF-8)")));
  if (dead)
    lb_place_stop (place);
  if (!shared)
    g_error_free (error);
  else if (place->failure == NULL)
    {
      place->failure = error;
      place->failure_phase = phase;
    }
  else
    g_error_free (error);
  return dead ? LB_OUTCOME_SESSION_FAILED : LB_OUTCOME_CASE_FAILED;
}

static json_t *
describe_model (const LbPlace *place)
{
  json_t *model;

  if (place->model == NULL)
    return NULL;
  model = json_object ();
  lb_json_set_string (model, "id", place->model->id);
  lb_json_set_string (model, "variant", place->model->variant);
  lb_json_set_path (model, "path", place->model_path);
  if (place->model->parameters > 0)
    lb_json_set_integer (model, "parameters", (gint64) place->model->parameters);
  lb_json_set_string (model, "licence", place->model->licence);
  return model;
}

static gboolean
read_reference (Runner *runner, const LbStep *step, GError **error)
{
  const LbCase *it = case_of (runner, step);
  Run *run = &runner->runs[step->case_index];

  if (it->reference == NULL)
    return TRUE;
  run->reference = lb_reference_read (it->reference, error);
  if (run->reference == NULL)
    return FALSE;
  if (lb_scoring_check (it->mode, run->reference, error))
    return TRUE;
  g_autofree char *shown = lb_text_escape (it->reference);
  g_prefix_error (error, "\"%s\": ", shown);
  return FALSE;
}

static gboolean
read_input (Runner *runner, const LbStep *step, GError **error)
{
  Run *run = &runner->runs[step->case_index];
  const char *path = path_of (case_of (runner, step));
  const json_t *input;

  if (path == NULL)
    return TRUE;
  input = lb_inputs_decode (runner->inputs, path, runner->cancellable, error);
  if (input == NULL)
    return FALSE;
  lb_result_set_input (run->result, input, lb_inputs_decode_s (runner->inputs, path),
                       lb_inputs_flags (runner->inputs, path));
  return TRUE;
}

static LbOutcome
step_begin (Runner *runner, const LbStep *step, double *wall_s)
{
  const LbCase *it = case_of (runner, step);
  Run *run = &runner->runs[step->case_index];
  GError *error = NULL;
  gboolean ready;
  g_autoptr (json_t) only_path = json_object ();

  run->result = lb_result_new (runner->plan, step->case_index, runner->threads, runner->machine);
  lb_json_set_path (only_path, "path", path_of (it));
  lb_result_set_input (run->result, only_path, NAN, NULL);
  if (runner->places[step->session].model != NULL)
    lb_result_set_model (run->result, describe_model (&runner->places[step->session]));
  emit (runner, "started", it->id, json_pack ("{s:s}", "what", "decode"));
  ready = read_reference (runner, step, &error) && read_input (runner, step, &error);
  emit (runner, "run-begin", it->id,
        json_pack ("{s:O}", "record", lb_result_record (run->result)));
  return ready ? LB_OUTCOME_OK : fail (runner, step, "input", error);
}

/* All sounds of a session are decoded before its process starts: its mapping has the size of the longest. */
static double
longest_of_session (Runner *runner, guint session)
{
  double longest_s = 0;

  for (guint c = 0; c < runner->plan->cases->len; c++)
    {
      const char *path = path_of (lb_plan_case (runner->plan, c));

      if (path == NULL || lb_schedule_session_of (runner->schedule, c) != session)
        continue;
      lb_inputs_decode (runner->inputs, path, runner->cancellable, NULL);
      longest_s = MAX (longest_s, lb_inputs_duration_s (runner->inputs, path));
    }
  return longest_s;
}

static guint
count_alive (const Runner *runner)
{
  guint alive = 0;

  for (guint s = 0; s < lb_schedule_sessions (runner->schedule); s++)
    alive += runner->places[s].session != NULL;
  return alive;
}

static gboolean
has_room (const Runner *runner, const LbPlace *place)
{
  guint64 needed = ROOM_BYTES + (place->model != NULL ? 2 * place->model->bytes : 0);

  return count_alive (runner) == 0 || needed < lb_machine_memory_available_bytes ();
}

/* Only the session at work may run: idle thread pools spin. */
static void
activate (Runner *runner, guint session)
{
  for (guint s = 0; s < lb_schedule_sessions (runner->schedule); s++)
    if (s != session && runner->places[s].session != NULL)
      lb_session_pause (runner->places[s].session);
  if (runner->places[session].session != NULL)
    lb_session_resume (runner->places[session].session);
}

static LbOutcome
step_start (Runner *runner, const LbStep *step, double *wall_s)
{
  LbPlace *place = &runner->places[step->session];
  GError *error = NULL;

  if (place->model != NULL && place->model_path == NULL)
    place->model_path = lb_models_locate (runner->models, place->model, &error);
  if (place->model != NULL && place->model_path == NULL)
    return fail (runner, step, "load", error);
  if (!has_room (runner, place))
    return LB_OUTCOME_NO_ROOM;
  longest_of_session (runner, step->session);
  activate (runner, step->session);
  if (!lb_place_start (place, &runner->plan->settings, runner->cancellable, &error))
    return fail (runner, step, "start", error);
  return LB_OUTCOME_OK;
}

static LbOutcome
step_load (Runner *runner, const LbStep *step, double *wall_s)
{
  const LbCase *it = case_of (runner, step);
  LbPlace *place = &runner->places[step->session];
  GError *error = NULL;

  activate (runner, step->session);
  emit (runner, "loading-model", it->id,
        json_pack ("{s:i, s:s*}", "session", (int) step->session, "model", it->model));
  if (!lb_place_load (place, it, &runner->plan->settings, runner->threads, runner->cancellable, &error) ||
      !lb_place_reserve (place, longest_of_session (runner, step->session), 0, &error))
    return fail (runner, step, "load", error);
  emit (runner, "model-loaded", it->id,
        json_pack ("{s:i, s:f}", "session", (int) step->session, "load_s", place->loaded.load_s));
  return LB_OUTCOME_OK;
}

static LbOutcome
step_reload (Runner *runner, const LbStep *step, double *wall_s)
{
  LbPlace *place = &runner->places[step->session];
  GError *error = NULL;

  activate (runner, step->session);
  emit (runner, "started", case_of (runner, step)->id, json_pack ("{s:s}", "what", "reload"));
  if (!lb_place_reload (place, case_of (runner, step), &runner->plan->settings, runner->threads,
                        runner->cancellable, &error))
    return fail (runner, step, "reload", error);
  return LB_OUTCOME_OK;
}

/* Did the engine take another device than it was asked for? */
static void
check_device (const LbCase *it, const LbPlace *place, LbResult *result)
{
  g_auto (GStrv) asked = g_strsplit (it->device, ":", 2);

  if (strcmp (asked[0], "auto") == 0 || place->loaded.backend == NULL ||
      strcmp (asked[0], place->loaded.backend) == 0)
    return;
  lb_result_add_flag (result, lb_flag_new ("silent-fallback",
                                           "build the engine with that backend (./quickstart), or see "
                                           "llamaburn system for why the device can't be used",
                                           "asked for %s, but the engine ran on %s", it->device,
                                           place->loaded.backend));
}

/* An accelerator that was asked for, and never worked: audiocraft issue 382 ran half an hour so. */
static void
check_busy (const LbPlace *place, const LbMeasured *measured, LbResult *result)
{
  double busy = lb_json_real (measured->samples, "gpu_busy", NAN);

  if (place->loaded.backend != NULL && strcmp (place->loaded.backend, "cpu") != 0 && busy < GPU_BUSY_LEAST)
    lb_result_add_flag (result, lb_flag_new ("idle-gpu", "see llamaburn system and the engine's own log",
                                             "the engine says %s, but the GPU was busy for %.1f %% of the time",
                                             place->loaded.backend, busy * 100));
}

static void
attach (Runner *runner, const LbStep *step)
{
  Run *run = &runner->runs[step->case_index];
  LbPlace *place = &runner->places[step->session];

  if (run->attached)
    return;
  run->attached = TRUE;
  run->watch = lb_watch_start ();
  lb_result_set_model (run->result, describe_model (place));
  lb_result_set_session (run->result, place->record, lb_session_version (place->session),
                         &place->loaded);
  check_device (case_of (runner, step), place, run->result);
  if (!runner->alone)
    lb_result_add_flag (run->result, lb_flag_new ("not-alone", "run without --no-wait",
                                                  "another benchmark was running"));
  emit (runner, "session", lb_result_id (run->result), json_pack ("{s:O}", "record", place->record));
}

typedef struct {
  Runner *runner;
  const char *id;
} Listener;

static void
on_progress (const char *text, double fraction, gpointer user_data)
{
  const Listener *listener = user_data;

  if (text != NULL)
    emit (listener->runner, "partial", listener->id, json_pack ("{s:s}", "text", text));
  else
    emit (listener->runner, "progress", listener->id, json_pack ("{s:f}", "fraction", fraction));
}

/* One run of the engine with everything that is measured about it. */
static gboolean
measure (Runner *runner, const LbStep *step, LbSessionRun *run, LbMeasured *measured, GError **error)
{
  LbPlace *place = &runner->places[step->session];
  const LbCase *it = case_of (runner, step);
  LbResult *result = runner->runs[step->case_index].result;
  GPid pid = lb_session_pid (place->session);
  double duration_s = path_of (it) != NULL ? lb_inputs_duration_s (runner->inputs, path_of (it)) : 0;
  Listener listener = { runner, it->id };
  gboolean has_peak, ran;
  double cpu_s;
  LbSampler *sampler;
  size_t index;
  json_t *flag;

  if (!lb_place_put (place, it, runner->inputs, error))
    return FALSE;
  lb_result_set_resample (result, place->resample_s);
  has_peak = lb_process_reset_peak (pid);
  sampler = lb_sampler_start (pid);
  cpu_s = lb_process_cpu_s (pid);
  ran = lb_place_run (place, it, &runner->plan->settings, duration_s, on_progress, &listener, run,
                      runner->cancellable, error);
  measured->cpu_s = ran ? lb_process_cpu_s (pid) - cpu_s : NAN;
  measured->samples = lb_sampler_finish (sampler);
  if (!ran)
    return FALSE;
  measured->wall_s = lb_clock_seconds (run->t0_ns, run->t1_ns);
  measured->latency_s = run->first_ns > 0 ? lb_clock_seconds (run->t0_ns, run->first_ns) : NAN;
  measured->latency_kind = run->first_kind;
  if (has_peak)
    measured->peak_rss_bytes = lb_process_peak_rss_bytes (pid, lb_session_pcm_inodes (place->session));
  measured->output = run->output;
  json_array_foreach (run->flags, index, flag)
    lb_result_add_flag (result, json_incref (flag));
  return TRUE;
}

static void
clear_measured (LbMeasured *measured)
{
  json_decref (measured->samples);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LbMeasured, clear_measured)

static void
announce (Runner *runner, const LbStep *step, const char *what, int of)
{
  json_t *members = json_pack ("{s:s, s:i}", "what", what, "index", (int) step->index);

  if (of > 0)
    lb_json_set_integer (members, "of", of);
  emit (runner, "started", case_of (runner, step)->id, members);
}

static LbOutcome
step_warmup (Runner *runner, const LbStep *step, double *wall_s)
{
  Run *run = &runner->runs[step->case_index];
  g_auto (LbSessionRun) done = { 0 };
  g_auto (LbMeasured) measured = { 0 };
  GError *error = NULL;
  const json_t *one;

  activate (runner, step->session);
  attach (runner, step);
  announce (runner, step, "warmup", runner->plan->settings.warmups);
  if (!measure (runner, step, &done, &measured, &error))
    return fail (runner, step, "warmup", error);
  one = lb_result_add_warmup (run->result, 0, &measured);
  emit (runner, "warmup", lb_result_id (run->result),
        json_pack ("{s:i, s:i, s:O}", "index", (int) step->index, "of",
                   runner->plan->settings.warmups, "iteration", one));
  return LB_OUTCOME_OK;
}

static LbOutcome
step_iterate (Runner *runner, const LbStep *step, double *wall_s)
{
  Run *run = &runner->runs[step->case_index];
  g_auto (LbSessionRun) done = { 0 };
  g_auto (LbMeasured) measured = { 0 };
  GError *error = NULL;
  const json_t *one;
  json_t *members;

  activate (runner, step->session);
  attach (runner, step);
  announce (runner, step, "iteration", runner->plan->settings.iterations);
  if (!measure (runner, step, &done, &measured, &error))
    return fail (runner, step, "run", error);
  *wall_s = measured.wall_s;
  check_busy (&runner->places[step->session], &measured, run->result);
  one = lb_result_add_iteration (run->result, 0, &measured);
  members = json_pack ("{s:i, s:O}", "index", (int) step->index, "iteration", one);
  if (runner->plan->settings.iterations > 0)
    lb_json_set_integer (members, "of", runner->plan->settings.iterations);
  lb_json_set_real (members, "median_rtf", lb_result_median_rtf (run->result));
  emit (runner, "iteration", lb_result_id (run->result), members);
  emit (runner, "output", lb_result_id (run->result),
        json_pack ("{s:O}", "record", lb_result_output (run->result)));
  return LB_OUTCOME_OK;
}

static void
finish_watch (Runner *runner, Run *run)
{
  guint sessions = lb_schedule_sessions (runner->schedule);
  g_autofree GPid *own = g_new0 (GPid, sessions + 2);
  g_autoptr (json_t) flags = NULL;
  guint n = 0;
  size_t index;
  json_t *flag;

  if (run->watch == NULL)
    return;
  own[n++] = getpid ();
  for (guint s = 0; s < sessions; s++)
    if (runner->places[s].session != NULL)
      own[n++] = lb_session_pid (runner->places[s].session);
  flags = lb_watch_finish (g_steal_pointer (&run->watch), own);
  json_array_foreach (flags, index, flag)
    lb_result_add_flag (run->result, json_incref (flag));
}

/* Only now: hashing a model warms its pages, and takes the disk from the engine. */
static void
hash_model (Runner *runner, LbPlace *place, json_t *record)
{
  json_t *model = json_object_get (record, "model");
  guint64 bytes = 0;
  g_autofree char *sha256 = NULL;

  if (place->model_path == NULL || model == NULL)
    return;
  sha256 = lb_models_sha256 (runner->models, place->model_path, &bytes, runner->cancellable, NULL);
  lb_json_set_string (model, "sha256", sha256);
  if (sha256 != NULL)
    lb_json_set_integer (model, "bytes", (gint64) bytes);
}

static gboolean
is_needed_later (const Runner *runner, guint case_index)
{
  const char *path = path_of (lb_plan_case (runner->plan, case_index));

  for (guint c = 0; c < runner->plan->cases->len; c++)
    if (c != case_index && g_strcmp0 (path_of (lb_plan_case (runner->plan, c)), path) == 0 &&
        (runner->runs[c].result == NULL ||
         strcmp (lb_json_string (lb_result_record (runner->runs[c].result), "status", ""), "running") == 0))
      return TRUE;
  return FALSE;
}

static void
count (Runner *runner, json_t *record)
{
  const char *status = lb_json_string (record, "status", "");

  if (strcmp (status, "ok") == 0)
    runner->counts->ok++;
  else if (strcmp (status, "interrupted") == 0)
    runner->counts->interrupted++;
  else
    runner->counts->failed++;
  if (!lb_json_boolean (json_object_get (record, "validity"), "valid", FALSE))
    runner->counts->invalid++;
}

static LbOutcome
step_end (Runner *runner, const LbStep *step, double *wall_s)
{
  Run *run = &runner->runs[step->case_index];
  LbPlace *place = &runner->places[step->session];
  const char *path = path_of (case_of (runner, step));

  if (place->failure != NULL && !lb_result_has_failed (run->result) && !runner->cancelled)
    {
      lb_result_fail (run->result, place->failure_phase, place->failure);
      emit (runner, "error", lb_result_id (run->result),
            json_pack ("{s:s, s:s, s:s}", "kind", lb_error_kind (place->failure), "phase",
                       place->failure_phase, "message", place->failure->message));
    }
  finish_watch (runner, run);
  hash_model (runner, place, lb_result_record (run->result));
  lb_result_finish (run->result, run->reference,
                    runner->cancelled && !lb_result_has_failed (run->result));
  count (runner, lb_result_record (run->result));
  emit (runner, "run-end", lb_result_id (run->result),
        json_pack ("{s:O}", "record", lb_result_record (run->result)));
  if (path != NULL && !is_needed_later (runner, step->case_index))
    lb_inputs_forget (runner->inputs, path);
  return LB_OUTCOME_OK;
}

static LbOutcome
step_stop (Runner *runner, const LbStep *step, double *wall_s)
{
  lb_place_stop (&runner->places[step->session]);
  return LB_OUTCOME_OK;
}

static const Step steps[] = {
  [LB_STEP_BEGIN] = step_begin,   [LB_STEP_START] = step_start,     [LB_STEP_LOAD] = step_load,
  [LB_STEP_RELOAD] = step_reload, [LB_STEP_WARMUP] = step_warmup,   [LB_STEP_ITERATE] = step_iterate,
  [LB_STEP_END] = step_end,       [LB_STEP_STOP] = step_stop,
};

static void
walk (Runner *runner)
{
  g_autoptr (GArray) events = g_array_new (FALSE, TRUE, sizeof (LbStepEvent));

  while (TRUE)
    {
      LbStepEvent event = { 0 };
      gboolean closing;

      event.step = lb_schedule_next (runner->schedule,
                                     (const LbStepEvent *) (gconstpointer) events->data, events->len);
      if (event.step.kind == LB_STEP_FINISH)
        return;
      closing = event.step.kind == LB_STEP_END || event.step.kind == LB_STEP_STOP;
      if (!closing && g_cancellable_is_cancelled (runner->cancellable))
        {
          runner->cancelled = TRUE;
          event.outcome = LB_OUTCOME_CANCELLED;
          event.step.kind = LB_STEP_FINISH; /* not done: only the cancellation is noted */
        }
      else
        event.outcome = steps[event.step.kind](runner, &event.step, &event.wall_s);
      g_array_append_val (events, event);
    }
}

static void
emit_plan (Runner *runner)
{
  json_t *runs = json_array ();

  for (guint c = 0; c < runner->plan->cases->len; c++)
    {
      const LbCase *it = lb_plan_case (runner->plan, c);
      json_t *one = json_pack ("{s:s, s:s, s:s, s:s*, s:s}", "id", it->id, "mode", it->mode, "engine",
                               it->engine, "model", it->model, "device", it->device);

      lb_json_set_path (one, "path", path_of (it));
      json_array_append_new (runs, one);
    }
  emit (runner, "plan", NULL,
        json_pack ("{s:s, s:i, s:o}", "schema", LB_EVENT_SCHEMA, "cases",
                   (int) runner->plan->cases->len, "runs", runs));
}

/* Returns: %FALSE: cancelled while waiting */
static gboolean
take_machine (Runner *runner, LbMachineLock **lock)
{
  gboolean said = FALSE;

  while (TRUE)
    {
      g_autofree char *holder = NULL;

      *lock = lb_machine_lock_try (&holder);
      runner->alone = *lock != NULL;
      if (runner->alone || !runner->plan->settings.wait)
        return TRUE;
      if (g_cancellable_is_cancelled (runner->cancellable))
        return FALSE;
      if (!said)
        emit (runner, "waiting", NULL, json_pack ("{s:s}", "holder", holder ? holder : "another program"));
      said = TRUE;
      g_usleep (LOCK_POLL_US);
    }
}

static void
prepare (Runner *runner, LbRegistry *registry)
{
  guint n = runner->plan->cases->len;

  runner->schedule = lb_schedule_new (runner->plan);
  runner->inputs = lb_inputs_new (&runner->plan->settings);
  runner->places = g_new0 (LbPlace, lb_schedule_sessions (runner->schedule));
  runner->runs = g_new0 (Run, n);
  runner->machine = lb_machine_describe ();
  runner->threads = runner->plan->settings.threads;
  if (runner->threads == 0)
    runner->threads = lb_machine_cores_allowed ();
  for (guint c = 0; c < n; c++)
    {
      const LbCase *it = lb_plan_case (runner->plan, c);
      LbPlace *place = &runner->places[lb_schedule_session_of (runner->schedule, c)];

      place->manifest = lb_registry_find (registry, it->engine, it->mode, NULL);
      if (it->model != NULL)
        place->model = lb_models_find (runner->models, it->model, it->mode,
                                       (const char *const *) place->manifest->variants, NULL);
    }
}

static void
clear (Runner *runner)
{
  for (guint s = 0; s < lb_schedule_sessions (runner->schedule); s++)
    lb_place_clear (&runner->places[s]);
  for (guint c = 0; c < runner->plan->cases->len; c++)
    {
      g_clear_pointer (&runner->runs[c].result, lb_result_free);
      g_free (runner->runs[c].reference);
    }
  g_free (runner->places);
  g_free (runner->runs);
  lb_inputs_free (runner->inputs);
  lb_schedule_free (runner->schedule);
  json_decref (runner->machine);
}

gboolean
lb_runner_run (LbPlan *plan, LbRegistry *registry, LbModels *models, LbEventHandler handler,
               gpointer user_data, LbRunnerCounts *counts, GCancellable *cancellable, GError **error)
{
  Runner runner = { .plan = plan, .models = models, .handler = handler, .user_data = user_data,
                    .counts = counts, .cancellable = cancellable };
  g_autoptr (LbMachineLock) lock = NULL;
  int inhibited;

  *counts = (LbRunnerCounts){ 0 };
  emit_plan (&runner);
  if (!take_machine (&runner, &lock))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_CANCELLED, "stopped while waiting for another benchmark to end");
      return FALSE;
    }
  inhibited = lb_inhibit_sleep ("LlamaBurn is measuring");
  prepare (&runner, registry);
  walk (&runner);
  clear (&runner);
  if (inhibited >= 0)
    close (inhibited);
  return TRUE;
}
