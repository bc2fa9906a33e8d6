#include "chat.h"

#include <string.h>

#include "core/error.h"
#include "openai-answer.h"
#include "openai-events.h"
#include "openai-sound.h"

#define USUAL_PROMPT "Describe this music in detail: genre, mood, instruments, tempo, and style."
#define CHUNK_BYTES 16384
#define MAX_REFUSAL_BYTES (64 * 1024)
#define ROOM_BYTES 4096 /* of a request beside prompt and sound */
#define LOOK_US (20 * 1000)
#define MAX_WAIT_S 60

/* What it took until the server worked. */
typedef struct {
  guint retries;
  double wait_s;   /* between the requests that it refused, and those themselves */
  gint64 begin_us; /* of the request that it answered */
} Tries;

void
chat_settle (Chat *chat, const ChatDialect *dialect, LbLoadAnswer *answer)
{
  chat->dialect = dialect;
  chat->stream = lb_json_boolean (chat->server.options, "stream", TRUE);
  chat->rate_hz = (guint) lb_json_integer (chat->server.options, "sample-rate", 16000);
  answer->input_rate_hz = chat->rate_hz;
  answer->input_channels = 1;
  openai_answer (&chat->server, answer);
}

/* ---- what is sent ---- */

typedef struct {
  const LbEngineInput *audio; /* NULL: words only */
  const char *prompt;
  gsize frames; /* of the sound, that are sent */
} Question;

static gboolean
read_question (const Chat *chat, const LbRunRequest *request, Question *question, GError **error)
{
  gsize room = CHAT_MAX_SOUND_BYTES;

  question->prompt = USUAL_PROMPT;
  for (guint i = 0; i < request->n_inputs; i++)
    {
      const LbEngineInput *input = &request->inputs[i];

      if (g_str_equal (input->role, "audio") && input->samples != NULL &&
          input->rate_hz == chat->rate_hz && input->channels == 1)
        question->audio = input;
      else if (g_str_equal (input->role, "prompt") && input->text != NULL)
        question->prompt = input->text;
      else
        {
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "it takes \"audio\", mono at %u Hz, and \"prompt\", a text",
                       chat->rate_hz);
          return FALSE;
        }
    }
  if (chat->dialect->max_request_bytes > 0)
    room = chat->dialect->max_request_bytes - ROOM_BYTES -
           MIN (2 * strlen (question->prompt), chat->dialect->max_request_bytes / 2);
  if (question->audio != NULL)
    question->frames = MIN (question->audio->frames, openai_sound_frames_within (room));
  return TRUE;
}

static GBytes *
new_body (const Chat *chat, const Question *question, gint64 seed, GError **error)
{
  g_autofree char *sound = question->audio != NULL
                               ? openai_sound_base64 (question->audio->samples, question->frames,
                                                      chat->rate_hz)
                               : NULL;
  g_autoptr (json_t) request = chat->dialect->request (
      chat, question->prompt, sound != NULL ? json_string_nocheck (sound) : NULL, seed, error);
  char *line;

  if (request == NULL || !openai_add_fields (&chat->server, request, error))
    return NULL;
  line = lb_json_line (request);
  return g_bytes_new_take (line, strlen (line));
}

/* ---- again, where the server has too much to do ---- */

/* "39s" of Google's RetryInfo. Returns: −1: none */
static double
retry_delay_s (const char *body, gsize length)
{
  g_autoptr (json_t) value = lb_json_parse (body, (gssize) length, NULL);
  const json_t *details = json_object_get (json_object_get (value, "error"), "details");
  size_t index;
  json_t *one;

  json_array_foreach ((json_t *) details, index, one)
    {
      const char *delay = lb_json_string (one, "retryDelay", NULL);

      if (delay != NULL && g_ascii_isdigit (*delay))
        return g_ascii_strtod (delay, NULL);
    }
  return -1;
}

/* As the server says, else 1, 2, 4 s and so on. */
static double
wait_of (LbReply *reply, const char *body, gsize length, guint retry)
{
  const char *after = lb_reply_header (reply, "retry-after");
  double said_s = retry_delay_s (body, length);

  if (after != NULL && strspn (after, G_CSET_DIGITS) == strlen (after) && *after != '\0')
    return g_ascii_strtod (after, NULL);
  return said_s >= 0 ? said_s : (double) (1u << MIN (retry, 6));
}

static gboolean
sleep_s (Chat *chat, double seconds, GError **error)
{
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  while (g_get_monotonic_time () < end)
    {
      if (lb_sink_cancelled (chat->server.sink))
        {
          g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
          return FALSE;
        }
      g_usleep (LOOK_US);
    }
  return TRUE;
}

/* Returns: FALSE: @error says what the server refused, and how often it was asked */
static gboolean
again (Chat *chat, LbReply *reply, Tries *tries, GError **error)
{
  guint status = lb_reply_status (reply);
  guint most = (guint) lb_json_integer (chat->server.options, "retries",
                                        chat->dialect->max_retries);
  gsize length = 0;
  g_autofree char *body = lb_reply_read_all (reply, MAX_REFUSAL_BYTES, &length, NULL);
  double wait_s = wait_of (reply, body != NULL ? body : "", length, tries->retries);

  if ((status == 429 || status == 503) && tries->retries < most && wait_s <= MAX_WAIT_S)
    {
      tries->retries++;
      return sleep_s (chat, wait_s, error);
    }
  openai_refuse_body (&chat->server, reply, body, length, error);
  if (tries->retries > 0)
    g_prefix_error (error, "asked %u times: ", tries->retries + 1);
  return FALSE;
}

static LbReply *
post (Chat *chat, GBytes *body, Tries *tries, GError **error)
{
  gint64 start_us = g_get_monotonic_time ();

  while (TRUE)
    {
      g_autoptr (LbReply) reply = NULL;

      tries->begin_us = g_get_monotonic_time ();
      tries->wait_s = (double) (tries->begin_us - start_us) / G_USEC_PER_SEC;
      reply = openai_send (&chat->server, chat->server.path, "application/json", body, error);
      if (reply == NULL)
        return NULL;
      if (lb_reply_status (reply) == 200)
        return g_steal_pointer (&reply);
      if (!again (chat, reply, tries, error))
        return NULL;
    }
}

/* ---- what comes back ---- */

typedef struct {
  Chat *chat;
  ChatAnswer *answer;
  gboolean lines; /* a line is an event, and one of them says that it is the last */
} Listener;

static gboolean
take (Listener *listener, const json_t *value, GError **error)
{
  Openai *server = &listener->chat->server;
  g_autofree char *delta = NULL;

  listener->chat->dialect->read (listener->answer, value, &delta);
  if (listener->answer->refusal != NULL)
    return openai_fail (server, error, "%s", listener->answer->refusal);
  if (chat_answer_is_full (listener->answer))
    return openai_fail (server, error, "streams text without end");
  if (delta == NULL || !listener->chat->stream)
    return TRUE;
  lb_sink_first (server->sink, "token");
  lb_sink_partial (server->sink, delta);
  return TRUE;
}

static gboolean
on_event (const char *data, gsize length, gpointer user_data, GError **error)
{
  Listener *listener = user_data;
  g_autoptr (json_t) event = NULL;

  if (strcmp (data, "[DONE]") == 0)
    {
      listener->answer->ended = TRUE;
      return FALSE;
    }
  event = openai_parse (&listener->chat->server, data, (gssize) length, error);
  return event != NULL && take (listener, event, error) &&
         !(listener->lines && listener->answer->ended);
}

static gboolean
hear_stream (Listener *listener, LbReply *reply, GError **error)
{
  Openai *server = &listener->chat->server;
  g_auto (OpenaiEvents) events = { 0 };
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  GError *cause = NULL;
  gboolean more = TRUE;
  gssize got = 0;

  openai_events_init (&events);
  events.lines = listener->lines;
  while (more && (got = openai_read (server, reply, chunk, CHUNK_BYTES, &cause)) > 0)
    more = openai_events_feed (&events, chunk, (gsize) got, on_event, listener, &cause);
  if (cause == NULL && !listener->answer->any)
    openai_fail (server, &cause, "streamed no answer");
  else if (cause == NULL && !listener->answer->ended)
    openai_fail (server, &cause, "stopped in the middle of its answer");
  if (cause != NULL)
    g_propagate_error (error, cause);
  return cause == NULL;
}

static gboolean
hear_whole (Listener *listener, LbReply *reply, GError **error)
{
  Openai *server = &listener->chat->server;
  gsize length = 0;
  g_autofree char *body = openai_read_body (server, reply, &length, error);
  g_autoptr (json_t)
      value = body != NULL ? openai_parse_reply (server, reply, body, length, error) : NULL;

  if (value == NULL || !take (listener, value, error))
    return FALSE;
  return listener->answer->any ||
         openai_fail (server, error, "answers JSON that holds no answer of a model");
}

static gboolean
hear (Chat *chat, GBytes *body, ChatAnswer *answer, Tries *tries, GError **error)
{
  g_autoptr (LbReply) reply = post (chat, body, tries, error);
  Listener listener = { chat, answer, FALSE };

  if (reply == NULL)
    return FALSE;
  listener.lines = strcmp (lb_reply_type (reply), "application/x-ndjson") == 0;
  if (listener.lines || strcmp (lb_reply_type (reply), "text/event-stream") == 0)
    return hear_stream (&listener, reply, error);
  return hear_whole (&listener, reply, error);
}

static json_t *
describe (const Chat *chat, const ChatAnswer *answer, const Question *question,
          const Tries *tries, gint64 end_us)
{
  json_t *output = chat_answer_output (answer);

  lb_json_set_real (output, "engine_s", (double) (end_us - tries->begin_us) / G_USEC_PER_SEC);
  if (question->audio != NULL)
    lb_json_set (output, "heard_s",
                 json_pack ("[f, f]", 0.0, (double) question->frames / chat->rate_hz));
  if (tries->retries > 0)
    {
      lb_json_set_integer (output, "retries", tries->retries);
      lb_json_set_real (json_object_get (output, "phases"), "wait_s", tries->wait_s);
    }
  return output;
}

gboolean
chat_run (Chat *chat, const LbRunRequest *request, LbSink *sink, json_t **output, GError **error)
{
  g_autoptr (ChatAnswer) answer = chat_answer_new ();
  g_autoptr (GBytes) body = NULL;
  Question question = { 0 };
  Tries tries = { 0 };
  gboolean fine;

  chat->server.sink = sink;
  if (!read_question (chat, request, &question, error))
    return FALSE;
  body = new_body (chat, &question, request->seed, error);
  if (body == NULL)
    return FALSE;
  fine = hear (chat, body, answer, &tries, error);
  openai_watch_end (chat->server.watch);
  if (!fine)
    return FALSE;
  lb_sink_done (sink);
  *output = describe (chat, answer, &question, &tries, g_get_monotonic_time ());
  return TRUE;
}
