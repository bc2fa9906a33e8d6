/* What comes out of the cases of a plan to be heard: after the clock has stopped. */
#include <math.h>
#include <string.h>

#include "bench/click.h"
#include "bench/grounded.h"
#include "bench/judge.h"
#include "bench/keep-files.h"
#include "bench/keep.h"
#include "bench/pace.h"
#include "bench/runner-private.h"
#include "bench/scoring-generation.h"
#include "bench/spoken.h"
#include "bench/truth.h"
#include "bench/validity.h"

#define KEPT_MOST_BYTES (G_GUINT64_CONSTANT (2) * 1024 * 1024 * 1024)

gboolean
lb_runner_hear (Runner *runner, const LbCase *it, LbPlace *place, LbMeasured *measured,
                GError **error)
{
  double input_s = lb_case_path (it) != NULL ? lb_runner_duration_s (runner, it) : NAN;
  const json_t *pieces = json_object_get (measured->output, "pcm");

  measured->audio_s = NAN;
  if (lb_mode_sound (it->mode) == LB_MODE_NO_SOUND)
    return TRUE;
  measured->sounds = lb_sounds_read (place->session, it->mode, &place->loaded, pieces, input_s,
                                     runner->plan->settings.pcm_memory_bytes, error);
  if (measured->sounds == NULL)
    return FALSE;
  measured->audio_s = lb_sounds_duration_s (measured->sounds);
  lb_sounds_describe (measured->sounds, it->mode, measured->output);
  return TRUE;
}

/* Music is scored by itself, but never what random weights made. */
static gboolean
is_music (Run *run)
{
  const json_t *record = lb_result_record (run->result);

  return strcmp (lb_json_string (record, "mode", ""), "generation") == 0 &&
         !lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE);
}

/* For the scores: of each different output the sound, which then is nobody else's. */
static void
remember (const Runner *runner, Run *run, const GPtrArray *sounds)
{
  LbSound *sound = g_ptr_array_index (sounds, 0);
  gboolean scored = json_array_size (runner->plan->settings.score) > 0 || is_music (run);
  guint output;

  if (!scored || !lb_result_output_is_new (run->result, &output))
    return;
  if (run->spoken == NULL)
    run->spoken = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_pcm_free);
  g_ptr_array_add (run->spoken, g_steal_pointer (&sound->pcm));
}

/* Of speech; random weights say nothing. */
static void
check_pace (const Runner *runner, const LbStep *step, const GPtrArray *sounds, LbResult *result)
{
  const LbCase *it = lb_runner_case (runner, step);
  const LbPlanInput *input = g_ptr_array_index (it->inputs, 0);
  json_t *flag = NULL;

  if (strcmp (it->mode, "tts") == 0 && !runner->plan->settings.random_weights)
    flag = lb_pace_flag (input->text, lb_sounds_duration_s (sounds));
  if (flag != NULL)
    lb_result_add_flag (result, flag);
}

void
lb_runner_keep (Runner *runner, const LbStep *step, const LbMeasured *measured)
{
  Run *run = &runner->runs[step->case_index];
  const char *path = lb_case_path (lb_runner_case (runner, step));
  const LbPcm *own = path != NULL ? lb_inputs_own (runner->inputs, path) : NULL;
  g_autoptr (json_t) flags = NULL;
  size_t index;
  json_t *flag;

  run->kept_bytes += lb_keep_files (runner->store, runner->plan, step->case_index, run->result);
  if (own != NULL)
    lb_click_save (runner->plan, step->case_index, run->result, own);
  if (measured->sounds == NULL)
    return;
  flags = lb_sounds_flags (measured->sounds);
  json_array_foreach (flags, index, flag)
    lb_result_add_flag (run->result, json_incref (flag));
  check_pace (runner, step, measured->sounds, run->result);
  run->kept_bytes += lb_keep_sounds (runner->store, runner->plan, step->case_index, run->result,
                                     measured->sounds);
  if (run->truth != NULL && run->sounds == NULL)
    run->sounds = g_ptr_array_ref (measured->sounds); /* stems: lb_score_stems() */
  remember (runner, run, measured->sounds);
}

void
lb_runner_prune (Runner *runner, const Run *run)
{
  gint64 removed;

  if (runner->store == NULL || run->kept_bytes == 0)
    return;
  removed = lb_store_prune (runner->store, KEPT_MOST_BYTES, NULL);
  if (removed > 0)
    lb_runner_emit (runner, "pruned", NULL,
                    json_pack ("{s:I, s:I}", "removed_bytes", (json_int_t) removed, "limit_bytes",
                               (json_int_t) KEPT_MOST_BYTES));
}

static void
pause_all (Runner *runner)
{
  for (guint s = 0; s < lb_schedule_sessions (runner->schedule); s++)
    if (runner->places[s].session != NULL)
      lb_session_pause (runner->places[s].session);
}

static const char *
question_of (const LbCase *it)
{
  for (guint i = 0; i < it->inputs->len; i++)
    {
      const LbPlanInput *input = g_ptr_array_index (it->inputs, i);

      if (strcmp (input->role, "prompt") == 0)
        return input->text;
    }
  return NULL;
}

void
lb_runner_judge (Runner *runner, const LbStep *step)
{
  Run *run = &runner->runs[step->case_index];
  const LbCase *it = lb_runner_case (runner, step);
  const json_t *record = lb_result_record (run->result);
  LbListening listening = { runner->registry, runner->models, &runner->plan->settings,
                            runner->threads };

  if (runner->plan->settings.judge == NULL || runner->cancelled ||
      json_array_size (json_object_get (record, "outputs")) == 0 ||
      lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE))
    return;
  pause_all (runner);
  lb_runner_emit (runner, "started", it->id, json_pack ("{s:s}", "what", "judge"));
  lb_judge (&listening, run->result, question_of (it), runner->cancellable);
}

void
lb_runner_ground (Runner *runner, const LbStep *step)
{
  Run *run = &runner->runs[step->case_index];
  const LbCase *it = lb_runner_case (runner, step);
  const json_t *reference = run->truth != NULL ? run->truth->music : NULL;
  const json_t *record = lb_result_record (run->result), *features;
  g_autoptr (GError) error = NULL;

  if ((reference == NULL && !lb_grounded_is_asked (&runner->plan->settings)) ||
      runner->cancelled || json_array_size (json_object_get (record, "outputs")) == 0 ||
      lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE))
    return;
  pause_all (runner);
  lb_runner_emit (runner, "started", it->id, json_pack ("{s:s}", "what", "score"));
  features = lb_inputs_features (runner->inputs, lb_case_path (it), runner->cancellable, &error);
  if (features == NULL || !lb_grounded_score (run->result, features, reference, &error))
    lb_result_add_flag (run->result,
                        lb_flag_new ("not-scored", "run it again: the other figures hold",
                                     LB_GROUNDING ": %s", error->message));
}

void
lb_runner_score (Runner *runner, const LbStep *step)
{
  Run *run = &runner->runs[step->case_index];
  const LbCase *it = lb_runner_case (runner, step);
  LbListening listening = { runner->registry, runner->models, &runner->plan->settings,
                            runner->threads, runner->references };

  if (run->spoken == NULL || runner->cancelled)
    return;
  pause_all (runner);
  lb_runner_emit (runner, "started", it->id, json_pack ("{s:s}", "what", "score"));
  if (is_music (run))
    lb_score_generation (run->result, run->spoken, runner->plan->settings.pcm_memory_bytes,
                         runner->cancellable);
  lb_spoken_score (&listening, run->result, lb_case_text (it), run->spoken, runner->cancellable);
  g_clear_pointer (&run->spoken, g_ptr_array_unref);
}
