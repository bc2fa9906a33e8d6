#include "net/remote.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "net/answer.h"
#include "net/download.h"

#define MAX_KEY_BYTES 4096
#define CHUNK_BYTES (64 * 1024)

struct _LbRemote {
  GSocketClient *client;
  GSocketConnectable *connectable;
  GTlsDatabase *trusted; /* NULL: the system's */
  char *address;         /* host and port, as the header Host has them */
  char *base;            /* beginning of all paths, without a slash at its end */
  char *host;
  char *key;
  const char *key_header; /* NULL: as a bearer's */
  gboolean local;
};

struct _LbReply {
  const LbRemote *remote;
  GSocketConnection *connection;
  LbAnswer *answer;
  GCancellable *cancellable;
  char *type;
};

/* Its password must not be repeated: it is not quoted then. */
static gboolean
check_url (const char *url, GUri *uri, GError **error)
{
  g_autofree char *shown = lb_text_escape (url);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (strpbrk (url, "@?#") != NULL)
    return lb_error_set (
        error, LB_ERROR_USAGE,
        "the address of the server holds an \"@\", \"?\" or \"#\": a password or key in it "
        "would be kept in the history; write http://HOST:PORT");
  if (host == NULL || *host == '\0' ||
      (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0))
    return lb_error_set (error, LB_ERROR_USAGE,
                         "\"%s\" is no address of a server: write http://127.0.0.1:8080", shown);
  return TRUE;
}

static gboolean
check_reach (const LbRemote *remote, gboolean secure, gboolean allow_network, GError **error)
{
  if (!remote->local && !allow_network)
    return lb_error_set (
        error, LB_ERROR_NOT_PERMITTED,
        "\"%s\" is not this machine: --allow-network lets the input be sent there", remote->host);
  if (!remote->local && !secure && remote->key != NULL)
    return lb_error_set (
        error, LB_ERROR_NOT_PERMITTED,
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
  return lb_error_set (error, LB_ERROR_USAGE,
                       "the key is none: it holds a space, a line break or another "
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

static void
on_event (GSocketClient *client, GSocketClientEvent event, GSocketConnectable *connectable,
          GIOStream *stream, gpointer user_data)
{
  const LbRemote *remote = user_data;

  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && remote->trusted != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (stream), remote->trusted);
}

static gboolean
prepare (LbRemote *remote, GUri *uri, gboolean secure, GError **error)
{
  const char *certificates = g_getenv ("SSL_CERT_FILE");
  int port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : secure ? 443 : 80;

  remote->connectable = connectable_of (uri, (guint16) port);
  remote->client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (remote->client, FALSE);
  g_socket_client_set_tls (remote->client, secure);
  g_signal_connect (remote->client, "event", G_CALLBACK (on_event), remote);
  if (certificates == NULL || *certificates == '\0' || !secure)
    return TRUE;
  remote->trusted = g_tls_file_database_new (certificates, NULL);
  return remote->trusted != NULL ||
         lb_error_set (error, LB_ERROR_USAGE, "$SSL_CERT_FILE names no file of certificates");
}

LbRemote *
lb_remote_new (const char *url, const char *key, gboolean allow_network, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (LbRemote) remote = g_new0 (LbRemote, 1);
  gboolean secure;

  if (!check_url (url, uri, error))
    return NULL;
  secure = strcmp (g_uri_get_scheme (uri), "https") == 0;
  remote->host = lb_net_host (url);
  remote->address = strchr (remote->host, '[') == NULL &&
                            strchr (g_uri_get_host (uri), ':') != NULL
                        ? g_strdup_printf ("[%s]", remote->host)
                        : g_strdup (remote->host);
  remote->local = lb_net_is_loopback (g_uri_get_host (uri));
  remote->key = key != NULL && *key != '\0' ? g_strdup (key) : NULL;
  remote->base = g_strdup (g_uri_get_path (uri));
  while (g_str_has_suffix (remote->base, "/"))
    remote->base[strlen (remote->base) - 1] = '\0';
  if (!check_reach (remote, secure, allow_network, error) ||
      (remote->key != NULL && !check_key (remote->key, error)) ||
      !prepare (remote, uri, secure, error))
    return NULL;
  return g_steal_pointer (&remote);
}

void
lb_remote_free (LbRemote *remote)
{
  if (remote == NULL)
    return;
  g_clear_object (&remote->client);
  g_clear_object (&remote->connectable);
  g_clear_object (&remote->trusted);
  g_free (remote->address);
  g_free (remote->base);
  g_free (remote->host);
  g_free (remote->key);
  g_free (remote);
}

void
lb_remote_set_key_header (LbRemote *remote, const char *name)
{
  remote->key_header = name;
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

/* What goes into a request's first line must not end it. */
static char *
join (const LbRemote *remote, const char *path, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  gboolean fine = *path == '/' && strchr (path, '#') == NULL;

  for (const char *at = path; *at != '\0'; at++)
    fine = fine && g_ascii_isgraph (*at);
  for (const char *at = remote->base; *at != '\0'; at++)
    fine = fine && g_ascii_isgraph (*at);
  if (!fine)
    {
      lb_error_set (error, LB_ERROR_USAGE,
                    "\"%s\" is no path of a server: it begins with \"/\", and holds no spaces",
                    shown);
      return NULL;
    }
  if (g_str_has_suffix (remote->base, "/v1") && g_str_has_prefix (path, "/v1/"))
    path += strlen ("/v1");
  return g_strconcat (remote->base, path, NULL);
}

static char *
new_head (const LbRemote *remote, const char *path, const char *type, GBytes *body)
{
  GString *head = g_string_new (NULL);

  g_string_append_printf (head,
                          "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: LlamaBurn\r\n"
                          "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n",
                          body != NULL ? "POST" : "GET", path, remote->address);
  if (remote->key != NULL && remote->key_header != NULL)
    g_string_append_printf (head, "%s: %s\r\n", remote->key_header, remote->key);
  else if (remote->key != NULL)
    g_string_append_printf (head, "Authorization: Bearer %s\r\n", remote->key);
  if (body != NULL)
    g_string_append_printf (head, "Content-Type: %s\r\nContent-Length: %zu\r\n", type,
                            g_bytes_get_size (body));
  g_string_append (head, "\r\n");
  return g_string_free (head, FALSE);
}

/* A server may answer and close before it has read all: what it says is read then. */
static gboolean
put (GSocketConnection *connection, const void *bytes, gsize n_bytes, GCancellable *cancellable,
     GError **error)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GError *cause = NULL;

  if (g_output_stream_write_all (out, bytes, n_bytes, NULL, cancellable, &cause))
    return TRUE;
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE) ||
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    {
      g_error_free (cause);
      return TRUE;
    }
  g_propagate_error (error, cause);
  return FALSE;
}

static void
translate (const LbRemote *remote, GError **error, GError *cause)
{
  /* No time limit of ours: the kernel gave the connection up. */
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      g_error_free (cause);
      lb_error_set (error, LB_ERROR_NETWORK, "\"%s\" doesn't answer: is the address right?",
                    remote->host);
    }
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    {
      g_error_free (cause);
      lb_error_set (error, LB_ERROR_NETWORK,
                    "\"%s\" refused the connection: start the server, or name another with --url",
                    remote->host);
    }
  else if (g_error_matches (cause, LB_ERROR, LB_ERROR_NETWORK))
    {
      g_propagate_error (error, cause);
      g_prefix_error (error, "\"%s\" ", remote->host);
    }
  else
    lb_net_translate (error, cause, remote->host);
}

static GSocketConnection *
open_connection (LbRemote *remote, GCancellable *cancellable, GError **error)
{
  GSocketConnection *connection = g_socket_client_connect (remote->client, remote->connectable,
                                                           cancellable, error);

  /* The last bytes of a request don't wait for an acknowledgement. */
  if (connection != NULL)
    g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                         NULL);
  return connection;
}

static gboolean
exchange (LbReply *reply, LbRemote *remote, const char *head, GBytes *body, GError **error)
{
  gsize n_bytes = 0;
  const void *bytes = body != NULL ? g_bytes_get_data (body, &n_bytes) : NULL;

  reply->connection = open_connection (remote, reply->cancellable, error);
  if (reply->connection == NULL ||
      !put (reply->connection, head, strlen (head), reply->cancellable, error) ||
      (n_bytes > 0 && !put (reply->connection, bytes, n_bytes, reply->cancellable, error)))
    return FALSE;
  reply->answer = lb_answer_new (g_io_stream_get_input_stream (G_IO_STREAM (reply->connection)),
                                 reply->cancellable, error);
  return reply->answer != NULL;
}

/* "Application/JSON; charset=utf-8" → "application/json" */
static char *
plain_type (const char *said)
{
  g_autofree char *type = g_ascii_strdown (said != NULL ? said : "", -1);

  type[strcspn (type, "; \t")] = '\0';
  return g_steal_pointer (&type);
}

LbReply *
lb_remote_ask (LbRemote *remote, const char *path, const char *type, GBytes *body,
               GCancellable *cancellable, GError **error)
{
  g_autofree char *whole = join (remote, path, error);
  g_autofree char *head = whole != NULL ? new_head (remote, whole, type, body) : NULL;
  g_autoptr (LbReply) reply = NULL;
  GError *cause = NULL;

  if (head == NULL)
    return NULL;
  reply = g_new0 (LbReply, 1);
  reply->remote = remote;
  reply->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();
  if (!exchange (reply, remote, head, body, &cause))
    {
      translate (remote, error, cause);
      return NULL;
    }
  reply->type = plain_type (lb_answer_header (reply->answer, "content-type"));
  return g_steal_pointer (&reply);
}

void
lb_reply_free (LbReply *reply)
{
  if (reply == NULL)
    return;
  g_clear_pointer (&reply->answer, lb_answer_free);
  /* What is still to come is not waited for, and TLS says no goodbye. */
  g_cancellable_cancel (reply->cancellable);
  g_clear_object (&reply->connection);
  g_clear_object (&reply->cancellable);
  g_free (reply->type);
  g_free (reply);
}

guint
lb_reply_status (const LbReply *reply)
{
  return lb_answer_status (reply->answer);
}

const char *
lb_reply_type (const LbReply *reply)
{
  return reply->type;
}

const char *
lb_reply_header (const LbReply *reply, const char *name)
{
  return lb_answer_header (reply->answer, name);
}

gssize
lb_reply_read (LbReply *reply, void *buffer, gsize size, GError **error)
{
  const char *encoding = lb_reply_header (reply, "content-encoding");
  GError *cause = NULL;
  gssize got;

  if (encoding != NULL && g_ascii_strcasecmp (encoding, "identity") != 0)
    {
      lb_error_set (error, LB_ERROR_NETWORK, "\"%s\" answers compressed, unasked",
                    reply->remote->host);
      return -1;
    }
  got = lb_answer_read (reply->answer, buffer, size, reply->cancellable, &cause);
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
          lb_error_set (error, LB_ERROR_NETWORK, "\"%s\" answers more than %zu bytes",
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
