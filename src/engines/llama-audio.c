/* Engine llama-audio: a language model that listens, by llama.cpp's libllama and libmtmd. Does
 * what llama.cpp's own llama-mtmd-cli does, unless options say otherwise. */
#include "core/error.h"
#include "core/text.h"
#include "llama-answer.h"
#include "llama-files.h"
#include "llama-options.h"

#define CHECKED_NODES 32 /* of the encoder's graph, between looks at whether it is cancelled */

typedef struct {
  LlamaEngine engine;
  struct mtmd_context *projector;
  LlamaFiles files;
  guint nodes; /* of the encoder's graph that were asked about */
} LlamaAudio;

/* Of the encoder's graph: asked about each node, then, where it wanted to see it, told. */
static bool
on_encoder_node (struct ggml_tensor *node, bool ask, void *data)
{
  LlamaAudio *llama = data;

  if (ask)
    return ++llama->nodes % CHECKED_NODES == 0;
  return !lb_sink_cancelled (llama->engine.sink);
}

/* ---- loading ---- */

static gboolean
load_projector (LlamaAudio *llama, int threads, const GgmlDevice *device, GError **error)
{
  struct mtmd_context_params params = mtmd_context_params_default ();
  const json_t *options = llama->engine.options;
  g_autofree char *shown = lb_text_escape (llama->files.projector);

  params.use_gpu = device->gpu && lb_json_boolean (options, "projector-gpu", TRUE);
  params.device = device->gpu ? device->dev : NULL;
  params.flash_attn_type = llama_options_flash_attention (options);
  params.print_timings = false;
  params.n_threads = threads;
  params.warmup = true;
  params.cb_eval = on_encoder_node;
  params.cb_eval_user_data = llama;
  params.progress_callback = llama_engine_on_progress;
  params.progress_callback_user_data = &llama->engine;
  llama->projector = mtmd_init_from_file (llama->files.projector, llama->engine.model, params);
  if (llama->projector == NULL)
    return llama_engine_fail_load (&llama->engine, llama->files.projector, error);
  if (mtmd_support_audio (llama->projector) && mtmd_get_audio_sample_rate (llama->projector) > 0)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "llama.cpp finds nothing in \"%s\" that takes sound", shown);
  return FALSE;
}

static void
llama_audio_unload (gpointer state)
{
  LlamaAudio *llama = state;

  g_clear_pointer (&llama->projector, mtmd_free);
  llama_engine_clear (&llama->engine);
  llama_files_clear (&llama->files);
  mtmd_log_set (llama_engine_on_log, NULL);
}

static void
answer_load (const LlamaAudio *llama, const GgmlDevice *device, LbLoadAnswer *answer)
{
  const LlamaGguf *head = &llama->files.projector_head;

  llama_engine_answer (&llama->engine, &llama->files.model_head, device, answer);
  answer->input_rate_hz = (guint) mtmd_get_audio_sample_rate (llama->projector);
  answer->input_channels = 1;
  answer->parameters += head->parameters;
  lb_json_set_string (answer->info, "projector", head->projector);
  lb_json_set_integer (answer->info, "projector_parameters", (gint64) head->parameters);
  lb_json_set_string (answer->info, "projector_device", llama->engine.log.projector);
}

static gboolean
load_all (LlamaAudio *llama, const LbLoadRequest *request, const GgmlDevice *device,
          GError **error)
{
  LlamaEngine *engine = &llama->engine;

  return llama_files_find (request->model_path, &llama->files, error) &&
         llama_engine_load (engine, llama->files.model, request, device, error) &&
         load_projector (llama, request->threads, device, error) &&
         llama_engine_settle (engine, llama->files.model, request, device, error);
}

static gboolean
llama_audio_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer,
                  LbSink *sink, GError **error)
{
  LlamaAudio *llama = state;
  GgmlDevice device;

  if (request->random_weights || request->model_path == NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "llama-audio needs a model: name a folder with -m that holds its "
                           "GGUF and its mmproj GGUF (it makes no random weights: "
                           "docs/ENGINES.md says why)");
      return FALSE;
    }
  *llama = (LlamaAudio){ 0 };
  llama_engine_begin (&llama->engine, request, sink);
  mtmd_log_set (llama_engine_on_log, &llama->engine);
  if (!ggml_device_find (request->device, &device, error) ||
      !load_all (llama, request, &device, error))
    {
      llama_audio_unload (llama);
      return FALSE;
    }
  answer_load (llama, &device, answer);
  return TRUE;
}

/* ---- running ---- */

static const LbEngineInput *
find_input (const LbRunRequest *request, const char *role)
{
  for (guint i = 0; i < request->n_inputs; i++)
    if (g_str_equal (request->inputs[i].role, role))
      return &request->inputs[i];
  return NULL;
}

static gboolean
llama_audio_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
                 GError **error)
{
  LlamaAudio *llama = state;
  const LbEngineInput *audio = find_input (request, "audio");
  const LbEngineInput *prompt = find_input (request, "prompt");

  /* llama.cpp ends the process at fewer than two samples. */
  if (audio == NULL || audio->samples == NULL || audio->channels != 1 || audio->frames < 2)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                           "llama-audio takes one sound, mono, of two samples or more");
      return FALSE;
    }
  llama_engine_enter (&llama->engine, sink);
  mtmd_log_set (llama_engine_on_log, &llama->engine);
  return llama_answer (&llama->engine, llama->projector, audio,
                       prompt != NULL ? prompt->text : "", output, error);
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (LlamaAudio),
  .version = llama_version,
  .probe = llama_engine_probe,
  .load = llama_audio_load,
  .run = llama_audio_run,
  .unload = llama_audio_unload,
};

LB_ENGINE_MODULE ("llama-audio", hooks)
