/* Requests of a session that have one answer: probe, load, unload, and room for sound. */
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "engine/session-private.h"

#define RESERVE_LIMIT_S 30.0
#define MAX_STEMS 64
#define MAX_OUTPUT_S 1e6

/* Waits for the answer of @type; progress on the way is passed over. */
static gboolean
await_type (LbCall *call, const char *type, LbMessage *message, GError **error)
{
  while (lb_call_next (call, message, error))
    {
      static const char *const others[] = { "first",  "done",     "output",   "hello", "probed",
                                            "loaded", "unloaded", "reserved", NULL };

      if (g_str_equal (message->type, type))
        return TRUE;
      if (g_strv_contains (others, message->type))
        return lb_call_refuse (call, error, "\"%s\" where \"%s\" was to come", message->type,
                               type);
    }
  return FALSE;
}

static gboolean
ask (LbSession *session, json_t *request, const char *doing, const char *type, double limit_s,
     LbMessage *message, GCancellable *cancellable, GError **error)
{
  g_autoptr (json_t) owned = request;
  LbCall call;
  gboolean fine;

  if (!lb_call_begin (&call, session, doing, limit_s, cancellable, error))
    return FALSE;
  fine = lb_call_request (&call, g_steal_pointer (&owned), error) &&
         await_type (&call, type, message, error);
  lb_call_end (&call);
  return fine;
}

static json_t *
new_request (const char *type)
{
  json_t *request = json_object ();

  lb_json_set_string (request, "type", type);
  return request;
}

json_t *
lb_session_probe (LbSession *session, double time_limit_s, GCancellable *cancellable,
                  GError **error)
{
  g_auto (LbMessage) message = { 0 };
  const char *version;

  if (!ask (session, new_request ("probe"), "probing", "probed", time_limit_s, &message,
            cancellable, error))
    return NULL;
  json_object_del (message.json, "type");
  json_object_del (message.json, "id");
  version = lb_json_string (message.json, "version", "");
  if (*session->version == '\0' && *version != '\0')
    {
      g_free (session->version);
      session->version = g_strdup (version);
    }
  return g_steal_pointer (&message.json);
}

void
lb_session_loaded_clear (LbSessionLoaded *loaded)
{
  g_free (loaded->backend);
  g_free (loaded->device);
  g_free (loaded->device_name);
  json_decref (loaded->options);
  json_decref (loaded->info);
  memset (loaded, 0, sizeof *loaded);
}

static gboolean
read_count (const json_t *json, const char *key, gint64 most, guint *value)
{
  gint64 given = lb_json_integer (json, key, 0);

  *value = (guint) CLAMP (given, 0, most);
  return given >= 0 && given <= most &&
         (json_object_get (json, key) == NULL || json_is_integer (json_object_get (json, key)));
}

static gboolean
read_loaded (const json_t *json, LbSessionLoaded *loaded)
{
  guint threads = 0, stems = 0;
  gboolean fine = read_count (json, "input_rate_hz", 10000000, &loaded->input_rate_hz) &&
                  read_count (json, "input_channels", 1024, &loaded->input_channels) &&
                  read_count (json, "output_rate_hz", 10000000, &loaded->output_rate_hz) &&
                  read_count (json, "output_channels", 1024, &loaded->output_channels) &&
                  read_count (json, "threads", 65536, &threads) &&
                  read_count (json, "output_stems", MAX_STEMS, &stems);
  json_t *options = json_object_get (json, "options");
  json_t *info = json_object_get (json, "info");

  loaded->threads = (int) threads;
  loaded->output_stems = MAX (1, stems);
  loaded->output_s = lb_json_real (json, "output_s", 0);
  loaded->backend = g_strdup (lb_json_string (json, "backend", ""));
  loaded->device = g_strdup (lb_json_string (json, "device", ""));
  loaded->device_name = g_strdup (lb_json_string (json, "device_name", ""));
  loaded->deterministic = lb_json_boolean (json, "deterministic", FALSE);
  loaded->parameters = (guint64) MAX (0, lb_json_integer (json, "parameters", 0));
  if (json_is_object (options))
    loaded->options = json_incref (options);
  if (json_is_object (info))
    loaded->info = json_incref (info);
  return fine && loaded->output_s >= 0 && loaded->output_s <= MAX_OUTPUT_S &&
         (loaded->input_rate_hz > 0) == (loaded->input_channels > 0) &&
         (loaded->output_rate_hz > 0) == (loaded->output_channels > 0);
}

gboolean
lb_session_load (LbSession *session, const json_t *request, double time_limit_s,
                 LbSessionLoaded *loaded, GCancellable *cancellable, GError **error)
{
  json_t *copy = json_copy ((json_t *) request);
  g_auto (LbMessage) message = { 0 };
  gint64 start_ns = lb_clock_now_ns ();
  g_auto (LbSessionLoaded) answer = { 0 };

  memset (loaded, 0, sizeof *loaded);
  lb_json_set_string (copy, "type", "load");
  if (!ask (session, copy, "loading", "loaded", time_limit_s, &message, cancellable, error))
    return FALSE;
  if (!read_loaded (message.json, &answer))
    {
      session->dead = TRUE;
      g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL,
                   "the engine \"%s\" broke the protocol while loading: impossible "
                   "rates, channels, lengths or threads",
                   session->engine);
      return FALSE;
    }
  answer.load_s = lb_clock_seconds (start_ns, message.stamp_ns);
  *loaded = answer;
  memset (&answer, 0, sizeof answer);
  return TRUE;
}

gboolean
lb_session_unload (LbSession *session, double time_limit_s, GCancellable *cancellable,
                   GError **error)
{
  g_auto (LbMessage) message = { 0 };

  return ask (session, new_request ("unload"), "unloading", "unloaded", time_limit_s, &message,
              cancellable, error);
}

/* ---- sound ---- */

gboolean
lb_session_reserve (LbSession *session, guint64 in_bytes, guint64 out_bytes,
                    GCancellable *cancellable, GError **error)
{
  LbBuffers *buffers = &session->buffers;
  gboolean files = in_bytes + out_bytes > session->pcm_memory_bytes;
  g_auto (LbMessage) message = { 0 };
  json_t *request;

  if (session->reserved || in_bytes + out_bytes < in_bytes)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_FAILED,
                           "room for sound is reserved once in a session");
      return FALSE;
    }
  if (!lb_buffers_reserve (buffers, in_bytes, out_bytes, files, error))
    {
      session->dead = TRUE;
      return FALSE;
    }
  session->reserved = TRUE;
  g_mutex_lock (&session->lock);
  session->pcm_bytes = in_bytes + out_bytes;
  g_mutex_unlock (&session->lock);
  request = new_request ("pcm");
  lb_json_set (request, "in",
               json_pack ("{s:i, s:I}", "fd", files ? LB_FD_IN_FILE : LB_FD_IN, "bytes",
                          (json_int_t) in_bytes));
  lb_json_set (request, "out",
               json_pack ("{s:i, s:I}", "fd", files ? LB_FD_OUT_FILE : LB_FD_OUT, "bytes",
                          (json_int_t) out_bytes));
  return ask (session, request, "mapping its buffers", "reserved", RESERVE_LIMIT_S, &message,
              cancellable, error);
}

gboolean
lb_session_put (LbSession *session, guint64 offset_bytes, const float *samples, gsize n_samples,
                GError **error)
{
  return lb_buffers_put (&session->buffers, offset_bytes, samples, n_samples, error);
}

gboolean
lb_session_get (LbSession *session, guint64 offset_bytes, float *samples, gsize n_samples,
                GError **error)
{
  return lb_buffers_get (&session->buffers, offset_bytes, samples, n_samples, error);
}
