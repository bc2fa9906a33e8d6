/* Engine gemini: Google's Gemini API. The sound lies in the request itself, so it is cut where it
 * is too long for that; a server that has too much to do is asked again. */
#include <string.h>

#include "chat.h"
#include "core/error.h"
#include "core/text.h"
#include "openai-answer.h"

#define MAX_REQUEST_BYTES 20000000 /* of the API, for sound that isn't uploaded before */
#define RETRIES 3
#define NAME_CHARACTERS G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_."

static const OpenaiService service = {
  .key = "GEMINI_API_KEY",
  .key_header = "x-goog-api-key",
  .usual_url = "https://generativelanguage.googleapis.com",
  .absent = "is --model-name one of Google's list of models?",
};

static json_t *
generation_of (const json_t *options, gint64 seed)
{
  double temperature = lb_json_real (options, "temperature", 0);
  json_t *config = json_object ();

  lb_json_set_integer (config, "maxOutputTokens",
                       lb_json_integer (options, "max-new-tokens", 1024));
  lb_json_set_real (config, "temperature", temperature);
  if (json_object_get (options, "top-p") != NULL)
    lb_json_set_real (config, "topP", lb_json_real (options, "top-p", 1));
  if (json_object_get (options, "top-k") != NULL)
    lb_json_set_integer (config, "topK", lb_json_integer (options, "top-k", 40));
  if (temperature > 0)
    lb_json_set_integer (config, "seed", seed & G_MAXINT32);
  if (json_object_get (options, "thinking-budget") != NULL)
    lb_json_set (config, "thinkingConfig",
                 json_pack ("{s:I}", "thinkingBudget",
                            (json_int_t) lb_json_integer (options, "thinking-budget", 0)));
  return config;
}

static json_t *
new_request (const Chat *chat, const char *prompt, json_t *sound, gint64 seed, GError **error)
{
  const json_t *options = chat->server.options;
  const char *system = lb_json_string (options, "system", NULL);
  json_t *request = json_object (), *parts = json_array ();

  if (sound != NULL)
    json_array_append_new (parts, json_pack ("{s:{s:s, s:o}}", "inlineData", "mimeType",
                                             "audio/wav", "data", sound));
  json_array_append_new (parts, json_pack ("{s:s}", "text", prompt));
  lb_json_set (request, "contents", json_pack ("[{s:s, s:o}]", "role", "user", "parts", parts));
  if (system != NULL && *system != '\0')
    lb_json_set (request, "systemInstruction",
                 json_pack ("{s:[{s:s}]}", "parts", "text", system));
  lb_json_set (request, "generationConfig", generation_of (options, seed));
  return request;
}

static const ChatDialect dialect = { .request = new_request,
                                     .read = chat_read_gemini,
                                     .max_request_bytes = MAX_REQUEST_BYTES,
                                     .max_retries = RETRIES };

/* It becomes a part of the path. */
static gboolean
check_name (const char *name, GError **error)
{
  g_autofree char *shown = lb_text_escape (name);

  if (*name != '\0' && *name != '.' && name[strspn (name, NAME_CHARACTERS)] == '\0')
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "\"%s\" is no model of the Gemini API: write --model-name gemini-2.5-flash",
               shown);
  return FALSE;
}

static gboolean
check_key (GError **error)
{
  const char *key = g_getenv (service.key);
  g_autofree char *advice = NULL;

  if (key != NULL && *key != '\0')
    return TRUE;
  advice = openai_key_advice (service.key);
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "the Gemini API wants a key: %s; never on the command line", advice);
  return FALSE;
}

/* What the API knows about the model costs nothing: the key, the name and the way are right then.
 */
static gboolean
ask_model (Chat *chat, json_t **about, GError **error)
{
  Openai *server = &chat->server;
  g_autofree char *path = g_strconcat ("/v1beta/models/", server->model, NULL);
  g_autoptr (LbReply) reply = openai_send (server, path, NULL, NULL, error);
  g_autofree char *body = NULL;
  gsize length = 0;

  if (reply == NULL)
    return FALSE;
  g_free (server->path);
  server->path = g_steal_pointer (&path);
  if (lb_reply_status (reply) != 200)
    {
      openai_refuse_status (server, reply, error);
      return FALSE;
    }
  body = openai_read_body (server, reply, &length, error);
  *about = body != NULL ? openai_parse_reply (server, reply, body, length, error) : NULL;
  return *about != NULL;
}

static void
set_path (Chat *chat)
{
  Openai *server = &chat->server;

  g_free (server->path);
  server->path = g_strdup_printf ("/v1beta/models/%s:%s", server->model,
                                  chat->stream ? "streamGenerateContent?alt=sse"
                                               : "generateContent");
}

static gboolean
gemini_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer, LbSink *sink,
             GError **error)
{
  Chat *chat = state;
  g_autoptr (json_t) about = NULL;
  gboolean fine;

  if (!check_name (lb_json_string (request->options, "model-name", ""), error) ||
      !check_key (error) || !openai_connect (&chat->server, &service, request, sink, error))
    return FALSE;
  fine = ask_model (chat, &about, error);
  openai_watch_end (chat->server.watch);
  if (!fine)
    {
      openai_close (&chat->server);
      return FALSE;
    }
  chat->stream = lb_json_boolean (request->options, "stream", TRUE);
  set_path (chat);
  chat_settle (chat, &dialect, answer);
  lb_json_set_string (json_object_get (answer->info, "server"), "model_version",
                      lb_json_string (about, "version", NULL));
  lb_json_set_integer (json_object_get (answer->info, "server"), "max_prompt_tokens",
                       lb_json_integer (about, "inputTokenLimit", 0));
  return TRUE;
}

static gboolean
gemini_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
            GError **error)
{
  return chat_run (state, request, sink, output, error);
}

static void
gemini_unload (gpointer state)
{
  openai_close (&((Chat *) state)->server);
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Chat),
  .probe = openai_probe,
  .load = gemini_load,
  .run = gemini_run,
  .unload = gemini_unload,
};

LB_ENGINE_MODULE ("gemini", hooks)
