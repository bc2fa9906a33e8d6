/* Engine llama-audio: a language model that listens, by llama.cpp's libllama and libmtmd. Does
 * what llama.cpp's own llama-mtmd-cli does, unless options say otherwise. */
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/engine.h"
#include "ggml-device.h"
#include "llama-answer.h"
#include "llama-files.h"
#include "llama-log.h"
#include "llama-options.h"
#include "llama-prompt.h"
#include "llama-template.h"

#define CHECKED_NODES 32 /* of the encoder's graph, between looks at whether it is cancelled */

typedef struct {
  LlamaEngine engine; /* its sink is that of the load or run that goes on */
  LlamaFiles files;
  json_t *options;
  LlamaLog log;
  gboolean loaded;
  guint nodes; /* of the encoder's graph that were asked about */
} LlamaAudio;

/* In the timed path only what is wrong is told. */
static void
on_log (enum ggml_log_level level, const char *text, void *data)
{
  LlamaAudio *llama = data;

  if (llama != NULL)
    llama_log_line (&llama->log, level == GGML_LOG_LEVEL_ERROR, text);
  if (level == GGML_LOG_LEVEL_DEBUG ||
      (llama != NULL && llama->loaded && level != GGML_LOG_LEVEL_ERROR))
    return;
  fputs (text, stderr);
}

static void
set_log (LlamaAudio *llama)
{
  llama_log_set (on_log, llama);
  mtmd_log_set (on_log, llama);
}

static gboolean
llama_audio_probe (LbProbeAnswer *answer, GError **error)
{
  ggml_devices_load ();
  g_strlcpy (answer->version, llama_version (), sizeof answer->version);
  answer->devices = ggml_devices_json ();
  answer->libraries = json_object ();
  lb_json_set_string (answer->libraries, "llama", llama_version ());
  lb_json_set_string (answer->libraries, "ggml", ggml_version ());
  lb_json_set_string (answer->libraries, "build", llama_print_system_info ());
  return TRUE;
}

/* ---- cancelling ---- */

static bool
on_abort (void *data)
{
  return lb_sink_cancelled (((LlamaAudio *) data)->engine.sink);
}

/* Of the encoder's graph: asked about each node, then, where it wanted to see it, told. */
static bool
on_encoder_node (struct ggml_tensor *node, bool ask, void *data)
{
  LlamaAudio *llama = data;

  if (ask)
    return ++llama->nodes % CHECKED_NODES == 0;
  return !lb_sink_cancelled (llama->engine.sink);
}

static bool
on_load_progress (float fraction, void *data)
{
  return lb_sink_progress (((LlamaAudio *) data)->engine.sink, fraction);
}

/* ---- loading ---- */

static gboolean
set_bad_model (const LlamaAudio *llama, const char *path, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *why = lb_text_escape (llama->log.error);

  if (lb_sink_cancelled (llama->engine.sink))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  else
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "llama.cpp can't load \"%s\"%s%s", shown,
                 *why != '\0' ? ": " : ": its log says why", why);
  return FALSE;
}

static gboolean
load_model (LlamaAudio *llama, const GgmlDevice *device, GError **error)
{
  struct llama_model_params params = llama_model_default_params ();
  ggml_backend_dev_t devices[] = { device->gpu ? device->dev : NULL, NULL };

  params.devices = devices;
  params.progress_callback = on_load_progress;
  params.progress_callback_user_data = llama;
  llama_options_model (llama->options, &params);
  if (!device->gpu)
    params.n_gpu_layers = 0;
  llama->engine.model = llama_model_load_from_file (llama->files.model, params);
  return llama->engine.model != NULL || set_bad_model (llama, llama->files.model, error);
}

static gboolean
make_context (LlamaAudio *llama, int threads, const GgmlDevice *device, GError **error)
{
  struct llama_context_params params = llama_context_default_params ();
  int known = llama_model_n_ctx_train (llama->engine.model);

  params.n_threads = params.n_threads_batch = threads;
  params.abort_callback = on_abort;
  params.abort_callback_data = llama;
  params.offload_kqv = device->gpu;
  params.op_offload = device->gpu;
  params.no_perf = false;
  llama_options_context (llama->options, known, &params);
  llama->engine.context = llama_init_from_model (llama->engine.model, params);
  if (llama->engine.context != NULL)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_MEMORY,
               "llama.cpp can't make a context of %u tokens: give less with --context, or free "
               "memory (%s)",
               params.n_ctx, llama->log.error);
  return FALSE;
}

static gboolean
load_projector (LlamaAudio *llama, int threads, const GgmlDevice *device, GError **error)
{
  struct mtmd_context_params params = mtmd_context_params_default ();
  g_autofree char *shown = lb_text_escape (llama->files.projector);

  params.use_gpu = device->gpu;
  params.device = device->gpu ? device->dev : NULL;
  params.print_timings = false;
  params.n_threads = threads;
  params.warmup = true;
  params.cb_eval = on_encoder_node;
  params.cb_eval_user_data = llama;
  params.progress_callback = on_load_progress;
  params.progress_callback_user_data = llama;
  llama_options_projector (llama->options, &params);
  llama->engine.projector = mtmd_init_from_file (llama->files.projector, llama->engine.model,
                                                 params);
  if (llama->engine.projector == NULL)
    return set_bad_model (llama, llama->files.projector, error);
  if (mtmd_support_audio (llama->engine.projector) &&
      mtmd_get_audio_sample_rate (llama->engine.projector) > 0)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "llama.cpp finds nothing in \"%s\" that takes sound", shown);
  return FALSE;
}

/* Weights that are mapped are read, and a GPU's programs compiled, before the first run. */
static gboolean
warm_up (LlamaAudio *llama, GError **error)
{
  const struct llama_vocab *vocab = llama_model_get_vocab (llama->engine.model);
  llama_token token = MAX (llama_vocab_bos (vocab), 0);
  int status = llama_decode (llama->engine.context, llama_batch_get_one (&token, 1));

  llama_synchronize (llama->engine.context);
  llama_memory_clear (llama_get_memory (llama->engine.context), true);
  if (status == 0)
    return TRUE;
  return set_bad_model (llama, llama->files.model, error);
}

/* llama.cpp goes on with the processor where a GPU can't be used. */
static gboolean
check_device (const LlamaAudio *llama, const GgmlDevice *device, GError **error)
{
  if (!device->gpu || llama->log.gpu_layers > 0 ||
      lb_json_integer (llama->options, "gpu-layers", -1) == 0)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_ENGINE,
               "llama.cpp fell back to the processor: no layer is on \"%s\" (%s); its log says "
               "why",
               device->id, device->name);
  return FALSE;
}

static void
llama_audio_unload (gpointer state)
{
  LlamaAudio *llama = state;

  g_clear_pointer (&llama->engine.projector, mtmd_free);
  g_clear_pointer (&llama->engine.sampler, llama_sampler_free);
  g_clear_pointer (&llama->engine.context, llama_free);
  g_clear_pointer (&llama->engine.model, llama_model_free);
  g_clear_pointer (&llama->engine.system, g_free);
  g_clear_pointer (&llama->options, json_decref);
  llama_files_clear (&llama->files);
  set_log (NULL);
}

static json_t *
info_new (const LlamaAudio *llama)
{
  const struct llama_model *model = llama->engine.model;
  json_t *info = json_object ();
  char description[128] = "";

  llama_model_desc (model, description, sizeof description);
  lb_json_set_string (info, "architecture", llama->files.model_head.architecture);
  lb_json_set_string (info, "description", description);
  lb_json_set_string (info, "quantisation", llama_ftype_name (llama_model_ftype (model)));
  lb_json_set_string (info, "projector", llama->files.projector_head.projector);
  lb_json_set_integer (info, "projector_parameters",
                       (gint64) llama->files.projector_head.parameters);
  lb_json_set_integer (info, "context", llama_n_ctx (llama->engine.context));
  lb_json_set_integer (info, "context_of_model", llama_model_n_ctx_train (model));
  lb_json_set_integer (info, "layers_on_gpu", llama->log.gpu_layers);
  lb_json_set_string (info, "projector_device", llama->log.projector);
  lb_json_set_string (info, "system", llama->engine.system);
  lb_json_set_string (info, "system_info", llama_print_system_info ());
  return info;
}

static void
answer_load (const LlamaAudio *llama, const GgmlDevice *device, LbLoadAnswer *answer)
{
  answer->input_rate_hz = (guint) mtmd_get_audio_sample_rate (llama->engine.projector);
  answer->input_channels = 1;
  g_strlcpy (answer->backend, device->backend, sizeof answer->backend);
  g_strlcpy (answer->device, device->id, sizeof answer->device);
  g_strlcpy (answer->device_name, device->name, sizeof answer->device_name);
  answer->threads = llama_n_threads (llama->engine.context);
  answer->deterministic = !llama_options_draws (llama->options);
  answer->parameters = llama_model_n_params (llama->engine.model) +
                       llama->files.projector_head.parameters;
  answer->info = info_new (llama);
}

/* The option's; where it is not given, the one that the model's template has by itself. */
static char *
find_system (const LlamaAudio *llama)
{
  const char *given = lb_json_string (llama->options, "system", NULL);
  const char *text = llama_model_chat_template (llama->engine.model, NULL);

  if (given != NULL)
    return *given != '\0' ? g_strdup (given) : NULL;
  if (json_object_get (llama->options, "template") != NULL || text == NULL)
    return NULL;
  return llama_template_system (text);
}

static gboolean
load_all (LlamaAudio *llama, const LbLoadRequest *request, const GgmlDevice *device,
          GError **error)
{
  if (!llama_files_find (request->model_path, &llama->files, error) ||
      !load_model (llama, device, error) ||
      !llama_prompt_check (llama->engine.model, llama->options, error) ||
      !make_context (llama, request->threads, device, error) ||
      !load_projector (llama, request->threads, device, error) ||
      !check_device (llama, device, error) || !warm_up (llama, error))
    return FALSE;
  llama->engine.options = llama->options;
  llama->engine.system = find_system (llama);
  llama->engine.sampler = llama_options_sampler (llama->options, request->seed);
  return TRUE;
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
  *llama = (LlamaAudio){ .engine.sink = sink };
  llama->options = request->options != NULL ? json_deep_copy (request->options) : json_object ();
  set_log (llama);
  ggml_devices_load ();
  llama_backend_init ();
  if (!ggml_device_find (request->device, &device, error) ||
      !load_all (llama, request, &device, error))
    {
      llama_audio_unload (llama);
      return FALSE;
    }
  llama->loaded = TRUE;
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
  llama->engine.sink = sink;
  set_log (llama); /* a probe in between has its own */
  llama->log.error[0] = '\0';
  return llama_answer (&llama->engine, audio, prompt != NULL ? prompt->text : "", output, error);
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (LlamaAudio),
  .version = llama_version,
  .probe = llama_audio_probe,
  .load = llama_audio_load,
  .run = llama_audio_run,
  .unload = llama_audio_unload,
};

LB_ENGINE_MODULE ("llama-audio", hooks)
