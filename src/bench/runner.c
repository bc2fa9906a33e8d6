#include <string.h>
#include <unistd.h>

#include "bench/runner-private.h"
#include "bench/truth.h"
#include "core/error.h"

#define LOCK_POLL_US 200000

static void
walk (Runner *runner)
{
  g_autoptr (GArray) events = g_array_new (FALSE, TRUE, sizeof (LbStepEvent));

  while (TRUE)
    {
      LbStepEvent event = { 0 };
      gboolean closing;

      event.step = lb_schedule_next (
          runner->schedule, (const LbStepEvent *) (gconstpointer) events->data, events->len);
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
        event.outcome = lb_runner_step (event.step.kind) (runner, &event.step, &event.wall_s);
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
      json_t *one = json_pack ("{s:s, s:s, s:s, s:s*, s:s}", "id", it->id, "mode", it->mode,
                               "engine", it->engine, "model", it->model, "device", it->device);

      lb_json_set_path (one, "path", lb_case_path (it));
      lb_json_set_string (one, "text", lb_case_text (it));
      json_array_append_new (runs, one);
    }
  lb_runner_emit (runner, "plan", NULL,
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
        lb_runner_emit (runner, "waiting", NULL,
                        json_pack ("{s:s}", "holder", holder ? holder : "another program"));
      said = TRUE;
      g_usleep (LOCK_POLL_US);
    }
}

static void
prepare (Runner *runner, LbRegistry *registry)
{
  guint n = runner->plan->cases->len;
  LbSettings whole = runner->plan->settings;

  runner->schedule = lb_schedule_new (runner->plan);
  whole.start_s = whole.duration_s = 0;
  runner->inputs = lb_inputs_new (&runner->plan->settings);
  runner->more_inputs = lb_inputs_new (&whole);
  runner->places = g_new0 (LbPlace, lb_schedule_sessions (runner->schedule));
  runner->runs = g_new0 (Run, n);
  runner->machine = lb_machine_describe ();
  runner->references = json_object ();
  runner->threads = runner->plan->settings.threads;
  if (runner->threads == 0)
    runner->threads = lb_machine_cores_allowed ();
  for (guint c = 0; c < n; c++)
    {
      const LbCase *it = lb_plan_case (runner->plan, c);
      LbPlace *place = &runner->places[lb_schedule_session_of (runner->schedule, c)];

      place->random_weights = runner->plan->settings.random_weights;
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
      g_clear_pointer (&runner->runs[c].truth, lb_truth_free);
      g_clear_pointer (&runner->runs[c].sounds, g_ptr_array_unref);
      g_clear_pointer (&runner->runs[c].spoken, g_ptr_array_unref);
    }
  g_free (runner->places);
  g_free (runner->runs);
  lb_inputs_free (runner->inputs);
  lb_inputs_free (runner->more_inputs);
  lb_schedule_free (runner->schedule);
  json_decref (runner->machine);
  json_decref (runner->references);
}

gboolean
lb_runner_run (LbPlan *plan, LbRegistry *registry, LbModels *models, LbStore *store,
               LbEventHandler handler, gpointer user_data, LbRunnerCounts *counts,
               GCancellable *cancellable, GError **error)
{
  Runner runner = { .plan = plan,
                    .registry = registry,
                    .models = models,
                    .store = store,
                    .handler = handler,
                    .user_data = user_data,
                    .counts = counts,
                    .cancellable = cancellable };
  g_autoptr (LbMachineLock) lock = NULL;
  int inhibited;

  *counts = (LbRunnerCounts){ 0 };
  emit_plan (&runner);
  if (!take_machine (&runner, &lock))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_CANCELLED,
                   "stopped while waiting for another benchmark to end");
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
