#include <math.h>
#include <string.h>

#include "bench/equal.h"
#include "bench/prompt.h"
#include "bench/runner-private.h"
#include "bench/server.h"
#include "bench/validity.h"
#include "core/clock.h"
#include "machine/process.h"
#include "machine/sampler.h"

#define GPU_BUSY_LEAST 0.02

/* Did the engine take another device than it was asked for? */
static void
check_device (const LbCase *it, const LbPlace *place, LbResult *result)
{
  g_auto (GStrv) asked = g_strsplit (it->device, ":", 2);
  const char *backend = place->loaded.backend, *device = place->loaded.device;
  gboolean other = strcmp (asked[0], backend) != 0;
  /* "vulkan:1", and it says "vulkan:0" */
  gboolean other_of_them = asked[1] != NULL && strchr (device, ':') != NULL &&
                           strcmp (it->device, device) != 0;

  if (strcmp (asked[0], "auto") == 0 || *backend == '\0' || (!other && !other_of_them))
    return;
  lb_result_add_flag (result,
                      lb_flag_new ("silent-fallback",
                                   "build the engine with that backend (./quickstart), or see "
                                   "llamaburn system for why the device can't be used",
                                   "asked for %s, but the engine ran on %s", it->device,
                                   other ? backend : device));
}

static void
check_threads (const Runner *runner, const LbPlace *place, LbResult *result)
{
  json_t *flag = lb_equal_threads (runner->plan->settings.threads, place->loaded.threads);

  if (flag != NULL)
    lb_result_add_flag (result, flag);
}

/* An accelerator that was asked for, and never worked: audiocraft issue 382 ran half an hour so.
 */
void
lb_runner_check_busy (const LbPlace *place, const LbMeasured *measured, LbResult *result)
{
  double busy = lb_json_real (measured->samples, "gpu_busy", NAN);

  if (place->loaded.backend != NULL && strcmp (place->loaded.backend, "cpu") != 0 &&
      busy < GPU_BUSY_LEAST)
    lb_result_add_flag (
        result, lb_flag_new ("idle-gpu", "see llamaburn system and the engine's own log",
                             "the engine says %s, but the GPU was busy for %.1f %% of the time",
                             place->loaded.backend, busy * 100));
}

void
lb_runner_attach (Runner *runner, const LbStep *step)
{
  Run *run = &runner->runs[step->case_index];
  LbPlace *place = &runner->places[step->session];

  g_autoptr (json_t) record = NULL;

  if (run->life == place->life)
    return;
  run->life = place->life;
  lb_place_probe (place, runner->cancellable);
  record = json_copy (place->record);
  lb_json_set_integer (record, "index", run->n_sessions++);
  if (run->watch == NULL)
    run->watch = lb_watch_start ();
  lb_result_set_model (run->result, lb_place_describe_model (place));
  lb_result_set_session (run->result, record, lb_session_version (place->session),
                         place->libraries, &place->loaded);
  lb_server_note (run->result, lb_runner_case (runner, step), &place->loaded);
  lb_equal_describe (lb_result_record (run->result), lb_runner_case (runner, step),
                     place->manifest);
  check_device (lb_runner_case (runner, step), place, run->result);
  check_threads (runner, place, run->result);
  if (!runner->alone && run->n_sessions == 1)
    lb_result_add_flag (run->result, lb_flag_new ("not-alone", "run without --no-wait",
                                                  "another benchmark was running"));
  lb_runner_emit (runner, "session", lb_result_id (run->result),
                  json_pack ("{s:O}", "record", record));
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
    lb_runner_emit (listener->runner, "partial", listener->id, json_pack ("{s:s}", "text", text));
  else
    lb_runner_emit (listener->runner, "progress", listener->id,
                    json_pack ("{s:f}", "fraction", fraction));
}

/* One run of the engine with everything that is measured about it. */
gboolean
lb_runner_measure (Runner *runner, const LbStep *step, LbSessionRun *run, LbMeasured *measured,
                   GError **error)
{
  LbPlace *place = &runner->places[step->session];
  const LbCase *it = lb_runner_case (runner, step);
  LbResult *result = runner->runs[step->case_index].result;
  GPid pid = lb_session_pid (place->session);
  double duration_s = lb_runner_duration_s (runner, it);
  Listener listener = { runner, it->id };
  gboolean has_peak, ran;
  double cpu_s;
  LbSampler *sampler;
  size_t index;
  json_t *flag;

  if (!lb_place_put (place, it, runner->inputs, runner->more_inputs, error))
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
    measured->peak_rss_bytes = lb_process_peak_rss_bytes (pid,
                                                          lb_session_pcm_inodes (place->session));
  measured->output = json_copy (run->output);
  lb_prompt_note_tokens (json_object_get (lb_result_record (result), "input"), run->output);
  lb_server_check (result, run->output);
  json_array_foreach (run->flags, index, flag)
    lb_result_add_flag (result, json_incref (flag));
  return lb_runner_hear (runner, it, place, measured, error);
}

void
lb_measured_clear (LbMeasured *measured)
{
  json_decref (measured->samples);
  json_decref (measured->output);
  g_clear_pointer (&measured->sounds, g_ptr_array_unref);
}
