#include <stdlib.h>
#include <string.h>

#include <libsoup/soup.h>

#include "core/error.h"
#include "core/text.h"
#include "net/download.h"

#define DEFAULT_TIMEOUT_S 30
#define MAX_TIMEOUT_S 3600

gboolean
lb_net_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

gboolean
lb_net_url_check (const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *shown = lb_text_escape (url);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || *host == '\0')
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "\"%s\" is no web address: write https://HOST/PATH", shown);
      return FALSE;
    }
  if (g_strcmp0 (scheme, "https") == 0 ||
      (g_strcmp0 (scheme, "http") == 0 && lb_net_is_loopback (host)))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_NOT_PERMITTED,
               "\"%s\" is refused: only https is used, plain http only to this machine itself",
               shown);
  return FALSE;
}

char *
lb_net_host (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *host = NULL;

  int usual;

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return lb_text_escape (url);
  host = lb_text_escape (g_uri_get_host (uri));
  usual = strcmp (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
  if (g_uri_get_port (uri) < 0 || g_uri_get_port (uri) == usual)
    return g_steal_pointer (&host);
  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%d" : "%s:%d", host,
                          g_uri_get_port (uri));
}

guint
lb_net_timeout_s (void)
{
  const char *text = g_getenv ("LLAMABURN_NETWORK_TIMEOUT");
  guint64 value;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 1, MAX_TIMEOUT_S, &value, NULL))
    return (guint) value;
  return DEFAULT_TIMEOUT_S;
}

gpointer
lb_net_session (GError **error)
{
  const char *certificates = g_getenv ("SSL_CERT_FILE");
  g_autoptr (SoupSession) session = soup_session_new ();

  soup_session_set_timeout (session, lb_net_timeout_s ());
  soup_session_set_idle_timeout (session, 5);
  soup_session_set_user_agent (session, "LlamaBurn");
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_SNIFFER);
  if (certificates != NULL && *certificates != '\0')
    {
      g_autoptr (GTlsDatabase) trusted = g_tls_file_database_new (certificates, error);

      if (trusted == NULL)
        {
          g_autofree char *shown = lb_text_escape (certificates);

          g_prefix_error (error, "$SSL_CERT_FILE \"%s\": ", shown);
          return NULL;
        }
      soup_session_set_tls_database (session, trusted);
    }
  return g_steal_pointer (&session);
}

typedef struct {
  int code; /* of G_IO_ERROR */
  LbError to;
  const char *words; /* after the host */
} Translation;

static const Translation translations[] = {
  { G_IO_ERROR_CANCELLED, LB_ERROR_CANCELLED, "was interrupted" },
  { G_IO_ERROR_CONNECTION_REFUSED, LB_ERROR_NETWORK, "refused the connection" },
  { G_IO_ERROR_HOST_UNREACHABLE, LB_ERROR_NETWORK, "can't be reached from here" },
  { G_IO_ERROR_NETWORK_UNREACHABLE, LB_ERROR_NETWORK, "can't be reached: there is no network" },
  { G_IO_ERROR_HOST_NOT_FOUND, LB_ERROR_NETWORK, "is not known: its name can't be resolved" },
  { G_IO_ERROR_CONNECTION_CLOSED, LB_ERROR_NETWORK, "closed the connection" },
  { G_IO_ERROR_PARTIAL_INPUT, LB_ERROR_NETWORK, "closed the connection before the end" },
};

static void
translate_io (GError **error, const GError *cause, const char *host)
{
  g_autofree char *shown = lb_text_escape (cause->message);

  if (cause->code == G_IO_ERROR_TIMED_OUT)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_TIMEOUT, "\"%s\" was silent for %u s", host,
                   lb_net_timeout_s ());
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (translations); i++)
    if (translations[i].code == cause->code)
      {
        g_set_error (error, LB_ERROR, translations[i].to, "\"%s\" %s", host,
                     translations[i].words);
        return;
      }
  g_set_error (error, LB_ERROR, LB_ERROR_NETWORK, "\"%s\": %s", host, shown);
}

void
lb_net_translate (GError **error, GError *cause, const char *host)
{
  g_autofree char *shown = lb_text_escape (cause->message);

  if (cause->domain == LB_ERROR)
    {
      g_propagate_error (error, cause);
      return;
    }
  if (cause->domain == G_IO_ERROR)
    translate_io (error, cause, host);
  else if (cause->domain == G_TLS_ERROR)
    g_set_error (error, LB_ERROR, LB_ERROR_NETWORK, "\"%s\" can't be trusted (TLS): %s", host,
                 shown);
  else if (cause->domain == G_RESOLVER_ERROR)
    g_set_error (error, LB_ERROR, LB_ERROR_NETWORK,
                 "\"%s\" is not known: its name can't be resolved", host);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_NETWORK, "\"%s\": %s", host, shown);
  g_error_free (cause);
}
