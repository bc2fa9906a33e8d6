#include "bench/place.h"

#include <math.h>
#include <string.h>

#include "audio/resample.h"
#include "core/error.h"
#include "machine/machine.h"

#define LIMIT_S 600.0
#define PROBE_LIMIT_S 60.0
#define LIMIT_PER_SECOND 20.0
#define PUT_FRAMES 65536
#define PAGE 4096
#define SLACK_FRAMES 65536 /* a header's duration may be a little short */

void
lb_place_stop (LbPlace *place)
{
  g_clear_pointer (&place->session, lb_session_stop);
  lb_session_loaded_clear (&place->loaded);
  g_clear_pointer (&place->record, json_decref);
  g_clear_pointer (&place->libraries, json_decref);
  place->put = NULL;
  place->runs = 0;
}

void
lb_place_clear (LbPlace *place)
{
  lb_place_stop (place);
  g_clear_pointer (&place->model_path, g_free);
  g_clear_error (&place->failure);
}

gboolean
lb_place_start (LbPlace *place, const char *device, const LbSettings *settings,
                GCancellable *cancellable, GError **error)
{
  LbSessionSettings of_session = { settings->memory_limit_bytes, settings->pcm_memory_bytes,
                                   device };

  if (of_session.memory_limit_bytes == 0)
    of_session.memory_limit_bytes = lb_machine_memory_available_bytes () / 10 * 9;
  place->session = lb_session_start (place->manifest, &of_session, cancellable, error);
  place->life++;
  place->resample_s = NAN;
  return place->session != NULL;
}

/* Returns: (transfer full) (nullable): what the catalogue knows, for engines that make weights */
static json_t *
tell_model (const LbModel *model)
{
  json_t *told;
  json_t *architecture;

  if (model == NULL)
    return NULL;
  told = json_object ();
  architecture = json_object_get (model->json, "architecture");
  lb_json_set_string (told, "id", model->id);
  lb_json_set_string (told, "name", model->name);
  lb_json_set_string (told, "variant", model->variant);
  lb_json_set_string (told, "family", model->family);
  if (model->parameters > 0)
    lb_json_set_integer (told, "parameters", (gint64) model->parameters);
  lb_json_set (told, "architecture", json_deep_copy (architecture));
  return told;
}

static json_t *
load_request (const LbPlace *place, const LbCase *it, const LbSettings *settings, int threads)
{
  json_t *request = json_object ();

  lb_json_set_string (request, "mode", it->mode);
  lb_json_set_path (request, "model_path", place->model_path);
  lb_json_set (request, "model", tell_model (place->model));
  lb_json_set_string (request, "device", it->device);
  lb_json_set_integer (request, "threads", threads);
  lb_json_set_integer (request, "seed", settings->seed);
  if (settings->random_weights)
    lb_json_set_boolean (request, "random_weights", TRUE);
  lb_json_set (request, "options", json_deep_copy (it->options));
  if (settings->allow_network)
    lb_json_set_boolean (request, "allow_network", TRUE);
  return request;
}

static double
limit_of_load (const LbSettings *settings)
{
  return settings->time_limit_s > 0 ? settings->time_limit_s : LIMIT_S;
}

gboolean
lb_place_load (LbPlace *place, const LbCase *it, const LbSettings *settings, int threads,
               GCancellable *cancellable, GError **error)
{
  g_autoptr (json_t) request = load_request (place, it, settings, threads);
  gboolean cold = place->model_path == NULL || lb_models_drop_cache (place->model_path);

  lb_session_loaded_clear (&place->loaded);
  memset (&place->loaded, 0, sizeof place->loaded);
  if (!lb_session_load (place->session, request, limit_of_load (settings), &place->loaded,
                        cancellable, error))
    return FALSE;
  g_clear_pointer (&place->record, json_decref);
  place->record = json_object ();
  lb_json_set_real (place->record, "load_s", place->loaded.load_s);
  if (place->model_path != NULL)
    lb_json_set_string (place->record, "load_cache", cold ? "cold" : "unknown");
  lb_json_set_string (place->record, "backend", place->loaded.backend);
  lb_json_set_string (place->record, "device", place->loaded.device);
  if (place->loaded.threads > 0)
    lb_json_set_integer (place->record, "threads", place->loaded.threads);
  lb_json_set (place->record, "environment",
               json_deep_copy (lb_session_environment (place->session)));
  return TRUE;
}

gboolean
lb_place_reload (LbPlace *place, const LbCase *it, const LbSettings *settings, int threads,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (json_t) request = load_request (place, it, settings, threads);
  double limit_s = limit_of_load (settings);

  lb_session_loaded_clear (&place->loaded);
  memset (&place->loaded, 0, sizeof place->loaded);
  if (!lb_session_unload (place->session, limit_s, cancellable, error) ||
      !lb_session_load (place->session, request, limit_s, &place->loaded, cancellable, error))
    return FALSE;
  lb_json_set_real (place->record, "warm_load_s", place->loaded.load_s);
  return TRUE;
}

void
lb_place_probe (LbPlace *place, GCancellable *cancellable)
{
  g_autoptr (json_t) answer = NULL;

  if (place->libraries != NULL)
    return;
  answer = lb_session_probe (place->session, PROBE_LIMIT_S, cancellable, NULL);
  place->libraries = json_incref (json_object_get (answer, "libraries"));
  if (place->libraries == NULL)
    place->libraries = json_object ();
}

/* Bytes of @count sounds, @seconds together, of f32, each in whole pages. */
static guint64
bytes_for (double seconds, guint count, guint rate_hz, guint channels)
{
  guint64 frames = (guint64) ceil (seconds * rate_hz) + (guint64) count * SLACK_FRAMES;

  return rate_hz == 0 ? 0 : (frames * channels * sizeof (float) + PAGE - 1) / PAGE * PAGE;
}

gboolean
lb_place_reserve (LbPlace *place, const LbRoom *room, GCancellable *cancellable, GError **error)
{
  const LbSessionLoaded *loaded = &place->loaded;
  double out_s = loaded->output_s > 0 ? loaded->output_s : room->out_s;

  return lb_session_reserve (place->session,
                             bytes_for (room->in_s, MAX (1, room->in_count),
                                        loaded->input_rate_hz, loaded->input_channels),
                             bytes_for (out_s * loaded->output_stems, loaded->output_stems,
                                        loaded->output_rate_hz, loaded->output_channels),
                             cancellable, error);
}

static gboolean
copy_in (LbSession *session, guint64 offset_bytes, const LbPcm *pcm, GError **error)
{
  guint channels = lb_pcm_channels (pcm);
  guint64 frames = lb_pcm_frames (pcm);
  g_autofree float *chunk = g_new (float, (gsize) PUT_FRAMES *channels);

  for (guint64 at = 0; at < frames; at += PUT_FRAMES)
    {
      gsize n = (gsize) MIN (PUT_FRAMES, frames - at);

      if (!lb_pcm_read (pcm, at, chunk, n, error) ||
          !lb_session_put (session, offset_bytes + at * channels * sizeof (float), chunk,
                           n * channels, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lb_place_put (LbPlace *place, const LbCase *it, LbInputs *inputs, LbInputs *more, GError **error)
{
  guint rate_hz = place->loaded.input_rate_hz, channels = place->loaded.input_channels;
  guint64 offset = 0;
  double resample_s = NAN;

  if (place->put == it || rate_hz == 0)
    return TRUE;
  place->put = NULL;
  for (guint i = 0; i < it->inputs->len; i++)
    {
      const LbPlanInput *input = g_ptr_array_index (it->inputs, i);
      double one_s;
      LbPcm *pcm;

      if (input->path == NULL)
        continue;
      pcm = lb_inputs_pcm (i == 0 ? inputs : more, input->path, rate_hz, channels, &one_s, error);
      if (pcm == NULL || !copy_in (place->session, offset, pcm, error))
        return FALSE;
      resample_s = isnan (resample_s) ? one_s : resample_s + one_s;
      place->placed[i] = (LbPlaced){ offset, lb_pcm_frames (pcm) };
      offset += (lb_pcm_frames (pcm) * channels * sizeof (float) + PAGE - 1) / PAGE * PAGE;
    }
  place->resample_s = resample_s;
  place->put = it;
  return TRUE;
}

gboolean
lb_place_put_pcm (LbPlace *place, const LbPcm *pcm, GError **error)
{
  guint rate_hz = place->loaded.input_rate_hz, channels = place->loaded.input_channels;
  g_autoptr (LbPcm) resampled = NULL;

  if (rate_hz == 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_ENGINE, "the engine \"%s\" takes no sound",
                   place->manifest->id);
      return FALSE;
    }
  place->put = NULL;
  resampled = lb_resample (pcm, rate_hz, channels, 0, error);
  if (resampled == NULL || !copy_in (place->session, 0, resampled, error))
    return FALSE;
  place->placed[0] = (LbPlaced){ 0, lb_pcm_frames (resampled) };
  return TRUE;
}

static json_t *
run_request (const LbPlace *place, const LbCase *it, const LbSettings *settings)
{
  json_t *request = json_object ();
  json_t *inputs = json_array ();

  for (guint i = 0; i < it->inputs->len; i++)
    {
      const LbPlanInput *input = g_ptr_array_index (it->inputs, i);
      json_t *one = json_object ();

      lb_json_set_string (one, "role", input->role);
      lb_json_set_string (one, "text", input->text);
      if (input->path != NULL)
        {
          lb_json_set_integer (one, "offset", (gint64) place->placed[i].offset_bytes);
          lb_json_set_integer (one, "frames", (gint64) place->placed[i].frames);
          lb_json_set_integer (one, "rate", place->loaded.input_rate_hz);
          lb_json_set_integer (one, "channels", place->loaded.input_channels);
        }
      json_array_append_new (inputs, one);
    }
  lb_json_set (request, "inputs", inputs);
  lb_json_set_integer (request, "seed", settings->seed);
  lb_json_set_integer (request, "index", place->runs);
  return request;
}

gboolean
lb_place_run (LbPlace *place, const LbCase *it, const LbSettings *settings, double duration_s,
              LbSessionProgress progress, gpointer user_data, LbSessionRun *run,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (json_t) request = run_request (place, it, settings);
  double limit_s = settings->time_limit_s > 0 ? settings->time_limit_s
                                              : LIMIT_S + LIMIT_PER_SECOND * duration_s;

  place->runs++;
  return lb_session_run (place->session, request, limit_s, progress, user_data, run, cancellable,
                         error);
}

json_t *
lb_place_describe_model (const LbPlace *place)
{
  json_t *model;

  if (place->model == NULL)
    return place->random_weights ? json_pack ("{s:b}", "synthetic", TRUE) : NULL;
  model = json_object ();
  lb_json_set_string (model, "id", place->model->id);
  lb_json_set_string (model, "variant", place->model->variant);
  lb_json_set_path (model, "path", place->model_path);
  if (place->model->parameters > 0)
    lb_json_set_integer (model, "parameters", (gint64) place->model->parameters);
  lb_json_set_string (model, "licence", place->model->licence);
  if (place->random_weights)
    lb_json_set_boolean (model, "synthetic", TRUE);
  return model;
}
