#include "net/answer.h"

#include <string.h>

#include "core/error.h"

#define MAX_HEAD_BYTES (64 * 1024)
#define MAX_INTERIM 8 /* answers 1xx before the one */
#define BUFFER_BYTES (16 * 1024)

typedef enum { BODY_NONE, BODY_SIZED, BODY_CHUNKED, BODY_TO_CLOSE } Body;

struct _LbAnswer {
  GInputStream *stream;
  guint status;
  GHashTable *headers;
  Body body;
  guint64 left;      /* of the body, or of the chunk */
  gboolean in_chunk; /* its line end is still to come */
  gsize head_left;   /* bytes that head, chunk lines and trailers may still have */
  gsize at, n;       /* what of @buffer is not taken yet */
  guint8 buffer[BUFFER_BYTES];
};

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NETWORK, why);
  return FALSE;
}

/* More into the empty buffer. Returns: FALSE: an error; at the end of the stream @n stays 0 */
static gboolean
fill (LbAnswer *answer, GCancellable *cancellable, GError **error)
{
  gssize got = g_input_stream_read (answer->stream, answer->buffer, BUFFER_BYTES, cancellable,
                                    error);

  answer->at = 0;
  answer->n = (gsize) MAX (got, 0);
  return got >= 0;
}

/* One line without its end. Returns: (transfer full) */
static char *
read_line (LbAnswer *answer, GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  while (TRUE)
    {
      guint8 byte;

      if (answer->at == answer->n && !fill (answer, cancellable, error))
        return NULL;
      if (answer->n == 0)
        return refuse (error, answer->status > 0 ? "closed the connection before the end"
                                                 : "closed the connection without an answer"),
               NULL;
      if (answer->head_left-- == 0)
        return refuse (error, "sends a head that doesn't end"), NULL;
      byte = answer->buffer[answer->at++];
      if (byte == '\0')
        return refuse (error, "answers what is no HTTP"), NULL;
      if (byte == '\n')
        break;
      g_string_append_c (line, (char) byte);
    }
  if (line->len > 0 && line->str[line->len - 1] == '\r')
    g_string_truncate (line, line->len - 1);
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static gboolean
read_status (LbAnswer *answer, GCancellable *cancellable, GError **error)
{
  g_autofree char *line = read_line (answer, cancellable, error);
  const char *digits = line != NULL ? line + strlen ("HTTP/1.x ") : NULL;

  if (line == NULL)
    return FALSE;
  if (strlen (line) < strlen ("HTTP/1.1 200") || !g_str_has_prefix (line, "HTTP/1.") ||
      line[8] != ' ' || strspn (digits, G_CSET_DIGITS) != 3 || digits[0] == '0')
    return refuse (error, "answers what is no HTTP");
  answer->status = (guint) g_ascii_strtoull (digits, NULL, 10);
  return TRUE;
}

static gboolean
take_header (LbAnswer *answer, char *line, GError **error)
{
  char *colon = strchr (line, ':');
  char *name;

  if (colon == NULL || colon == line || g_ascii_isspace (*line))
    return refuse (error, "answers with a broken header");
  *colon = '\0';
  name = g_ascii_strdown (line, -1);
  if (g_hash_table_contains (answer->headers, name))
    g_free (name);
  else
    g_hash_table_insert (answer->headers, name, g_strstrip (g_strdup (colon + 1)));
  return TRUE;
}

static gboolean
read_headers (LbAnswer *answer, GCancellable *cancellable, GError **error)
{
  while (TRUE)
    {
      g_autofree char *line = read_line (answer, cancellable, error);

      if (line == NULL)
        return FALSE;
      if (*line == '\0')
        return TRUE;
      if (!take_header (answer, line, error))
        return FALSE;
    }
}

static gboolean
find_body (LbAnswer *answer, GError **error)
{
  const char *coding = lb_answer_header (answer, "transfer-encoding");
  const char *length = lb_answer_header (answer, "content-length");

  answer->body = BODY_TO_CLOSE;
  if (answer->status == 204 || answer->status == 304)
    answer->body = BODY_NONE;
  else if (coding != NULL && g_ascii_strcasecmp (coding, "chunked") == 0)
    answer->body = BODY_CHUNKED;
  else if (coding != NULL)
    return refuse (error, "sends in a coding that isn't known here");
  else if (length != NULL)
    {
      answer->body = BODY_SIZED;
      if (!g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64, &answer->left, NULL))
        return refuse (error, "answers with a Content-Length that is no number");
    }
  return TRUE;
}

LbAnswer *
lb_answer_new (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (LbAnswer) answer = g_new0 (LbAnswer, 1);

  answer->stream = stream;
  answer->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  answer->head_left = MAX_HEAD_BYTES;
  for (guint i = 0; i <= MAX_INTERIM; i++)
    {
      g_hash_table_remove_all (answer->headers);
      if (!read_status (answer, cancellable, error) || !read_headers (answer, cancellable, error))
        return NULL;
      if (answer->status >= 200)
        return find_body (answer, error) ? g_steal_pointer (&answer) : NULL;
    }
  refuse (error, "doesn't come to an answer");
  return NULL;
}

void
lb_answer_free (LbAnswer *answer)
{
  if (answer == NULL)
    return;
  g_hash_table_unref (answer->headers);
  g_free (answer);
}

guint
lb_answer_status (const LbAnswer *answer)
{
  return answer->status;
}

const char *
lb_answer_header (const LbAnswer *answer, const char *name)
{
  return g_hash_table_lookup (answer->headers, name);
}

/* The line before a chunk, behind the end of the one before; behind the last come trailers. */
static gboolean
begin_chunk (LbAnswer *answer, GCancellable *cancellable, GError **error)
{
  g_autofree char *end = NULL;
  g_autofree char *line = NULL;
  gsize digits;

  answer->head_left = MAX_HEAD_BYTES;
  if (answer->in_chunk)
    {
      end = read_line (answer, cancellable, error);
      if (end == NULL)
        return FALSE;
      if (*end != '\0')
        return refuse (error, "sends chunks that are longer than they say");
    }
  line = read_line (answer, cancellable, error);
  if (line == NULL)
    return FALSE;
  digits = strspn (line, "0123456789abcdefABCDEF");
  if (digits == 0 || digits > 15 || strchr ("; \t", line[digits]) == NULL)
    return refuse (error, "sends chunks without a size");
  answer->left = g_ascii_strtoull (line, NULL, 16);
  answer->in_chunk = TRUE;
  if (answer->left > 0)
    return TRUE;
  answer->body = BODY_NONE;
  return read_headers (answer, cancellable, error);
}

gssize
lb_answer_read (LbAnswer *answer, void *buffer, gsize size, GCancellable *cancellable,
                GError **error)
{
  gsize n;

  if (answer->body == BODY_CHUNKED && answer->left == 0 &&
      !begin_chunk (answer, cancellable, error))
    return -1;
  if (answer->body == BODY_NONE || (answer->body == BODY_SIZED && answer->left == 0))
    return 0;
  if (answer->at == answer->n && !fill (answer, cancellable, error))
    return -1;
  if (answer->n == 0 && answer->body != BODY_TO_CLOSE)
    return refuse (error, "closed the connection before the end"), -1;
  n = MIN (answer->n - answer->at, size);
  if (answer->body != BODY_TO_CLOSE)
    {
      n = (gsize) MIN (n, answer->left);
      answer->left -= n;
    }
  memcpy (buffer, answer->buffer + answer->at, n);
  answer->at += n;
  return (gssize) n;
}
