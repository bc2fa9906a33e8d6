#include "engine/protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

void
lb_line_free (LbLine *line)
{
  if (line == NULL)
    return;
  g_free (line->text);
  g_free (line);
}

void
lb_line_cutter_init (LbLineCutter *cutter, gsize max_bytes)
{
  cutter->rest = g_byte_array_new ();
  cutter->max_bytes = max_bytes;
}

void
lb_line_cutter_clear (LbLineCutter *cutter)
{
  g_clear_pointer (&cutter->rest, g_byte_array_unref);
}

static LbLine *
cut (LbLineCutter *cutter, const char *bytes, gsize length, gint64 stamp_ns)
{
  LbLine *line = g_new (LbLine, 1);
  gsize before = cutter->rest->len;

  line->stamp_ns = stamp_ns;
  line->length = before + length;
  line->text = g_malloc (line->length + 1);
  if (before > 0)
    memcpy (line->text, cutter->rest->data, before);
  memcpy (line->text + before, bytes, length);
  line->text[line->length] = '\0';
  if (before > 64 * 1024)
    {
      g_byte_array_unref (cutter->rest);
      cutter->rest = g_byte_array_new ();
    }
  else
    g_byte_array_set_size (cutter->rest, 0);
  return line;
}

gboolean
lb_line_cutter_feed (LbLineCutter *cutter, const char *bytes, gsize length, gint64 stamp_ns,
                     LbLineFunc func, gpointer user_data, GError **error)
{
  while (length > 0)
    {
      const char *end = memchr (bytes, '\n', length);
      gsize piece = end != NULL ? (gsize) (end - bytes) : length;

      if (cutter->rest->len + piece > cutter->max_bytes)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL,
                       "a line of more than %" G_GSIZE_FORMAT " bytes", cutter->max_bytes);
          return FALSE;
        }
      if (end == NULL)
        {
          g_byte_array_append (cutter->rest, (const guint8 *) bytes, (guint) piece);
          return TRUE;
        }
      if (cutter->rest->len + piece > 0)
        func (cut (cutter, bytes, piece, stamp_ns), user_data);
      bytes += piece + 1;
      length -= piece + 1;
    }
  return TRUE;
}

json_t *
lb_protocol_parse (const LbLine *line, gboolean *repaired, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (json_t) message = NULL;
  g_autofree char *start = NULL;
  g_autofree char *shown = NULL;

  message = lb_json_parse_repaired (line->text, (gssize) line->length, repaired, &why);
  if (message != NULL && json_is_object (message) &&
      lb_json_string (message, "type", NULL) != NULL)
    return g_steal_pointer (&message);
  start = g_strndup (line->text, 60);
  shown = lb_text_escape (start);
  g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL,
               "a line that the protocol does not allow (%s): \"%s\"%s",
               why != NULL ? why->message : "no object with a \"type\"", shown,
               line->length > 60 ? "…" : "");
  return NULL;
}

json_t *
lb_protocol_hello (const char *engine, const char *version)
{
  json_t *message = json_object ();

  lb_json_set_string (message, "type", "hello");
  lb_json_set (message, "protocol", json_pack ("[i]", LB_PROTOCOL_VERSION));
  lb_json_set_string (message, "engine", engine);
  lb_json_set_string (message, "version", version);
  return message;
}

gboolean
lb_protocol_check_hello (const json_t *message, GError **error)
{
  const json_t *versions = json_object_get (message, "protocol");
  size_t i;
  json_t *version;

  if (g_strcmp0 (lb_json_string (message, "type", ""), "hello") != 0 || !json_is_array (versions))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_PROTOCOL,
                           "its first line is no hello with a list \"protocol\"");
      return FALSE;
    }
  json_array_foreach (versions, i, version)
    if (json_is_integer (version) && json_integer_value (version) == LB_PROTOCOL_VERSION)
      return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL,
               "it doesn't speak version %d of the protocol: install the engine that "
               "belongs to this LlamaBurn",
               LB_PROTOCOL_VERSION);
  return FALSE;
}

gboolean
lb_protocol_write (int fd, const char *line, gsize length)
{
  struct iovec parts[2] = { { (void *) line, length }, { (void *) "\n", 1 } };
  int first = 0;

  while (first < 2)
    {
      gssize n = writev (fd, parts + first, 2 - first);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      for (; first < 2 && (gsize) n >= parts[first].iov_len; first++)
        n -= (gssize) parts[first].iov_len;
      if (first < 2)
        {
          parts[first].iov_base = (char *) parts[first].iov_base + n;
          parts[first].iov_len -= (gsize) n;
        }
    }
  return TRUE;
}
