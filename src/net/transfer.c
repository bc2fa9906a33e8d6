/* The request for (the rest of) a file, along its redirects. */
#include "net/transfer.h"

#include "core/error.h"

#define MAX_REDIRECTS 10

static SoupMessage *
new_message (LbTransfer *t, GUri *uri)
{
  SoupMessage *message = soup_message_new_from_uri ("GET", uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (t->offset > 0)
    {
      g_autofree char *range = g_strdup_printf ("bytes=%" G_GUINT64_FORMAT "-", t->offset);

      soup_message_headers_replace (headers, "Range", range);
      if (t->validator != NULL)
        soup_message_headers_replace (headers, "If-Range", t->validator);
    }
  return message;
}

/* Where a redirect leads; checked like the first address, so that https never
 * falls back to http. */
static GUri *
follow (GUri *from, SoupMessage *message, GError **error)
{
  const char *location = soup_message_headers_get_one (
      soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) to = location != NULL
                            ? g_uri_parse_relative (from, location, SOUP_HTTP_URI_FLAGS, NULL)
                            : NULL;
  g_autofree char *text = to != NULL ? g_uri_to_string (to) : NULL;

  if (to == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NETWORK, "\"%s\" redirects to nowhere",
                   g_uri_get_host (from));
      return NULL;
    }
  if (!lb_net_url_check (text, error))
    {
      g_prefix_error (error, "\"%s\" redirects: ", g_uri_get_host (from));
      return NULL;
    }
  return g_steal_pointer (&to);
}

GInputStream *
lb_transfer_send (LbTransfer *t, SoupMessage **message, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (t->download->url, SOUP_HTTP_URI_FLAGS, error);

  if (uri == NULL)
    return NULL;
  for (int i = 0; i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (SoupMessage) asked = new_message (t, uri);
      g_autoptr (GInputStream)
          stream = soup_session_send (t->session, asked, t->cancellable, error);
      GUri *next;

      if (stream == NULL)
        return NULL;
      if (!SOUP_STATUS_IS_REDIRECTION (soup_message_get_status (asked)))
        {
          *message = g_steal_pointer (&asked);
          return g_steal_pointer (&stream);
        }
      g_input_stream_close (stream, NULL, NULL);
      next = follow (uri, asked, error);
      if (next == NULL)
        return NULL;
      g_uri_unref (uri);
      uri = next;
    }
  g_set_error (error, LB_ERROR, LB_ERROR_NETWORK, "\"%s\" redirects more than %d times", t->host,
               MAX_REDIRECTS);
  return NULL;
}
