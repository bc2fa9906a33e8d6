/* The thread of a session that reads: lines with their stamps, standard error, the
 * process's end, its memory. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/clock.h"
#include "engine/group.h"
#include "engine/session-private.h"

#define LOOK_EVERY_US (G_USEC_PER_SEC / 10)
#define LOOKS_FOR_EACH_DEEP_ONE 10
#define MAX_LAST_READS 64 /* of 16 KiB: more than a pipe holds */

/* ---- the reader ---- */

static void
keep_tail (LbSession *session, const char *bytes, gsize n)
{
  g_mutex_lock (&session->lock);
  for (gsize i = n > LB_TAIL_BYTES ? n - LB_TAIL_BYTES : 0; i < n; i++)
    session->tail.bytes[session->tail.total++ % LB_TAIL_BYTES] = bytes[i];
  g_mutex_unlock (&session->lock);
}

/* Returns: what read() did: 0 at the end. */
static gssize
read_stderr (LbSession *session)
{
  char buffer[LB_TAIL_BYTES];
  gssize n = read (session->stderr_fd, buffer, sizeof buffer);

  if (n > 0)
    keep_tail (session, buffer, (gsize) n);
  return n;
}

static void
push (LbLine *line, gpointer user_data)
{
  LbSession *session = user_data;

  g_mutex_lock (&session->lock);
  session->waiting_bytes += line->length;
  g_queue_push_tail (&session->lines, line);
  g_cond_broadcast (&session->changed);
  g_mutex_unlock (&session->lock);
}

static void
close_answers (LbSession *session, GError *bad)
{
  g_mutex_lock (&session->lock);
  session->closed = TRUE;
  if (session->bad == NULL)
    session->bad = g_steal_pointer (&bad);
  g_cond_broadcast (&session->changed);
  g_mutex_unlock (&session->lock);
  g_clear_error (&bad);
}

/* The stamp is taken before anything looks at the bytes. Returns: whether more may come
 * at once. */
static gboolean
read_answers (LbSession *session)
{
  char buffer[64 * 1024];
  gssize n = read (session->answers_fd, buffer, sizeof buffer);
  gint64 stamp_ns = lb_clock_now_ns ();
  GError *bad = NULL;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return FALSE;
  if (n <= 0)
    close_answers (session, NULL);
  else if (!lb_line_cutter_feed (&session->cutter, buffer, (gsize) n, stamp_ns, push, session,
                                 &bad))
    close_answers (session, bad);
  return n > 0 && bad == NULL;
}

static gboolean
has_room (LbSession *session)
{
  gboolean room;

  g_mutex_lock (&session->lock);
  room = !session->closed && !session->quit && session->lines.length < LB_MAX_WAITING_LINES &&
         session->waiting_bytes < LB_MAX_WAITING_BYTES;
  g_mutex_unlock (&session->lock);
  return room;
}

static void
note_end (LbSession *session)
{
  siginfo_t how;

  if (session->ended || !lb_group_leader_ended (session->pid, &how))
    return;
  while (has_room (session) && read_answers (session))
    ;
  /* A child that it left behind may go on writing: what the pipe held, and no more. */
  for (int i = 0; i < MAX_LAST_READS && read_stderr (session) > 0; i++)
    ;
  g_mutex_lock (&session->lock);
  session->how = how;
  session->ended = TRUE;
  g_cond_broadcast (&session->changed);
  g_cond_signal (&session->quitting);
  g_mutex_unlock (&session->lock);
}

static void
turn (LbSession *session, gboolean *more_stderr)
{
  enum { ANSWERS, STDERR, EXIT, WAKE, N };
  struct pollfd fds[N] = {
    [ANSWERS] = { .fd = has_room (session) ? session->answers_fd : -1, .events = POLLIN },
    [STDERR] = { .fd = *more_stderr ? session->stderr_fd : -1, .events = POLLIN },
    [EXIT] = { .fd = session->ended ? -1 : session->exit_fd, .events = POLLIN },
    [WAKE] = { .fd = session->wake_fd, .events = POLLIN },
  };
  gboolean ticks = session->exit_fd < 0 && !session->ended;
  guint64 counter;

  if (poll (fds, N, ticks ? 100 : -1) < 0)
    return;
  if (fds[ANSWERS].revents != 0)
    read_answers (session);
  if (fds[STDERR].revents != 0)
    *more_stderr = read_stderr (session) != 0;
  if (fds[WAKE].revents != 0 && read (session->wake_fd, &counter, sizeof counter) < 0)
    return;
  note_end (session);
}

/* Where no cgroup of ours can hold an engine, its memory is looked at ten times a second:
 * the leader's tree, and now and then the whole group. (RLIMIT_AS would break sanitizers
 * and GPU drivers.) */
static void
look_at_memory (LbSession *session, guint64 pcm_bytes, gboolean deep)
{
  guint64 used = lb_group_rss_bytes (session->pid, deep, pcm_bytes);

  if (used <= session->memory_limit_bytes)
    return;
  g_mutex_lock (&session->lock);
  if (session->used_bytes == 0)
    session->used_bytes = used;
  g_mutex_unlock (&session->lock);
  kill (-session->pid, SIGKILL);
}

/* A thread of its own: a deep look takes milliseconds where there are many processes, and the
 * reader's stamps must not wait for it. */
static gpointer
guard_memory (gpointer user_data)
{
  LbSession *session = user_data;
  guint looks = 0;

  g_mutex_lock (&session->lock);
  while (!session->quit && !session->ended)
    {
      gint64 until = g_get_monotonic_time () + LOOK_EVERY_US;
      guint64 pcm_bytes = session->pcm_bytes;

      g_mutex_unlock (&session->lock);
      look_at_memory (session, pcm_bytes, looks++ % LOOKS_FOR_EACH_DEEP_ONE == 0);
      g_mutex_lock (&session->lock);
      while (!session->quit && !session->ended &&
             g_cond_wait_until (&session->quitting, &session->lock, until))
        ;
    }
  g_mutex_unlock (&session->lock);
  return NULL;
}

static gpointer
read_session (gpointer user_data)
{
  LbSession *session = user_data;
  gboolean more_stderr = TRUE;
  gboolean quit = FALSE;

  while (!quit)
    {
      turn (session, &more_stderr);
      g_mutex_lock (&session->lock);
      quit = session->quit;
      g_mutex_unlock (&session->lock);
    }
  return NULL;
}

void
lb_session_wake (LbSession *session)
{
  const guint64 one = 1;

  if (write (session->wake_fd, &one, sizeof one) < 0)
    g_debug ("eventfd: %s", g_strerror (errno)); /* only when it is readable already */
}

void
lb_session_io_start (LbSession *session)
{
  session->exit_fd = (int) syscall (SYS_pidfd_open, session->pid, 0);
  if (session->exit_fd >= 0)
    fcntl (session->exit_fd, F_SETFD, FD_CLOEXEC);
  fcntl (session->answers_fd, F_SETFL, O_NONBLOCK);
  fcntl (session->stderr_fd, F_SETFL, O_NONBLOCK);
  lb_line_cutter_init (&session->cutter, LB_JSON_MAX_LINE_BYTES);
  session->reader = g_thread_new ("engine", read_session, session);
  if (session->memory_limit_bytes > 0)
    session->guard = g_thread_new ("memory", guard_memory, session);
}

void
lb_session_io_stop (LbSession *session)
{
  if (session->reader == NULL)
    return;
  g_mutex_lock (&session->lock);
  session->quit = TRUE;
  g_cond_signal (&session->quitting);
  g_mutex_unlock (&session->lock);
  lb_session_wake (session);
  g_thread_join (g_steal_pointer (&session->reader));
  if (session->guard != NULL)
    g_thread_join (g_steal_pointer (&session->guard));
  lb_line_cutter_clear (&session->cutter);
}

/* ---- waiting ---- */

gboolean
lb_session_await_end (LbSession *session, double limit_s)
{
  gint64 until = g_get_monotonic_time () + (gint64) (limit_s * G_USEC_PER_SEC);
  gboolean ended;

  g_mutex_lock (&session->lock);
  while (!session->ended && g_cond_wait_until (&session->changed, &session->lock, until))
    ;
  ended = session->ended;
  g_mutex_unlock (&session->lock);
  return ended;
}
