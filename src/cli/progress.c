/* Live progress of a benchmark. On a terminal one line, rewritten at most four times a
 * second; elsewhere a plain line for each step. */
#include <math.h>
#include <string.h>

#include "cli/private.h"
#include "core/clock.h"
#include "core/text.h"
#include "report/style.h"

#define REDRAW_NS (LB_NS_PER_S / 4)
#define TEXT_COLUMNS 40 /* of a text that is measured */
#define PARTIAL_BYTES 4096
#define WIDE 100 /* columns from which the end of the partial text is shown too */

struct _LbCliProgress {
  LbCli *cli;
  GMutex lock; /* of all that follows */
  gint64 begun_ns, drawn_ns;
  guint cases, at;   /* how many there are; which one is running, from 1 */
  char *label;       /* "whisper.cpp · whisper-base · jfk.wav", escaped */
  char *phase;       /* "loading", "iteration 3/6" */
  GString *partial;  /* the end of what the engine said in this run, not escaped */
  double fraction;   /* of the step, as the engine says; NAN: unknown */
  double median_rtf; /* NAN: none yet */
  double wall_s;     /* of the last iteration; NAN: none yet */
  gint64 step_ns;    /* when this step began */
  gint64 index, of;  /* of the iteration; of 0: auto */
};

LbCliProgress *
lb_cli_progress_new (LbCli *cli)
{
  LbCliProgress *progress = g_new0 (LbCliProgress, 1);

  progress->cli = cli;
  g_mutex_init (&progress->lock);
  progress->partial = g_string_new (NULL);
  progress->begun_ns = progress->step_ns = lb_clock_now_ns ();
  progress->fraction = progress->median_rtf = progress->wall_s = NAN;
  return progress;
}

void
lb_cli_progress_free (LbCliProgress *progress)
{
  g_mutex_lock (&progress->cli->lock);
  lb_cli_wipe (progress->cli);
  g_mutex_unlock (&progress->cli->lock);
  g_mutex_clear (&progress->lock);
  g_free (progress->label);
  g_free (progress->phase);
  g_string_free (progress->partial, TRUE);
  g_free (progress);
}

static void
take_text (char **place, char *text)
{
  g_free (*place);
  *place = text;
}

/* A line for those who read a log; nothing on a terminal, where the line of progress says
 * it. */
static void
log_step (LbCliProgress *progress, const char *text)
{
  if (!lb_cli_interactive (progress->cli))
    lb_cli_note (progress->cli, "%s", text);
}

static void
on_plan (LbCliProgress *progress, const json_t *event)
{
  progress->cases = (guint) CLAMP (lb_json_integer (event, "cases", 0), 0, G_MAXINT);
}

static void
on_waiting (LbCliProgress *progress, const json_t *event)
{
  g_autofree char *holder = lb_text_escape (lb_json_string (event, "holder", "another program"));

  take_text (&progress->phase, g_strdup_printf ("waiting for %s", holder));
  lb_cli_note (progress->cli, "waiting: %s is measuring; two at once would disturb each other",
               holder);
}

static char *
base_name (const char *path)
{
  g_autofree char *base = *path != '\0' ? g_path_get_basename (path) : g_strdup ("?");

  return lb_text_escape (base);
}

/* A file by the last part of its name, a text by its beginning. */
static char *
name_input (const json_t *input)
{
  const char *text = lb_json_string (input, "text", NULL);
  g_autofree char *shown = text != NULL ? lb_text_escape (text) : NULL;
  g_autofree char *cut = shown != NULL ? lb_style_cut (shown, TEXT_COLUMNS) : NULL;

  return cut != NULL ? g_strdup_printf ("\"%s\"", cut)
                     : base_name (lb_json_string (input, "path",
                                                  lb_json_string (input, "path_uri", "?")));
}

static void
on_run_begin (LbCliProgress *progress, const json_t *event)
{
  const json_t *record = json_object_get (event, "record");
  const json_t *input = json_object_get (record, "input");
  g_autofree char *engine = lb_text_escape (
      lb_json_string (json_object_get (record, "engine"), "id", "?"));
  g_autofree char *model = lb_text_escape (
      lb_json_string (json_object_get (record, "model"), "id", "no model"));
  g_autofree char *name = name_input (input);
  g_autofree char *line = NULL;

  progress->at++;
  progress->median_rtf = progress->wall_s = progress->fraction = NAN;
  progress->index = progress->of = 0;
  take_text (&progress->label, g_strdup_printf ("%s · %s · %s", engine, model, name));
  take_text (&progress->phase, g_strdup ("preparing"));
  g_string_truncate (progress->partial, 0);
  if (progress->cases > 1)
    line = g_strdup_printf ("[%u/%u] %s", progress->at, progress->cases, progress->label);
  log_step (progress, line != NULL ? line : progress->label);
}

static void
on_info (LbCliProgress *progress, const json_t *event)
{
  double seconds = lb_json_real (event, "duration_s", NAN);
  g_autofree char *duration = NULL;
  g_autofree char *line = NULL;

  if (!isfinite (seconds))
    return;
  duration = lb_text_duration (seconds);
  line = g_strdup_printf ("  %s of sound", duration);
  log_step (progress, line);
}

static void
on_loading (LbCliProgress *progress, const json_t *event)
{
  g_autofree char *cache = lb_text_escape (lb_json_string (event, "load_cache", ""));

  take_text (&progress->phase,
             g_strdup_printf ("loading%s%s", *cache != '\0' ? ", cache " : "", cache));
  progress->step_ns = lb_clock_now_ns ();
  progress->fraction = NAN;
}

static void
on_loaded (LbCliProgress *progress, const json_t *event)
{
  double seconds = lb_json_real (event, "load_s", NAN);
  g_autofree char *duration = isfinite (seconds) ? lb_report_seconds (seconds) : NULL;
  g_autofree char *line = g_strdup_printf ("  loaded%s%s", duration != NULL ? " in " : "",
                                           duration != NULL ? duration : "");

  take_text (&progress->phase, g_strdup ("loaded"));
  log_step (progress, line);
}

static char *
count_step (const char *what, gint64 index, gint64 of)
{
  if (of > 0)
    return g_strdup_printf ("%s %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, what, index + 1, of);
  return g_strdup_printf ("%s %" G_GINT64_FORMAT, what, index + 1);
}

/* What a step is called here; one that isn't counted has no number. */
static const struct {
  const char *what, *title;
  gboolean counted;
} steps[] = {
  { "load", "loading", FALSE },
  { "warmup", "warm-up", TRUE },
  { "iteration", "iteration", TRUE },
  { "score", "scoring", FALSE },
  { "judge", "judging", FALSE },
};

static char *
name_step (const LbCliProgress *progress, const char *what, gint64 index)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (strcmp (steps[i].what, what) == 0)
      return steps[i].counted ? count_step (steps[i].title, index,
                                            strcmp (what, "iteration") == 0 ? progress->of : 0)
                              : g_strdup (steps[i].title);
  return lb_text_escape (what);
}

static void
on_started (LbCliProgress *progress, const json_t *event)
{
  const char *what = lb_json_string (event, "what", "iteration");
  gint64 index = CLAMP (lb_json_integer (event, "index", 0), 0, G_MAXINT);

  take_text (&progress->phase, name_step (progress, what, index));
  progress->index = index;
  progress->step_ns = lb_clock_now_ns ();
  progress->fraction = NAN;
  g_string_truncate (progress->partial, 0);
}

static void
finish_step (LbCliProgress *progress, const json_t *event, const char *what)
{
  const json_t *iteration = json_object_get (event, "iteration");
  gint64 index = CLAMP (lb_json_integer (event, "index", 0), 0, G_MAXINT);
  gint64 of = CLAMP (lb_json_integer (event, "of", 0), 0, G_MAXINT);
  double wall_s = lb_json_real (iteration, "wall_s", NAN);
  double rtf = lb_json_real (iteration, "rtf", NAN);
  g_autofree char *title = count_step (what, index, of);
  g_autofree char *wall = isfinite (wall_s) ? lb_report_seconds (wall_s) : g_strdup (LB_ABSENT);
  g_autofree char *shown = lb_report_number (rtf);
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "  %s: %s", title, wall);
  if (isfinite (rtf))
    g_string_append_printf (line, ", RTF %s", shown);
  log_step (progress, line->str);
  progress->wall_s = wall_s;
  progress->index = index;
  progress->fraction = NAN;
  take_text (&progress->phase, g_steal_pointer (&title));
}

static void
on_warmup (LbCliProgress *progress, const json_t *event)
{
  finish_step (progress, event, "warm-up");
}

static void
on_iteration (LbCliProgress *progress, const json_t *event)
{
  progress->median_rtf = lb_json_real (event, "median_rtf", progress->median_rtf);
  progress->of = CLAMP (lb_json_integer (event, "of", 0), 0, G_MAXINT);
  finish_step (progress, event, "iteration");
}

static void
on_partial (LbCliProgress *progress, const json_t *event)
{
  g_string_append (progress->partial, lb_json_string (event, "text", ""));
  g_strdelimit (progress->partial->str, "\r\n\t", ' ');
  if (progress->partial->len > 2 * PARTIAL_BYTES)
    {
      const char *end = progress->partial->str + progress->partial->len;
      const char *kept = g_utf8_find_next_char (end - PARTIAL_BYTES, NULL);

      g_string_erase (progress->partial, 0, kept - progress->partial->str);
    }
}

static void
on_progress (LbCliProgress *progress, const json_t *event)
{
  double fraction = lb_json_real (event, "fraction", NAN);

  progress->fraction = isfinite (fraction) ? CLAMP (fraction, 0, 1) : NAN;
}

static void
on_error (LbCliProgress *progress, const json_t *event)
{
  g_autofree char *line = g_strdup_printf (
      "%s%s%s (%s)", progress->label != NULL ? progress->label : "",
      progress->label != NULL ? ": " : "",
      lb_json_string (event, "message", "failed without a message"),
      lb_json_string (event, "phase", "unknown phase"));

  lb_cli_complain (progress->cli, line);
}

static void
on_run_end (LbCliProgress *progress, const json_t *event)
{
  const json_t *record = json_object_get (event, "record");
  double rtf = lb_json_real (json_object_get (record, "summary"), "median_rtf", NAN);
  g_autofree char *speed = lb_report_speed (rtf);
  g_autofree char *shown = lb_report_number (rtf);
  g_autofree char *status = lb_text_escape (lb_json_string (record, "status", "ended"));
  g_autofree char *line = isfinite (rtf)
                              ? g_strdup_printf ("  %s: RTF %s, %s", status, shown, speed)
                              : g_strdup_printf ("  %s", status);

  take_text (&progress->phase, g_steal_pointer (&status));
  log_step (progress, line);
}

static void
on_pruned (LbCliProgress *progress, const json_t *event)
{
  gint64 removed = lb_json_integer (event, "removed_bytes", 0);
  gint64 limit = lb_json_integer (event, "limit_bytes", 0);
  g_autofree char *gone = lb_text_bytes ((guint64) MAX (removed, 0));
  g_autofree char *most = lb_text_bytes ((guint64) MAX (limit, 0));

  lb_cli_note (progress->cli,
               "The history keeps at most %s of sounds: %s of the oldest runs' are removed", most,
               gone);
}

static void
on_done (LbCliProgress *progress, const json_t *event)
{
  take_text (&progress->phase, NULL);
}

static const struct {
  const char *event;
  void (*handle) (LbCliProgress *progress, const json_t *event);
} handlers[] = {
  { "plan", on_plan },       { "waiting", on_waiting },       { "run-begin", on_run_begin },
  { "info", on_info },       { "loading-model", on_loading }, { "model-loaded", on_loaded },
  { "started", on_started }, { "warmup", on_warmup },         { "iteration", on_iteration },
  { "partial", on_partial }, { "progress", on_progress },     { "error", on_error },
  { "run-end", on_run_end }, { "pruned", on_pruned },         { "done", on_done },
};

/* Until the last iteration, by the last one's time: only where their number is known. */
static double
seconds_left (const LbCliProgress *progress, gint64 now)
{
  double step = lb_clock_seconds (progress->step_ns, now);
  double left;

  if (progress->of == 0 || !isfinite (progress->wall_s))
    return NAN;
  left = (double) (progress->of - progress->index) * progress->wall_s - step;
  return MAX (left, 0);
}

static void
append_times (GString *line, const LbCliProgress *progress, gint64 now)
{
  double left = seconds_left (progress, now);
  double passed = lb_clock_seconds (progress->begun_ns, now);

  g_string_append_printf (line, " · %d:%02d", (int) passed / 60, (int) passed % 60);
  if (isfinite (left))
    g_string_append_printf (line, ", %d:%02d left", (int) left / 60, (int) left % 60);
}

static char *
compose (const LbCliProgress *progress, gint64 now)
{
  int width = progress->cli->progress_width - 1;
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *partial = NULL, *tail = NULL;
  int room;

  if (progress->cases > 1)
    g_string_append_printf (line, "[%u/%u] ", progress->at, progress->cases);
  g_string_append (line, progress->phase);
  if (isfinite (progress->fraction))
    g_string_append_printf (line, " %.0f %%", 100 * progress->fraction);
  if (isfinite (progress->median_rtf))
    {
      g_autofree char *rtf = lb_report_number (progress->median_rtf);

      g_string_append_printf (line, " · RTF %s", rtf);
    }
  append_times (line, progress, now);
  if (progress->label != NULL)
    g_string_append_printf (line, " · %s", progress->label);
  room = width - lb_style_width (line->str) - 3;
  if (progress->partial->len > 0 && width >= WIDE && room >= 12)
    {
      partial = lb_text_escape (progress->partial->str);
      tail = lb_style_cut_front (partial, room);
      g_string_append_printf (line, " · %s", tail);
    }
  return lb_style_cut (line->str, MAX (width, 1));
}

static void
draw (LbCliProgress *progress)
{
  gint64 now = lb_clock_now_ns ();
  g_autofree char *line = NULL;

  if (!lb_cli_interactive (progress->cli) || lb_cli_quiet (progress->cli) ||
      progress->phase == NULL ||
      (progress->drawn_ns != 0 && now - progress->drawn_ns < REDRAW_NS))
    return;
  progress->drawn_ns = now;
  line = compose (progress, now);
  g_mutex_lock (&progress->cli->lock);
  lb_cli_write_progress (progress->cli, line);
  g_mutex_unlock (&progress->cli->lock);
}

void
lb_cli_progress_event (const json_t *event, gpointer user_data)
{
  LbCliProgress *progress = user_data;
  const char *name = lb_json_string (event, "event", "");

  g_mutex_lock (&progress->lock);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (strcmp (handlers[i].event, name) == 0)
      handlers[i].handle (progress, event);
  draw (progress);
  g_mutex_unlock (&progress->lock);
}

void
lb_cli_progress_tick (LbCliProgress *progress)
{
  g_mutex_lock (&progress->lock);
  draw (progress);
  g_mutex_unlock (&progress->lock);
}
