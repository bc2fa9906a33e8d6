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

void
lb_answers_clear (LbAnswers *answers)
{
  g_clear_pointer (&answers->outputs, json_decref);
  g_clear_pointer (&answers->version, g_free);
  g_clear_pointer (&answers->server, json_decref);
  g_clear_pointer (&answers->model, g_free);
}

static gboolean
answer_all (LbPlace *place, const LbPlan *plan, const LbSettings *settings, LbAnswers *answers,
            GCancellable *cancellable, GError **error)
{
  answers->outputs = json_array ();
  for (guint c = 0; c < plan->cases->len; c++)
    {
      g_auto (LbSessionRun) run = { 0 };

      if (!lb_place_run (place, lb_plan_case (plan, c), settings, 0, NULL, NULL, &run,
                         cancellable, error))
        return FALSE;
      json_array_append (answers->outputs, run.output);
    }
  return TRUE;
}

gboolean
lb_ask (const LbListening *listening, const char *mode, const char *engine, const char *model,
        const json_t *options, const char *const *texts, LbAnswers *answers,
        GCancellable *cancellable, GError **error)
{
  const LbManifest *manifest = lb_registry_find (listening->registry, engine, mode, error);
  g_autoptr (LbPlan) plan = lb_plan_new ();
  LbSettings settings = *listening->settings;
  LbPlace place = { 0 };
  gboolean fine;

  g_return_val_if_fail (texts[0] != NULL, FALSE);
  if (manifest == NULL)
    return FALSE;
  for (guint i = 0; texts[i] != NULL; i++)
    {
      LbCase *it = lb_plan_add_case (plan, mode, engine,
                                     manifest->variants != NULL ? model : NULL, "cpu");

      json_object_update (it->options, (json_t *) options);
      lb_case_add_text (it, "prompt", texts[i]);
    }
  settings.random_weights = FALSE;
  fine = open_place (listening, lb_plan_case (plan, 0), 0, &settings, &place, cancellable,
                     error) &&
         answer_all (&place, plan, &settings, answers, cancellable, error);
  if (fine)
    {
      lb_place_probe (&place, cancellable);
      answers->version = g_strdup (lb_session_version (place.session));
      answers->server = json_incref (json_object_get (place.loaded.info, "server"));
      answers->model = place.model != NULL ? g_strdup (place.model->id) : NULL;
    }
  lb_place_clear (&place);
  return fine;
}
