/* A session's inside: session.c has start, stop and the small calls,
 * session-run.c the run, session-call.c one request and its answers, session-io.c the thread that
 * reads, and the one that looks at memory. */
#pragma once

#include <signal.h>

#include "engine/buffers.h"
#include "engine/protocol.h"
#include "engine/session.h"
#include "engine/temporary.h"

G_BEGIN_DECLS

#define LB_TAIL_BYTES (16 * 1024)
#define LB_MAX_WAITING_LINES 4096
#define LB_MAX_WAITING_BYTES LB_JSON_MAX_LINE_BYTES

typedef struct {
  char bytes[LB_TAIL_BYTES];
  gsize total; /* ever written */
} LbTail;

struct _LbSession {
  /* Set at the start, then only read. */
  char *engine;
  GPid pid;
  int requests_fd, answers_fd, stderr_fd, death_fd, exit_fd, wake_fd;
  guint64 memory_limit_bytes, pcm_memory_bytes;
  json_t *environment;
  LbTemporary temporary;
  GThread *reader;
  GThread *guard; /* looks at memory; NULL: no limit */

  /* Of the calling thread. */
  char *version;
  LbBuffers buffers;
  gint64 id;         /* of the latest request */
  gboolean dead;     /* after any error but LB_ERROR_ENGINE */
  gboolean answered; /* dead, but it answered `cancel`: it may leave in its own way */
  gboolean reserved;

  /* Of both threads, under the lock. */
  GMutex lock;
  GCond changed;
  GCond quitting; /* of the guard */
  GQueue lines;   /* of LbLine */
  gsize waiting_bytes;
  gboolean closed; /* the engine closed its end */
  gboolean ended;  /* the leader has ended, and what it wrote before is in lines */
  siginfo_t how;
  gboolean quit;
  guint64 pcm_bytes;  /* of both buffers */
  guint64 used_bytes; /* at the instant when it was over the limit, else 0 */
  GError *bad;        /* what the reader saw that can't be a line */
  LbTail tail;

  /* Of the reader. */
  LbLineCutter cutter;
};

/* One request and its answers. */
typedef struct {
  LbSession *session;
  const char *doing; /* "loading": for messages */
  double limit_s;
  gint64 deadline_us; /* of g_get_monotonic_time() */
  GCancellable *cancellable;
  gulong handler;
  guint64 bytes, lines; /* received so far */
} LbCall;

typedef struct {
  json_t *json;
  const char *type;
  gint64 stamp_ns;
  gboolean repaired;
} LbMessage;

void lb_message_clear (LbMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LbMessage, lb_message_clear)

/** lb_session_io_start: starts the reader */
void lb_session_io_start (LbSession *session);

/** lb_session_wake: makes the reader look again at what it may do */
void lb_session_wake (LbSession *session);

/** lb_session_io_stop: ends it */
void lb_session_io_stop (LbSession *session);

/** lb_call_begin: Returns: %FALSE when the session is dead or was cancelled already */
gboolean lb_call_begin (LbCall *call, LbSession *session, const char *doing, double limit_s,
                        GCancellable *cancellable, GError **error);
void lb_call_end (LbCall *call);

/** lb_call_send: writes @line, its newline included, within the call's limit */
gboolean lb_call_send (LbCall *call, const char *line, gsize length, GError **error);

/** lb_call_request: gives @request (transfer full) the call's number and sends it */
gboolean lb_call_request (LbCall *call, json_t *request, GError **error);

/** lb_call_next: waits for the next message of this request; other ends become errors, and the
 * process is then at its end. The engine's own `error` is LB_ERROR_ENGINE, or the code that its
 * kind names */
gboolean lb_call_next (LbCall *call, LbMessage *message, GError **error);

/** lb_call_refuse: LB_ERROR_PROTOCOL, the session is dead. Returns: %FALSE */
gboolean lb_call_refuse (LbCall *call, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** lb_session_await_end: waits for the leader's end. Returns: whether it came within @limit_s */
gboolean lb_session_await_end (LbSession *session, double limit_s);

/** lb_session_post: writes a line if there is room in the pipe: for cancel and bye */
void lb_session_post (LbSession *session, const char *line);

G_END_DECLS
