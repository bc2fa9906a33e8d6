#include "gui/progress.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define PARTIAL_BYTES 4096
#define AUTO_LEAST 6
#define AUTO_LIMIT_S 60.0
#define AUTO_LEAST_SLOW 4

LbGuiProgress *
lb_gui_progress_new (void)
{
  LbGuiProgress *progress = g_new0 (LbGuiProgress, 1);

  progress->phase = g_strdup (_ ("Starting"));
  progress->fraction = progress->duration_s = progress->load_s = progress->median_rtf = NAN;
  progress->rtf = g_array_new (FALSE, FALSE, sizeof (double));
  progress->wall_s = g_array_new (FALSE, FALSE, sizeof (double));
  progress->status = -1;
  return progress;
}

void
lb_gui_progress_free (LbGuiProgress *progress)
{
  g_free (progress->id);
  g_free (progress->phase);
  g_free (progress->waiting_for);
  g_free (progress->partial);
  g_free (progress->error);
  g_array_unref (progress->rtf);
  g_array_unref (progress->wall_s);
  json_decref (progress->output);
  json_decref (progress->record);
  g_free (progress);
}

static void
take_text (char **place, char *text)
{
  g_free (*place);
  *place = text;
}

static void
take_json (json_t **place, const json_t *value)
{
  json_decref (*place);
  *place = json_incref ((json_t *) value);
}

static void
on_waiting (LbGuiProgress *progress, const json_t *event)
{
  take_text (&progress->waiting_for,
             g_strdup (lb_json_string (event, "holder", _ ("another program"))));
  take_text (&progress->phase, g_strdup (_ ("Waiting")));
}

static void
on_run_begin (LbGuiProgress *progress, const json_t *event)
{
  take_text (&progress->id, g_strdup (lb_json_string (event, "run", NULL)));
  take_text (&progress->waiting_for, NULL);
  take_text (&progress->phase, g_strdup (_ ("Preparing")));
}

static void
on_info (LbGuiProgress *progress, const json_t *event)
{
  progress->duration_s = lb_json_real (event, "duration_s", progress->duration_s);
}

static void
begin_step (LbGuiProgress *progress, const char *phase)
{
  take_text (&progress->phase, g_strdup (phase));
  take_text (&progress->partial, NULL);
  progress->fraction = NAN;
  progress->steps++;
}

static void
on_loading (LbGuiProgress *progress, const json_t *event)
{
  take_text (&progress->waiting_for, NULL);
  begin_step (progress, _ ("Loading the model"));
}

static void
on_loaded (LbGuiProgress *progress, const json_t *event)
{
  progress->load_s = lb_json_real (event, "load_s", progress->load_s);
}

/* What a step is called here. */
static const struct {
  const char *what, *title;
} steps[] = {
  { "load", N_ ("Loading the model") },
  { "warmup", N_ ("Warming up") },
  { "iteration", N_ ("Measuring") },
  { "score", N_ ("Scoring") },
};

static void
on_started (LbGuiProgress *progress, const json_t *event)
{
  const char *what = lb_json_string (event, "what", "iteration");
  const char *title = what;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (strcmp (steps[i].what, what) == 0)
      title = _ (steps[i].title);
  begin_step (progress, title);
  progress->iterating = strcmp (what, "iteration") == 0;
  progress->index = CLAMP (lb_json_integer (event, "index", 0), 0, G_MAXINT);
}

static void
on_iteration (LbGuiProgress *progress, const json_t *event)
{
  const json_t *iteration = json_object_get (event, "iteration");
  double rtf = lb_json_real (iteration, "rtf", NAN);
  double wall_s = lb_json_real (iteration, "wall_s", NAN);

  progress->of = CLAMP (lb_json_integer (event, "of", 0), 0, G_MAXINT);
  progress->median_rtf = lb_json_real (event, "median_rtf", progress->median_rtf);
  if (progress->wall_s->len >= LB_GUI_PROGRESS_MAX)
    return;
  g_array_append_val (progress->rtf, rtf);
  g_array_append_val (progress->wall_s, wall_s);
}

/* Engines stream pieces: the end of what has come is kept, and begins with a whole character. */
static void
on_partial (LbGuiProgress *progress, const json_t *event)
{
  const char *before = progress->partial != NULL ? progress->partial : "";
  g_autofree char *all = g_strconcat (before, lb_json_string (event, "text", ""), NULL);
  gsize length = strlen (all);
  const char *end = length > PARTIAL_BYTES ? all + length - PARTIAL_BYTES : all;

  while ((*end & 0xc0) == 0x80)
    end++;
  take_text (&progress->partial, g_strdup (end));
}

static void
on_progress (LbGuiProgress *progress, const json_t *event)
{
  double fraction = lb_json_real (event, "fraction", NAN);

  progress->fraction = isfinite (fraction) ? CLAMP (fraction, 0, 1) : NAN;
}

static void
on_output (LbGuiProgress *progress, const json_t *event)
{
  take_json (&progress->output, json_object_get (event, "record"));
}

static void
on_error (LbGuiProgress *progress, const json_t *event)
{
  take_text (&progress->error,
             g_strdup (lb_json_string (event, "message", _ ("It failed without a message"))));
}

static void
on_run_end (LbGuiProgress *progress, const json_t *event)
{
  take_json (&progress->record, json_object_get (event, "record"));
  take_text (&progress->partial, NULL);
  progress->iterating = FALSE;
  take_text (&progress->phase, g_strdup (_ ("Ending")));
}

static void
on_pruned (LbGuiProgress *progress, const json_t *event)
{
  progress->removed_bytes += MAX (lb_json_integer (event, "removed_bytes", 0), 0);
}

static void
on_done (LbGuiProgress *progress, const json_t *event)
{
  progress->status = (int) CLAMP (lb_json_integer (event, "status", 0), 0, 255);
}

static const struct {
  const char *event;
  void (*handle) (LbGuiProgress *progress, const json_t *event);
} handlers[] = {
  { "waiting", on_waiting },       { "run-begin", on_run_begin }, { "info", on_info },
  { "loading-model", on_loading }, { "model-loaded", on_loaded }, { "started", on_started },
  { "iteration", on_iteration },   { "partial", on_partial },     { "progress", on_progress },
  { "output", on_output },         { "error", on_error },         { "run-end", on_run_end },
  { "pruned", on_pruned },         { "done", on_done },
};

void
lb_gui_progress_event (LbGuiProgress *progress, const json_t *event)
{
  const char *name = lb_json_string (event, "event", "");

  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (strcmp (handlers[i].event, name) == 0)
      handlers[i].handle (progress, event);
}

double
lb_gui_progress_auto_s (double wall_s)
{
  double least = wall_s > AUTO_LIMIT_S                ? 1
                 : wall_s * AUTO_LEAST > AUTO_LIMIT_S ? AUTO_LEAST_SLOW
                                                      : AUTO_LEAST;

  return wall_s * least;
}

double
lb_gui_progress_left_s (const LbGuiProgress *progress, double step_s)
{
  double wall_s, left;

  if (progress->wall_s->len == 0 || progress->record != NULL)
    return NAN;
  wall_s = g_array_index (progress->wall_s, double, progress->wall_s->len - 1);
  left = progress->of > 0 ? wall_s * (double) (progress->of - progress->wall_s->len)
                          : lb_gui_progress_auto_s (wall_s) - wall_s * progress->wall_s->len;
  return MAX (left - (progress->iterating ? step_s : 0), 0);
}
