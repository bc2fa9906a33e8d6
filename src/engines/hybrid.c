/* Engine hybrid: measures a song natively, then has a language model that can't hear put the
 * figures into words, behind Ollama or any server of the OpenAI chat API. Without a song the
 * question is all that is asked: so a judge is. */
#include <string.h>

#include "chat.h"
#include "core/error.h"
#include "hybrid-prompt.h"
#include "hybrid-song.h"
#include "ollama.h"
#include "openai-answer.h"

#define START_OLLAMA "'ollama serve' starts Ollama, $OLLAMA_HOST says where it is"

typedef struct {
  Chat chat; /* the first, so that a Chat of ours is a Hybrid */
  json_t *options;
  gboolean words_only; /* of the run that goes on: no sound, and so nothing of ours to say */
} Hybrid;

/* ---- the two APIs ---- */

static json_t *
new_messages (const Chat *chat, const char *question)
{
  if (((const Hybrid *) chat)->words_only)
    return json_pack ("[{s:s, s:s}]", "role", "user", "content", question);
  return json_pack ("[{s:s, s:s}, {s:s, s:s}]", "role", "system", "content", hybrid_system (),
                    "role", "user", "content", question);
}

static json_t *
ollama_request (const Chat *chat, const char *question, json_t *sound, gint64 seed,
                GError **error)
{
  const json_t *options = chat->server.options;
  json_t *request = json_object (), *settings = json_object ();

  lb_json_set_real (settings, "temperature", lb_json_real (options, "temperature", 0));
  lb_json_set_integer (settings, "seed", seed);
  lb_json_set_integer (settings, "num_predict", lb_json_integer (options, "max-new-tokens", 512));
  lb_json_set_integer (settings, "num_ctx", lb_json_integer (options, "context", 4096));
  lb_json_set_string (request, "model", chat->server.model);
  lb_json_set (request, "messages", new_messages (chat, question));
  lb_json_set_boolean (request, "stream", chat->stream);
  lb_json_set (request, "options", settings);
  return request;
}

static json_t *
openai_request (const Chat *chat, const char *question, json_t *sound, gint64 seed,
                GError **error)
{
  const json_t *options = chat->server.options;
  json_t *request = json_object ();

  lb_json_set_string (request, "model", chat->server.model);
  lb_json_set (request, "messages", new_messages (chat, question));
  lb_json_set_integer (request, "max_tokens", lb_json_integer (options, "max-new-tokens", 512));
  lb_json_set_real (request, "temperature", lb_json_real (options, "temperature", 0));
  lb_json_set_integer (request, "seed", seed);
  lb_json_set_boolean (request, "stream", chat->stream);
  if (chat->stream)
    lb_json_set (request, "stream_options", json_pack ("{s:b}", "include_usage", TRUE));
  return request;
}

typedef struct {
  const char *name;
  const char *url; /* NULL: $OLLAMA_HOST's */
  const char *path;
  OpenaiService service;
  ChatDialect dialect;
} Api;

static const Api apis[] = {
  { "ollama",
    NULL,
    "/api/chat",
    { .key = "OLLAMA_API_KEY", .absent = "is it Ollama? else --api openai" },
    { .request = ollama_request, .read = ollama_read } },
  { "openai",
    "http://127.0.0.1:8080",
    "/v1/chat/completions",
    { .key = "OPENAI_API_KEY",
      .fallback_model = "gpt-4o-mini",
      .absent = "give --path, or --model-name",
      .asks_always = TRUE },
    { .request = openai_request, .read = chat_read_openai } },
};

static const Api *
api_of (const json_t *options)
{
  const char *name = lb_json_string (options, "api", apis[0].name);

  for (guint i = 1; i < G_N_ELEMENTS (apis); i++)
    if (strcmp (apis[i].name, name) == 0)
      return &apis[i];
  return &apis[0];
}

/* ---- load ---- */

/* Returns: (transfer full): the options with the address and path of @api where the user gave
 * none */
static json_t *
settle_options (const json_t *given, const Api *api)
{
  json_t *options = json_deep_copy (given);
  g_autofree char *ollama = ollama_url (g_getenv ("OLLAMA_HOST"));

  if (json_object_get (options, "url") == NULL)
    lb_json_set_string (options, "url", api->url != NULL ? api->url : ollama);
  if (json_object_get (options, "path") == NULL)
    lb_json_set_string (options, "path", api->path);
  return options;
}

/* Returns: (transfer full): what @path answers, or %NULL */
static json_t *
get_json (Openai *server, const char *path, GError **error)
{
  g_autoptr (LbReply) reply = openai_send (server, path, NULL, NULL, error);
  g_autofree char *body = NULL;
  gsize length = 0;

  if (reply == NULL)
    return NULL;
  if (lb_reply_status (reply) != 200)
    {
      openai_refuse_status (server, reply, error);
      return NULL;
    }
  body = openai_read_body (server, reply, &length, error);
  return body != NULL ? openai_parse_reply (server, reply, body, length, error) : NULL;
}

/* Returns: FALSE; @error says which models there are, and how to get one */
static gboolean
fail_model (const Openai *server, const json_t *tags, GError **error)
{
  g_autofree char *names = ollama_names (tags);

  if (server->model != NULL)
    return openai_fail (server, error, "has no model \"%s\": ollama pull %s%s%s", server->model,
                        server->model, *names != '\0' ? "; it has " : "", names);
  if (*names == '\0')
    return openai_fail (server, error,
                        "has no model: ollama pull llama3.2, or another that answers in words");
  return openai_fail (server, error, "has several models: choose one with --model-name: %s",
                      names);
}

/* What the model is: names move, digests don't. */
static void
note_model (Openai *server, const json_t *model, LbLoadAnswer *answer)
{
  json_t *object = json_object ();

  lb_json_set_string (object, "name", lb_json_string (model, "name", NULL));
  lb_json_set_string (object, "digest", lb_json_string (model, "digest", NULL));
  for (const char *const *key =
           (const char *const[]){ "family", "parameter_size", "quantization_level", NULL };
       *key != NULL; key++)
    lb_json_set_string (object, *key,
                        lb_json_string (json_object_get (model, "details"), *key, NULL));
  lb_json_set (json_object_get (answer->info, "server"), "model_found", object);
}

static const json_t *
find_model (Openai *server, const json_t *tags, GError **error)
{
  const json_t *model = ollama_find_model (tags, server->model);

  if (model == NULL)
    {
      fail_model (server, tags, error);
      return NULL;
    }
  if (server->model == NULL)
    {
      server->model = g_strdup (lb_json_string (model, "name", ""));
      server->model_from = "server";
    }
  return model;
}

static gboolean
open_ollama (Openai *server, LbLoadAnswer *answer, GError **error)
{
  GError *cause = NULL;
  g_autoptr (json_t) tags = get_json (server, "/api/tags", &cause);
  g_autoptr (json_t) version = tags != NULL ? get_json (server, "/api/version", NULL) : NULL;
  const json_t *model;

  if (tags == NULL)
    {
      if (server->status == 0 && g_error_matches (cause, LB_ERROR, LB_ERROR_ENGINE))
        g_set_error (error, LB_ERROR, LB_ERROR_ENGINE, "%s; " START_OLLAMA, cause->message);
      else
        g_propagate_error (error, g_error_copy (cause));
      g_error_free (cause);
      return FALSE;
    }
  model = find_model (server, tags, error);
  if (model == NULL)
    return FALSE;
  if (lb_json_string (version, "version", NULL) != NULL)
    {
      g_free (server->software);
      server->software = g_strdup_printf ("Ollama %.60s",
                                          lb_json_string (version, "version", ""));
    }
  openai_answer (server, answer);
  note_model (server, model, answer);
  return TRUE;
}

static gboolean
open_server (Hybrid *hybrid, const Api *api, const LbLoadRequest *request, LbLoadAnswer *answer,
             LbSink *sink, GError **error)
{
  Openai *server = &hybrid->chat.server;
  gboolean fine;

  if (api->url != NULL)
    {
      fine = openai_open (server, &api->service, request, sink, error);
      if (fine)
        openai_answer (server, answer);
    }
  else
    {
      if (!openai_connect (server, &api->service, request, sink, error))
        return FALSE;
      fine = open_ollama (server, answer, error);
      if (!fine)
        {
          openai_watch_end (server->watch);
          openai_close (server);
        }
    }
  if (fine)
    openai_watch_end (server->watch);
  return fine;
}

static gboolean
hybrid_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer, LbSink *sink,
             GError **error)
{
  Hybrid *hybrid = state;
  const Api *api = api_of (request->options);
  LbLoadRequest settled = *request;

  hybrid->options = settle_options (request->options, api);
  settled.options = hybrid->options;
  if (!open_server (hybrid, api, &settled, answer, sink, error))
    {
      g_clear_pointer (&hybrid->options, json_decref);
      return FALSE;
    }
  hybrid->chat.dialect = &api->dialect;
  hybrid->chat.stream = lb_json_boolean (hybrid->options, "stream", TRUE);
  hybrid_song_answer (answer);
  return TRUE;
}

/* ---- run ---- */

static gboolean
hybrid_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
            GError **error)
{
  Hybrid *hybrid = state;
  g_auto (HybridSong) song = { 0 };
  LbEngineInput asked = { .role = "prompt" };
  LbRunRequest words = { .inputs = &asked, .n_inputs = 1, .seed = request->seed };

  if (!hybrid_song_read (request, sink, &song, error))
    return FALSE;
  hybrid->words_only = song.features == NULL;
  asked.text = song.question;
  if (!chat_run (&hybrid->chat, &words, sink, output, error))
    return FALSE;
  hybrid_song_note (&song, *output);
  return TRUE;
}

static void
hybrid_unload (gpointer state)
{
  Hybrid *hybrid = state;

  openai_close (&hybrid->chat.server);
  g_clear_pointer (&hybrid->options, json_decref);
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Hybrid),
  .probe = openai_probe,
  .load = hybrid_load,
  .run = hybrid_run,
  .unload = hybrid_unload,
};

LB_ENGINE_MODULE ("hybrid", hooks)
