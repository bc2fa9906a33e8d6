#include "bench/spoken.h"

#include <math.h>
#include <string.h>

#include "bench/embedding.h"
#include "bench/grounded.h"
#include "bench/scoring.h"
#include "bench/validity.h"
#include "core/error.h"
#include "core/text.h"

/* How each score listens, and what becomes of what it heard. */
typedef struct {
  const char *name;
  const char *of; /* the mode that it is a score of */
  const char *mode;
  const char *engine, *model; /* unless the settings name others; a model NULL: it takes none */
  gboolean with_text, with_references;
  json_t *(*scores) (const json_t *heard, const LbHearing *hearing, GError **error);
} Row;

static json_t *score_wer (const json_t *heard, const LbHearing *hearing, GError **error);
static json_t *score_mos (const json_t *heard, const LbHearing *hearing, GError **error);

#define MUSIC_MODEL "clap-music" /* knows sounds and texts as points of one space */

static const Row rows[] = {
  { "wer", "tts", "stt", "whisper.cpp", "base", FALSE, FALSE, score_wer },
  { "mos", "tts", "quality", "dnsmos", NULL, FALSE, FALSE, score_mos },
  { "clap", "generation", "embedding", "clap", MUSIC_MODEL, TRUE, FALSE, lb_score_clap },
  { "fad", "generation", "embedding", "clap", MUSIC_MODEL, FALSE, TRUE, lb_score_fad },
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
score_wer (const json_t *heard, const LbHearing *hearing, GError **error)
{
  json_t *scores = lb_scoring ("stt", heard, hearing->text, error);
  g_autofree char *own = own_error (lb_json_string (hearing->listener, "model", NULL));
  json_t *transcriber;

  if (scores == NULL)
    return NULL;
  transcriber = json_copy ((json_t *) hearing->listener);
  lb_json_set_string (transcriber, "text", lb_json_string (heard, "text", ""));
  lb_json_set_string (transcriber, "language", lb_json_string (heard, "language", NULL));
  lb_json_set_string (transcriber, "own_error", own);
  lb_json_set (scores, "transcriber", transcriber);
  return scores;
}

static json_t *
score_mos (const json_t *heard, const LbHearing *hearing, GError **error)
{
  static const char *const members[] = { "sig", "bak", "ovrl", "p808" };
  json_t *mos = json_copy ((json_t *) hearing->listener);

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

      g_set_error (
          error, LB_ERROR, LB_ERROR_USAGE,
          "there is no score \"%s\" of what came out: wer and mos of tts, clap and fad of "
          "generation",
          shown);
      return FALSE;
    }
  for (guint c = 0; c < plan->cases->len; c++)
    if (strcmp (lb_plan_case (plan, c)->mode, row->of) != 0)
      {
        g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                     "the score \"%s\" is of what comes out of mode \"%s\", not of \"%s\"", name,
                     row->of, lb_plan_case (plan, c)->mode);
        return FALSE;
      }
  if (row->with_references && !lb_references_check (asked, error))
    return FALSE;
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

static gboolean
score_all (const Row *row, const LbHearing *hearing, const json_t *heard, LbResult *result,
           GError **error)
{
  gsize outputs = json_array_size (json_object_get (lb_result_record (result), "outputs"));

  for (gsize i = 0; i < MIN (outputs, json_array_size (heard)); i++)
    {
      json_t *scores = row->scores (json_array_get (heard, i), hearing, error);

      if (scores == NULL)
        return FALSE;
      lb_result_add_scores (result, (guint) i, scores);
    }
  return TRUE;
}

static gboolean
score_one (const LbListening *listening, LbResult *result, const json_t *asked, const char *text,
           const GPtrArray *sounds, GCancellable *cancellable, GError **error)
{
  const Row *row = find_row (lb_json_string (asked, "name", ""));
  LbListener listener = { row->mode, engine_of (row, asked),
                          model_of (row, asked, listening->registry),
                          row->with_text ? text : NULL, sounds };
  g_autoptr (json_t) described = json_object (), heard = NULL;
  g_autofree char *version = NULL;
  LbHearing hearing = { described, text, NULL };

  if (row->with_references)
    heard = lb_listen_beside_references (listening, &listener, asked, &hearing, &version,
                                         cancellable, error);
  else
    heard = lb_listen (listening, &listener, &version, cancellable, error);
  lb_json_set_string (described, "engine", listener.engine);
  lb_json_set_string (described, "model", listener.model);
  lb_json_set_string (described, "version", version);
  return heard != NULL && score_all (row, &hearing, heard, result, error);
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
                             "what random weights give is noise");
      if (synthetic || !score_one (listening, result, asked, text, sounds, cancellable, &error))
        flag_not_scored (result, name, error);
    }
}
