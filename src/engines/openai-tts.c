/* Engine openai-tts: any server of the OpenAI audio API that speaks. What a run takes is the
 * server's work and the way there and back; the first sound is the first that came here. */
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "openai-wav.h"
#include "openai.h"

#define CHUNK_BYTES 16384
#define WARM_TEXT "a"

static const OpenaiService service = {
  .key = "OPENAI_API_KEY",
  .fallback_model = "tts-1",
  .absent = "give --path (whisper-server's own is /inference), or --model-name",
};

typedef struct {
  Openai server;
  gboolean raw;
  guint raw_rate_hz;
  guint rate_hz, channels; /* as the load's request told */
} Tts;

static LbReply *
post (Tts *tts, const char *text, GError **error)
{
  const json_t *options = tts->server.options;
  g_autoptr (json_t) request = json_object ();
  g_autoptr (GBytes) body = NULL;
  char *line;

  lb_json_set_string (request, "model", tts->server.model);
  lb_json_set_string (request, "input", text);
  lb_json_set_string (request, "voice", lb_json_string (options, "voice", NULL));
  lb_json_set_string (request, "response_format", tts->raw ? "pcm" : "wav");
  lb_json_set_string (request, "instructions", lb_json_string (options, "instructions", NULL));
  if (json_object_get (options, "speed") != NULL)
    lb_json_set_real (request, "speed", lb_json_real (options, "speed", 1));
  if (!openai_add_fields (&tts->server, request, error))
    return NULL;
  line = lb_json_line (request);
  body = g_bytes_new_take (line, strlen (line));
  return openai_ask (&tts->server, "application/json", body, error);
}

/* What can't be sound: samples without a header can't be told from it otherwise. */
static gboolean
check_type (Tts *tts, LbReply *reply, GError **error)
{
  static const char *const others[] = { "text/",      "application/json", "audio/mpeg",
                                        "audio/mp3",  "audio/ogg",        "audio/opus",
                                        "audio/flac", "audio/aac",        NULL };
  const char *type = lb_reply_type (reply);
  gboolean json = strcmp (type, "application/json") == 0;
  g_autofree char *shown = lb_text_escape (type);
  g_autofree char *body = NULL;
  g_autoptr (json_t) value = NULL;
  gsize length = 0;

  for (guint i = 0; others[i] != NULL; i++)
    if (g_str_has_prefix (type, others[i]) && !json)
      return openai_fail (&tts->server, error, "answers with %s, not with %s", shown,
                          tts->raw ? "samples" : "a WAV");
  if (!json)
    return TRUE;
  body = openai_read_body (&tts->server, reply, &length, error);
  value = body != NULL ? openai_parse (&tts->server, body, (gssize) length, error) : NULL;
  return value != NULL && openai_fail (&tts->server, error, "answers with JSON, not with sound");
}

static gboolean
give (const OpenaiWav *wav, const float *samples, gsize frames, gpointer user_data,
      GError **error)
{
  Tts *tts = user_data;

  if (tts->rate_hz == 0) /* the load's request: its sound is nobody's */
    return TRUE;
  if (wav->rate_hz != tts->rate_hz || wav->channels != tts->channels)
    return openai_fail (&tts->server, error,
                        "speaks at %u Hz with %u channels now, and at %u Hz with %u when it was "
                        "loaded",
                        wav->rate_hz, wav->channels, tts->rate_hz, tts->channels);
  lb_sink_first (tts->server.sink, "audio");
  return lb_sink_write_pcm (tts->server.sink, "audio", samples, frames, error);
}

static gboolean
read_sound (Tts *tts, LbReply *reply, OpenaiWav *wav, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  gssize got;

  if (!check_type (tts, reply, error))
    return FALSE;
  while ((got = openai_read (&tts->server, reply, chunk, CHUNK_BYTES, error)) > 0)
    {
      if (tts->raw && wav->frames == 0 && got >= 4 && memcmp (chunk, "RIFF", 4) == 0)
        return openai_fail (&tts->server, error,
                            "sends a WAV although pcm was asked for: give --response-format wav");
      if (!openai_wav_feed (wav, chunk, (gsize) got, give, tts, error))
        return FALSE;
      if (tts->rate_hz == 0 && wav->frames > (guint64) wav->rate_hz * 60)
        return openai_fail (&tts->server, error, "speaks for over a minute when asked for \"%s\"",
                            WARM_TEXT);
    }
  return got == 0 && openai_wav_end (wav, error);
}

static gboolean
speak (Tts *tts, const char *text, OpenaiWav *wav, GError **error)
{
  g_autoptr (LbReply) reply = post (tts, text, error);

  if (tts->raw)
    openai_wav_init_raw (wav, tts->raw_rate_hz);
  else
    openai_wav_init (wav);
  return reply != NULL && read_sound (tts, reply, wav, error);
}

static void
tts_unload (gpointer state)
{
  openai_close (&((Tts *) state)->server);
}

static gboolean
tts_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer, LbSink *sink,
          GError **error)
{
  Tts *tts = state;
  OpenaiWav wav;
  gboolean fine;

  if (!openai_open (&tts->server, &service, request, sink, error))
    return FALSE;
  tts->raw = strcmp (lb_json_string (request->options, "response-format", "wav"), "pcm") == 0;
  tts->raw_rate_hz = (guint) lb_json_integer (request->options, "sample-rate", 24000);
  fine = speak (tts, WARM_TEXT, &wav, error);
  openai_watch_end (tts->server.watch);
  if (!fine)
    {
      tts_unload (tts);
      return FALSE;
    }
  answer->output_rate_hz = tts->rate_hz = wav.rate_hz;
  answer->output_channels = tts->channels = wav.channels;
  openai_answer (&tts->server, answer);
  return TRUE;
}

static const char *
find_text (const LbRunRequest *request, GError **error)
{
  for (guint i = 0; i < request->n_inputs; i++)
    if (g_str_equal (request->inputs[i].role, "text") && request->inputs[i].text != NULL)
      return request->inputs[i].text;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "openai-tts takes one input \"text\"");
  return NULL;
}

static gboolean
tts_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
         GError **error)
{
  Tts *tts = state;
  const char *text = find_text (request, error);
  OpenaiWav wav;
  gboolean fine;

  if (text == NULL)
    return FALSE;
  tts->server.sink = sink;
  fine = speak (tts, text, &wav, error);
  openai_watch_end (tts->server.watch);
  if (!fine)
    return FALSE;
  lb_sink_done (sink);
  *output = json_object ();
  return TRUE;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Tts),
  .probe = openai_probe,
  .load = tts_load,
  .run = tts_run,
  .unload = tts_unload,
};

LB_ENGINE_MODULE ("openai-tts", hooks)
