#include "bench/spoken.h"

#include <math.h>
#include <string.h>

#include "bench/grounded.h"
#include "bench/scoring.h"
#include "bench/validity.h"
#include "core/error.h"
#include "core/text.h"

/* How each score listens, and what becomes of what it heard. */
typedef struct {
  const char *name;
  const char *mode;
  const char *engine, *model; /* unless the settings name others; a model NULL: it takes none */
  json_t *(*scores) (const json_t *heard, const json_t *listener, const char *text,
                     GError **error);
} Row;

static json_t *score_wer (const json_t *heard, const json_t *listener, const char *text,
                          GError **error);
static json_t *score_mos (const json_t *heard, const json_t *listener, const char *text,
                          GError **error);

static const Row rows[] = {
  { "wer", "stt", "whisper.cpp", "base", score_wer },
  { "mos", "quality", "dnsmos", NULL, score_mos },
};

static const Row *
find_row (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

static const char *
engine_of (const Row *row, const json_t *asked)
{
  return lb_json_string (asked, "engine", row->engine);
}

/* Returns: (nullable): an engine that takes none has none */
static const char *
model_of (const Row *row, const json_t *asked, LbRegistry *registry)
{
  const LbManifest *manifest = lb_registry_find (registry, engine_of (row, asked), NULL, NULL);

  return manifest != NULL && manifest->variants != NULL
             ? lb_json_string (asked, "model", row->model)
             : NULL;
}

/* Radford et al. (2022): LibriSpeech test-clean, beam search, their normaliser. */
static char *
own_error (const char *model)
{
  static const struct {
    const char *name;
    double percent;
  } known[] = {
    { "tiny", 6.7 }, { "base", 4.9 }, { "small", 3.3 }, { "medium", 2.7 }, { "large-v2", 2.5 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_strcmp0 (known[i].name, model) == 0)
      return g_strdup_printf ("Whisper %s itself gets %.1f %% of the words of clean read English "
                              "wrong (LibriSpeech test-clean, Radford et al. 2022): what it "
                              "mishears counts here too",
                              model, known[i].percent);
  return g_strdup ("how many words it mishears by itself is not known here: they count too");
}

static json_t *
score_wer (const json_t *heard, const json_t *listener, const char *text, GError **error)
{
  json_t *scores = lb_scoring ("stt", heard, text, error);
  g_autofree char *own = own_error (lb_json_string (listener, "model", NULL));
  json_t *transcriber;

  if (scores == NULL)
    return NULL;
  transcriber = json_copy ((json_t *) listener);
  lb_json_set_string (transcriber, "text", lb_json_string (heard, "text", ""));
  lb_json_set_string (transcriber, "language", lb_json_string (heard, "language", NULL));
  lb_json_set_string (transcriber, "own_error", own);
  lb_json_set (scores, "transcriber", transcriber);
  return scores;
}

static json_t *
score_mos (const json_t *heard, const json_t *listener, const char *text, GError **error)
{
  static const char *const members[] = { "sig", "bak", "ovrl", "p808" };
  json_t *mos = json_copy ((json_t *) listener);

  lb_json_set_real (mos, "value", lb_json_real (heard, "ovrl", NAN));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    lb_json_set_real (mos, members[i], lb_json_real (heard, members[i], NAN));
  if (json_object_get (mos, "value") != NULL)
    return json_pack ("{s:o}", "mos", mos);
  json_decref (mos);
  g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE, "its answer has no \"ovrl\"");
  return NULL;
}

static gboolean
check_one (const LbPlan *plan, const json_t *asked, LbRegistry *registry, LbModels *models,
           GError **error)
{
  const char *name = lb_json_string (asked, "name", "");
  const Row *row = find_row (name);
  const LbManifest *manifest;
  const char *model;

  if (row == NULL)
    {
      g_autofree char *shown = lb_text_escape (name);

      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "there is no score \"%s\" of what was spoken: wer or mos", shown);
      return FALSE;
    }
  for (guint c = 0; c < plan->cases->len; c++)
    if (strcmp (lb_plan_case (plan, c)->mode, "tts") != 0)
      {
        g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                     "the score \"%s\" is of speech that comes out (tts), not of mode \"%s\"",
                     name, lb_plan_case (plan, c)->mode);
        return FALSE;
      }
  manifest = lb_registry_find (registry, engine_of (row, asked), row->mode, error);
  model = model_of (row, asked, registry);
  return manifest != NULL &&
         (model == NULL || lb_models_find (models, model, row->mode,
                                           (const char *const *) manifest->variants, error));
}

gboolean
lb_spoken_check (const LbPlan *plan, LbRegistry *registry, LbModels *models, GError **error)
{
  size_t index;
  json_t *asked;

  json_array_foreach (plan->settings.score, index, asked)
    if (strcmp (lb_json_string (asked, "name", ""), LB_GROUNDING) != 0 &&
        !check_one (plan, asked, registry, models, error))
      return FALSE;
  return TRUE;
}

static void
flag_not_scored (LbResult *result, const char *name, const GError *error)
{
  gboolean stopped = g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED);

  lb_result_add_flag (
      result, lb_flag_new ("not-scored",
                           stopped ? "run it again to its end: the other figures hold"
                                   : "do what it says and run again, or leave the score "
                                     "out: the other figures hold",
                           "%s: %s", name,
                           stopped ? "it was stopped before it had listened" : error->message));
}

/* The scores of one output, beside those it has. @scores: (transfer full) */
static void
add_scores (json_t *output, json_t *scores)
{
  if (json_object_get (output, "scores") == NULL)
    lb_json_set (output, "scores", json_object ());
  json_object_update (json_object_get (output, "scores"), scores);
  json_decref (scores);
}

static gboolean
score_all (const Row *row, const json_t *listener, const json_t *heard, LbResult *result,
           const char *text, GError **error)
{
  const json_t *outputs = json_object_get (lb_result_record (result), "outputs");
  size_t index;
  json_t *one;

  json_array_foreach ((json_t *) heard, index, one)
    {
      json_t *scores = row->scores (one, listener, text, error);

      if (scores == NULL)
        return FALSE;
      add_scores (json_array_get (outputs, index), scores);
    }
  return TRUE;
}

static gboolean
score_one (const LbListening *listening, LbResult *result, const json_t *asked, const char *text,
           const GPtrArray *sounds, GCancellable *cancellable, GError **error)
{
  const Row *row = find_row (lb_json_string (asked, "name", ""));
  const char *engine = engine_of (row, asked);
  const char *model = model_of (row, asked, listening->registry);
  g_autoptr (json_t) listener = json_object ();
  g_autofree char *version = NULL;
  g_autoptr (json_t) heard = lb_listen (listening, row->mode, engine, model, sounds, &version,
                                        cancellable, error);

  lb_json_set_string (listener, "engine", engine);
  lb_json_set_string (listener, "model", model);
  lb_json_set_string (listener, "version", version);
  return heard != NULL && score_all (row, listener, heard, result, text, error);
}

void
lb_spoken_score (const LbListening *listening, LbResult *result, const char *text,
                 const GPtrArray *sounds, GCancellable *cancellable)
{
  const json_t *model = json_object_get (lb_result_record (result), "model");
  gboolean synthetic = lb_json_boolean (model, "synthetic", FALSE);
  size_t index;
  json_t *asked;

  json_array_foreach (listening->settings->score, index, asked)
    {
      const char *name = lb_json_string (asked, "name", "");
      g_autoptr (GError) error = NULL;

      if (synthetic)
        g_set_error_literal (&error, LB_ERROR, LB_ERROR_USAGE,
                             "random weights say nothing that could be understood");
      if (synthetic || !score_one (listening, result, asked, text, sounds, cancellable, &error))
        flag_not_scored (result, name, error);
    }
}
