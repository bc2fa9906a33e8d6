#include "net/remote.h"

#include <string.h>

#include <libsoup/soup.h>

#include "core/error.h"
#include "core/text.h"
#include "net/download.h"

#define MAX_KEY_BYTES 4096
#define CHUNK_BYTES (64 * 1024)

struct _LbRemote {
  SoupSession *session;
  char *base; /* without a slash at its end */
  char *host;
  char *key;
  gboolean local;
};

struct _LbReply {
  const LbRemote *remote;
  SoupMessage *message;
  GInputStream *stream;
  GCancellable *cancellable;
  char *type;
};

static gboolean refuse (GError **error, LbError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Returns: FALSE */
static gboolean
refuse (GError **error, LbError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (LB_ERROR, code, format, arguments));
  va_end (arguments);
  return FALSE;
}

/* Its password must not be repeated: it is not quoted then. */
static gboolean
check_url (const char *url, GUri *uri, GError **error)
{
  g_autofree char *shown = lb_text_escape (url);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (strpbrk (url, "@?#") != NULL)
    return refuse (
        error, LB_ERROR_USAGE,
        "the address of the server holds an \"@\", \"?\" or \"#\": a password or key in it "
        "would be kept in the history; write http://HOST:PORT");
  if (host == NULL || *host == '\0' ||
      (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0))
    return refuse (error, LB_ERROR_USAGE,
                   "\"%s\" is no address of a server: write http://127.0.0.1:8080", shown);
  return TRUE;
}

static gboolean
check_reach (const LbRemote *remote, gboolean secure, gboolean allow_network, GError **error)
{
  if (!remote->local && !allow_network)
    return refuse (error, LB_ERROR_NOT_PERMITTED,
                   "\"%s\" is not this machine: --allow-network lets the input be sent there",
                   remote->host);
  if (!remote->local && !secure && remote->key != NULL)
    return refuse (error, LB_ERROR_NOT_PERMITTED,
                   "a key would cross the network to \"%s\" unencrypted: write https, or unset "
                   "the key",
                   remote->host);
  return TRUE;
}

static gboolean
check_key (const char *key, GError **error)
{
  gsize length = 0;

  while (g_ascii_isgraph (key[length]))
    length++;
  if (key[length] == '\0' && length <= MAX_KEY_BYTES)
    return TRUE;
  return refuse (error, LB_ERROR_USAGE,
                 "the key in the environment is none: it holds a space, a line break or another "
                 "odd character, or is too long");
}

/* The connection goes to the address itself: no resolver is asked where "localhost" is. */
static GSocketConnectable *
connectable_of (GUri *uri, guint16 port)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (g_uri_get_host (uri));

  if (address != NULL)
    return G_SOCKET_CONNECTABLE (g_inet_socket_address_new (address, port));
  if (lb_net_is_loopback (g_uri_get_host (uri)))
    return g_network_address_new_loopback (port);
  return g_network_address_new (g_uri_get_host (uri), port);
}

static SoupSession *
open_session (GUri *uri, GError **error)
{
  gboolean secure = strcmp (g_uri_get_scheme (uri), "https") == 0;
  int port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : secure ? 443 : 80;
  g_autoptr (GSocketConnectable) connectable = connectable_of (uri, (guint16) port);
  g_autoptr (SoupSession)
      session = soup_session_new_with_options ("remote-connectable", connectable, NULL);

  if (!lb_net_session_prepare (session, error))
    return NULL;
  soup_session_set_timeout (session, 0);
  soup_session_set_proxy_resolver (session, NULL);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return g_steal_pointer (&session);
}

LbRemote *
lb_remote_new (const char *url, const char *key, gboolean allow_network, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (LbRemote) remote = g_new0 (LbRemote, 1);

  if (!check_url (url, uri, error))
    return NULL;
  remote->host = lb_net_host (url);
  remote->local = lb_net_is_loopback (g_uri_get_host (uri));
  remote->key = key != NULL && *key != '\0' ? g_strdup (key) : NULL;
  remote->base = g_uri_to_string (uri);
  while (g_str_has_suffix (remote->base, "/"))
    remote->base[strlen (remote->base) - 1] = '\0';
  if (!check_reach (remote, strcmp (g_uri_get_scheme (uri), "https") == 0, allow_network,
                    error) ||
      (remote->key != NULL && !check_key (remote->key, error)))
    return NULL;
  remote->session = open_session (uri, error);
  return remote->session != NULL ? g_steal_pointer (&remote) : NULL;
}

void
lb_remote_free (LbRemote *remote)
{
  if (remote == NULL)
    return;
  g_clear_object (&remote->session);
  g_free (remote->base);
  g_free (remote->host);
  g_free (remote->key);
  g_free (remote);
}

const char *
lb_remote_host (const LbRemote *remote)
{
  return remote->host;
}

gboolean
lb_remote_is_local (const LbRemote *remote)
{
  return remote->local;
}

gboolean
lb_remote_has_key (const LbRemote *remote)
{
  return remote->key != NULL;
}

char *
lb_remote_hide_key (const LbRemote *remote, const char *text)
{
  g_autoptr (GString) hidden = g_string_new (text);

  if (remote->key != NULL)
    g_string_replace (hidden, remote->key, "***", 0);
  return g_strdup (hidden->str);
}

/* ---- a request ---- */

static GUri *
join (const LbRemote *remote, const char *path, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *all = NULL;
  GUri *uri;

  if (g_str_has_suffix (remote->base, "/v1") && g_str_has_prefix (path, "/v1/"))
    path += strlen ("/v1");
  all = g_strconcat (remote->base, path, NULL);
  uri = g_uri_parse (all, SOUP_HTTP_URI_FLAGS, NULL);
  if (*path == '/' && uri != NULL && g_uri_get_fragment (uri) == NULL)
    return uri;
  g_clear_pointer (&uri, g_uri_unref);
  refuse (error, LB_ERROR_USAGE, "\"%s\" is no path of a server: it begins with \"/\"", shown);
  return NULL;
}

static SoupMessage *
new_message (const LbRemote *remote, GUri *uri, const char *type, GBytes *body)
{
  SoupMessage *message = soup_message_new_from_uri (body != NULL ? "POST" : "GET", uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  soup_message_headers_replace (headers, "Connection", "close");
  if (remote->key != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", remote->key, NULL);

      soup_message_headers_replace (headers, "Authorization", bearer);
    }
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, type, body);
  return message;
}

static void
translate (const LbRemote *remote, GError **error, GError *cause)
{
  /* No time limit of ours: the kernel gave the connection up. */
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      g_error_free (cause);
      refuse (error, LB_ERROR_NETWORK, "\"%s\" doesn't answer: is the address right?",
              remote->host);
    }
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    {
      g_error_free (cause);
      refuse (error, LB_ERROR_NETWORK,
              "\"%s\" refused the connection: start the server, or name another with --url",
              remote->host);
    }
  else
    lb_net_translate (error, cause, remote->host);
}

LbReply *
lb_remote_ask (LbRemote *remote, const char *path, const char *type, GBytes *body,
               GCancellable *cancellable, GError **error)
{
  g_autoptr (GUri) uri = join (remote, path, error);
  g_autoptr (SoupMessage) message = NULL;
  GInputStream *stream;
  GError *cause = NULL;
  LbReply *reply;
  const char *said;

  if (uri == NULL)
    return NULL;
  message = new_message (remote, uri, type, body);
  stream = soup_session_send (remote->session, message, cancellable, &cause);
  if (stream == NULL)
    {
      translate (remote, error, cause);
      return NULL;
    }
  reply = g_new0 (LbReply, 1);
  reply->remote = remote;
  reply->message = g_steal_pointer (&message);
  reply->stream = stream;
  reply->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  said = soup_message_headers_get_content_type (
      soup_message_get_response_headers (reply->message), NULL);
  reply->type = g_ascii_strdown (said != NULL ? said : "", -1);
  return reply;
}

void
lb_reply_free (LbReply *reply)
{
  if (reply == NULL)
    return;
  /* What is still to come is not waited for. */
  g_cancellable_cancel (reply->cancellable);
  soup_session_abort (reply->remote->session);
  g_clear_object (&reply->stream);
  g_clear_object (&reply->message);
  g_clear_object (&reply->cancellable);
  g_free (reply->type);
  g_free (reply);
}

guint
lb_reply_status (const LbReply *reply)
{
  return soup_message_get_status (reply->message);
}

const char *
lb_reply_type (const LbReply *reply)
{
  return reply->type;
}

const char *
lb_reply_header (const LbReply *reply, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (reply->message), name);
}

gssize
lb_reply_read (LbReply *reply, void *buffer, gsize size, GError **error)
{
  const char *encoding = lb_reply_header (reply, "Content-Encoding");
  GError *cause = NULL;
  gssize got;

  if (encoding != NULL && g_ascii_strcasecmp (encoding, "identity") != 0)
    {
      refuse (error, LB_ERROR_NETWORK, "\"%s\" answers compressed, unasked", reply->remote->host);
      return -1;
    }
  got = g_input_stream_read (reply->stream, buffer, size, reply->cancellable, &cause);
  if (got < 0)
    translate (reply->remote, error, cause);
  return got;
}

char *
lb_reply_read_all (LbReply *reply, gsize most, gsize *length, GError **error)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  gssize got;

  while ((got = lb_reply_read (reply, chunk, CHUNK_BYTES, error)) > 0)
    {
      if ((gsize) got > most - all->len)
        {
          refuse (error, LB_ERROR_NETWORK, "\"%s\" answers more than %zu bytes",
                  reply->remote->host, most);
          return NULL;
        }
      g_string_append_len (all, chunk, got);
    }
  if (got < 0)
    return NULL;
  *length = all->len;
  return g_string_free (g_steal_pointer (&all), FALSE);
}
