#include "openai.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "openai-answer.h"

#define MAX_BODY_BYTES (16 * 1024 * 1024)
#define MAX_NAME_BYTES 256
#define MODELS_PATH "/v1/models"

gboolean
openai_probe (LbProbeAnswer *answer, GError **error)
{
  answer->devices = json_pack ("[{s:s, s:s, s:s}]", "id", "cpu", "backend", "cpu", "name",
                               "a server: what it runs on is not known here");
  return TRUE;
}

gboolean
openai_fail (const Openai *self, GError **error, const char *what, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  va_start (arguments, what);
  text = g_strdup_vprintf (what, arguments);
  va_end (arguments);
  clean = lb_remote_hide_key (self->remote, text);
  g_set_error (error, LB_ERROR, LB_ERROR_ENGINE, "\"%s\" %s", lb_remote_host (self->remote),
               clean);
  return FALSE;
}

/* What went wrong on the way is the engine's failure: the next run may do better. */
static void
take_cause (const Openai *self, GError **error, GError *cause)
{
  if (g_error_matches (cause, LB_ERROR, LB_ERROR_CANCELLED) || lb_sink_cancelled (self->sink))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  else if (g_error_matches (cause, LB_ERROR, LB_ERROR_USAGE))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE, cause->message);
  else
    g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE, cause->message);
  g_error_free (cause);
}

static void
note_software (Openai *self, LbReply *reply)
{
  const char *said = lb_reply_header (reply, "server");
  g_autofree char *cut = g_strndup (said != NULL ? said : "", MAX_NAME_BYTES);
  g_autofree char *clean = lb_remote_hide_key (self->remote, cut);

  g_free (self->software);
  self->software = *clean != '\0' ? lb_text_escape (clean) : NULL;
}

LbReply *
openai_send (Openai *self, const char *path, const char *type, GBytes *body, GError **error)
{
  g_autoptr (GCancellable) cancellable = openai_watch_begin (self->watch, self->sink);
  GError *cause = NULL;
  LbReply *reply = lb_remote_ask (self->remote, path, type, body, cancellable, &cause);

  if (reply == NULL)
    take_cause (self, error, cause);
  else
    self->status = lb_reply_status (reply);
  if (reply != NULL && self->software == NULL)
    note_software (self, reply);
  return reply;
}

gssize
openai_read (Openai *self, LbReply *reply, void *buffer, gsize size, GError **error)
{
  GError *cause = NULL;
  gssize got = lb_reply_read (reply, buffer, size, &cause);

  if (got < 0)
    take_cause (self, error, cause);
  return got;
}

json_t *
openai_parse (Openai *self, const char *text, gssize length, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (json_t) value = lb_json_parse (text, length, &cause);
  g_autofree char *told = NULL;

  if (value == NULL)
    {
      openai_fail (self, error, "answers what is no JSON: %s", cause->message);
      return NULL;
    }
  told = openai_error_told (value);
  if (told != NULL)
    {
      openai_fail (self, error, "says: %s", told);
      return NULL;
    }
  return openai_without_key (self->remote, value);
}

json_t *
openai_parse_reply (Openai *self, LbReply *reply, const char *body, gsize length, GError **error)
{
  if (strcmp (lb_reply_type (reply), "text/html") != 0 || *body != '<')
    return openai_parse (self, body, (gssize) length, error);
  openai_fail (self, error, "answers with a page of HTML, not with JSON: is --url right?");
  return NULL;
}

char *
openai_read_body (Openai *self, LbReply *reply, gsize *length, GError **error)
{
  GError *cause = NULL;
  char *body = lb_reply_read_all (reply, MAX_BODY_BYTES, length, &cause);

  if (body == NULL)
    take_cause (self, error, cause);
  return body;
}

static json_t *
read_json (Openai *self, LbReply *reply, GError **error)
{
  gsize length = 0;
  g_autofree char *body = openai_read_body (self, reply, &length, error);

  return body != NULL ? openai_parse_reply (self, reply, body, length, error) : NULL;
}

LbReply *
openai_ask (Openai *self, const char *type, GBytes *body, GError **error)
{
  g_autoptr (LbReply) reply = openai_send (self, self->path, type, body, error);

  if (reply == NULL)
    return NULL;
  if (lb_reply_status (reply) == 200)
    return g_steal_pointer (&reply);
  openai_refuse_status (self, reply, error);
  return NULL;
}

/* The one model that a server lists is the one that is meant. Servers without a list are usual.
 */
static gboolean
ask_models (Openai *self, GError **error)
{
  g_autoptr (LbReply) reply = openai_send (self, MODELS_PATH, NULL, NULL, error);
  g_autoptr (json_t) list = NULL;
  const char *name;

  if (reply == NULL)
    return FALSE;
  if (self->service->asks_always && (self->status == 401 || self->status == 403))
    {
      openai_refuse_status (self, reply, error);
      return FALSE;
    }
  if (lb_reply_status (reply) != 200 || self->model != NULL)
    return TRUE;
  list = read_json (self, reply, NULL);
  if (lb_sink_cancelled (self->sink))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  name = json_array_size (json_object_get (list, "data")) == 1
             ? lb_json_string (json_array_get (json_object_get (list, "data"), 0), "id", NULL)
             : NULL;
  if (name == NULL || *name == '\0' || strlen (name) > MAX_NAME_BYTES)
    return TRUE;
  self->model = g_strdup (name);
  self->model_from = "server";
  return TRUE;
}

static gboolean
find_model (Openai *self, GError **error)
{
  if (self->model != NULL && !self->service->asks_always)
    return TRUE;
  if (!ask_models (self, error))
    return FALSE;
  if (self->model == NULL)
    {
      self->model = g_strdup (self->service->fallback_model);
      self->model_from = "default";
    }
  return TRUE;
}

gboolean
openai_connect (Openai *self, const OpenaiService *service, const LbLoadRequest *request,
                LbSink *sink, GError **error)
{
  const char *url = lb_json_string (request->options, "url", service->usual_url);

  self->service = service;
  self->sink = sink;
  self->remote = lb_remote_new (url, g_getenv (service->key), request->allow_network, error);
  if (self->remote == NULL)
    return FALSE;
  lb_remote_set_key_header (self->remote, service->key_header);
  self->options = json_deep_copy (request->options);
  self->path = g_strdup (lb_json_string (self->options, "path", ""));
  self->watch = openai_watch_new ();
  self->model = g_strdup (lb_json_string (self->options, "model-name", NULL));
  self->model_from = "option";
  return TRUE;
}

gboolean
openai_open (Openai *self, const OpenaiService *service, const LbLoadRequest *request,
             LbSink *sink, GError **error)
{
  if (!openai_connect (self, service, request, sink, error))
    return FALSE;
  if (find_model (self, error))
    return TRUE;
  openai_watch_end (self->watch);
  openai_close (self);
  return FALSE;
}

void
openai_close (Openai *self)
{
  g_clear_pointer (&self->watch, openai_watch_free);
  g_clear_pointer (&self->remote, lb_remote_free);
  g_clear_pointer (&self->options, json_decref);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->software, g_free);
}

void
openai_answer (const Openai *self, LbLoadAnswer *answer)
{
  json_t *server = json_object ();

  lb_json_set_string (server, "host", lb_remote_host (self->remote));
  lb_json_set_boolean (server, "local", lb_remote_is_local (self->remote));
  lb_json_set_string (server, "path", self->path);
  lb_json_set_string (server, "model", self->model);
  lb_json_set_string (server, "model_from", self->model_from);
  lb_json_set_string (server, "software", self->software);
  lb_json_set_boolean (server, "key", lb_remote_has_key (self->remote));
  /* No backend: none was asked for that it could have fallen back from. */
  g_strlcpy (answer->device, "server", sizeof answer->device);
  g_strlcpy (answer->device_name, lb_remote_host (self->remote), sizeof answer->device_name);
  answer->info = json_object ();
  lb_json_set (answer->info, "server", server);
}

char *
openai_field (const Openai *self, gsize index, const char **value, GError **error)
{
  const json_t *fields = json_object_get (self->options, "field");
  const char *text = json_string_value (json_array_get (fields, index));
  gsize length;

  if (text == NULL)
    return NULL;
  length = strspn (text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-[].");
  if (length == 0 || text[length] != '=')
    {
      g_autofree char *shown = lb_text_escape (text);

      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "--field takes NAME=VALUE, not \"%s\"",
                   shown);
      return NULL;
    }
  *value = text + length + 1;
  return g_strndup (text, length);
}

static json_t *
field_value (const char *text)
{
  g_autofree char *list = g_strdup_printf ("[%s]", text);
  g_autoptr (json_t) value = lb_json_parse (list, -1, NULL);

  return json_array_size (value) == 1 ? json_incref (json_array_get (value, 0))
                                      : json_string (text);
}

gboolean
openai_add_fields (const Openai *self, json_t *body, GError **error)
{
  GError *cause = NULL;
  const char *value;
  char *name;

  for (gsize i = 0; (name = openai_field (self, i, &value, &cause)) != NULL; i++)
    {
      lb_json_set (body, name, field_value (value));
      g_free (name);
    }
  if (cause != NULL)
    g_propagate_error (error, cause);
  return cause == NULL;
}
