#include "bench/judge.h"

#include <string.h>

#include "bench/rubric.h"
#include "bench/validity.h"
#include "core/error.h"

#define MAX_TOKENS 512
#define CONTEXT 16384 /* for a long answer: Ollama cuts its prompt off in silence */

static gboolean
hears_words_only (const LbManifest *manifest)
{
  const json_t *audio = lb_manifest_input (manifest, "analysis", "audio");

  return lb_manifest_input (manifest, "analysis", "prompt") != NULL &&
         (audio == NULL || lb_json_boolean (audio, "optional", FALSE));
}

static gboolean
check_model (const json_t *judge, const LbManifest *manifest, LbModels *models, GError **error)
{
  const char *model = lb_json_string (judge, "model", "");

  return manifest->variants == NULL ||
         lb_models_find (models, model, "analysis", (const char *const *) manifest->variants,
                         error) != NULL;
}

gboolean
lb_judge_check (const LbPlan *plan, LbRegistry *registry, LbModels *models, GError **error)
{
  const json_t *judge = plan->settings.judge;
  const char *engine = lb_json_string (judge, "engine", NULL);
  const LbManifest *manifest;

  if (judge == NULL)
    return TRUE;
  manifest = lb_registry_find (registry, engine != NULL ? engine : "", "analysis", error);
  if (manifest == NULL)
    return FALSE;
  if (!hears_words_only (manifest))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "engine \"%s\" can't judge: it answers about a sound only; openai-chat, "
                   "gemini, hybrid and hybrid-llama can",
                   manifest->id);
      return FALSE;
    }
  if (!check_model (judge, manifest, models, error))
    return FALSE;
  for (guint c = 0; c < plan->cases->len; c++)
    if (strcmp (lb_plan_case (plan, c)->mode, "analysis") != 0)
      {
        g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                     "a judge reads answers of mode \"analysis\", not of \"%s\"",
                     lb_plan_case (plan, c)->mode);
        return FALSE;
      }
  return TRUE;
}

/* The judge's engine, model and address as options of that engine, greedy. */
static json_t *
options_of (const json_t *judge, const LbManifest *manifest)
{
  json_t *options = json_object ();

  if (lb_manifest_option (manifest, "model-name") != NULL)
    lb_json_set_string (options, "model-name", lb_json_string (judge, "model", NULL));
  if (lb_manifest_option (manifest, "url") != NULL)
    lb_json_set_string (options, "url", lb_json_string (judge, "url", NULL));
  for (const char *const *name = (const char *const[]){ "max-new-tokens", "max-tokens", NULL };
       *name != NULL; name++)
    if (lb_manifest_option (manifest, *name) != NULL)
      lb_json_set_integer (options, *name, MAX_TOKENS);
  if (lb_manifest_option (manifest, "context") != NULL)
    lb_json_set_integer (options, "context", CONTEXT);
  if (lb_manifest_option (manifest, "temperature") != NULL)
    lb_json_set_real (options, "temperature", 0);
  return options;
}

static void
flag_not_judged (LbResult *result, const GError *error)
{
  lb_result_add_flag (result,
                      lb_flag_new ("not-judged",
                                   "do what it says and run again, or leave --judge out: the "
                                   "figures hold",
                                   "%s", error->message));
}

/* What is kept of it, so that it can be read again years later. */
static json_t *
describe (const json_t *judge, const LbAnswers *answers, const char *prompt, const char *said,
          json_t *read)
{
  json_t *judgement = json_object ();
  const char *asked = lb_json_string (judge, "model", NULL);
  const char *model = answers->model != NULL ? answers->model
                                             : lb_json_string (answers->server, "model", asked);

  lb_json_set_string (judgement, "kind", "opinion");
  lb_json_set_string (judgement, "rubric", LB_RUBRIC_VERSION);
  lb_json_set_string (judgement, "engine", lb_json_string (judge, "engine", NULL));
  lb_json_set_string (judgement, "version", answers->version);
  lb_json_set_string (judgement, "model", model);
  lb_json_set_string (judgement, "host", lb_json_string (answers->server, "host", NULL));
  json_object_update (judgement, read);
  lb_json_set_string (judgement, "prompt", prompt);
  lb_json_set_string (judgement, "said", said);
  return judgement;
}

static void
flag_sent (LbResult *result, const LbAnswers *answers)
{
  const char *host = lb_json_string (answers->server, "host", NULL);

  if (host != NULL && !lb_json_boolean (answers->server, "local", TRUE))
    lb_result_add_flag (result, lb_flag_new ("sent", "leave out --allow-network, or --judge",
                                             "question and answer were sent to \"%s\", to be "
                                             "judged",
                                             host));
}

/* Each output has its judgement, or the reason why there is none is flagged. */
static void
read_all (LbResult *result, const json_t *judge, const LbAnswers *answers, char **prompts)
{
  json_t *outputs = json_object_get (lb_result_record (result), "outputs");
  size_t index;
  json_t *one;

  json_array_foreach (answers->outputs, index, one)
    {
      const char *said = lb_json_string (one, "text", "");
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) read = lb_rubric_read (said, &error);

      if (read == NULL)
        flag_not_judged (result, error);
      else
        lb_json_set (json_array_get (outputs, index), "judgement",
                     describe (judge, answers, prompts[index], said, read));
    }
  lb_json_set (lb_result_record (result), "judgement",
               json_incref (json_object_get (json_array_get (outputs, 0), "judgement")));
}

void
lb_judge (const LbListening *listening, LbResult *result, const char *question,
          GCancellable *cancellable)
{
  const json_t *judge = listening->settings->judge;
  const json_t *outputs = json_object_get (lb_result_record (result), "outputs");
  const char *engine = lb_json_string (judge, "engine", "");
  const LbManifest *manifest = lb_registry_find (listening->registry, engine, "analysis", NULL);
  g_autoptr (json_t) options = options_of (judge, manifest);
  g_auto (GStrv) prompts = g_new0 (char *, json_array_size (outputs) + 1);
  g_auto (LbAnswers) answers = { 0 };
  g_autoptr (GError) error = NULL;
  size_t index;
  json_t *output;

  json_array_foreach ((json_t *) outputs, index, output)
    prompts[index] = lb_rubric_prompt (
        question, lb_json_string (json_object_get (output, "output"), "text", ""));
  if (!lb_ask (listening, "analysis", engine, lb_json_string (judge, "model", NULL), options,
               (const char *const *) prompts, &answers, cancellable, &error))
    {
      flag_not_judged (result, error);
      return;
    }
  flag_sent (result, &answers);
  read_all (result, judge, &answers, prompts);
}
