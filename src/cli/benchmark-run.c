#include "cli/benchmark.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/recorder.h"
#include "bench/runner.h"
#include "cli/output-file.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"
#include "report/report.h"
#include "store/store.h"

#define TICK_MS 250
#define ROOM_MS 100
#define PATIENCE_US (2 * G_USEC_PER_SEC)

/* What the runner's thread and the main loop share. */
typedef struct {
  LbCli *cli;
  LbPlan *plan;
  LbRegistry *registry;
  LbModels *models;
  GCancellable *cancellable;
  GMainLoop *loop;
  LbCliProgress *progress;
  LbStore *store;
  LbRecorder *recorder;
  const LbReportFormat *format;
  LbReportStyle style;
  json_t *records;
  LbOutput *output; /* of --output; NULL: standard output */
  int events_fd;
  gboolean deaf;         /* nobody listens to events any more */
  gint64 waits_since_us; /* for room for events, since the user wants to leave; 0: doesn't wait */
  LbRunnerCounts counts;
  gint64 pruned_bytes,
      limit_bytes; /* sounds of older runs that had to go; of all that may stay */
  GError *error;
} Benchmark;

static void
put (Benchmark *it, GString *text)
{
  if (it->output != NULL)
    lb_output_add (it->output, text->str);
  else if (text->len > 0)
    lb_cli_print (it->cli, text->str);
  g_string_truncate (text, 0);
}

/* A listener to events has the records from them: standard output then stays empty. */
static gboolean
writes_results (const Benchmark *it)
{
  return it->output != NULL || it->events_fd < 0;
}

static void
add_record (Benchmark *it, const json_t *event)
{
  g_autoptr (json_t) record = json_copy (json_object_get (event, "record"));
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 number = it->recorder != NULL
                      ? lb_recorder_number (it->recorder, lb_json_string (event, "run", ""))
                      : -1;
  guint index = (guint) json_array_size (it->records);

  if (number >= 0)
    lb_json_set_integer (record, "number", number);
  json_array_append (it->records, record);
  if (!writes_results (it) || !it->format->streams)
    return;
  if (index == 0)
    it->format->begin (text, &it->style);
  it->format->add (text, record, index, &it->style);
  put (it, text);
}

/* Is there room for PIPE_BUF bytes, or an error to see? A listener that sleeps is waited for,
 * until the user wants to leave. */
static gboolean
await_room (Benchmark *it)
{
  struct pollfd room = { .fd = it->events_fd, .events = POLLOUT };

  while (poll (&room, 1, ROOM_MS) <= 0)
    {
      if (!g_cancellable_is_cancelled (it->cancellable))
        continue;
      if (it->waits_since_us == 0)
        it->waits_since_us = g_get_monotonic_time ();
      if (g_get_monotonic_time () - it->waits_since_us > PATIENCE_US)
        return FALSE;
    }
  it->waits_since_us = 0;
  return TRUE;
}

/* What only shows life while an engine works: a slow listener misses it, and does not slow the
 * engine down. */
static gboolean
may_be_missed (Benchmark *it, const json_t *event)
{
  const char *name = lb_json_string (event, "event", "");
  struct pollfd room = { .fd = it->events_fd, .events = POLLOUT };

  return (strcmp (name, "partial") == 0 || strcmp (name, "progress") == 0) &&
         poll (&room, 1, 0) == 0;
}

/* The reader of events may have died, or never read again: that loses no run. */
static void
write_event (Benchmark *it, const json_t *event)
{
  g_autofree char *line = lb_json_line (event);
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  gsize length = strlen (text), done = 0;

  if (it->deaf || may_be_missed (it, event))
    return;
  while (done < length && !it->deaf)
    {
      gssize n = -1;

      if (await_room (it))
        n = write (it->events_fd, text + done, MIN (length - done, PIPE_BUF));
      else
        errno = ETIMEDOUT;
      it->deaf = n < 0 && errno != EINTR && errno != EAGAIN;
      done += n > 0 ? (gsize) n : 0;
    }
}

static void
on_event (const json_t *event, gpointer user_data)
{
  Benchmark *it = user_data;

  if (it->recorder != NULL)
    lb_recorder_event (event, it->recorder);
  if (it->events_fd >= 0)
    write_event (it, event);
  else
    lb_cli_progress_event (event, it->progress);
  if (strcmp (lb_json_string (event, "event", ""), "run-end") == 0)
    add_record (it, event);
  it->pruned_bytes += lb_json_integer (event, "removed_bytes", 0);
  it->limit_bytes = lb_json_integer (event, "limit_bytes", it->limit_bytes);
}

static gboolean
on_signal (gpointer user_data)
{
  Benchmark *it = user_data;

  g_cancellable_cancel (it->cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_tick (gpointer user_data)
{
  Benchmark *it = user_data;

  lb_cli_progress_tick (it->progress);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_end (gpointer user_data)
{
  Benchmark *it = user_data;

  g_main_loop_quit (it->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
run_in_thread (gpointer user_data)
{
  Benchmark *it = user_data;

  lb_runner_run (it->plan, it->registry, it->models, it->store, on_event, it, &it->counts,
                 it->cancellable, &it->error);
  g_idle_add (on_end, it);
  return NULL;
}

/* nohup: the terminal may go, the run goes on. */
static gboolean
is_ignored (int number)
{
  struct sigaction now;

  return number == SIGHUP && sigaction (number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* The runner has a thread of its own: this one waits for signals and draws. */
static void
run (Benchmark *it)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (signals)];
  guint tick = lb_cli_interactive (it->cli) && it->events_fd < 0
                   ? g_timeout_add (TICK_MS, on_tick, it)
                   : 0;
  GThread *thread;

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = is_ignored (signals[i]) ? 0 : g_unix_signal_add (signals[i], on_signal, it);
  it->loop = g_main_loop_new (NULL, FALSE);
  thread = g_thread_new ("runner", run_in_thread, it);
  g_main_loop_run (it->loop);
  g_thread_join (thread);
  g_main_loop_unref (it->loop);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (sources[i] != 0)
      g_source_remove (sources[i]);
  if (tick != 0)
    g_source_remove (tick);
}

static void
end_output (Benchmark *it)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (!writes_results (it))
    return;
  if (!it->format->streams)
    {
      it->format->begin (text, &it->style);
      for (guint i = 0; i < json_array_size (it->records); i++)
        it->format->add (text, json_array_get (it->records, i), i, &it->style);
    }
  if (!it->format->streams || json_array_size (it->records) > 0)
    it->format->end (text, it->records, &it->style);
  put (it, text);
}

static int
status_of (Benchmark *it, GError **error)
{
  const GError *lost = it->recorder != NULL ? lb_recorder_error (it->recorder) : NULL;
  int status = LB_EXIT_OK;

  if (it->error != NULL || it->counts.interrupted > 0 ||
      g_cancellable_is_cancelled (it->cancellable))
    status = LB_EXIT_INTERRUPTED;
  else if (it->counts.failed > 0)
    status = LB_EXIT_FAILED;
  else if (it->counts.invalid > 0 && lb_cli_flag (it->cli, "strict"))
    status = LB_EXIT_INVALID;
  if (lost != NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_STORE, "not everything is in the history: %s",
                   lost->message);
      status = MAX (status, LB_EXIT_FAILED);
    }
  return status;
}

static gboolean
open_store (Benchmark *it, GError **error)
{
  if (lb_cli_flag (it->cli, "no-store"))
    return TRUE;
  it->store = lb_store_open (NULL, error);
  if (it->store == NULL)
    {
      g_prefix_error (error, "the history can't be opened (--no-store measures without): ");
      return FALSE;
    }
  if (lb_store_notice (it->store) != NULL)
    lb_cli_warn (it->cli, "%s", lb_store_notice (it->store));
  it->recorder = lb_recorder_new (it->store);
  return TRUE;
}

/* A run is written once. */
static gboolean
check_ids (const Benchmark *it, GError **error)
{
  for (guint c = 0; it->store != NULL && c < it->plan->cases->len; c++)
    {
      const char *id = lb_plan_case (it->plan, c)->id;
      g_autoptr (json_t) stored = lb_store_load (it->store, id, NULL);

      if (stored == NULL)
        continue;
      g_set_error (
          error, LB_ERROR, LB_ERROR_USAGE,
          "the history has a run %s already: leave ids out of the plan, or make new ones", id);
      return FALSE;
    }
  return TRUE;
}

/* Each sound holds a descriptor until its case has ended. Engines get the usual limit (cage.c).
 */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    g_debug ("RLIMIT_NOFILE stays: %s", g_strerror (errno));
}

static void
write_done (Benchmark *it, int status)
{
  g_autoptr (json_t) event = json_pack ("{s:s, s:i}", "event", "done", "status", status);

  if (it->events_fd >= 0)
    write_event (it, event);
}

static gboolean
is_same_file (const char *a, const char *b)
{
  GStatBuf first, second;

  return a != NULL && b != NULL && g_stat (a, &first) == 0 && g_stat (b, &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Results never replace what is measured. */
static gboolean
check_output (const LbPlan *plan, const char *path, GError **error)
{
  for (guint c = 0; c < plan->cases->len; c++)
    {
      const LbCase *it = lb_plan_case (plan, c);
      gboolean same = is_same_file (path, it->reference);

      for (guint i = 0; i < it->inputs->len; i++)
        {
          const LbPlanInput *input = g_ptr_array_index (it->inputs, i);

          same = same || is_same_file (path, input->path);
        }
      if (same)
        {
          g_autofree char *shown = lb_text_escape (path);

          g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                       "\"%s\" is an input: name another file with --output", shown);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
open_output (Benchmark *it, GError **error)
{
  const char *path = lb_cli_text (it->cli, "output", NULL);

  it->style = (LbReportStyle){ .colour = lb_cli_colour (it->cli) && path == NULL,
                               .width = path != NULL ? 0 : lb_cli_width (it->cli),
                               .full_paths = lb_cli_flag (it->cli, "full-paths") };
  if (path != NULL && check_output (it->plan, path, error))
    it->output = lb_output_open (path, error);
  return path == NULL || it->output != NULL;
}

static gboolean
write_output (Benchmark *it)
{
  g_autoptr (GError) error = NULL;

  if (it->output == NULL || lb_output_write (it->output, &error))
    return TRUE;
  if (it->store != NULL)
    g_prefix_error (&error, "the results are in the history (llamaburn show), but ");
  lb_cli_complain (it->cli, error->message);
  return FALSE;
}

static void
say_pruned (Benchmark *it)
{
  g_autofree char *removed = lb_text_bytes ((guint64) it->pruned_bytes);
  g_autofree char *limit = lb_text_bytes ((guint64) it->limit_bytes);

  if (it->pruned_bytes > 0)
    lb_cli_warn (it->cli, "sounds of the oldest runs were removed (%s): %s of them are kept",
                 removed, limit);
}

int
lb_benchmark_run (LbCli *cli, LbPlan *plan, LbRegistry *registry, LbModels *models, int events_fd,
                  GError **error)
{
  Benchmark it = {
    .cli = cli, .plan = plan, .registry = registry, .models = models, .events_fd = events_fd
  };
  int status = LB_EXIT_FAILED;

  it.format = lb_report_format (lb_cli_text (cli, "format", "table"), error);
  if (it.format == NULL)
    return LB_EXIT_USAGE;
  if (!open_output (&it, error))
    return LB_EXIT_FAILED;
  raise_descriptor_limit ();
  it.cancellable = g_cancellable_new ();
  it.progress = lb_cli_progress_new (cli);
  it.records = json_array ();
  if (open_store (&it, error) && check_ids (&it, error))
    {
      run (&it);
      end_output (&it);
      say_pruned (&it);
      status = status_of (&it, error);
      if (!write_output (&it))
        status = MAX (status, LB_EXIT_FAILED);
      write_done (&it, status);
    }
  g_clear_pointer (&it.recorder, lb_recorder_free);
  g_clear_pointer (&it.store, lb_store_close);
  lb_cli_progress_free (it.progress);
  g_object_unref (it.cancellable);
  json_decref (it.records);
  g_clear_pointer (&it.output, lb_output_free);
  g_clear_error (&it.error);
  return status;
}
