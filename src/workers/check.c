/* The smallest real case of an engine: does it start, load and run here? */
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "engine/session.h"
#include "workers/private.h"

#define SECONDS 1
#define OUT_BYTES (64 * 1024 * 1024)
#define LOAD_LIMIT_S 600.0
#define RUN_LIMIT_S 600.0
#define WORDS "One, two, three."

/* Noise at -80 dB: no speech, in which a model would look for words at length, and no zeros, by
 * which it might divide. */
static gboolean
put_sound (LbSession *session, guint rate_hz, guint channels, GError **error)
{
  guint frames = SECONDS * rate_hz;
  g_autofree float *samples = g_new (float, (gsize) frames *channels);
  guint32 state = 1;

  for (guint i = 0; i < frames * channels; i++)
    {
      state = state * 1664525 + 1013904223; /* Numerical Recipes' generator: the same for all */
      samples[i] = (float) (1e-4 * ((double) state / G_MAXUINT32 - 0.5));
    }
  return lb_session_put (session, 0, samples, (gsize) frames * channels, error);
}

/* Each input that the engine can't do without. */
static json_t *
make_inputs (const LbManifest *manifest, const LbSessionLoaded *loaded)
{
  json_t *inputs = json_array (), *input;
  size_t i;

  json_array_foreach (json_object_get (manifest->json, "inputs"), i, input)
    {
      const char *role = lb_json_string (input, "role", "");

      if (i > 0 && lb_json_boolean (input, "optional", FALSE))
        continue;
      if (strcmp (lb_json_string (input, "kind", ""), "text") == 0)
        json_array_append_new (inputs, json_pack ("{s:s, s:s}", "role", role, "text", WORDS));
      else
        json_array_append_new (inputs,
                               json_pack ("{s:s, s:i, s:i, s:i, s:i}", "role", role, "offset", 0,
                                          "frames", SECONDS * (int) loaded->input_rate_hz, "rate",
                                          (int) loaded->input_rate_hz, "channels",
                                          (int) loaded->input_channels));
    }
  return inputs;
}

static gboolean
run (LbSession *session, const LbManifest *manifest, const LbSessionLoaded *loaded,
     json_t *report, GCancellable *cancellable, GError **error)
{
  guint64 in_bytes = (guint64) SECONDS * loaded->input_rate_hz * loaded->input_channels * 4;
  guint64 out_bytes = loaded->output_rate_hz > 0 ? OUT_BYTES : 0;
  g_autoptr (json_t) request = json_pack ("{s:o, s:i, s:i}", "inputs",
                                          make_inputs (manifest, loaded), "seed", 0, "index", 0);
  g_auto (LbSessionRun) result = { 0 };

  if (!lb_session_reserve (session, in_bytes, out_bytes, cancellable, error) ||
      (in_bytes > 0 &&
       !put_sound (session, loaded->input_rate_hz, loaded->input_channels, error)) ||
      !lb_session_run (session, request, RUN_LIMIT_S, NULL, NULL, &result, cancellable, error))
    return FALSE;
  lb_json_set_real (report, "run_s", lb_clock_seconds (result.t0_ns, result.t1_ns));
  lb_json_set (report, "output", json_incref (result.output));
  return TRUE;
}

static gboolean
load_and_run (LbSession *session, const LbManifest *manifest, const char *device,
              const char *model_path, json_t *report, GCancellable *cancellable, GError **error)
{
  g_autoptr (json_t)
      request = json_pack ("{s:s, s:s, s:i, s:i, s:{}}", "mode", manifest->modes[0], "device",
                           device != NULL ? device : "auto", "threads", 1, "seed", 0, "options");
  g_auto (LbSessionLoaded) loaded = { 0 };

  lb_json_set_string (request, "model_path", model_path);
  if (!lb_session_load (session, request, LOAD_LIMIT_S, &loaded, cancellable, error))
    return FALSE;
  lb_json_set_real (report, "load_s", loaded.load_s);
  lb_json_set_string (report, "device", loaded.device);
  lb_json_set_integer (report, "threads", loaded.threads);
  return run (session, manifest, &loaded, report, cancellable, error) &&
         lb_session_unload (session, LOAD_LIMIT_S, cancellable, error);
}

json_t *
lb_workers_check (const LbManifest *manifest, const char *device, const char *model_path,
                  GCancellable *cancellable, GError **error)
{
  const LbSessionSettings settings = { .device = device };
  g_autoptr (json_t) report = json_object ();
  gint64 start_ns = lb_clock_now_ns ();
  g_autoptr (LbSession) session = lb_session_start (manifest, &settings, cancellable, error);
  g_autoptr (json_t) probed = NULL;

  if (session == NULL)
    return NULL;
  lb_json_set_string (report, "engine", manifest->id);
  lb_json_set_string (report, "mode", manifest->modes[0]);
  lb_json_set_real (report, "start_s", lb_clock_seconds (start_ns, lb_clock_now_ns ()));
  probed = lb_session_probe (session, LOAD_LIMIT_S, cancellable, error);
  if (probed == NULL)
    return NULL;
  lb_json_set_string (report, "version", lb_session_version (session));
  if ((manifest->variants == NULL || model_path != NULL) &&
      !load_and_run (session, manifest, device, model_path, report, cancellable, error))
    return NULL;
  return g_steal_pointer (&report);
}
