#include "llama-engine.h"

#include <stdio.h>

#include "core/error.h"
#include "core/text.h"
#include "llama-options.h"
#include "llama-prompt.h"
#include "llama-template.h"

/* In the timed path only what is wrong is told. */
void
llama_engine_on_log (enum ggml_log_level level, const char *text, void *data)
{
  LlamaEngine *engine = data;

  if (engine != NULL)
    llama_log_line (&engine->log, level == GGML_LOG_LEVEL_ERROR, text);
  if (level == GGML_LOG_LEVEL_DEBUG ||
      (engine != NULL && engine->ready && level != GGML_LOG_LEVEL_ERROR))
    return;
  fputs (text, stderr);
}

gboolean
llama_engine_probe (LbProbeAnswer *answer, GError **error)
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

/* ---- failing, cancelling ---- */

static bool
on_abort (void *data)
{
  return lb_sink_cancelled (((LlamaEngine *) data)->sink);
}

bool
llama_engine_on_progress (float fraction, void *data)
{
  return lb_sink_progress (((LlamaEngine *) data)->sink, fraction);
}

gboolean
llama_engine_fail_load (const LlamaEngine *engine, const char *path, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *why = lb_text_escape (engine->log.error);

  if (lb_sink_cancelled (engine->sink))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  else
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "llama.cpp can't load \"%s\"%s%s", shown,
                 *why != '\0' ? ": " : ": its log says why", why);
  return FALSE;
}

gboolean
llama_engine_fail (const LlamaEngine *engine, const char *what, int status, GError **error)
{
  if (lb_sink_cancelled (engine->sink))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  else
    g_set_error (error, LB_ERROR, LB_ERROR_ENGINE,
                 "llama.cpp can't %s (status %d): its log says why", what, status);
  return FALSE;
}

/* ---- loading ---- */

void
llama_engine_begin (LlamaEngine *engine, const LbLoadRequest *request, LbSink *sink)
{
  *engine = (LlamaEngine){ .sink = sink };
  engine->options = request->options != NULL ? json_deep_copy (request->options) : json_object ();
  llama_log_set (llama_engine_on_log, engine);
  ggml_devices_load ();
  llama_backend_init ();
}

/* Asked for words, llama.cpp ends the process with a model that has none, or that only encodes.
 */
static gboolean
check_kind (const LlamaEngine *engine, const char *path, GError **error)
{
  enum llama_vocab_type words = llama_vocab_type (llama_model_get_vocab (engine->model));
  g_autofree char *shown = lb_text_escape (path);

  if (words != LLAMA_VOCAB_TYPE_NONE && words != LLAMA_VOCAB_TYPE_WPM &&
      !llama_model_has_encoder (engine->model))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "the file \"%s\" holds a model that doesn't write answers: give one that chats, "
               "such as an \"instruct\" one",
               shown);
  return FALSE;
}

static gboolean
load_model (LlamaEngine *engine, const char *path, const GgmlDevice *device, GError **error)
{
  struct llama_model_params params = llama_model_default_params ();
  ggml_backend_dev_t devices[] = { device->gpu ? device->dev : NULL, NULL };

  params.devices = devices;
  params.progress_callback = llama_engine_on_progress;
  params.progress_callback_user_data = engine;
  llama_options_model (engine->options, &params);
  if (!device->gpu)
    params.n_gpu_layers = 0;
  engine->model = llama_model_load_from_file (path, params);
  return engine->model != NULL ? check_kind (engine, path, error)
                               : llama_engine_fail_load (engine, path, error);
}

static gboolean
make_context (LlamaEngine *engine, int threads, const GgmlDevice *device, GError **error)
{
  struct llama_context_params params = llama_context_default_params ();
  int known = llama_model_n_ctx_train (engine->model);

  params.n_threads = params.n_threads_batch = threads;
  params.abort_callback = on_abort;
  params.abort_callback_data = engine;
  params.offload_kqv = device->gpu;
  params.op_offload = device->gpu;
  params.no_perf = false;
  llama_options_context (engine->options, known, &params);
  engine->context = llama_init_from_model (engine->model, params);
  if (engine->context != NULL)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_MEMORY,
               "llama.cpp can't make a context of %u tokens: give less with --context, or free "
               "memory (%s)",
               params.n_ctx, engine->log.error);
  return FALSE;
}

gboolean
llama_engine_load (LlamaEngine *engine, const char *path, const LbLoadRequest *request,
                   const GgmlDevice *device, GError **error)
{
  return load_model (engine, path, device, error) &&
         llama_prompt_check (engine->model, engine->options, error) &&
         make_context (engine, request->threads, device, error);
}

/* Weights that are mapped are read, and a GPU's programs compiled, before the first run. */
static gboolean
warm_up (LlamaEngine *engine, const char *path, GError **error)
{
  const struct llama_vocab *vocab = llama_model_get_vocab (engine->model);
  llama_token token = MAX (llama_vocab_bos (vocab), 0);
  int status = llama_decode (engine->context, llama_batch_get_one (&token, 1));

  llama_synchronize (engine->context);
  llama_memory_clear (llama_get_memory (engine->context), true);
  return status == 0 || llama_engine_fail_load (engine, path, error);
}

/* llama.cpp goes on with the processor where a GPU can't be used. */
static gboolean
check_device (const LlamaEngine *engine, const GgmlDevice *device, GError **error)
{
  if (!device->gpu || engine->log.gpu_layers > 0 ||
      lb_json_integer (engine->options, "gpu-layers", -1) == 0)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_ENGINE,
               "llama.cpp fell back to the processor: no layer is on \"%s\" (%s); its log says "
               "why",
               device->id, device->name);
  return FALSE;
}

/* The option's; where it is not given, the one that the model's template has by itself. */
static char *
find_system (const LlamaEngine *engine)
{
  const char *given = lb_json_string (engine->options, "system", NULL);
  const char *text = llama_model_chat_template (engine->model, NULL);

  if (given != NULL)
    return *given != '\0' ? g_strdup (given) : NULL;
  if (json_object_get (engine->options, "template") != NULL || text == NULL)
    return NULL;
  return llama_template_system (text);
}

gboolean
llama_engine_settle (LlamaEngine *engine, const char *path, const LbLoadRequest *request,
                     const GgmlDevice *device, GError **error)
{
  if (!check_device (engine, device, error) || !warm_up (engine, path, error))
    return FALSE;
  engine->system = find_system (engine);
  engine->sampler = llama_options_sampler (engine->options, request->seed);
  engine->ready = TRUE;
  return TRUE;
}

/* ---- loaded ---- */

static json_t *
info_new (const LlamaEngine *engine, const LlamaGguf *head)
{
  json_t *info = json_object ();
  char description[128] = "";

  llama_model_desc (engine->model, description, sizeof description);
  lb_json_set_string (info, "architecture", head->architecture);
  lb_json_set_string (info, "description", description);
  lb_json_set_string (info, "quantisation", llama_ftype_name (llama_model_ftype (engine->model)));
  lb_json_set_integer (info, "context", llama_n_ctx (engine->context));
  lb_json_set_integer (info, "context_of_model", llama_model_n_ctx_train (engine->model));
  lb_json_set_integer (info, "layers_on_gpu", engine->log.gpu_layers);
  lb_json_set_string (info, "system", engine->system);
  lb_json_set_string (info, "system_info", llama_print_system_info ());
  return info;
}

void
llama_engine_answer (const LlamaEngine *engine, const LlamaGguf *head, const GgmlDevice *device,
                     LbLoadAnswer *answer)
{
  g_strlcpy (answer->backend, device->backend, sizeof answer->backend);
  g_strlcpy (answer->device, device->id, sizeof answer->device);
  g_strlcpy (answer->device_name, device->name, sizeof answer->device_name);
  answer->threads = llama_n_threads (engine->context);
  answer->deterministic = !llama_options_draws (engine->options);
  answer->parameters = llama_model_n_params (engine->model);
  answer->info = info_new (engine, head);
}

void
llama_engine_enter (LlamaEngine *engine, LbSink *sink)
{
  engine->sink = sink;
  llama_log_set (llama_engine_on_log, engine); /* a probe in between has its own */
  engine->log.error[0] = '\0';
}

void
llama_engine_clear (LlamaEngine *engine)
{
  g_clear_pointer (&engine->sampler, llama_sampler_free);
  g_clear_pointer (&engine->context, llama_free);
  g_clear_pointer (&engine->model, llama_model_free);
  g_clear_pointer (&engine->system, g_free);
  g_clear_pointer (&engine->options, json_decref);
  llama_log_set (llama_engine_on_log, NULL);
}
