#include "gui/run.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/paths.h"

#define TICK_MS 250
#define QUIET_MS 1000 /* where nothing but time has passed */
#define EVENTS_FD 3   /* in the child */
#define PLAN_FD 4
#define MOST_SAMPLES 3600
#define STATUS_INTERRUPTED 130

struct _LbGuiRun {
  GObject parent;
  GSubprocess *child;
  LbGuiEvents *events;
  json_t *plan;
  LbGuiProgress *progress;
  GArray *samples; /* of LbGuiSample */
  char *error;
  guint tick;
  gint64 begun_ns, step_ns, ended_ns; /* ended 0: it runs */
  gint64 told_ns;                     /* when "changed" was emitted */
  guint steps;                        /* of the progress, when step_ns was set */
  gboolean exited, stopping;
};

G_DEFINE_FINAL_TYPE (LbGuiRun, lb_gui_run, G_TYPE_OBJECT)

enum {
  SIGNAL_CHANGED,
  SIGNAL_ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* It did not end as a program should: what is to be said of it. */
static char *
describe_end (LbGuiRun *run)
{
  g_autofree char *complaint = lb_gui_events_complaint (run->events);

  if (g_subprocess_get_if_signaled (run->child))
    return g_strdup_printf (_ ("The measuring program ended by itself (signal %d, %s). What was "
                               "measured until then is in the history."),
                            g_subprocess_get_term_sig (run->child),
                            strsignal (g_subprocess_get_term_sig (run->child)));
  if (complaint != NULL)
    return g_steal_pointer (&complaint);
  return g_strdup_printf (_ ("The measuring program ended with status %d without a word."),
                          g_subprocess_get_exit_status (run->child));
}

static void
find_error (LbGuiRun *run)
{
  g_autofree char *problem = lb_gui_events_problem (run->events);
  gboolean signalled = g_subprocess_get_if_signaled (run->child);
  int status = signalled ? -1 : g_subprocess_get_exit_status (run->child);

  if (problem != NULL)
    run->error = g_strdup_printf (
        _ ("The measuring program said something that is not understood "
           "(%s). Are llamaburn and llamaburn-gui of one version?"),
        problem);
  else if (run->progress->error != NULL)
    run->error = g_strdup (run->progress->error);
  else if (signalled || (status != 0 && status != STATUS_INTERRUPTED))
    run->error = describe_end (run);
}

static void
keep_samples (LbGuiRun *run)
{
  g_autoptr (GArray) samples = lb_gui_events_take_samples (run->events);

  if (samples->len > 0)
    g_array_append_vals (run->samples, samples->data, samples->len);
  if (run->samples->len > MOST_SAMPLES)
    g_array_remove_range (run->samples, 0, run->samples->len - MOST_SAMPLES);
}

/* How far a step is, is shown with the time: drawing costs what the engine could have. */
static gboolean
is_news (const json_t *event)
{
  return strcmp (lb_json_string (event, "event", ""), "progress") != 0;
}

/* Returns: whether something has happened that is to be shown at once */
static gboolean
fold (LbGuiRun *run)
{
  g_autoptr (GPtrArray) arrived = lb_gui_events_take (run->events);
  gboolean news = FALSE;

  for (guint i = 0; i < arrived->len; i++)
    {
      lb_gui_progress_event (run->progress, g_ptr_array_index (arrived, i));
      news = news || is_news (g_ptr_array_index (arrived, i));
    }
  keep_samples (run);
  if (run->steps != run->progress->steps)
    {
      run->steps = run->progress->steps;
      run->step_ns = lb_clock_now_ns ();
    }
  return news;
}

static void
tell (LbGuiRun *run)
{
  run->told_ns = lb_clock_now_ns ();
  g_signal_emit (run, signals[SIGNAL_CHANGED], 0);
}

static void
end (LbGuiRun *run)
{
  g_autoptr (LbGuiRun) held = g_object_ref (run);

  fold (run);
  run->ended_ns = lb_clock_now_ns ();
  g_clear_handle_id (&run->tick, g_source_remove);
  find_error (run);
  g_clear_pointer (&run->events, lb_gui_events_free);
  tell (run);
  g_signal_emit (held, signals[SIGNAL_ENDED], 0);
  g_object_unref (run); /* of the child: see watch() */
}

static gboolean
on_tick (gpointer user_data)
{
  LbGuiRun *run = user_data;
  g_autofree char *problem = lb_gui_events_problem (run->events);

  if (run->exited && lb_gui_events_has_ended (run->events))
    {
      run->tick = 0;
      end (run);
      return G_SOURCE_REMOVE;
    }
  if (problem != NULL && !run->stopping)
    lb_gui_run_stop (run);
  if (fold (run) || lb_clock_now_ns () - run->told_ns >= QUIET_MS * (LB_NS_PER_S / 1000))
    tell (run);
  return G_SOURCE_CONTINUE;
}

static void
on_child_exit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LbGuiRun *run = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_subprocess_wait_finish (G_SUBPROCESS (source), result, &error))
    g_debug ("waiting for the child: %s", error->message);
  run->exited = TRUE;
}

/* The plan as a file without a name: nothing is left behind after any death. */
static int
write_plan (const json_t *plan, GError **error)
{
  g_autofree char *text = lb_json_line (plan);
  gsize length = strlen (text), done = 0;
  int fd = memfd_create ("plan.json", MFD_CLOEXEC);

  while (fd >= 0 && done < length)
    {
      gssize n = write (fd, text + done, length - done);
      int saved = errno;

      if (n > 0)
        done += (gsize) n;
      else if (saved != EINTR)
        {
          close (fd);
          lb_error_set_errno (error, saved, "can't write the plan");
          return -1;
        }
    }
  if (fd < 0)
    lb_error_set_errno (error, errno, "can't make a file for the plan");
  return fd;
}

static GSubprocess *
spawn (int events_fd, int plan_fd, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *program = lb_paths_program ("llamaburn", error);
  g_autofree char *events = g_strdup_printf ("%d", EVENTS_FD);
  g_autofree char *plan = g_strdup_printf ("/proc/self/fd/%d", PLAN_FD);

  g_subprocess_launcher_take_fd (launcher, events_fd, EVENTS_FD);
  g_subprocess_launcher_take_fd (launcher, plan_fd, PLAN_FD);
  if (program == NULL)
    return NULL;
  return g_subprocess_launcher_spawn (launcher, error, program, "run", plan, "--events", events,
                                      NULL);
}

static void
watch (LbGuiRun *run, int events_fd)
{
  GInputStream *stream = g_subprocess_get_stderr_pipe (run->child);
  int stderr_fd = dup (g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (stream)));
  const char *identifier = g_subprocess_get_identifier (run->child);
  GPid pid = identifier != NULL ? (GPid) g_ascii_strtoll (identifier, NULL, 10) : 0;

  run->events = lb_gui_events_new (events_fd, stderr_fd, pid);
  run->begun_ns = run->step_ns = lb_clock_now_ns ();
  run->tick = g_timeout_add (TICK_MS, on_tick, run);
  g_object_ref (run); /* until it has ended */
  g_subprocess_wait_async (run->child, NULL, on_child_exit, run);
}

LbGuiRun *
lb_gui_run_start (const LbPlan *plan, GError **error)
{
  g_autoptr (LbGuiRun) run = g_object_new (LB_TYPE_GUI_RUN, NULL);
  int ends[2], plan_fd;

  run->plan = lb_plan_to_json (plan);
  plan_fd = write_plan (run->plan, error);
  if (plan_fd < 0)
    return NULL;
  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    {
      close (plan_fd);
      return NULL;
    }
  run->child = spawn (ends[1], plan_fd, error);
  if (run->child == NULL)
    {
      close (ends[0]);
      return NULL;
    }
  watch (run, ends[0]);
  return g_steal_pointer (&run);
}

void
lb_gui_run_stop (LbGuiRun *run)
{
  if (run->exited)
    return;
  run->stopping = TRUE;
  g_subprocess_send_signal (run->child, SIGINT);
}

gboolean
lb_gui_run_is_stopping (LbGuiRun *run)
{
  return run->stopping && run->ended_ns == 0;
}

gboolean
lb_gui_run_has_ended (LbGuiRun *run)
{
  return run->ended_ns != 0;
}

gboolean
lb_gui_run_was_stopped (LbGuiRun *run)
{
  return run->stopping && run->ended_ns != 0 && run->error == NULL;
}

const json_t *
lb_gui_run_plan (LbGuiRun *run)
{
  return run->plan;
}

const LbGuiProgress *
lb_gui_run_progress (LbGuiRun *run)
{
  return run->progress;
}

const GArray *
lb_gui_run_samples (LbGuiRun *run)
{
  return run->samples;
}

double
lb_gui_run_elapsed_s (LbGuiRun *run)
{
  return lb_clock_seconds (run->begun_ns,
                           run->ended_ns != 0 ? run->ended_ns : lb_clock_now_ns ());
}

double
lb_gui_run_left_s (LbGuiRun *run)
{
  return lb_gui_progress_left_s (run->progress,
                                 lb_clock_seconds (run->step_ns, lb_clock_now_ns ()));
}

const char *
lb_gui_run_error (LbGuiRun *run)
{
  return run->error;
}

static void
lb_gui_run_finalize (GObject *object)
{
  LbGuiRun *run = LB_GUI_RUN (object);

  g_clear_handle_id (&run->tick, g_source_remove);
  g_clear_pointer (&run->events, lb_gui_events_free);
  g_clear_object (&run->child);
  lb_gui_progress_free (run->progress);
  g_array_unref (run->samples);
  json_decref (run->plan);
  g_free (run->error);
  G_OBJECT_CLASS (lb_gui_run_parent_class)->finalize (object);
}

static void
lb_gui_run_class_init (LbGuiRunClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lb_gui_run_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_gui_run_init (LbGuiRun *run)
{
  run->progress = lb_gui_progress_new ();
  run->samples = g_array_new (FALSE, FALSE, sizeof (LbGuiSample));
}
