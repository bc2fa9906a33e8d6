#include "openai-answer.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/keyring.h"

#define MAX_REFUSAL_BYTES (64 * 1024)
#define MAX_SHOWN_BYTES 300

/* One line of at most so many bytes. */
static char *
shown (const char *text)
{
  g_autofree char *flat = g_strstrip (g_strdelimit (g_strdup (text), "\r\n\t", ' '));
  g_autofree char *valid = g_utf8_make_valid (flat, -1);
  gsize length = strlen (valid);

  if (length > MAX_SHOWN_BYTES)
    {
      length = (gsize) (g_utf8_find_prev_char (valid, valid + MAX_SHOWN_BYTES) - valid);
      valid[length] = '\0';
    }
  return lb_text_escape (valid);
}

char *
openai_error_told (const json_t *value)
{
  const json_t *error = json_object_get (value, "error");
  const json_t *detail = json_object_get (value, "detail");
  const char *text = lb_json_string (error, "message", json_string_value (error));
  g_autofree char *line = NULL;

  if (json_is_object (error) && text == NULL)
    text = lb_json_string (error, "code", lb_json_string (error, "type", "an error"));
  if (text == NULL)
    text = json_string_value (detail);
  if (text == NULL && (json_is_array (detail) || json_is_object (detail)))
    text = line = lb_json_line (detail);
  return text != NULL ? shown (text) : NULL;
}

static json_t *
clean_text (const LbRemote *remote, const char *text)
{
  g_autofree char *clean = lb_remote_hide_key (remote, text);

  return json_string (clean);
}

/* As deep as lb_json_parse() lets a value be. */
static void
clean_members (const LbRemote *remote, json_t *value)
{
  size_t index;
  json_t *member;

  for (void *at = json_object_iter (value); at != NULL; at = json_object_iter_next (value, at))
    {
      member = json_object_iter_value (at);
      if (json_is_string (member))
        json_object_iter_set_new (value, at, clean_text (remote, json_string_value (member)));
      else
        clean_members (remote, member);
    }
  json_array_foreach (value, index, member)
    {
      if (json_is_string (member))
        json_array_set_new (value, index, clean_text (remote, json_string_value (member)));
      else
        clean_members (remote, member);
    }
}

json_t *
openai_without_key (const LbRemote *remote, json_t *value)
{
  if (lb_remote_has_key (remote) && json_is_string (value))
    return clean_text (remote, json_string_value (value));
  if (lb_remote_has_key (remote))
    clean_members (remote, value);
  return json_incref (value);
}

/* What the body says, in a few words: nobody wants to read a page of HTML in a terminal. */
static char *
body_told (LbReply *reply, const char *body, gsize length)
{
  g_autoptr (json_t) json = body != NULL ? lb_json_parse (body, (gssize) length, NULL) : NULL;
  g_autofree char *told = openai_error_told (json);

  if (told != NULL)
    return g_steal_pointer (&told);
  if (body == NULL || *body == '\0')
    return g_strdup ("it doesn't say why");
  if (strcmp (lb_reply_type (reply), "text/html") == 0 || *body == '<')
    return g_strdup ("with a page of HTML");
  return shown (body);
}

static char *
header_shown (LbReply *reply, const char *name, const char *absent)
{
  const char *value = lb_reply_header (reply, name);

  return shown (value != NULL ? value : absent);
}

void
openai_refuse_status (Openai *self, LbReply *reply, GError **error)
{
  gsize length = 0;
  g_autofree char *body = lb_reply_read_all (reply, MAX_REFUSAL_BYTES, &length, NULL);

  openai_refuse_body (self, reply, body, length, error);
}

/* Gemini calls a key that it doesn't know a bad request. */
static gboolean
is_refused_key (guint status, const char *told)
{
  return status == 401 || status == 403 || (status == 400 && strstr (told, "API key") != NULL);
}

char *
openai_key_advice (const char *key)
{
  const char *trouble = g_getenv (LB_KEYRING_TROUBLE);
  g_autofree char *shown = trouble != NULL ? lb_text_escape (trouble) : NULL;

  return g_strdup_printf (
      "set %s in the environment, or keep it in the keyring (llamaburn keys set "
      "%s)%s%s",
      key, key, shown != NULL ? "; " : "", shown != NULL ? shown : "");
}

/* Returns: (transfer full): which key was sent. */
static char *
key_name (const char *key)
{
  const char *gave = g_getenv (LB_KEYRING_GAVE);
  g_auto (GStrv) names = g_strsplit (gave != NULL ? gave : "", " ", -1);

  return g_strv_contains ((const char *const *) names, key)
             ? g_strdup_printf ("%s of the keyring", key)
             : g_strdup_printf ("of $%s", key);
}

void
openai_refuse_body (Openai *self, LbReply *reply, const char *body, gsize length, GError **error)
{
  guint status = lb_reply_status (reply);
  g_autofree char *told = body_told (reply, body, length);
  g_autofree char *path = lb_text_escape (self->path);
  g_autofree char *where = header_shown (reply, "location", "nowhere");
  g_autofree char *advice = openai_key_advice (self->service->key);
  g_autofree char *which = key_name (self->service->key);
  g_autofree char *after = header_shown (reply, "retry-after", "it doesn't say when");

  if (lb_sink_cancelled (self->sink))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  else if (is_refused_key (status, told) && lb_remote_has_key (self->remote))
    openai_fail (self, error, "refuses the key %s (%u): %s", which, status, told);
  else if (status == 401 || status == 403)
    openai_fail (self, error, "wants a key (%u): %s: %s", status, advice, told);
  else if (status == 404)
    openai_fail (self, error, "has nothing at \"%s\" (404): %s: %s", path, self->service->absent,
                 told);
  else if (status == 429)
    openai_fail (self, error, "has too much to do (429; Retry-After: %s): %s", after, told);
  else if (status >= 300 && status < 400)
    openai_fail (self, error, "sends elsewhere (%u), to \"%s\": give that address as --url",
                 status, where);
  else
    openai_fail (self, error, "answers %u: %s", status, told);
}
