/* One request of a session and its answers, however they end. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/group.h"
#include "engine/session-private.h"

#define MAX_CALL_LINES 250000
#define MAX_CALL_BYTES (256 * 1024 * 1024)
#define PATIENCE_S 2.0

typedef enum { GOT_LINE, GOT_END, GOT_CLOSED, GOT_BAD, GOT_CANCELLED, GOT_TIMEOUT } Got;

static Got
look (LbSession *session, GCancellable *cancellable, LbLine **line)
{
  *line = g_queue_pop_head (&session->lines);
  if (*line != NULL)
    session->waiting_bytes -= (*line)->length;
  if (*line != NULL)
    return GOT_LINE;
  if (session->bad != NULL)
    return GOT_BAD;
  if (session->ended)
    return GOT_END;
  if (session->closed)
    return GOT_CLOSED;
  return g_cancellable_is_cancelled (cancellable) ? GOT_CANCELLED : GOT_TIMEOUT;
}

/* A cancellation goes before lines that wait: an engine that floods can't put it off. */
static Got
await_line (LbSession *session, gint64 deadline_us, GCancellable *cancellable, LbLine **line)
{
  gboolean was_full;
  gboolean in_time = TRUE;
  Got got = GOT_CANCELLED;

  *line = NULL;
  g_mutex_lock (&session->lock);
  was_full = session->lines.length >= LB_MAX_WAITING_LINES ||
             session->waiting_bytes >= LB_MAX_WAITING_BYTES;
  if (!g_cancellable_is_cancelled (cancellable))
    while ((got = look (session, cancellable, line)) == GOT_TIMEOUT && in_time)
      in_time = g_cond_wait_until (&session->changed, &session->lock, deadline_us);
  g_mutex_unlock (&session->lock);
  if (was_full)
    lb_session_wake (session);
  return got;
}

/* ---- ends ---- */

void
lb_session_post (LbSession *session, const char *line)
{
  gsize length = strlen (line);

  if (send (session->requests_fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (gssize) length)
    g_debug ("the engine doesn't read: %s", g_strerror (errno));
}

/* Whether the engine has answered the cancelled request, or ended, within the patience
 * that it is given. */
static gboolean
await_answer (LbSession *session)
{
  gint64 until = g_get_monotonic_time () + (gint64) (PATIENCE_S * G_USEC_PER_SEC);

  while (g_get_monotonic_time () < until)
    {
      g_autoptr (LbLine) line = NULL;
      g_autoptr (json_t) message = NULL;
      Got got = await_line (session, until, NULL, &line);
      const char *type;

      if (got != GOT_LINE)
        return got == GOT_END;
      message = lb_protocol_parse (line, NULL, NULL);
      type = lb_json_string (message, "type", "partial");
      if (!g_str_equal (type, "partial") && !g_str_equal (type, "progress") &&
          !g_str_equal (type, "first") && !g_str_equal (type, "done"))
        return TRUE;
    }
  return FALSE;
}

/* cancel, 2 s, SIGTERM, 2 s, SIGKILL. */
static void
wind_up (LbSession *session)
{
  g_autofree char *line = NULL;

  line = g_strdup_printf ("{\"type\":\"cancel\",\"id\":%" G_GINT64_FORMAT "}\n", session->id);
  lb_session_post (session, line);
  session->answered = await_answer (session);
  if (session->answered)
    return;
  kill (-session->pid, SIGTERM);
  if (lb_session_await_end (session, PATIENCE_S))
    return;
  kill (-session->pid, SIGKILL);
  lb_session_await_end (session, PATIENCE_S);
}

static void
describe_end (LbCall *call, GError **error)
{
  LbSession *session = call->session;
  g_autofree char *tail = lb_session_stderr (session);
  g_autofree char *words = NULL;
  g_autofree char *used = lb_text_bytes (session->memory_limit_bytes);

  g_strdelimit (tail, "\n", ' ');
  words = *tail != '\0' ? g_strdup_printf ("; the end of its standard error: %s", tail)
                        : g_strdup ("");
  if (session->used_bytes > 0)
    g_set_error (error, LB_ERROR, LB_ERROR_MEMORY,
                 "the engine \"%s\" used more than %s of memory while %s and was "
                 "stopped: raise the limit, or take "
                 "a smaller model",
                 session->engine, used, call->doing);
  else if (session->how.si_code == CLD_KILLED || session->how.si_code == CLD_DUMPED)
    g_set_error (error, LB_ERROR, LB_ERROR_CRASHED,
                 "the engine \"%s\" crashed while %s: %s (%s)%s", session->engine, call->doing,
                 lb_group_signal_name (session->how.si_status),
                 strsignal (session->how.si_status), words);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_CRASHED,
                 "the engine \"%s\" ended by itself while %s, with status %d%s", session->engine,
                 call->doing, session->how.si_status, words);
}

static gboolean
fail (LbCall *call, Got got, GError **error)
{
  LbSession *session = call->session;

  session->dead = TRUE;
  if (got == GOT_CLOSED && lb_session_await_end (session, PATIENCE_S))
    got = GOT_END;
  switch (got)
    {
    case GOT_END:
      describe_end (call, error);
      break;
    case GOT_CLOSED:
      g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL,
                   "the engine \"%s\" closed its end of the protocol while %s", session->engine,
                   call->doing);
      break;
    case GOT_BAD:
      g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL, "the engine \"%s\" wrote %s while %s",
                   session->engine, session->bad->message, call->doing);
      break;
    case GOT_CANCELLED:
      wind_up (session);
      g_set_error (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled while %s", call->doing);
      break;
    case GOT_TIMEOUT:
    case GOT_LINE:
    default:
      wind_up (session);
      g_set_error (error, LB_ERROR, LB_ERROR_TIMEOUT,
                   "the engine \"%s\" was not done with %s after %g s: --time-limit allows more",
                   session->engine, call->doing, call->limit_s);
    }
  return FALSE;
}

gboolean
lb_call_refuse (LbCall *call, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  call->session->dead = TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL,
               "the engine \"%s\" broke the protocol while %s: %s", call->session->engine,
               call->doing, what);
  return FALSE;
}

/* ---- calls ---- */

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  LbSession *session = user_data;

  g_mutex_lock (&session->lock);
  g_cond_broadcast (&session->changed);
  g_mutex_unlock (&session->lock);
}

gboolean
lb_call_begin (LbCall *call, LbSession *session, const char *doing, double limit_s,
               GCancellable *cancellable, GError **error)
{
  memset (call, 0, sizeof *call);
  if (session->dead)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_FAILED,
                   "the session of the engine \"%s\" is at its end", session->engine);
      return FALSE;
    }
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled before %s", doing);
      return FALSE;
    }
  call->session = session;
  call->doing = doing;
  call->limit_s = CLAMP (limit_s, 0, 1e9);
  call->deadline_us = g_get_monotonic_time () + (gint64) (call->limit_s * G_USEC_PER_SEC);
  call->cancellable = cancellable;
  if (cancellable != NULL)
    call->handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), session, NULL);
  session->id++;
  return TRUE;
}

void
lb_call_end (LbCall *call)
{
  if (call->handler != 0)
    g_cancellable_disconnect (call->cancellable, call->handler);
  call->handler = 0;
}

static Got
await_room (LbCall *call)
{
  LbSession *session = call->session;
  struct pollfd room = { .fd = session->requests_fd, .events = POLLOUT };
  gboolean ended;

  poll (&room, 1, 20);
  g_mutex_lock (&session->lock);
  ended = session->ended;
  g_mutex_unlock (&session->lock);
  if (ended)
    return GOT_END;
  if (g_cancellable_is_cancelled (call->cancellable))
    return GOT_CANCELLED;
  return g_get_monotonic_time () > call->deadline_us ? GOT_TIMEOUT : GOT_LINE;
}

gboolean
lb_call_send (LbCall *call, const char *line, gsize length, GError **error)
{
  while (length > 0)
    {
      gssize n = send (call->session->requests_fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT);
      Got got = GOT_LINE;

      if (n > 0)
        {
          line += n;
          length -= (gsize) n;
          continue;
        }
      if (errno == EAGAIN)
        got = await_room (call);
      else if (errno == EPIPE)
        got = GOT_END;
      /* It has left, and may have said why: lb_call_next() finds that, or the end. */
      if (got == GOT_END)
        return TRUE;
      if (got != GOT_LINE)
        return fail (call, got, error);
    }
  return TRUE;
}

gboolean
lb_call_request (LbCall *call, json_t *request, GError **error)
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

void
lb_message_clear (LbMessage *message)
{
  g_clear_pointer (&message->json, json_decref);
  message->type = NULL;
}

/* Kinds that an engine may name and a caller can act on; any other is the engine's own
 * failure. */
static LbError
code_of_kind (const char *kind)
{
  static const LbError told[] = { LB_ERROR_USAGE,     LB_ERROR_BAD_MODEL, LB_ERROR_MODEL_MISSING,
                                  LB_ERROR_MEMORY,    LB_ERROR_NO_SPACE,  LB_ERROR_NOT_PERMITTED,
                                  LB_ERROR_CANCELLED, LB_ERROR_BAD_INPUT, LB_ERROR_ENGINE_MISSING,
                                  LB_ERROR_NOT_FOUND, LB_ERROR_PROTOCOL };

  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      const GError probe = { LB_ERROR, (gint) told[i], NULL };

      if (g_str_equal (lb_error_kind (&probe), kind))
        return told[i];
    }
  return LB_ERROR_ENGINE;
}

static gboolean
report_error (LbCall *call, const json_t *message, GError **error)
{
  const char *text = lb_json_string (message, "message", "it failed and did not say why");
  g_autofree char *start = g_utf8_substring (text, 0, MIN (2000, g_utf8_strlen (text, -1)));
  g_autofree char *shown = lb_text_escape (start);
  LbError code = code_of_kind (lb_json_string (message, "kind", ""));

  call->session->dead = code != LB_ERROR_ENGINE;
  g_set_error (error, LB_ERROR, (gint) code, "%s", shown);
  return FALSE;
}

gboolean
lb_call_next (LbCall *call, LbMessage *message, GError **error)
{
  LbSession *session = call->session;
  g_autoptr (LbLine) line = NULL;
  Got got = await_line (session, call->deadline_us, call->cancellable, &line);
  g_autoptr (GError) why = NULL;

  lb_message_clear (message);
  if (got == GOT_LINE && g_get_monotonic_time () > call->deadline_us)
    got = GOT_TIMEOUT;
  if (got != GOT_LINE || line == NULL)
    return fail (call, got, error);
  call->bytes += line->length;
  if (++call->lines > MAX_CALL_LINES || call->bytes > MAX_CALL_BYTES)
    return lb_call_refuse (call, error, "a flood of lines");
  message->json = lb_protocol_parse (line, &message->repaired, &why);
  if (message->json == NULL)
    return lb_call_refuse (call, error, "%s", why->message);
  message->type = lb_json_string (message->json, "type", "");
  message->stamp_ns = line->stamp_ns;
  if (!g_str_equal (message->type, "hello") && session->version != NULL &&
      lb_json_integer (message->json, "id", -1) != session->id)
    return lb_call_refuse (call, error, "a line of type \"%.20s\" for another request",
                           message->type);
  if (g_str_equal (message->type, "error"))
    return report_error (call, message->json, error);
  return TRUE;
}
