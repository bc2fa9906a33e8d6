#include "bench/listener.h"

#include "bench/place.h"
#include "bench/prompt.h"
#include "core/error.h"
#include "decode/decode.h"

static double
longest_s (const GPtrArray *sounds)
{
  double longest = 0;

  for (guint i = 0; i < sounds->len; i++)
    longest = MAX (longest, lb_pcm_duration_s (g_ptr_array_index (sounds, i)));
  return longest;
}

static gboolean
find (const LbListening *listening, const LbCase *it, LbPlace *place, GError **error)
{
  place->manifest = lb_registry_find (listening->registry, it->engine, it->mode, error);
  if (place->manifest == NULL || it->model == NULL)
    return place->manifest != NULL;
  place->model = lb_models_find (listening->models, it->model, it->mode,
                                 (const char *const *) place->manifest->variants, error);
  if (place->model != NULL)
    place->model_path = lb_models_locate (listening->models, place->model, error);
  return place->model_path != NULL;
}

static gboolean
open_place (const LbListening *listening, const LbCase *it, double seconds,
            const LbSettings *settings, LbPlace *place, GCancellable *cancellable, GError **error)
{
  LbRoom room = { .in_s = seconds, .in_count = 1 };

  return find (listening, it, place, error) &&
         lb_place_start (place, it->device, settings, cancellable, error) &&
         lb_place_load (place, it, settings, listening->threads, cancellable, error) &&
         lb_place_reserve (place, &room, cancellable, error);
}

static gboolean
hear (LbPlace *place, const LbCase *it, const LbSettings *settings, const LbPcm *pcm,
      json_t *outputs, GCancellable *cancellable, GError **error)
{
  g_auto (LbSessionRun) run = { 0 };

  if (!lb_place_put_pcm (place, pcm, error) ||
      !lb_place_run (place, it, settings, lb_pcm_duration_s (pcm), NULL, NULL, &run, cancellable,
                     error))
    return FALSE;
  json_array_append (outputs, run.output);
  return TRUE;
}

static json_t *
hear_all (LbPlace *place, const LbCase *it, const LbSettings *settings,
          const LbListener *listener, GCancellable *cancellable, GError **error)
{
  const LbDecodeRange range = { 0, LB_LISTEN_FILE_MOST_S, settings->pcm_memory_bytes };
  g_autoptr (json_t) outputs = json_array ();

  for (guint i = 0; i < listener->sounds->len; i++)
    if (!hear (place, it, settings, g_ptr_array_index (listener->sounds, i), outputs, cancellable,
               error))
      return NULL;
  for (guint i = 0; listener->files != NULL && i < listener->files->len; i++)
    {
      g_autoptr (LbPcm) pcm = lb_decode (g_ptr_array_index (listener->files, i), &range, NULL,
                                         NULL, cancellable, error);

      if (pcm == NULL || !hear (place, it, settings, pcm, outputs, cancellable, error))
        return NULL;
    }
  return g_steal_pointer (&outputs);
}

json_t *
lb_listen (const LbListening *listening, const LbListener *listener, char **version,
           GCancellable *cancellable, GError **error)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  LbCase *it = lb_plan_add_case (plan, listener->mode, listener->engine, listener->model, "cpu");
  LbSettings settings = *listening->settings;
  double seconds = longest_s (listener->sounds);
  LbPlace place = { 0 };
  json_t *outputs = NULL;

  settings.random_weights = FALSE;
  lb_case_add_file (it, "audio", "what came out"); /* its name: the sound is put by itself */
  if (listener->text != NULL)
    lb_case_add_text (it, LB_PROMPT_ROLE, listener->text);
  if (listener->files != NULL)
    seconds = MAX (seconds, LB_LISTEN_FILE_MOST_S);
  *version = NULL;
  if (open_place (listening, it, seconds, &settings, &place, cancellable, error))
    {
      outputs = hear_all (&place, it, &settings, listener, cancellable, error);
      lb_place_probe (&place, cancellable); /* some engines know their version only now */
      *version = g_strdup (lb_session_version (place.session));
    }
  lb_place_clear (&place);
  return outputs;
}
