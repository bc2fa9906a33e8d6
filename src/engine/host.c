#include "engine/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "engine/host-load.h"
#include "engine/module.h"
#include "engine/protocol.h"
#include "engine/sink.h"

#define MAX_REQUESTS_WAITING 16
#define MAX_INPUTS 16

typedef struct {
  const LbManifest *manifest;
  const LbEngineHooks *hooks;
  LbSink *sink;
  GAsyncQueue *requests; /* of json_t */
  gpointer state;
  gboolean loaded;
  LbLoadAnswer answer;
  char *mode;
  const char *in;
  gsize in_bytes;
} Host;

static json_t *
new_answer (const char *type, gint64 id)
{
  json_t *message = json_object ();

  lb_json_set_string (message, "type", type);
  lb_json_set_integer (message, "id", id);
  return message;
}

static void
send_error (Host *host, gint64 id, const GError *error)
{
  json_t *message = new_answer ("error", id);

  lb_json_set_string (message, "kind", error != NULL ? lb_error_kind (error) : "engine");
  lb_json_set_string (message, "message",
                      error != NULL ? error->message : "it failed and did not say why");
  lb_sink_send (host->sink, message);
}

int
lb_host_refuse (const GError *error)
{
  g_autoptr (LbSink) sink = lb_sink_new ();
  Host host = { .sink = sink };

  send_error (&host, 0, error);
  return EXIT_FAILURE;
}

/* ---- the thread that reads ---- */

static void
receive (LbLine *owned, gpointer user_data)
{
  Host *host = user_data;
  g_autoptr (LbLine) line = owned;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) message = lb_protocol_parse (line, NULL, &error);

  if (message == NULL || g_async_queue_length (host->requests) > MAX_REQUESTS_WAITING)
    {
      fprintf (stderr, "llamaburn-engine: %s\n",
               message == NULL ? error->message : "too many requests wait");
      _exit (EXIT_FAILURE);
    }
  if (g_str_equal (lb_json_string (message, "type", ""), "cancel"))
    lb_sink_cancel (host->sink, lb_json_integer (message, "id", -1));
  else
    g_async_queue_push (host->requests, g_steal_pointer (&message));
}

static gpointer
read_requests (gpointer user_data)
{
  Host *host = user_data;
  LbLineCutter cutter;
  char buffer[16 * 1024];
  gssize n;

  lb_line_cutter_init (&cutter, LB_JSON_MAX_LINE_BYTES);
  while ((n = read (LB_FD_REQUESTS, buffer, sizeof buffer)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 || !lb_line_cutter_feed (&cutter, buffer, (gsize) n, lb_clock_now_ns (), receive,
                                         host, NULL))
        break;
    }
  lb_line_cutter_clear (&cutter);
  /* The parent closed its end: as good as bye. A run in progress is to stop. */
  lb_sink_cancel (host->sink, -1);
  g_async_queue_push (host->requests, new_answer ("bye", 0));
  return NULL;
}

/* ---- requests ---- */

static void
serve_probe (Host *host, gint64 id)
{
  LbProbeAnswer answer = { 0 };
  g_autoptr (GError) error = NULL;
  json_t *message;

  if (host->hooks->probe != NULL && !host->hooks->probe (&answer, &error))
    {
      json_decref (answer.devices);
      json_decref (answer.libraries);
      send_error (host, id, error);
      return;
    }
  answer.version[sizeof answer.version - 1] = '\0';
  if (*answer.version == '\0' && host->hooks->version != NULL)
    g_strlcpy (answer.version, host->hooks->version (), sizeof answer.version);
  message = new_answer ("probed", id);
  lb_json_set_string (message, "version", answer.version);
  lb_json_set (message, "devices", answer.devices != NULL ? answer.devices : json_array ());
  lb_json_set (message, "libraries", answer.libraries);
  lb_sink_send (host->sink, message);
}

static gboolean
check_load (Host *host, const LbLoadRequest *request, GError **error)
{
  const char *const *modes = (const char *const *) host->manifest->modes;

  if (host->loaded)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                         "a model is loaded already: unload comes first");
  else if (request->mode == NULL || !g_strv_contains (modes, request->mode))
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "the engine \"%s\" doesn't do the mode of the request", host->manifest->id);
  else if (request->threads < 1 || request->threads > 65536)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "\"threads\" must be from 1 to 65536, not %d",
                 request->threads);
  else
    return TRUE;
  return FALSE;
}

static void
forget (Host *host)
{
  json_decref (host->answer.info);
  memset (&host->answer, 0, sizeof host->answer);
  g_clear_pointer (&host->state, g_free);
  g_clear_pointer (&host->mode, g_free);
  host->loaded = FALSE;
}

static void
send_loaded (Host *host, gint64 id, const json_t *options)
{
  json_t *message = new_answer ("loaded", id);

  lb_load_describe (&host->answer, options, message);
  lb_sink_send (host->sink, message);
}

static void
serve_load (Host *host, gint64 id, const json_t *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) options = NULL;
  g_autofree char *path = NULL;
  LbLoadRequest request;

  lb_load_read (message, &request, &path);
  options = lb_load_options (host->manifest, json_object_get (message, "options"), &error);
  if (options == NULL || !check_load (host, &request, &error))
    {
      send_error (host, id, error);
      return;
    }
  request.options = options;
  host->state = g_malloc0 (MAX (1, host->hooks->state_size));
  lb_sink_begin (host->sink, id, FALSE);
  host->loaded = host->hooks->load (host->state, &request, &host->answer, host->sink, &error);
  lb_sink_end (host->sink);
  if (!host->loaded)
    {
      forget (host);
      send_error (host, id, error);
      return;
    }
  host->mode = g_strdup (request.mode);
  lb_sink_set_format (host->sink, host->answer.output_rate_hz, host->answer.output_channels);
  send_loaded (host, id, options);
}

static void
unload (Host *host)
{
  if (host->loaded && host->hooks->unload != NULL)
    host->hooks->unload (host->state);
  forget (host);
}

static void
serve_unload (Host *host, gint64 id)
{
  unload (host);
  lb_sink_send (host->sink, new_answer ("unloaded", id));
}

static void *
map (const json_t *part, int protection, gsize *bytes, GError **error)
{
  gint64 fd = lb_json_integer (part, "fd", -1);
  gint64 wanted = lb_json_integer (part, "bytes", -1);
  struct stat status;
  void *address;

  *bytes = 0;
  if (wanted == 0)
    return NULL;
  if (fd < LB_FD_IN || fd > LB_FD_OUT_FILE || wanted < 0 || fstat ((int) fd, &status) != 0 ||
      status.st_size < wanted)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_PROTOCOL,
                           "a \"pcm\" request names no buffer of its size");
      return NULL;
    }
  address = mmap (NULL, (gsize) wanted, protection, MAP_SHARED, (int) fd, 0);
  if (address == MAP_FAILED)
    {
      lb_error_set_errno (error, errno, "can't map %" G_GINT64_FORMAT " bytes of sound", wanted);
      return NULL;
    }
  *bytes = (gsize) wanted;
  return address;
}

static void
serve_pcm (Host *host, gint64 id, const json_t *message)
{
  g_autoptr (GError) error = NULL;
  gsize out_bytes = 0;
  void *out = NULL;

  if (host->in_bytes == 0)
    host->in = map (json_object_get (message, "in"), PROT_READ, &host->in_bytes, &error);
  if (error == NULL)
    out = map (json_object_get (message, "out"), PROT_READ | PROT_WRITE, &out_bytes, &error);
  if (error != NULL)
    {
      send_error (host, id, error);
      return;
    }
  lb_sink_set_out (host->sink, out, out_bytes);
  lb_sink_send (host->sink, new_answer ("reserved", id));
}

static gboolean
read_input (const Host *host, const json_t *json, LbEngineInput *input, GError **error)
{
  gint64 offset = lb_json_integer (json, "offset", -1);
  gint64 frames = lb_json_integer (json, "frames", -1);
  gint64 channels = lb_json_integer (json, "channels", -1);
  gint64 rate = lb_json_integer (json, "rate", -1);

  *input = (LbEngineInput){ .role = lb_json_string (json, "role", NULL),
                            .text = lb_json_string (json, "text", NULL) };
  if (input->role != NULL && input->text != NULL)
    return TRUE;
  if (input->role == NULL || offset < 0 || offset % (gint64) sizeof (float) != 0 || frames < 0 ||
      channels < 1 || channels > 1024 || rate < 1 || rate > G_MAXINT32 ||
      (guint64) offset > host->in_bytes ||
      (guint64) frames >
          (host->in_bytes - (guint64) offset) / sizeof (float) / (guint64) channels)
    {
      g_set_error_literal (
          error, LB_ERROR, LB_ERROR_PROTOCOL,
          "an input of a \"run\" request is neither text nor sound inside \"in\"");
      return FALSE;
    }
  input->samples = (const float *) (host->in + offset);
  input->frames = (gsize) frames;
  input->channels = (guint) channels;
  input->rate_hz = (guint) rate;
  return TRUE;
}

static gboolean
read_inputs (const Host *host, const json_t *list, LbEngineInput *inputs, GError **error)
{
  size_t i;
  json_t *item;

  if (!host->loaded || json_array_size (list) > MAX_INPUTS)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_PROTOCOL,
                           host->loaded ? "more than 16 inputs"
                                        : "a \"run\" request before \"load\"");
      return FALSE;
    }
  json_array_foreach (list, i, item)
    if (!read_input (host, item, &inputs[i], error))
      return FALSE;
  return TRUE;
}

static void
send_output (Host *host, gint64 id, json_t *output, gint64 start_ns, gint64 done_ns)
{
  json_t *message = new_answer ("output", id);
  json_t *pcm = lb_sink_take_pcm (host->sink);

  if (output == NULL)
    output = json_object ();
  if (json_object_get (output, "engine_s") == NULL)
    lb_json_set_real (output, "engine_s", lb_clock_seconds (start_ns, done_ns));
  lb_json_set (output, "pcm", pcm);
  lb_json_set (message, "output", output);
  lb_sink_send (host->sink, message);
}

static void
serve_run (Host *host, gint64 id, const json_t *message)
{
  const json_t *list = json_object_get (message, "inputs");
  LbEngineInput inputs[MAX_INPUTS];
  LbRunRequest request = { .inputs = inputs,
                           .n_inputs = (guint) json_array_size (list),
                           .seed = lb_json_integer (message, "seed", 0),
                           .index = (guint) CLAMP (lb_json_integer (message, "index", 0), 0,
                                                   G_MAXINT32) };
  g_autoptr (GError) error = NULL;
  json_t *output = NULL;
  gint64 start_ns, done_ns;
  gboolean fine;

  if (!read_inputs (host, list, inputs, &error))
    {
      send_error (host, id, error);
      return;
    }
  lb_sink_begin (host->sink, id, TRUE);
  start_ns = lb_clock_now_ns ();
  fine = host->hooks->run (host->state, &request, host->sink, &output, &error);
  if (fine)
    lb_sink_done (host->sink);
  done_ns = lb_sink_end (host->sink);
  if (lb_sink_is_silent (host->sink))
    json_decref (output);
  else if (fine)
    send_output (host, id, output, start_ns, done_ns);
  else
    {
      json_decref (output);
      send_error (host, id, error);
    }
}

/* Returns: whether to go on. */
static gboolean
serve (Host *host, const json_t *message)
{
  const char *type = lb_json_string (message, "type", "");
  gint64 id = lb_json_integer (message, "id", 0);

  if (g_str_equal (type, "run"))
    serve_run (host, id, message);
  else if (g_str_equal (type, "load"))
    serve_load (host, id, message);
  else if (g_str_equal (type, "unload"))
    serve_unload (host, id);
  else if (g_str_equal (type, "pcm"))
    serve_pcm (host, id, message);
  else if (g_str_equal (type, "probe"))
    serve_probe (host, id);
  return !g_str_equal (type, "bye");
}

/* ---- start ---- */

static gboolean
await_hello (Host *host, GError **error)
{
  g_autoptr (json_t) message = g_async_queue_pop (host->requests);

  return lb_protocol_check_hello (message, error);
}

int
lb_host_serve (const LbManifest *manifest, const char *module)
{
  Host *host = g_new0 (Host, 1); /* never freed: the thread that reads outlives this function */
  g_autoptr (GError) error = NULL;
  const char *version = "";
  gboolean more = TRUE;

  host->manifest = manifest;
  host->sink = lb_sink_new ();
  host->requests = g_async_queue_new ();
  for (int fd = LB_FD_FIRST; fd < LB_FD_DEATH;
       fd++) /* the death pipe stays open in children too */
    fcntl (fd, F_SETFD, FD_CLOEXEC);
  g_thread_unref (g_thread_new ("requests", read_requests, host));
  host->hooks = lb_module_open (manifest, module, &error);
  if (host->hooks == NULL || !await_hello (host, &error))
    {
      send_error (host, 0, error);
      return EXIT_FAILURE;
    }
  if (host->hooks->version != NULL)
    version = host->hooks->version ();
  lb_sink_send (host->sink, lb_protocol_hello (manifest->id, version));
  while (more)
    {
      g_autoptr (json_t) message = g_async_queue_pop (host->requests);

      more = serve (host, message);
    }
  unload (host);
  fflush (NULL);
  return EXIT_SUCCESS;
}
