#include <math.h>
#include <string.h>
#include <unistd.h>

#include "bench/equal.h"
#include "bench/runner-private.h"
#include "bench/scoring-stems.h"
#include "bench/scoring.h"
#include "bench/validity.h"
#include "bench/truth.h"
#include "core/error.h"
#include "core/text.h"

#define ROOM_BYTES (256 * 1024 * 1024)

void
lb_runner_emit (Runner *runner, const char *name, const char *run, json_t *members)
{
  g_autoptr (json_t) event = json_object ();

  lb_json_set_string (event, "event", name);
  lb_json_set_string (event, "run", run);
  if (members != NULL)
    json_object_update (event, members);
  json_decref (members);
  runner->handler (event, runner->user_data);
}

const LbCase *
lb_runner_case (const Runner *runner, const LbStep *step)
{
  return lb_plan_case (runner->plan, step->case_index);
}

static gboolean
was_cancelled (Runner *runner, const GError *error)
{
  return g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
         g_cancellable_is_cancelled (runner->cancellable);
}

/* Into the record, and out as an event. */
static void
say_failed (Runner *runner, Run *run, const char *phase, const GError *error)
{
  json_t *members = json_object ();

  lb_result_fail (run->result, phase, error);
  lb_json_set_string (members, "kind", lb_error_kind (error));
  lb_json_set_string (members, "phase", phase);
  lb_json_set_string (members, "message", error->message);
  lb_runner_emit (runner, "error", lb_result_id (run->result), members);
}

/* What @error means for the case, its session and the rest; says it. @error: (transfer full) */
static LbOutcome
fail (Runner *runner, const LbStep *step, const char *phase, GError *error)
{
  Run *run = &runner->runs[step->case_index];
  LbPlace *place = &runner->places[step->session];
  gboolean dead = step->kind != LB_STEP_BEGIN &&
                  !g_error_matches (error, LB_ERROR, LB_ERROR_ENGINE);
  gboolean shared = step->kind == LB_STEP_START || step->kind == LB_STEP_LOAD ||
                    step->kind == LB_STEP_RELOAD;

  if (was_cancelled (runner, error))
    {
      g_error_free (error);
      runner->cancelled = TRUE;
      return LB_OUTCOME_CANCELLED;
    }
  say_failed (runner, run, phase, error);
  if (dead)
    lb_place_stop (place);
  if (shared && place->failure == NULL)
    {
      place->failure = error;
      place->failure_phase = phase;
    }
  else
    g_error_free (error);
  return dead ? LB_OUTCOME_SESSION_FAILED : LB_OUTCOME_CASE_FAILED;
}

static gboolean
read_reference (Runner *runner, const LbStep *step, GError **error)
{
  const LbCase *it = lb_runner_case (runner, step);
  Run *run = &runner->runs[step->case_index];

  if (it->reference == NULL)
    return TRUE;
  run->truth = lb_truth_read (it->mode, it->reference, error);
  if (run->truth == NULL)
    return FALSE;
  if (lb_scoring_truth_check (it->mode, run->truth, error))
    return TRUE;
  g_autofree char *shown = lb_text_escape (it->reference);
  g_prefix_error (error, "\"%s\": ", shown);
  return FALSE;
}

static LbOutcome
step_begin (Runner *runner, const LbStep *step, double *wall_s)
{
  const LbCase *it = lb_runner_case (runner, step);
  Run *run = &runner->runs[step->case_index];
  GError *error = NULL;
  gboolean ready;
  g_autoptr (json_t) only_name = json_object ();

  run->result = lb_result_new (runner->plan, step->case_index, runner->threads, runner->machine);
  lb_json_set_path (only_name, "path", lb_case_path (it));
  lb_json_set_string (only_name, "text", lb_case_text (it));
  lb_result_set_input (run->result, only_name, NAN, NULL);
  if (runner->places[step->session].model != NULL)
    lb_result_set_model (run->result, lb_place_describe_model (&runner->places[step->session]));
  lb_runner_emit (runner, "started", it->id, json_pack ("{s:s}", "what", "decode"));
  ready = read_reference (runner, step, &error) && lb_runner_read_inputs (runner, step, &error);
  lb_runner_emit (runner, "run-begin", it->id,
                  json_pack ("{s:O}", "record", lb_result_record (run->result)));
  return ready ? LB_OUTCOME_OK : fail (runner, step, "input", error);
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
  const LbModel *model = place->model;
  guint64 weights = model != NULL ? MAX (model->bytes, model->parameters * sizeof (float)) : 0;
  guint64 needed = ROOM_BYTES + 2 * weights;

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

  gboolean from_store = place->model != NULL && !place->random_weights;

  if (from_store && place->model_path == NULL)
    place->model_path = lb_models_locate (runner->models, place->model, &error);
  if (from_store && place->model_path == NULL)
    return fail (runner, step, "load", error);
  if (!has_room (runner, place))
    return LB_OUTCOME_NO_ROOM;
  /* All sounds of a session are decoded before its process starts: its mapping has the size of
   * the longest. */
  lb_runner_room (runner, step->session);
  activate (runner, step->session);
  if (!lb_place_start (place, lb_runner_case (runner, step)->device, &runner->plan->settings,
                       runner->cancellable, &error))
    return fail (runner, step, "start", error);
  return LB_OUTCOME_OK;
}

static LbOutcome
step_load (Runner *runner, const LbStep *step, double *wall_s)
{
  const LbCase *it = lb_runner_case (runner, step);
  LbPlace *place = &runner->places[step->session];
  LbRoom room = lb_runner_room (runner, step->session);
  GError *error = NULL;

  activate (runner, step->session);
  lb_runner_emit (runner, "loading-model", it->id,
                  json_pack ("{s:i, s:s*}", "session", (int) step->session, "model", it->model));
  if (!lb_place_load (place, it, &runner->plan->settings, runner->threads, runner->cancellable,
                      &error) ||
      !lb_place_reserve (place, &room, runner->cancellable, &error))
    return fail (runner, step, "load", error);
  lb_runner_emit (
      runner, "model-loaded", it->id,
      json_pack ("{s:i, s:f}", "session", (int) step->session, "load_s", place->loaded.load_s));
  return LB_OUTCOME_OK;
}

static LbOutcome
step_reload (Runner *runner, const LbStep *step, double *wall_s)
{
  LbPlace *place = &runner->places[step->session];
  GError *error = NULL;

  activate (runner, step->session);
  lb_runner_emit (runner, "started", lb_runner_case (runner, step)->id,
                  json_pack ("{s:s}", "what", "reload"));
  if (!lb_place_reload (place, lb_runner_case (runner, step), &runner->plan->settings,
                        runner->threads, runner->cancellable, &error))
    return fail (runner, step, "reload", error);
  return LB_OUTCOME_OK;
}

static void
announce (Runner *runner, const LbStep *step, const char *what, int of)
{
  json_t *members = json_pack ("{s:s, s:i}", "what", what, "index", (int) step->index);

  if (of > 0)
    lb_json_set_integer (members, "of", of);
  lb_runner_emit (runner, "started", lb_runner_case (runner, step)->id, members);
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
  lb_runner_attach (runner, step);
  announce (runner, step, "warmup", runner->plan->settings.warmups);
  if (!lb_runner_measure (runner, step, &done, &measured, &error))
    return fail (runner, step, "warmup", error);
  one = lb_result_add_warmup (run->result, run->n_sessions - 1, &measured);
  lb_runner_emit (runner, "warmup", lb_result_id (run->result),
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
  lb_runner_attach (runner, step);
  announce (runner, step, "iteration", runner->plan->settings.iterations);
  if (!lb_runner_measure (runner, step, &done, &measured, &error))
    return fail (runner, step, "run", error);
  *wall_s = measured.wall_s;
  lb_runner_check_busy (&runner->places[step->session], &measured, run->result);
  one = lb_result_add_iteration (run->result, run->n_sessions - 1, &measured);
  lb_runner_keep (runner, step, &measured);
  members = json_pack ("{s:i, s:O}", "index", (int) step->index, "iteration", one);
  if (runner->plan->settings.iterations > 0)
    lb_json_set_integer (members, "of", runner->plan->settings.iterations);
  lb_json_set_real (members, "median_rtf", lb_result_median_rtf (run->result));
  lb_runner_emit (runner, "iteration", lb_result_id (run->result), members);
  lb_runner_emit (runner, "output", lb_result_id (run->result),
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
  sha256 = lb_models_sha256 (runner->models, place->model_path, &bytes, runner->cancellable,
                             NULL);
  lb_json_set_string (model, "sha256", sha256);
  if (sha256 != NULL)
    lb_json_set_integer (model, "bytes", (gint64) bytes);
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

/* Beside the figures: what makes them no equal work to those of the plan's first case that loaded
 * and is about the same input. */
static void
compare_work (Runner *runner, guint case_index)
{
  json_t *record = lb_result_record (runner->runs[case_index].result);

  if (json_array_size (json_object_get (record, "iterations")) == 0)
    return;
  for (guint c = 0; c < case_index; c++)
    {
      const json_t *base = runner->runs[c].result != NULL
                               ? lb_result_record (runner->runs[c].result)
                               : NULL;

      if (json_array_size (json_object_get (base, "iterations")) > 0 &&
          lb_equal_is_comparable (record, base))
        {
          lb_equal_compare (record, base, runner->registry);
          return;
        }
    }
}

/* The sounds of the first output against the true stems. Nothing is measured any more. */
static void
score_sounds (Runner *runner, const LbStep *step)
{
  Run *run = &runner->runs[step->case_index];
  const json_t *model = json_object_get (lb_result_record (run->result), "model");
  g_autoptr (GPtrArray) sounds = g_steal_pointer (&run->sounds);
  g_autoptr (GError) error = NULL;
  json_t *scores;

  if (sounds == NULL || lb_json_boolean (model, "synthetic", FALSE) ||
      strcmp (lb_runner_case (runner, step)->mode, "separation") != 0)
    return;
  lb_runner_emit (runner, "started", lb_result_id (run->result),
                  json_pack ("{s:s}", "what", "score"));
  scores = lb_score_stems (run->truth->text, sounds, &runner->plan->settings, runner->cancellable,
                           &error);
  if (scores != NULL)
    lb_result_add_scores (run->result, 0, scores);
  else
    lb_result_add_flag (
        run->result, lb_flag_new ("not-scored", "look at the reference", "%s", error->message));
}

static LbOutcome
step_end (Runner *runner, const LbStep *step, double *wall_s)
{
  Run *run = &runner->runs[step->case_index];
  LbPlace *place = &runner->places[step->session];

  if (place->failure != NULL && !lb_result_has_failed (run->result) && !runner->cancelled)
    say_failed (runner, run, place->failure_phase, place->failure);
  finish_watch (runner, run);
  lb_runner_score (runner, step);
  lb_runner_ground (runner, step);
  lb_runner_judge (runner, step);
  hash_model (runner, place, lb_result_record (run->result));
  score_sounds (runner, step);
  lb_result_finish (run->result, run->truth,
                    runner->cancelled && !lb_result_has_failed (run->result));
  compare_work (runner, step->case_index);
  count (runner, lb_result_record (run->result));
  lb_runner_emit (runner, "run-end", lb_result_id (run->result),
                  json_pack ("{s:O}", "record", lb_result_record (run->result)));
  lb_runner_prune (runner, run);
  lb_runner_forget_inputs (runner, step->case_index);
  return LB_OUTCOME_OK;
}

static LbOutcome
step_stop (Runner *runner, const LbStep *step, double *wall_s)
{
  lb_place_stop (&runner->places[step->session]);
  return LB_OUTCOME_OK;
}

static const Step steps[] = {
  [LB_STEP_BEGIN] = step_begin,   [LB_STEP_START] = step_start,
  [LB_STEP_LOAD] = step_load,     [LB_STEP_RELOAD] = step_reload,
  [LB_STEP_WARMUP] = step_warmup, [LB_STEP_ITERATE] = step_iterate,
  [LB_STEP_END] = step_end,       [LB_STEP_STOP] = step_stop,
};

Step
lb_runner_step (LbStepKind kind)
{
  g_assert (kind < G_N_ELEMENTS (steps));
  return steps[kind];
}
