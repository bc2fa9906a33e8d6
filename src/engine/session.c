#include "engine/session.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "engine/environment.h"
#include "engine/group.h"
#include "engine/keyring.h"
#include "engine/python.h"
#include "engine/session-private.h"

#define HELLO_LIMIT_S                                                                            \
  120.0 /* a worker imports its libraries before it says hello, from a cold disk */
#define LEAVE_LIMIT_S 2.0
#define GONE_LIMIT_S 20.0

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

  /* Requests go through a socket pair because a write to one can be told not to raise
   * SIGPIPE. */
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

/* llamaburn-engine MANIFEST [MODULE | COMMAND…]. What is found here isn't looked for again
 * there, where the environment is another. */
static char **
arguments (const LbManifest *manifest, const char *device, GError **error)
{
  g_autofree char *program = lb_paths_program ("llamaburn-engine", error);
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) command = NULL;

  if (program == NULL)
    return NULL;
  g_strv_builder_add (argv, program);
  g_strv_builder_add (argv, manifest->path);
  if (manifest->module != NULL)
    g_strv_builder_add (argv, manifest->module);
  if (manifest->command != NULL)
    {
      command = lb_manifest_argv (manifest, device, error);
      if (command == NULL)
        return NULL;
      g_strv_builder_addv (argv, (const char **) command);
    }
  return g_strv_builder_end (argv);
}

static gboolean
spawn (LbSession *session, const LbManifest *manifest, const char *device, const int *ends,
       GError **error)
{
  g_auto (GStrv) argv = arguments (manifest, device, error);
  g_auto (GStrv) ours = g_get_environ ();
  g_auto (GStrv) environment = NULL;
  const LbBuffers *buffers = &session->buffers;
  LbGroupFd fds[] = {
    { ends[NOTHING], STDIN_FILENO },        { ends[STDERR], STDOUT_FILENO },
    { ends[STDERR], STDERR_FILENO },        { ends[REQUESTS], LB_FD_REQUESTS },
    { ends[ANSWERS], LB_FD_ANSWERS },       { buffers->in.memory_fd, LB_FD_IN },
    { buffers->out.memory_fd, LB_FD_OUT },  { ends[DEATH], LB_FD_DEATH },
    { buffers->in.file_fd, LB_FD_IN_FILE }, { buffers->out.file_fd, LB_FD_OUT_FILE },
  };
  guint n = G_N_ELEMENTS (fds) - (buffers->no_files != NULL ? 2 : 0);
  const char *const *keys = (const char *const *) manifest->keys;
  gboolean fine;

  /* Libraries of workers leave files behind; our own modules make none. */
  if (argv == NULL ||
      (manifest->command != NULL && !lb_temporary_make (&session->temporary, error)))
    return FALSE;
  ours = lb_keyring_fill (ours, keys);
  environment = lb_environment_build ((const char *const *) ours, manifest,
                                      &session->environment);
  if (manifest->command != NULL)
    environment = g_environ_setenv (environment, "TMPDIR", session->temporary.path, TRUE);
  fine = lb_group_spawn (argv, environment, fds, n, &session->pid, error);
  lb_keyring_wipe (ours, keys);
  lb_keyring_wipe (environment, keys);
  return fine;
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
  fine = lb_call_request (&call, lb_protocol_hello (session->engine, LB_VERSION), error) &&
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

/* A worker that never spoke: what it is made of may be damaged. What it said itself, and what has
 * a cure already, stays as it is. */
static void
add_cure (const LbManifest *manifest, GError **error)
{
  g_autofree char *said = NULL;

  if (error == NULL || *error == NULL || manifest->environments->len == 0 ||
      g_error_matches (*error, LB_ERROR, LB_ERROR_CANCELLED) ||
      g_error_matches (*error, LB_ERROR, LB_ERROR_ENGINE) ||
      strstr ((*error)->message, "engines install") != NULL)
    return;
  said = (*error)->message;
  (*error)->message = g_strdup_printf (
      "%s; if its packages are damaged, llamaburn engines install %s --again mends them", said,
      manifest->id);
}

LbSession *
lb_session_start (const LbManifest *manifest, const LbSessionSettings *settings,
                  GCancellable *cancellable, GError **error)
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
  session->buffers.in = session->buffers.out = (LbBuffer){ -1, -1, -1, 0 };
  session->memory_limit_bytes = settings != NULL ? settings->memory_limit_bytes : 0;
  session->pcm_memory_bytes = settings != NULL ? settings->pcm_memory_bytes : 0;
  if (session->pcm_memory_bytes == 0)
    session->pcm_memory_bytes = available_bytes () / 4;
  g_mutex_init (&session->lock);
  g_cond_init (&session->changed);
  g_cond_init (&session->quitting);
  g_queue_init (&session->lines);
  fine = open_ends (session, ends, error) &&
         spawn (session, manifest, settings != NULL ? settings->device : NULL, ends, error);
  close_ends (ends);
  if (fine)
    lb_session_io_start (session);
  if (!fine || !greet (session, cancellable, error))
    {
      lb_session_stop (session);
      add_cure (manifest, error);
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

/* The leader stays a zombie until nobody else is in its group: so long its number is
 * nobody else's. */
static void
end_group (LbSession *session)
{
  gboolean polite = !session->dead || session->answered;
  gint64 until;

  kill (-session->pid, SIGCONT);
  if (polite)
    lb_session_post (session, "{\"type\":\"bye\"}\n");
  if (!polite || !lb_session_await_end (session, LEAVE_LIMIT_S))
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
  g_cond_clear (&session->quitting);
  lb_temporary_remove (&session->temporary);
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
