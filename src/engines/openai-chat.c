/* Engine openai-chat: any server of the OpenAI API that takes sound in a chat (llama-server,
 * vLLM), or, without a sound, any that chats. Timed is the server's work, the way there and back,
 * and the making of a WAV and its base64. */
#include "chat.h"
#include "core/error.h"

static const OpenaiService service = {
  .key = "OPENAI_API_KEY",
  .fallback_model = "gpt-audio",
  .absent = "give --path, or --model-name",
  .asks_always = TRUE,
};

static json_t *
content_of (const char *prompt, json_t *sound)
{
  if (sound == NULL)
    return json_string (prompt);
  return json_pack ("[{s:s, s:{s:o, s:s}}, {s:s, s:s}]", "type", "input_audio", "input_audio",
                    "data", sound, "format", "wav", "type", "text", "text", prompt);
}

static json_t *
new_request (const Chat *chat, const char *prompt, json_t *sound, gint64 seed, GError **error)
{
  const json_t *options = chat->server.options;
  const char *system = lb_json_string (options, "system", NULL);
  double temperature = lb_json_real (options, "temperature", 0);
  json_t *request = json_object (), *messages = json_array ();

  if (system != NULL && *system != '\0')
    json_array_append_new (messages,
                           json_pack ("{s:s, s:s}", "role", "system", "content", system));
  json_array_append_new (
      messages, json_pack ("{s:s, s:o}", "role", "user", "content", content_of (prompt, sound)));
  lb_json_set_string (request, "model", chat->server.model);
  lb_json_set (request, "messages", messages);
  lb_json_set_integer (request, "max_tokens", lb_json_integer (options, "max-new-tokens", 256));
  lb_json_set_real (request, "temperature", temperature);
  if (json_object_get (options, "top-p") != NULL)
    lb_json_set_real (request, "top_p", lb_json_real (options, "top-p", 1));
  if (temperature > 0)
    lb_json_set_integer (request, "seed", seed);
  lb_json_set_boolean (request, "stream", chat->stream);
  if (chat->stream)
    lb_json_set (request, "stream_options", json_pack ("{s:b}", "include_usage", TRUE));
  return request;
}

static const ChatDialect dialect = { .request = new_request, .read = chat_read_openai };

static gboolean
openai_chat_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer,
                  LbSink *sink, GError **error)
{
  Chat *chat = state;

  if (!openai_open (&chat->server, &service, request, sink, error))
    return FALSE;
  openai_watch_end (chat->server.watch);
  chat_settle (chat, &dialect, answer);
  return TRUE;
}

static gboolean
openai_chat_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
                 GError **error)
{
  return chat_run (state, request, sink, output, error);
}

static void
openai_chat_unload (gpointer state)
{
  openai_close (&((Chat *) state)->server);
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Chat),
  .probe = openai_probe,
  .load = openai_chat_load,
  .run = openai_chat_run,
  .unload = openai_chat_unload,
};

LB_ENGINE_MODULE ("openai-chat", hooks)
