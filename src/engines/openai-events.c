#include "openai-events.h"

#include <string.h>

#include "core/error.h"

void
openai_events_init (OpenaiEvents *events)
{
  *events = (OpenaiEvents){ g_string_new (NULL), g_string_new (NULL), FALSE, FALSE };
}

void
openai_events_clear (OpenaiEvents *events)
{
  if (events->line != NULL)
    g_string_free (events->line, TRUE);
  if (events->data != NULL)
    g_string_free (events->data, TRUE);
  memset (events, 0, sizeof *events);
}

/* Only `data` matters here. An empty line ends the event. */
static gboolean
take_line (OpenaiEvents *events, OpenaiEvent event, gpointer user_data, GError **error)
{
  const char *line = events->line->str;
  gsize length = events->line->len;
  gsize prefix = strlen ("data:");
  gboolean more = TRUE;

  if (events->lines)
    more = length == 0 || event (line, length, user_data, error);
  else if (length == 0 && events->data->len > 1)
    {
      g_string_truncate (events->data, events->data->len - 1);
      more = event (events->data->str, events->data->len, user_data, error);
      g_string_truncate (events->data, 0);
    }
  else if (length >= prefix && memcmp (line, "data:", prefix) == 0)
    {
      if (length > prefix && line[prefix] == ' ')
        prefix++;
      g_string_append_len (events->data, line + prefix, (gssize) (length - prefix));
      g_string_append_c (events->data, '\n');
    }
  g_string_truncate (events->line, 0);
  return more;
}

gboolean
openai_events_feed (OpenaiEvents *events, const char *bytes, gsize n_bytes, OpenaiEvent event,
                    gpointer user_data, GError **error)
{
  for (gsize i = 0; i < n_bytes; i++)
    {
      gboolean again = bytes[i] == '\n' && events->cr;

      events->cr = bytes[i] == '\r';
      if (again)
        continue;
      if (bytes[i] != '\r' && bytes[i] != '\n')
        g_string_append_c (events->line, bytes[i]);
      else if (!take_line (events, event, user_data, error))
        return FALSE;
      if (events->line->len + events->data->len > OPENAI_EVENTS_MAX_BYTES)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_ENGINE,
                       "the server streams an event of more than %d bytes",
                       OPENAI_EVENTS_MAX_BYTES);
          return FALSE;
        }
    }
  return TRUE;
}
