#include "engine/session.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "engine/environment.h"
#include "engine/group.h"
#include "engine/session-private.h"

#define HELLO_LIMIT_S 120.0  /* a worker imports its libraries before it says hello, from a cold disk */
#define RESERVE_LIMIT_S 30.0
#define LEAVE_LIMIT_S 2.0
#define GONE_LIMIT_S 20.0
#define MAX_STEM 64

#ifndef LB_VERSION
#define LB_VERSION "0"
#endif

/* ---- start ---- */

static guint64
available_bytes (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;
  line = strstr (text, "MemAvailable:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024 : 0;
}

static gboolean
open_pipe (int *reader, int *writer, GError **error)
{
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return lb_error_set_errno (error, errno, "can't make a pipe for an engine");
  *reader = ends[0];
  *writer = ends[1];
  return TRUE;
}

/* The child's ends, until it has them. */
enum { REQUESTS, ANSWERS, STDERR, DEATH, NOTHING, N_ENDS };

static void
close_ends (int *ends)
{
  for (int i = 0; i < N_ENDS; i++)
    if (ends[i] >= 0)
      close (ends[i]);
}

static gboolean
open_ends (LbSession *session, int *ends, GError **error)
{
  int pair[2];

  /* Requests go through a socket pair because a write to one can be told not to raise SIGPIPE. */
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return lb_error_set_errno (error, errno, "can't make a channel to an engine");
  session->requests_fd = pair[0];
  ends[REQUESTS] = pair[1];
  if (!open_pipe (&session->answers_fd, &ends[ANSWERS], error) ||
      !open_pipe (&session->stderr_fd, &ends[STDERR], error) ||
      !open_pipe (&ends[DEATH], &session->death_fd, error))
    return FALSE;
  ends[NOTHING] = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  session->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (ends[NOTHING] < 0 || session->wake_fd < 0)
    return lb_error_set_errno (error, errno, "can't open what an engine needs");
  return lb_buffers_init (&session->buffers, error);
}

static gboolean
spawn (LbSession *session, const LbManifest *manifest, const int *ends, GError **error)
{
  g_autofree char *program = lb_paths_program ("llamaburn-engine", error);
  char *argv[] = { program, manifest->path, manifest->module, NULL };
  g_auto (GStrv) ours = g_get_environ ();
  g_auto (GStrv) environment = NULL;
  const LbBuffers *buffers = &session->buffers;
  LbGroupFd fds[] = {
    { ends[NOTHING], STDIN_FILENO },
    { ends[STDERR], STDOUT_FILENO },
    { ends[STDERR], STDERR_FILENO },
    { ends[REQUESTS], LB_FD_REQUESTS },
    { ends[ANSWERS], LB_FD_ANSWERS },
    { buffers->in.memory_fd, LB_FD_IN },
    { buffers->out.memory_fd, LB_FD_OUT },
    { ends[DEATH], LB_FD_DEATH },
    { buffers->in.file_fd, LB_FD_IN_FILE },
    { buffers->out.file_fd, LB_FD_OUT_FILE },
  };
  guint n = G_N_ELEMENTS (fds) - (buffers->no_files != NULL ? 2 : 0);

  if (program == NULL)
    return FALSE;
  environment = lb_environment_build ((const char *const *) ours, manifest, &session->environment);
  return lb_group_spawn (argv, environment, fds, n, &session->pid, error);
}

static gboolean
send_request (LbCall *call, json_t *request, GError **error)
{
  g_autoptr (json_t) owned = request;
  g_autofree char *line = NULL;
  g_autofree char *whole = NULL;
  gsize length;

  lb_json_set_integer (owned, "id", call->session->id);
  line = lb_json_line (owned);
  length = strlen (line);
  if (length > LB_JSON_MAX_LINE_BYTES)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE, "a request of more than 64 MiB");
      return FALSE;
    }
  whole = g_strconcat (line, "\n", NULL);
  return lb_call_send (call, whole, length + 1, error);
}

static gboolean
greet (LbSession *session, GCancellable *cancellable, GError **error)
{
  LbCall call;
  g_auto (LbMessage) message = { 0 };
  g_autoptr (GError) why = NULL;
  gboolean fine;

  if (!lb_call_begin (&call, session, "starting", HELLO_LIMIT_S, cancellable, error))
    return FALSE;
  fine = send_request (&call, lb_protocol_hello (session->engine, LB_VERSION), error) &&
         lb_call_next (&call, &message, error);
  if (fine && !lb_protocol_check_hello (message.json, &why))
    fine = lb_call_refuse (&call, error, "%s", why->message);
  if (fine && g_strcmp0 (lb_json_string (message.json, "engine", ""), session->engine) != 0)
    fine = lb_call_refuse (&call, error, "it says hello under another engine's name");
  if (fine)
    session->version = g_strdup (lb_json_string (message.json, "version", ""));
  lb_call_end (&call);
  return fine;
}

LbSession *
lb_session_start (const LbManifest *manifest, const LbSessionSettings *settings, GCancellable *cancellable,
                  GError **error)
{
  LbSession *session;
  int ends[N_ENDS] = { -1, -1, -1, -1, -1 };
  gboolean fine;

  g_return_val_if_fail (manifest != NULL, NULL);
  if (manifest->missing != NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE_MISSING, manifest->missing);
      return NULL;
    }
  session = g_new0 (LbSession, 1);
  session->engine = g_strdup (manifest->id);
  session->requests_fd = session->answers_fd = session->stderr_fd = -1;
  session->death_fd = session->exit_fd = session->wake_fd = -1;
  session->buffers.in = session->buffers.out = (LbBuffer) { -1, -1, -1, 0 };
  session->memory_limit_bytes = settings != NULL ? settings->memory_limit_bytes : 0;
  session->pcm_memory_bytes = settings != NULL ? settings->pcm_memory_bytes : 0;
  if (session->pcm_memory_bytes == 0)
    session->pcm_memory_bytes = available_bytes () / 4;
  g_mutex_init (&session->lock);
  g_cond_init (&session->changed);
  g_queue_init (&session->lines);
  fine = open_ends (session, ends, error) && spawn (session, manifest, ends, error);
  close_ends (ends);
  if (fine)
    lb_session_io_start (session);
  if (!fine || !greet (session, cancellable, error))
    {
      lb_session_stop (session);
      return NULL;
    }
  return session;
}

/* ---- stop ---- */

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* The leader stays a zombie until nobody else is in its group: so long its number is nobody else's. */
static void
end_group (LbSession *session)
{
  gint64 until;

  kill (-session->pid, SIGCONT);
  if (!session->dead)
    lb_session_post (session, "{\"type\":\"bye\"}\n");
  if (session->dead || !lb_session_await_end (session, LEAVE_LIMIT_S))
    {
      kill (-session->pid, SIGTERM);
      lb_session_await_end (session, LEAVE_LIMIT_S);
    }
  until = g_get_monotonic_time () + (gint64) (GONE_LIMIT_S * G_USEC_PER_SEC);
  kill (-session->pid, SIGKILL);
  lb_session_await_end (session, GONE_LIMIT_S);
  while (lb_group_has_others (session->pid) && g_get_monotonic_time () < until)
    {
      kill (-session->pid, SIGKILL);
      g_usleep (2000);
    }
}

static void
reap (LbSession *session)
{
  int status;

  while (waitpid (session->pid, &status, WNOHANG) < 0 && errno == EINTR)
    ;
}

void
lb_session_stop (LbSession *session)
{
  if (session == NULL)
    return;
  if (session->reader != NULL)
    {
      end_group (session);
      lb_session_io_stop (session);
      reap (session);
    }
  close_fd (&session->requests_fd);
  close_fd (&session->answers_fd);
  close_fd (&session->stderr_fd);
  close_fd (&session->death_fd);
  close_fd (&session->exit_fd);
  close_fd (&session->wake_fd);
  lb_buffers_clear (&session->buffers);
  g_queue_clear_full (&session->lines, (GDestroyNotify) lb_line_free);
  g_clear_error (&session->bad);
  g_mutex_clear (&session->lock);
  g_cond_clear (&session->changed);
  json_decref (session->environment);
  g_free (session->version);
  g_free (session->engine);
  g_free (session);
}

/* ---- facts ---- */

GPid
lb_session_pid (const LbSession *session)
{
  return session->pid;
}

const char *
lb_session_version (const LbSession *session)
{
  return session->version != NULL && *session->version != '\0' ? session->version : NULL;
}

const json_t *
lb_session_environment (const LbSession *session)
{
  return session->environment;
}

const char *const *
lb_session_pcm_inodes (const LbSession *session)
{
  return (const char *const *) session->buffers.inodes;
}

char *
lb_session_stderr (LbSession *session)
{
  const LbTail *tail = &session->tail;
  g_autofree char *all = g_malloc (LB_TAIL_BYTES + 1);
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = NULL;
  gsize n;
  guint first;

  g_mutex_lock (&session->lock);
  n = MIN (tail->total, LB_TAIL_BYTES);
  for (gsize i = 0; i < n; i++)
    all[i] = tail->bytes[(tail->total - n + i) % LB_TAIL_BYTES];
  g_mutex_unlock (&session->lock);
  for (gsize i = 0; i < n; i++)
    if (all[i] == '\0')
      all[i] = '?';
  all[n] = '\0';
  g_strchomp (all);
  lines = g_strsplit (all, "\n", -1);
  first = g_strv_length (lines) > 8 ? g_strv_length (lines) - 8 : 0;
  for (guint i = first; lines[i] != NULL; i++)
    {
      gsize length = strlen (lines[i]);

      g_ptr_array_add (shown, lb_text_escape (length > 400 ? lines[i] + length - 400 : lines[i]));
    }
  g_ptr_array_add (shown, NULL);
  return g_strjoinv ("\n", (char **) shown->pdata);
}

void
lb_session_pause (LbSession *session)
{
  if (kill (-session->pid, SIGSTOP) != 0)
    g_debug ("SIGSTOP: %s", g_strerror (errno)); /* gone: the next call says so */
}

void
lb_session_resume (LbSession *session)
{
  if (kill (-session->pid, SIGCONT) != 0)
    g_debug ("SIGCONT: %s", g_strerror (errno));
}

/* ---- requests with one answer ---- */

/* Waits for the answer of @type; progress on the way is passed over. */
static gboolean
await_type (LbCall *call, const char *type, LbMessage *message, GError **error)
{
  while (lb_call_next (call, message, error))
    {
      static const char *const others[] = { "first", "done", "output", "hello", "probed",
                                            "loaded", "unloaded", "reserved", NULL };

      if (g_str_equal (message->type, type))
        return TRUE;
      if (g_strv_contains (others, message->type))
        return lb_call_refuse (call, error, "\"%s\" where \"%s\" was to come", message->type, type);
    }
  return FALSE;
}

static gboolean
ask (LbSession *session, json_t *request, const char *doing, const char *type, double limit_s,
     LbMessage *message, GCancellable *cancellable, GError **error)
{
  g_autoptr (json_t) owned = request;
  LbCall call;
  gboolean fine;

  if (!lb_call_begin (&call, session, doing, limit_s, cancellable, error))
    return FALSE;
  fine = send_request (&call, g_steal_pointer (&owned), error) && await_type (&call, type, message, error);
  lb_call_end (&call);
  return fine;
}

static json_t *
new_request (const char *type)
{
  json_t *request = json_object ();

  lb_json_set_string (request, "type", type);
  return request;
}

json_t *
lb_session_probe (LbSession *session, double time_limit_s, GCancellable *cancellable, GError **error)
{
  g_auto (LbMessage) message = { 0 };
  const char *version;

  if (!ask (session, new_request ("probe"), "probing", "probed", time_limit_s, &message, cancellable, error))
    return NULL;
  json_object_del (message.json, "type");
  json_object_del (message.json, "id");
  version = lb_json_string (message.json, "version", "");
  if (*session->version == '\0' && *version != '\0')
    {
      g_free (session->version);
      session->version = g_strdup (version);
    }
  return g_steal_pointer (&message.json);
}

void
lb_session_loaded_clear (LbSessionLoaded *loaded)
{
  g_free (loaded->backend);
  g_free (loaded->device);
  g_free (loaded->device_name);
  json_decref (loaded->options);
  json_decref (loaded->info);
  memset (loaded, 0, sizeof *loaded);
}

static gboolean
read_count (const json_t *json, const char *key, gint64 most, guint *value)
{
  gint64 given = lb_json_integer (json, key, 0);

  *value = (guint) CLAMP (given, 0, most);
  return given >= 0 && given <= most && (json_object_get (json, key) == NULL ||
                                         json_is_integer (json_object_get (json, key)));
}

static gboolean
read_loaded (const json_t *json, LbSessionLoaded *loaded)
{
  guint threads = 0;
  gboolean fine = read_count (json, "input_rate_hz", 10000000, &loaded->input_rate_hz) &&
                  read_count (json, "input_channels", 1024, &loaded->input_channels) &&
                  read_count (json, "output_rate_hz", 10000000, &loaded->output_rate_hz) &&
                  read_count (json, "output_channels", 1024, &loaded->output_channels) &&
                  read_count (json, "threads", 65536, &threads);
  json_t *options = json_object_get (json, "options");
  json_t *info = json_object_get (json, "info");

  loaded->threads = (int) threads;
  loaded->backend = g_strdup (lb_json_string (json, "backend", ""));
  loaded->device = g_strdup (lb_json_string (json, "device", ""));
  loaded->device_name = g_strdup (lb_json_string (json, "device_name", ""));
  loaded->deterministic = lb_json_boolean (json, "deterministic", FALSE);
  loaded->parameters = (guint64) MAX (0, lb_json_integer (json, "parameters", 0));
  if (json_is_object (options))
    loaded->options = json_incref (options);
  if (json_is_object (info))
    loaded->info = json_incref (info);
  return fine && (loaded->input_rate_hz > 0) == (loaded->input_channels > 0) &&
         (loaded->output_rate_hz > 0) == (loaded->output_channels > 0);
}

gboolean
lb_session_load (LbSession *session, const json_t *request, double time_limit_s, LbSessionLoaded *loaded,
                 GCancellable *cancellable, GError **error)
{
  json_t *copy = json_copy ((json_t *) request);
  g_auto (LbMessage) message = { 0 };
  gint64 start_ns = lb_clock_now_ns ();
  g_auto (LbSessionLoaded) answer = { 0 };

  memset (loaded, 0, sizeof *loaded);
  lb_json_set_string (copy, "type", "load");
  if (!ask (session, copy, "loading", "loaded", time_limit_s, &message, cancellable, error))
    return FALSE;
  if (!read_loaded (message.json, &answer))
    {
      session->dead = TRUE;
      g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL,
                   "the engine \"%s\" broke the protocol while loading: impossible rates, channels or threads",
                   session->engine);
      return FALSE;
    }
  answer.load_s = lb_clock_seconds (start_ns, message.stamp_ns);
  session->loaded = TRUE;
  session->output_channels = answer.output_channels;
  *loaded = answer;
  memset (&answer, 0, sizeof answer);
  return TRUE;
}

gboolean
lb_session_unload (LbSession *session, double time_limit_s, GCancellable *cancellable, GError **error)
{
  g_auto (LbMessage) message = { 0 };

  session->loaded = FALSE;
  return ask (session, new_request ("unload"), "unloading", "unloaded", time_limit_s, &message, cancellable,
              error);
}

/* ---- sound ---- */

gboolean
lb_session_reserve (LbSession *session, guint64 in_bytes, guint64 out_bytes, GError **error)
{
  LbBuffers *buffers = &session->buffers;
  gboolean files = in_bytes + out_bytes > session->pcm_memory_bytes;
  g_auto (LbMessage) message = { 0 };
  json_t *request;

  if (session->reserved || in_bytes + out_bytes < in_bytes)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_FAILED, "room for sound is reserved once in a session");
      return FALSE;
    }
  if (!lb_buffers_reserve (buffers, in_bytes, out_bytes, files, error))
    {
      session->dead = TRUE;
      return FALSE;
    }
  session->reserved = TRUE;
  request = new_request ("pcm");
  lb_json_set (request, "in", json_pack ("{s:i, s:I}", "fd", files ? LB_FD_IN_FILE : LB_FD_IN, "bytes",
                                         (json_int_t) in_bytes));
  lb_json_set (request, "out", json_pack ("{s:i, s:I}", "fd", files ? LB_FD_OUT_FILE : LB_FD_OUT, "bytes",
                                          (json_int_t) out_bytes));
  return ask (session, request, "mapping its buffers", "reserved", RESERVE_LIMIT_S, &message, NULL, error);
}

gboolean
lb_session_put (LbSession *session, guint64 offset_bytes, const float *samples, gsize n_samples, GError **error)
{
  return lb_buffers_put (&session->buffers, offset_bytes, samples, n_samples, error);
}

gboolean
lb_session_get (LbSession *session, guint64 offset_bytes, float *samples, gsize n_samples, GError **error)
{
  return lb_buffers_get (&session->buffers, offset_bytes, samples, n_samples, error);
}

/* ---- run ---- */

void
lb_session_run_clear (LbSessionRun *run)
{
  g_free (run->first_kind);
  json_decref (run->output);
  json_decref (run->flags);
  memset (run, 0, sizeof *run);
}

static void
add_flag (LbSessionRun *run, const char *id, const char *cure, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Once for each id. */
static void
add_flag (LbSessionRun *run, const char *id, const char *cure, const char *format, ...)
{
  g_autofree char *evidence = NULL;
  json_t *flag;
  va_list arguments;
  size_t i;

  json_array_foreach (run->flags, i, flag)
    if (g_strcmp0 (lb_json_string (flag, "id", ""), id) == 0)
      return;
  va_start (arguments, format);
  evidence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  flag = json_object ();
  lb_json_set_string (flag, "id", id);
  lb_json_set_string (flag, "evidence", evidence);
  lb_json_set_string (flag, "cure", cure);
  json_array_append_new (run->flags, flag);
}

/* The engine's own stamp of @message, 0 and a flag when it can't be true. */
static gint64
read_stamp (LbSessionRun *run, const LbMessage *message)
{
  gint64 t_ns = lb_json_integer (message->json, "t_ns", 0);

  if (t_ns >= run->t0_ns && t_ns <= message->stamp_ns)
    return t_ns;
  add_flag (run, "engine-clock", "compare by wall_s only, and report the engine's mistake",
            "its \"%s\" says %.6f s after the start, and arrived after %.6f s", message->type,
            t_ns > 0 ? lb_clock_seconds (run->t0_ns, t_ns) : 0.0,
            lb_clock_seconds (run->t0_ns, message->stamp_ns));
  return 0;
}

static gboolean
check_piece (const LbSession *session, const json_t *piece)
{
  const char *stem = lb_json_string (piece, "stem", NULL);
  gint64 offset = lb_json_integer (piece, "offset", -1);
  gint64 frames = lb_json_integer (piece, "frames", -1);
  gint64 channels = lb_json_integer (piece, "channels", -1);
  gint64 rate = lb_json_integer (piece, "rate", -1);

  return stem != NULL && strlen (stem) <= MAX_STEM && offset >= 0 && offset % (gint64) sizeof (float) == 0 &&
         frames >= 0 && channels >= 1 && channels <= 1024 && rate >= 1 && rate <= 10000000 &&
         (guint64) offset <= session->buffers.out.bytes &&
         (guint64) frames <=
           (session->buffers.out.bytes - (guint64) offset) / sizeof (float) / (guint64) channels;
}

static gboolean
take_output (LbCall *call, const LbMessage *message, LbSessionRun *run, GError **error)
{
  json_t *output = json_object_get (message->json, "output");
  const json_t *pcm = json_object_get (output, "pcm");
  size_t i;
  json_t *piece;

  if (!json_is_object (output) || (pcm != NULL && !json_is_array (pcm)))
    return lb_call_refuse (call, error, "an \"output\" that is no object, or whose \"pcm\" is no list");
  json_array_foreach (pcm, i, piece)
    if (!check_piece (call->session, piece))
      return lb_call_refuse (call, error, "sound that is not inside its buffer of %" G_GUINT64_FORMAT " bytes",
                             call->session->buffers.out.bytes);
  run->output = json_incref (output);
  return TRUE;
}

static void
take_first (LbSessionRun *run, const LbMessage *message)
{
  if (run->first_kind != NULL)
    return;
  run->first_ns = read_stamp (run, message);
  run->first_kind = g_strndup (lb_json_string (message->json, "kind", ""), 32);
}

/* Returns: FALSE with an error, or TRUE: run->output is there when it is over. */
static gboolean
take_message (LbCall *call, const LbMessage *message, LbSessionRun *run, LbSessionProgress progress,
              gpointer user_data, GError **error)
{
  gboolean is_done = run->t1_ns != 0;
  const char *type = message->type;
  const char *text = g_str_equal (type, "partial") ? lb_json_string (message->json, "text", NULL) : NULL;
  double fraction = lb_json_real (message->json, "fraction", -1);

  if (message->repaired)
    add_flag (run, "repaired-text", "report the engine's mistake",
              "it wrote text that is no UTF-8; what could not be read became U+FFFD");
  if (g_str_equal (type, "output"))
    return is_done ? take_output (call, message, run, error)
                   : lb_call_refuse (call, error, "\"output\" before \"done\"");
  if (g_str_equal (type, "done") && is_done)
    return lb_call_refuse (call, error, "\"done\" twice");
  if (g_str_equal (type, "done"))
    {
      run->t1_ns = message->stamp_ns;
      run->done_ns = read_stamp (run, message);
    }
  else if (g_str_equal (type, "first") && !is_done)
    take_first (run, message);
  else if (text != NULL && !is_done && progress != NULL)
    progress (text, NAN, user_data);
  else if (g_str_equal (type, "progress") && fraction >= 0 && fraction <= 1 && progress != NULL)
    progress (NULL, fraction, user_data);
  else if (g_str_equal (type, "loaded") || g_str_equal (type, "unloaded") || g_str_equal (type, "hello"))
    return lb_call_refuse (call, error, "\"%s\" in a run", type);
  return TRUE;
}

static gboolean
check_inputs (const LbSession *session, const json_t *inputs, GError **error)
{
  size_t i;
  json_t *input;

  json_array_foreach (inputs, i, input)
    {
      gint64 offset = lb_json_integer (input, "offset", -1);
      gint64 frames = lb_json_integer (input, "frames", -1);
      gint64 channels = lb_json_integer (input, "channels", -1);

      if (lb_json_string (input, "text", NULL) != NULL)
        continue;
      if (offset < 0 || frames < 0 || channels < 1 || (guint64) offset > session->buffers.in.bytes ||
          (guint64) frames >
            (session->buffers.in.bytes - (guint64) offset) / sizeof (float) / (guint64) channels)
        {
          g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                               "an input is neither text nor inside the room that was reserved for sound");
          return FALSE;
        }
    }
  return TRUE;
}

/* The line is ready before the clock starts. */
static char *
prepare_line (const LbSession *session, const json_t *request, gsize *length)
{
  g_autoptr (json_t) copy = json_copy ((json_t *) request);
  g_autofree char *line = NULL;
  char *whole;

  lb_json_set_string (copy, "type", "run");
  lb_json_set_integer (copy, "id", session->id);
  line = lb_json_line (copy);
  whole = g_strconcat (line, "\n", NULL);
  *length = strlen (whole);
  return whole;
}

gboolean
lb_session_run (LbSession *session, const json_t *request, double time_limit_s, LbSessionProgress progress,
                gpointer user_data, LbSessionRun *run, GCancellable *cancellable, GError **error)
{
  const json_t *inputs = json_object_get (request, "inputs");
  g_auto (LbMessage) message = { 0 };
  g_auto (LbSessionRun) result = { 0 };
  g_autofree char *line = NULL;
  gsize length;
  LbCall call;
  gboolean fine;

  memset (run, 0, sizeof *run);
  if (!check_inputs (session, inputs, error) || !lb_buffers_prepare (&session->buffers, inputs, error) ||
      !lb_call_begin (&call, session, "running", time_limit_s, cancellable, error))
    return FALSE;
  line = prepare_line (session, request, &length);
  result.flags = json_array ();
  result.t0_ns = lb_clock_now_ns ();
  fine = lb_call_send (&call, line, length, error);
  while (fine && result.output == NULL)
    fine = lb_call_next (&call, &message, error) &&
           take_message (&call, &message, &result, progress, user_data, error);
  lb_call_end (&call);
  if (!fine)
    return FALSE;
  *run = result;
  memset (&result, 0, sizeof result);
  return TRUE;
}
