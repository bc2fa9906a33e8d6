/* Engine openai-stt: any server of the OpenAI audio API that transcribes. What a run takes is the
 * server's work, the way there and back, and the making of a WAV of the sound. */
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "openai-events.h"
#include "openai-form.h"
#include "openai-transcript.h"
#include "openai.h"

#define RATE_HZ 16000
#define FIELDS_BYTES 65536
#define CHUNK_BYTES 16384

static const OpenaiService service = {
  .key = "OPENAI_API_KEY",
  .fallback_model = "whisper-1",
  .absent = "give --path (whisper-server's own is /inference), or --model-name",
};

typedef struct {
  Openai server;
  char format[16]; /* of the answers: "verbose_json", "json", "text" */
  gboolean stream;
} Stt;

/* What came of one request, complete but not yet looked at. */
typedef struct {
  char *body;
  gsize length;
  LbReply *reply;
  OpenaiTranscript *pieces; /* of a stream; NULL: the body is all */
} Heard;

static void
heard_clear (Heard *heard)
{
  g_free (heard->body);
  lb_reply_free (heard->reply);
  openai_transcript_free (heard->pieces);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static gboolean
add_fields (const Stt *stt, OpenaiForm *form, GError **error)
{
  const json_t *options = stt->server.options;
  const json_t *temperature = json_object_get (options, "temperature");
  GError *cause = NULL;
  const char *value;
  char *name;

  openai_form_add (form, "model", stt->server.model);
  openai_form_add (form, "response_format", stt->format);
  openai_form_add (form, "language", lb_json_string (options, "language", NULL));
  openai_form_add (form, "prompt", lb_json_string (options, "prompt", NULL));
  if (temperature != NULL)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (text, sizeof text, "%g", json_number_value (temperature));
      openai_form_add (form, "temperature", text);
    }
  if (stt->stream)
    openai_form_add (form, "stream", "true");
  for (gsize i = 0; (name = openai_field (&stt->server, i, &value, &cause)) != NULL; i++)
    {
      openai_form_add (form, name, value);
      g_free (name);
    }
  if (cause != NULL)
    g_propagate_error (error, cause);
  return cause == NULL;
}

static LbReply *
post (Stt *stt, const float *samples, gsize frames, GError **error)
{
  g_auto (OpenaiForm) form = { 0 };
  g_autoptr (GBytes) body = NULL;

  openai_form_init (&form, 2 * frames + FIELDS_BYTES);
  if (!add_fields (stt, &form, error))
    return NULL;
  openai_form_add_sound (&form, samples, frames, RATE_HZ);
  body = openai_form_end (&form);
  return openai_ask (&stt->server, form.type, body, error);
}

typedef struct {
  Stt *stt;
  OpenaiTranscript *pieces;
} Listener;

static gboolean
on_event (const char *data, gsize length, gpointer user_data, GError **error)
{
  Listener *listener = user_data;
  Openai *server = &listener->stt->server;
  g_autofree char *delta = NULL;
  g_autoptr (json_t) event = NULL;
  gboolean more;

  if (strcmp (data, "[DONE]") == 0)
    return FALSE;
  event = openai_parse (server, data, (gssize) length, error);
  if (event == NULL)
    return FALSE;
  more = openai_transcript_add (listener->pieces, event, &delta);
  if (delta != NULL)
    {
      lb_sink_first (server->sink, "token");
      lb_sink_partial (server->sink, delta);
    }
  return more;
}

static gboolean
hear_stream (Stt *stt, Heard *heard, GError **error)
{
  g_auto (OpenaiEvents) events = { 0 };
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  Listener listener = { stt, heard->pieces };
  GError *cause = NULL;
  gboolean more = TRUE;
  gssize got = 0;

  openai_events_init (&events);
  while (more && (got = openai_read (&stt->server, heard->reply, chunk, CHUNK_BYTES, &cause)) > 0)
    {
      more = openai_events_feed (&events, chunk, (gsize) got, on_event, &listener, &cause);
      if (more && openai_transcript_is_full (heard->pieces))
        more = openai_fail (&stt->server, &cause, "streams text without end");
    }
  if (cause == NULL && !openai_transcript_has_any (heard->pieces))
    openai_fail (&stt->server, &cause, "streamed no text");
  if (cause != NULL)
    g_propagate_error (error, cause);
  return cause == NULL;
}

/* Asks, and waits until the answer is whole. */
static gboolean
hear (Stt *stt, const float *samples, gsize frames, Heard *heard, GError **error)
{
  heard->reply = post (stt, samples, frames, error);
  if (heard->reply == NULL)
    return FALSE;
  if (strcmp (lb_reply_type (heard->reply), "text/event-stream") == 0)
    {
      heard->pieces = openai_transcript_new ();
      return hear_stream (stt, heard, error);
    }
  heard->body = openai_read_body (&stt->server, heard->reply, &heard->length, error);
  return heard->body != NULL;
}

static json_t *
understand (Stt *stt, const Heard *heard, GError **error)
{
  g_autoptr (json_t) value = NULL;
  json_t *output;

  if (heard->pieces != NULL)
    return openai_transcript_output (heard->pieces);
  if (strcmp (stt->format, "text") == 0)
    {
      g_autofree char *text = NULL;

      if (!g_utf8_validate_len (heard->body, heard->length, NULL))
        return openai_fail (&stt->server, error, "answers a text that is not UTF-8"), NULL;
      text = lb_remote_hide_key (stt->server.remote, heard->body);
      output = json_object ();
      lb_json_set_string (output, "text", g_strstrip (text));
      return output;
    }
  value = openai_parse_reply (&stt->server, heard->reply, heard->body, heard->length, error);
  if (value == NULL)
    return NULL;
  output = openai_transcript_of_json (value);
  if (output == NULL)
    openai_fail (&stt->server, error, "answers JSON that has no \"text\"");
  return output;
}

static void
stt_unload (gpointer state)
{
  openai_close (&((Stt *) state)->server);
}

/* A second of silence: what the server takes, and that it works at all, is known before the first
 * run. */
static gboolean
try_silence (Stt *stt, GError **error)
{
  g_autofree float *silence = g_new0 (float, RATE_HZ);
  g_auto (Heard) heard = { 0 };
  g_autoptr (json_t) output = NULL;

  if (hear (stt, silence, RATE_HZ, &heard, error))
    output = understand (stt, &heard, error);
  return output != NULL;
}

static gboolean
settle (Stt *stt, GError **error)
{
  const char *wanted = lb_json_string (stt->server.options, "response-format", "auto");
  gboolean either = strcmp (wanted, "auto") == 0;
  GError *cause = NULL;
  gboolean fine;

  stt->stream = lb_json_boolean (stt->server.options, "stream", FALSE);
  g_strlcpy (stt->format, either ? "verbose_json" : wanted, sizeof stt->format);
  fine = try_silence (stt, &cause);
  if (!fine && either &&
      (stt->server.status == 400 || stt->server.status == 415 || stt->server.status == 422))
    {
      g_clear_error (&cause);
      g_strlcpy (stt->format, "json", sizeof stt->format);
      fine = try_silence (stt, &cause);
    }
  if (cause != NULL)
    g_propagate_error (error, cause);
  return fine;
}

static gboolean
stt_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer, LbSink *sink,
          GError **error)
{
  Stt *stt = state;
  gboolean fine;

  if (!openai_open (&stt->server, &service, request, sink, error))
    return FALSE;
  fine = settle (stt, error);
  openai_watch_end (stt->server.watch);
  if (!fine)
    {
      stt_unload (stt);
      return FALSE;
    }
  answer->input_rate_hz = RATE_HZ;
  answer->input_channels = 1;
  openai_answer (&stt->server, answer);
  lb_json_set_string (json_object_get (answer->info, "server"), "response_format", stt->format);
  return TRUE;
}

static const LbEngineInput *
find_audio (const LbRunRequest *request, GError **error)
{
  for (guint i = 0; i < request->n_inputs; i++)
    if (g_str_equal (request->inputs[i].role, "audio") && request->inputs[i].samples != NULL &&
        request->inputs[i].rate_hz == RATE_HZ && request->inputs[i].channels == 1 &&
        request->inputs[i].frames <= OPENAI_FORM_MAX_SOUND_BYTES / 2)
      return &request->inputs[i];
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "openai-stt takes one input \"audio\": mono, 16000 Hz, at most 9 hours");
  return NULL;
}

static gboolean
stt_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
         GError **error)
{
  Stt *stt = state;
  const LbEngineInput *audio = find_audio (request, error);
  g_auto (Heard) heard = { 0 };
  gboolean fine;

  if (audio == NULL)
    return FALSE;
  stt->server.sink = sink;
  fine = hear (stt, audio->samples, audio->frames, &heard, error);
  openai_watch_end (stt->server.watch);
  if (!fine)
    return FALSE;
  lb_sink_done (sink);
  *output = understand (stt, &heard, error);
  return *output != NULL;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Stt),
  .probe = openai_probe,
  .load = stt_load,
  .run = stt_run,
  .unload = stt_unload,
};

LB_ENGINE_MODULE ("openai-stt", hooks)
