/* What goes into the cases of a plan, while it runs. */
#include <math.h>
#include <string.h>

#include "bench/prompt.h"
#include "bench/runner-private.h"
#include "bench/sound.h"
#include "bench/text.h"

const char *
lb_case_path (const LbCase *it)
{
  return ((const LbPlanInput *) g_ptr_array_index (it->inputs, 0))->path;
}

const char *
lb_case_text (const LbCase *it)
{
  return ((const LbPlanInput *) g_ptr_array_index (it->inputs, 0))->text;
}

/* @n: of the input in its case: only the one that is measured is cut. */
static LbInputs *
inputs_for (Runner *runner, guint n)
{
  return n == 0 ? runner->inputs : runner->more_inputs;
}

static gboolean
is_prompt (const LbPlanInput *input)
{
  return strcmp (input->role, LB_PROMPT_ROLE) == 0;
}

static gboolean
read_measured (Runner *runner, Run *run, const LbPlanInput *input, GError **error)
{
  const json_t *record;
  g_autoptr (json_t) text = NULL;

  if (input->path == NULL)
    {
      text = is_prompt (input) ? lb_prompt_describe (input, error)
                               : lb_text_describe (input, error);
      if (text != NULL)
        lb_result_set_input (run->result, text, NAN, NULL);
      return text != NULL;
    }
  record = lb_inputs_decode (runner->inputs, input->path, runner->cancellable, error);
  if (record == NULL)
    return FALSE;
  lb_result_set_input (run->result, record, lb_inputs_decode_s (runner->inputs, input->path),
                       lb_inputs_flags (runner->inputs, input->path));
  return TRUE;
}

static gboolean
read_more (Runner *runner, Run *run, const LbPlanInput *input, GError **error)
{
  g_autoptr (json_t) record = json_object ();
  const json_t *decoded;

  lb_json_set_string (record, "role", input->role);
  lb_json_set_string (record, "text", input->text);
  if (input->path == NULL)
    {
      lb_result_add_input (run->result, g_steal_pointer (&record), NULL);
      return TRUE;
    }
  decoded = lb_inputs_decode (runner->more_inputs, input->path, runner->cancellable, error);
  if (decoded == NULL)
    {
      g_prefix_error (error, "input \"%s\": ", input->role);
      return FALSE;
    }
  json_object_update (record, (json_t *) decoded);
  lb_result_add_input (run->result, g_steal_pointer (&record),
                       lb_inputs_flags (runner->more_inputs, input->path));
  return TRUE;
}

gboolean
lb_runner_read_inputs (Runner *runner, const LbStep *step, GError **error)
{
  const LbCase *it = lb_runner_case (runner, step);
  Run *run = &runner->runs[step->case_index];

  if (!read_measured (runner, run, g_ptr_array_index (it->inputs, 0), error))
    return FALSE;
  for (guint i = 1; i < it->inputs->len; i++)
    if (!read_more (runner, run, g_ptr_array_index (it->inputs, i), error))
      return FALSE;
  return TRUE;
}

gboolean
lb_runner_has_ended (const Run *run)
{
  return run->result != NULL &&
         strcmp (lb_json_string (lb_result_record (run->result), "status", ""), "running") != 0;
}

/* What one run over @it may need at most. */
static void
add_case (Runner *runner, const LbCase *it, LbRoom *room)
{
  double in_s = 0, measured_s = 0;
  guint in_count = 0;

  for (guint i = 0; i < it->inputs->len; i++)
    {
      const LbPlanInput *input = g_ptr_array_index (it->inputs, i);
      LbInputs *inputs = inputs_for (runner, i);

      if (input->path == NULL)
        continue;
      lb_inputs_decode (inputs, input->path, runner->cancellable, NULL);
      in_s += lb_inputs_duration_s (inputs, input->path);
      in_count++;
      if (i == 0)
        measured_s = in_s;
    }
  room->in_s = MAX (room->in_s, in_s);
  room->in_count = MAX (room->in_count, in_count);
  if (lb_mode_sound (it->mode) == LB_MODE_STEMS)
    room->out_s = MAX (room->out_s, measured_s);
  else if (lb_mode_sound (it->mode) == LB_MODE_ONE_SOUND)
    room->out_s = MAX (room->out_s, lb_text_room_s (it));
}

LbRoom
lb_runner_room (Runner *runner, guint session)
{
  LbRoom room = { 0 };

  for (guint c = 0; c < runner->plan->cases->len; c++)
    if (lb_schedule_session_of (runner->schedule, c) == session &&
        !lb_runner_has_ended (&runner->runs[c]))
      add_case (runner, lb_plan_case (runner->plan, c), &room);
  return room;
}

double
lb_runner_duration_s (Runner *runner, const LbCase *it)
{
  const LbPlanInput *input = g_ptr_array_index (it->inputs, 0);

  if (input->path != NULL)
    return lb_inputs_duration_s (runner->inputs, input->path);
  return is_prompt (input) ? lb_prompt_seconds (it) : lb_text_seconds (it);
}

static gboolean
is_needed_later (const Runner *runner, guint case_index, const LbPlanInput *input, guint n)
{
  for (guint c = 0; c < runner->plan->cases->len; c++)
    {
      const GPtrArray *inputs = lb_plan_case (runner->plan, c)->inputs;

      if (c == case_index || lb_runner_has_ended (&runner->runs[c]))
        continue;
      for (guint i = 0; i < inputs->len; i++)
        if ((i == 0) == (n == 0) &&
            g_strcmp0 (((const LbPlanInput *) g_ptr_array_index (inputs, i))->path,
                       input->path) == 0)
          return TRUE;
    }
  return FALSE;
}

void
lb_runner_forget_inputs (Runner *runner, guint case_index)
{
  const GPtrArray *inputs = lb_plan_case (runner->plan, case_index)->inputs;

  for (guint i = 0; i < inputs->len; i++)
    {
      const LbPlanInput *input = g_ptr_array_index (inputs, i);

      if (input->path != NULL && !is_needed_later (runner, case_index, input, i))
        lb_inputs_forget (inputs_for (runner, i), input->path);
    }
}
