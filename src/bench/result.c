#include "bench/result.h"

#include <math.h>
#include <string.h>

#include "bench/answer.h"
#include "bench/scoring.h"
#include "bench/summary.h"
#include "bench/validity.h"
#include "bench/truth.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/statistics.h"

struct _LbResult {
  char *mode;
  json_t *record;
  json_t *flags;
  json_t *last_output; /* (transfer none): of record.outputs */
  GArray *rtf;
  double processed_s, characters, words; /* NAN: nothing of the kind went in */
  gboolean failed, deterministic;
};

static json_t *
describe_settings (const LbPlan *plan, const LbCase *it, int threads)
{
  json_t *settings = json_object ();

  if (plan->settings.iterations > 0)
    lb_json_set_integer (settings, "iterations", plan->settings.iterations);
  else
    lb_json_set_string (settings, "iterations", "auto");
  lb_json_set_integer (settings, "warmups", plan->settings.warmups);
  lb_json_set_integer (settings, "threads", threads);
  lb_json_set_string (settings, "device", it->device);
  lb_json_set_string (settings, "order",
                      plan->settings.order == LB_ORDER_INTERLEAVED ? "interleaved"
                                                                   : "sequential");
  lb_json_set_integer (settings, "seed", plan->settings.seed);
  lb_json_set_string (settings, "decoding", it->decoding);
  if (plan->settings.random_weights)
    lb_json_set_boolean (settings, "random_weights", TRUE);
  lb_json_set (settings, "options", json_deep_copy (it->options));
  return settings;
}

LbResult *
lb_result_new (const LbPlan *plan, guint case_index, int threads, const json_t *machine)
{
  const LbCase *it = lb_plan_case (plan, case_index);
  LbResult *result = g_new0 (LbResult, 1);
  json_t *record = json_object ();

  result->record = record;
  result->mode = g_strdup (it->mode);
  result->flags = json_array ();
  result->rtf = g_array_new (FALSE, FALSE, sizeof (double));
  result->processed_s = result->characters = result->words = NAN;
  lb_json_set_string (record, "schema", LB_RESULT_SCHEMA);
  lb_json_set_string (record, "id", it->id);
  lb_json_set (record, "group",
               json_pack ("{s:s, s:i}", "id", plan->group, "index", (int) case_index));
  lb_json_set_integer (record, "timestamp", g_get_real_time () / G_USEC_PER_SEC);
  lb_json_set_string (record, "benchmark_type", "audio");
  lb_json_set_string (record, "mode", it->mode);
  lb_json_set_string (record, "status", "running");
  lb_json_set (record, "engine",
               json_pack ("{s:s, s:s}", "id", it->engine, "device", it->device));
  if (it->model != NULL)
    lb_json_set (record, "model", json_pack ("{s:s}", "id", it->model));
  lb_json_set (record, "settings", describe_settings (plan, it, threads));
  lb_json_set (record, "timing", json_object ());
  lb_json_set (record, "sessions", json_array ());
  lb_json_set (record, "warmups", json_array ());
  lb_json_set (record, "iterations", json_array ());
  lb_json_set (record, "outputs", json_array ());
  lb_json_set (record, "artifacts", json_array ());
  lb_json_set (record, "machine", json_deep_copy (machine));
  return result;
}

void
lb_result_free (LbResult *result)
{
  g_free (result->mode);
  json_decref (result->record);
  json_decref (result->flags);
  g_array_unref (result->rtf);
  g_free (result);
}

json_t *
lb_result_record (LbResult *result)
{
  return result->record;
}

const char *
lb_result_id (const LbResult *result)
{
  return lb_json_string (result->record, "id", "");
}

static json_t *
part (LbResult *result, const char *name)
{
  return json_object_get (result->record, name);
}

void
lb_result_add_flag (LbResult *result, json_t *flag)
{
  json_array_append_new (result->flags, flag);
}

void
lb_result_set_input (LbResult *result, const json_t *input, double decode_s, const json_t *flags)
{
  lb_json_set (result->record, "input", json_deep_copy (input));
  lb_json_set_real (part (result, "timing"), "decode_s", decode_s);
  result->processed_s = lb_json_real (input, "processed_s", NAN);
  result->characters = lb_json_real (input, "characters", NAN);
  result->words = lb_json_real (input, "words", NAN);
  if (flags != NULL)
    json_array_extend (result->flags, (json_t *) flags);
}

void
lb_result_add_input (LbResult *result, json_t *input, const json_t *flags)
{
  if (part (result, "more_inputs") == NULL)
    lb_json_set (result->record, "more_inputs", json_array ());
  json_array_append_new (part (result, "more_inputs"), input);
  if (flags != NULL)
    json_array_extend (result->flags, (json_t *) flags);
}

void
lb_result_set_model (LbResult *result, json_t *model)
{
  lb_json_set (result->record, "model", model);
}

void
lb_result_set_resample (LbResult *result, double resample_s)
{
  lb_json_set_real (part (result, "timing"), "resample_s", resample_s);
}

void
lb_result_set_session (LbResult *result, const json_t *session, const char *version,
                       const json_t *libraries, const LbSessionLoaded *loaded)
{
  static const char *const timings[] = { "load_s", "load_cache", "warm_load_s" };
  json_t *engine = part (result, "engine");

  json_array_append_new (part (result, "sessions"), json_deep_copy (session));
  for (guint i = 0; i < G_N_ELEMENTS (timings); i++)
    if (json_object_get (session, timings[i]) != NULL &&
        json_object_get (part (result, "timing"), timings[i]) == NULL)
      json_object_set (part (result, "timing"), timings[i],
                       json_object_get (session, timings[i]));
  lb_json_set_string (engine, "version", version);
  if (json_object_size (libraries) > 0)
    lb_json_set (engine, "libraries", json_deep_copy (libraries));
  lb_json_set_string (engine, "backend", loaded->backend);
  lb_json_set_string (engine, "device", loaded->device);
  if (loaded->device_name != NULL && *loaded->device_name != '\0')
    lb_json_set_string (engine, "device_name", loaded->device_name);
  if (loaded->threads > 0)
    lb_json_set_integer (engine, "threads", loaded->threads);
  lb_json_set_boolean (engine, "deterministic", loaded->deterministic);
  if (loaded->info != NULL)
    lb_json_set (engine, "info", json_deep_copy (loaded->info));
  if (loaded->options != NULL)
    lb_json_set (part (result, "settings"), "options", json_deep_copy (loaded->options));
  if (loaded->parameters > 0 && part (result, "model") != NULL)
    lb_json_set_integer (part (result, "model"), "parameters", (gint64) loaded->parameters);
  result->deterministic = loaded->deterministic;
}

/* Members of an output that are times: they differ in every run, and are the iteration's. */
static const char *const timed[] = { "engine_s", "phases", "retries" };

/* Of a sound that went in, else of the one that came out. */
static void
set_speed (const LbResult *result, const LbMeasured *measured, json_t *one)
{
  double audio_s = measured->audio_s > 0 ? measured->audio_s : NAN;
  gboolean spoken = strcmp (result->mode, "tts") == 0 && isfinite (audio_s);

  if (result->processed_s > 0)
    lb_json_set_real (one, "rtf", measured->wall_s / result->processed_s);
  else
    lb_json_set_real (one, "rtf", measured->wall_s / audio_s);
  lb_json_set_real (one, "audio_s", audio_s);
  if (!spoken || !(measured->wall_s > 0))
    return;
  lb_json_set_real (one, "chars_per_sec", result->characters / measured->wall_s);
  lb_json_set_real (one, "words_per_sec", result->words / measured->wall_s);
}

static json_t *
make_iteration (LbResult *result, guint session, guint index, const LbMeasured *measured)
{
  json_t *one = json_object ();
  double tokens = lb_json_real (measured->output, "tokens", NAN);

  lb_json_set_integer (one, "index", index);
  lb_json_set_integer (one, "session", session);
  lb_json_set_real (one, "wall_s", measured->wall_s);
  set_speed (result, measured, one);
  lb_json_set_real (one, "latency_s", measured->latency_s);
  if (isfinite (measured->latency_s))
    lb_json_set_string (one, "latency_kind", measured->latency_kind);
  for (guint i = 0; i < G_N_ELEMENTS (timed); i++)
    if (json_object_get (measured->output, timed[i]) != NULL)
      json_object_set (one, timed[i], json_object_get (measured->output, timed[i]));
  lb_json_set_real (one, "cpu_s", measured->cpu_s);
  if (measured->peak_rss_bytes > 0)
    lb_json_set_integer (one, "peak_rss_bytes", (gint64) measured->peak_rss_bytes);
  if (measured->samples != NULL)
    json_object_update (one, measured->samples);
  if (isfinite (tokens))
    lb_json_set_integer (one, "tokens", (gint64) tokens);
  if (tokens > 0)
    lb_json_set_real (one, "tokens_per_sec", tokens / measured->wall_s);
  if (strcmp (result->mode, "analysis") == 0 || strcmp (result->mode, "generation") == 0)
    lb_answer_rates (measured->output, one);
  return one;
}

/* The output without its times, and its hash. Returns: (transfer full) */
static json_t *
strip_output (const json_t *output, char **sha256)
{
  json_t *stripped = json_copy ((json_t *) output);
  g_autofree char *line = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (timed); i++)
    json_object_del (stripped, timed[i]);
  line = lb_json_line (stripped);
  *sha256 = lb_hash_data (line, strlen (line));
  return stripped;
}

const json_t *
lb_result_add_warmup (LbResult *result, guint session, const LbMeasured *measured)
{
  json_t *warmups = part (result, "warmups");
  json_t *one = make_iteration (result, session, (guint) json_array_size (warmups), measured);

  json_array_append_new (warmups, one);
  return one;
}

static json_t *
find_output (LbResult *result, const char *sha256)
{
  size_t index;
  json_t *output;

  json_array_foreach (part (result, "outputs"), index, output)
    if (strcmp (lb_json_string (output, "sha256", ""), sha256) == 0)
      return output;
  return NULL;
}

const json_t *
lb_result_add_iteration (LbResult *result, guint session, const LbMeasured *measured)
{
  json_t *iterations = part (result, "iterations");
  guint index = (guint) json_array_size (iterations);
  json_t *one = make_iteration (result, session, index, measured);
  double rtf = lb_json_real (one, "rtf", NAN);
  g_autofree char *sha256 = NULL;
  g_autoptr (json_t) stripped = strip_output (measured->output, &sha256);
  json_t *output = find_output (result, sha256);

  if (output == NULL)
    {
      output = json_pack ("{s:s, s:[], s:O}", "sha256", sha256, "iterations", "output", stripped);
      json_array_append_new (part (result, "outputs"), output);
    }
  json_array_append_new (json_object_get (output, "iterations"), json_integer (index));
  result->last_output = output;
  lb_json_set_string (one, "output_sha256", sha256);
  json_array_append_new (iterations, one);
  if (isfinite (rtf))
    g_array_append_val (result->rtf, rtf);
  return one;
}

const json_t *
lb_result_output (LbResult *result)
{
  return result->last_output;
}

json_t *
lb_result_last_output (LbResult *result)
{
  return json_object_get (result->last_output, "output");
}

gboolean
lb_result_output_is_new (LbResult *result, guint *number)
{
  const json_t *outputs = part (result, "outputs");

  *number = (guint) json_array_size (outputs) - 1;
  return result->last_output == json_array_get (outputs, *number) &&
         json_array_size (json_object_get (result->last_output, "iterations")) == 1;
}

double
lb_result_median_rtf (const LbResult *result)
{
  return result->rtf->len > 0
             ? lb_median ((double *) (gpointer) result->rtf->data, result->rtf->len)
             : NAN;
}

void
lb_result_fail (LbResult *result, const char *phase, const GError *error)
{
  json_t *why = json_object ();

  if (result->failed)
    return;
  result->failed = TRUE;
  lb_json_set_string (why, "kind", lb_error_kind (error));
  lb_json_set_string (why, "phase", phase);
  lb_json_set_string (why, "message", error->message);
  lb_json_set (result->record, "error", why);
}

gboolean
lb_result_has_failed (const LbResult *result)
{
  return result->failed;
}

void
lb_result_add_scores (LbResult *result, guint output, json_t *scores)
{
  json_t *one = json_array_get (part (result, "outputs"), output);

  if (json_object_get (one, "scores") == NULL)
    lb_json_set (one, "scores", json_object ());
  json_object_update (json_object_get (one, "scores"), scores);
  json_decref (scores);
}

static void
score_outputs (LbResult *result, const LbTruth *truth)
{
  gboolean synthetic = lb_json_boolean (part (result, "model"), "synthetic", FALSE);
  size_t index;
  json_t *output;

  json_array_foreach (part (result, "outputs"), index, output)
    {
      g_autoptr (GError) error = NULL;
      json_t *scores = NULL;

      if (truth != NULL && !synthetic)
        scores = lb_scoring_truth (result->mode, json_object_get (output, "output"), truth,
                                   &error);
      if (error != NULL)
        lb_result_add_flag (
            result, lb_flag_new ("not-scored", "look at the reference", "%s", error->message));
      lb_json_set (output, "scores", scores);
    }
  output = json_array_get (part (result, "outputs"), 0);
  if (output == NULL)
    return;
  json_object_set (result->record, "output", json_object_get (output, "output"));
  if (json_object_get (output, "scores") != NULL)
    json_object_set (result->record, "scores", json_object_get (output, "scores"));
}

static void
check_outputs (LbResult *result)
{
  size_t different = json_array_size (part (result, "outputs"));
  size_t index;
  json_t *output;

  if (strcmp (result->mode, "analysis") == 0)
    json_array_foreach (part (result, "outputs"), index, output)
      lb_answer_check (json_object_get (output, "output"), result->processed_s, result->flags);

  if (different > 1 && result->deterministic)
    lb_result_add_flag (
        result, lb_flag_new ("output-differs",
                             "compare the outputs (llamaburn show): the engine calls itself "
                             "deterministic with these options",
                             "%zu different outputs in %zu iterations of the same work",
                             different, json_array_size (part (result, "iterations"))));
}

void
lb_result_finish (LbResult *result, const LbTruth *truth, gboolean interrupted)
{
  const json_t *timing = part (result, "timing");
  double overhead_s = lb_json_real (timing, "decode_s", 0) +
                      lb_json_real (timing, "resample_s", 0) + lb_json_real (timing, "load_s", 0);
  json_t *iterations = part (result, "iterations");

  if (json_array_size (iterations) > 0)
    {
      lb_json_set (result->record, "summary",
                   lb_summary (iterations, overhead_s, result->processed_s, result->flags));
      score_outputs (result, truth);
      check_outputs (result);
    }
  lb_json_set_string (result->record, "status",
                      interrupted      ? "interrupted"
                      : result->failed ? "failed"
                                       : "ok");
  if (interrupted)
    lb_result_add_flag (result, lb_flag_new ("interrupted", "run it again to the end",
                                             "stopped by the user after %zu iteration%s",
                                             json_array_size (iterations),
                                             json_array_size (iterations) == 1 ? "" : "s"));
  else if (result->failed)
    lb_result_add_flag (result,
                        lb_flag_new ("failed", "see the error", "%s",
                                     lb_json_string (part (result, "error"), "message", "")));
  lb_json_set (result->record, "validity", lb_validity (json_incref (result->flags)));
}
