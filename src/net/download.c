#include "net/download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "net/transfer.h"

#define MAX_FRUITLESS 3 /* attempts in a row that bring no byte */
#define MAX_ATTEMPTS 50
#define CHUNK_BYTES (256 * 1024)
#define MAX_BYTES (G_GUINT64_CONSTANT (1) << 40) /* of a file whose size nobody told */
#define CALLBACK_NS (LB_NS_PER_S / 10)

/* How an attempt ended. */
typedef enum {
  ATTEMPT_DONE,
  ATTEMPT_AGAIN,   /* worth another one: @error says what happened */
  ATTEMPT_RESTART, /* the part was dropped */
  ATTEMPT_FAILED,
} Attempt;

static void
tell (LbTransfer *t, gboolean always)
{
  gint64 now = lb_clock_now_ns ();

  if (t->callback == NULL || (!always && now - t->told_ns < CALLBACK_NS))
    return;
  t->told_ns = now;
  t->callback (t->offset, t->total, t->user_data);
}

void
lb_download_discard (const char *part_path)
{
  g_autofree char *state = g_strconcat (part_path, ".json", NULL);

  unlink (part_path);
  unlink (state);
}

static gboolean
drop_part (LbTransfer *t, GError **error)
{
  unlink (t->state_path);
  g_clear_pointer (&t->validator, g_free);
  t->offset = 0;
  t->total = t->download->bytes;
  if (ftruncate (t->fd, 0) != 0)
    return lb_error_set_errno (error, errno, "can't empty \"%s\"", t->download->part_path);
  return TRUE;
}

/* Goes on with what an earlier call left, where it is sure to be the same file. */
static gboolean
load_state (LbTransfer *t, GError **error)
{
  g_autoptr (json_t) state = NULL;
  struct stat status;
  gboolean same;

  if (fstat (t->fd, &status) != 0)
    return lb_error_set_errno (error, errno, "can't look at \"%s\"", t->download->part_path);
  if (status.st_size == 0)
    return drop_part (t, error);
  state = lb_json_read (t->state_path, NULL);
  same = g_strcmp0 (lb_json_string (state, "url", NULL), t->download->url) == 0;
  t->validator = g_strdup (lb_json_string (state, "validator", NULL));
  if (!same || (t->validator == NULL && !t->download->verified_later))
    return drop_part (t, error);
  t->offset = (guint64) status.st_size;
  t->total = t->download->bytes;
  if (t->total != 0 && t->offset > t->total)
    return drop_part (t, error);
  return TRUE;
}

/* A weak ETag names no exact bytes (RFC 9110, 13.1.5): the date is next best. */
static void
save_state (LbTransfer *t, SoupMessageHeaders *headers)
{
  const char *etag = soup_message_headers_get_one (headers, "ETag");
  const char *date = soup_message_headers_get_one (headers, "Last-Modified");
  g_autoptr (json_t) state = json_object ();
  g_autofree char *text = NULL;

  g_free (t->validator);
  t->validator = g_strdup (etag != NULL && *etag == '"' ? etag : date);
  lb_json_set_string (state, "url", t->download->url);
  lb_json_set_string (state, "validator", t->validator);
  text = lb_json_pretty (state);
  /* Without it the next call starts from the beginning: no reason to fail now. */
  if (!g_file_set_contents (t->state_path, text, -1, NULL))
    unlink (t->state_path);
}

static Attempt
restart (LbTransfer *t, GError **error)
{
  return drop_part (t, error) ? ATTEMPT_RESTART : ATTEMPT_FAILED;
}

/* 416: there is nothing behind our offset. Either the part is complete, or it
 * is another file's. */
static Attempt
after_416 (LbTransfer *t, SoupMessageHeaders *headers, GError **error)
{
  const char *range = soup_message_headers_get_one (headers, "Content-Range");
  guint64 size = 0;

  if (range != NULL && g_str_has_prefix (range, "bytes */"))
    size = g_ascii_strtoull (range + strlen ("bytes */"), NULL, 10);
  if (t->offset > 0 && t->offset == size)
    return ATTEMPT_DONE;
  if (t->offset > 0)
    return restart (t, error);
  g_set_error (error, LB_ERROR, LB_ERROR_NETWORK,
               "\"%s\" answered 416 to a request for the whole file", t->host);
  return ATTEMPT_FAILED;
}

static Attempt
refuse_status (LbTransfer *t, SoupMessage *message, GError **error)
{
  guint status = soup_message_get_status (message);
  g_autofree char *reason = lb_text_escape (soup_message_get_reason_phrase (message) ?: "");
  LbError code = status == 404 || status == 410 ? LB_ERROR_NOT_FOUND : LB_ERROR_NETWORK;

  if (status == 416)
    return after_416 (t, soup_message_get_response_headers (message), error);
  if (status == 401 || status == 403)
    code = LB_ERROR_NOT_PERMITTED;
  g_set_error (error, LB_ERROR, code, "\"%s\" answered %u %s", t->host, status, reason);
  return status >= 500 || status == 429 ? ATTEMPT_AGAIN : ATTEMPT_FAILED;
}

/* Takes offset and total from a 200 or 206. */
static Attempt
take_headers (LbTransfer *t, SoupMessage *message, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *encoding = soup_message_headers_get_one (headers, "Content-Encoding");
  goffset start, end, size;
  guint64 length = 0;

  if (encoding != NULL && g_ascii_strcasecmp (encoding, "identity") != 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NETWORK, "\"%s\" sends the file compressed, unasked",
                   t->host);
      return ATTEMPT_FAILED;
    }
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    length = (guint64) soup_message_headers_get_content_length (headers);
  if (soup_message_get_status (message) == SOUP_STATUS_PARTIAL_CONTENT)
    {
      if (!soup_message_headers_get_content_range (headers, &start, &end, &size) ||
          (guint64) start != t->offset ||
          (t->download->bytes != 0 && size >= 0 && (guint64) size != t->download->bytes))
        return restart (t, error);
      length = size > 0 ? (guint64) size : 0;
    }
  else if (!drop_part (t, error))
    return ATTEMPT_FAILED;
  if (t->download->bytes != 0 && length != 0 && length != t->download->bytes)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                   "\"%s\" has a file of %" G_GUINT64_FORMAT " bytes, not of %" G_GUINT64_FORMAT,
                   t->host, length, t->download->bytes);
      return ATTEMPT_FAILED;
    }
  t->total = t->download->bytes != 0 ? t->download->bytes : length;
  save_state (t, headers);
  return ATTEMPT_DONE;
}

static gboolean
refuse_content (LbTransfer *t, const char *type, GError **error)
{
  g_autofree char *shown = lb_text_escape (type != NULL ? type : "unknown type");

  lb_download_discard (t->download->part_path);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "\"%s\" sent something that is no model (%s)",
               t->host, shown);
  return FALSE;
}

static gboolean
magic_fits (LbTransfer *t)
{
  char first[16];
  gsize wanted = MIN (t->download->magic_bytes, sizeof first);

  if (t->download->magic == NULL || t->offset < wanted)
    return TRUE;
  return pread (t->fd, first, wanted, 0) == (gssize) wanted &&
         memcmp (first, t->download->magic, wanted) == 0;
}

static gboolean
write_all (LbTransfer *t, gsize bytes, GError **error)
{
  gsize done = 0;

  while (done < bytes)
    {
      gssize wrote = pwrite (t->fd, t->chunk + done, bytes - done, (off_t) t->offset);

      if (wrote < 0 && errno == EINTR)
        continue;
      if (wrote < 0)
        {
          g_autofree char *shown = lb_text_escape (t->download->part_path);

          return lb_error_set_errno (error, errno == EFBIG ? ENOSPC : errno,
                                     "can't write \"%s\" (what is here is kept and resumed)",
                                     shown);
        }
      done += (gsize) wrote;
      t->offset += (guint64) wrote;
    }
  return TRUE;
}

static Attempt
read_body (LbTransfer *t, GInputStream *stream, const char *type, GError **error)
{
  guint64 most = t->total != 0 ? t->total : MAX_BYTES;
  gboolean sniffed = FALSE;

  while (TRUE)
    {
      gssize got = g_input_stream_read (stream, t->chunk, CHUNK_BYTES, t->cancellable, error);

      if (got < 0)
        return ATTEMPT_AGAIN;
      if (got == 0)
        break;
      if ((guint64) got > most - t->offset)
        {
          lb_download_discard (t->download->part_path);
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                       "\"%s\" sends more than %" G_GUINT64_FORMAT " bytes", t->host, most);
          return ATTEMPT_FAILED;
        }
      if (!write_all (t, (gsize) got, error))
        return ATTEMPT_FAILED;
      if (!sniffed && t->offset >= t->download->magic_bytes && !magic_fits (t))
        return refuse_content (t, type, error), ATTEMPT_FAILED;
      sniffed = t->offset >= t->download->magic_bytes;
      tell (t, FALSE);
    }
  if (t->total == 0 || t->offset == t->total)
    return ATTEMPT_DONE;
  g_set_error (error, LB_ERROR, LB_ERROR_NETWORK,
               "\"%s\" stopped after %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes",
               t->host, t->offset, t->total);
  return ATTEMPT_AGAIN;
}

static Attempt
attempt (LbTransfer *t, GError **error)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GInputStream) stream = lb_transfer_send (t, &message, error);
  const char *type;
  Attempt end;

  if (stream == NULL)
    return ATTEMPT_AGAIN;
  type = soup_message_headers_get_content_type (soup_message_get_response_headers (message),
                                                NULL);
  if (soup_message_get_status (message) == SOUP_STATUS_OK ||
      (soup_message_get_status (message) == SOUP_STATUS_PARTIAL_CONTENT && t->offset > 0))
    {
      end = take_headers (t, message, error);
      if (end == ATTEMPT_DONE)
        end = read_body (t, stream, type, error);
    }
  else
    end = refuse_status (t, message, error);
  g_input_stream_close (stream, NULL, NULL);
  return end;
}

/* Whether what stopped an attempt may pass by itself. */
static gboolean
may_pass (const GError *error)
{
  if (error->domain == G_IO_ERROR)
    return error->code == G_IO_ERROR_CONNECTION_CLOSED ||
           error->code == G_IO_ERROR_PARTIAL_INPUT || error->code == G_IO_ERROR_BROKEN_PIPE ||
           error->code == G_IO_ERROR_FAILED || error->code == G_IO_ERROR_TIMED_OUT;
  return error->domain == LB_ERROR ? error->code == LB_ERROR_NETWORK : FALSE;
}

static void
wait_before (guint fruitless, GCancellable *cancellable)
{
  guint ms = 250u << MIN (fruitless, 4);

  for (guint i = 0; i < ms / 50 && !g_cancellable_is_cancelled (cancellable); i++)
    g_usleep (50 * 1000);
}

static gboolean
run_attempts (LbTransfer *t, GError **error)
{
  guint fruitless = 0;
  guint restarts = 0;

  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      GError *cause = NULL;
      guint64 before = t->offset;
      Attempt end = attempt (t, &cause);
      gboolean timed_out = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

      if (end == ATTEMPT_DONE)
        return TRUE;
      if (end == ATTEMPT_RESTART && restarts++ == 0)
        continue;
      if (end == ATTEMPT_RESTART)
        g_set_error (&cause, LB_ERROR, LB_ERROR_NETWORK, "\"%s\" answers ranges that don't fit",
                     t->host);
      fruitless = t->offset > before ? 0 : fruitless + 1;
      if (end != ATTEMPT_AGAIN || !may_pass (cause) || fruitless >= MAX_FRUITLESS ||
          (timed_out && fruitless > 0) || i + 1 == MAX_ATTEMPTS)
        {
          lb_net_translate (error, cause, t->host);
          return FALSE;
        }
      g_error_free (cause);
      wait_before (fruitless, t->cancellable);
    }
  return FALSE;
}

static gboolean
finish (LbTransfer *t, GError **error)
{
  if (!magic_fits (t) || (t->download->magic != NULL && t->offset < t->download->magic_bytes))
    return refuse_content (t, t->offset == 0 ? "nothing" : NULL, error);
  if (fsync (t->fd) != 0)
    return lb_error_set_errno (error, errno, "can't write \"%s\" to the disk",
                               t->download->part_path);
  unlink (t->state_path);
  tell (t, TRUE);
  return TRUE;
}

static gboolean
run (LbTransfer *t, GError **error)
{
  if (!load_state (t, error))
    return FALSE;
  if (t->total != 0 && t->offset == t->total)
    return finish (t, error);
  t->session = lb_net_session (error);
  return t->session != NULL && run_attempts (t, error) && finish (t, error);
}

gboolean
lb_download (const LbDownload *download, LbDownloadCallback callback, gpointer user_data,
             GCancellable *cancellable, GError **error)
{
  LbTransfer t = {
    .download = download, .callback = callback, .user_data = user_data, .cancellable = cancellable
  };
  g_autoptr (GMainContext) context = g_main_context_new ();
  gboolean done;

  g_return_val_if_fail (download->url != NULL && download->part_path != NULL, FALSE);
  if (!lb_net_url_check (download->url, error))
    return FALSE;
  t.fd = open (download->part_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (t.fd < 0)
    {
      int saved = errno;
      g_autofree char *shown = lb_text_escape (download->part_path);

      return lb_error_set_errno (error, saved, "can't write \"%s\"", shown);
    }
  t.state_path = g_strconcat (download->part_path, ".json", NULL);
  t.host = lb_net_host (download->url);
  t.chunk = g_malloc (CHUNK_BYTES);
  /* libsoup keeps to the thread's default context: one of our own makes this
   * call fit any thread. */
  g_main_context_push_thread_default (context);
  done = run (&t, error);
  g_clear_object (&t.session);
  g_main_context_pop_thread_default (context);
  close (t.fd);
  g_free (t.state_path);
  g_free (t.host);
  g_free (t.validator);
  g_free (t.chunk);
  return done;
}
