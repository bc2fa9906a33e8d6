/* Engine hybrid-llama: measures a song natively, then has a language model that can't hear put
 * the figures into words, in this process, by llama.cpp's libllama. Without a song the question
 * is all that is asked: so a judge is. */
#include "core/error.h"
#include "hybrid-prompt.h"
#include "hybrid-song.h"
#include "llama-files.h"
#include "llama-words.h"

typedef struct {
  LlamaEngine engine;
  LlamaFiles files;
} HybridLlama;

static void
hybrid_llama_unload (gpointer state)
{
  HybridLlama *hybrid = state;

  llama_engine_clear (&hybrid->engine);
  llama_files_clear (&hybrid->files);
}

static gboolean
load_all (HybridLlama *hybrid, const LbLoadRequest *request, const GgmlDevice *device,
          GError **error)
{
  LlamaEngine *engine = &hybrid->engine;

  return llama_files_find_model (request->model_path, &hybrid->files, error) &&
         llama_engine_load (engine, hybrid->files.model, request, device, error) &&
         llama_engine_settle (engine, hybrid->files.model, request, device, error);
}

static gboolean
hybrid_llama_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer,
                   LbSink *sink, GError **error)
{
  HybridLlama *hybrid = state;
  GgmlDevice device;

  if (request->random_weights || request->model_path == NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "hybrid-llama needs a model: name one of the store, or a GGUF file, "
                           "with -m (it makes no random weights)");
      return FALSE;
    }
  *hybrid = (HybridLlama){ 0 };
  llama_engine_begin (&hybrid->engine, request, sink);
  if (!ggml_device_find (request->device, &device, error) ||
      !load_all (hybrid, request, &device, error))
    {
      hybrid_llama_unload (hybrid);
      return FALSE;
    }
  llama_engine_answer (&hybrid->engine, &hybrid->files.model_head, &device, answer);
  hybrid_song_answer (answer);
  return TRUE;
}

/* What the figures mean is said before a question that has some; else the model's own template
 * says what it says. */
static gboolean
hybrid_llama_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
                  GError **error)
{
  HybridLlama *hybrid = state;
  g_auto (HybridSong) song = { 0 };
  const char *system;

  llama_engine_enter (&hybrid->engine, sink);
  if (!hybrid_song_read (request, sink, &song, error))
    return FALSE;
  system = song.features != NULL ? hybrid_system () : hybrid->engine.system;
  if (!llama_words (&hybrid->engine, system, song.question, output, error))
    return FALSE;
  hybrid_song_note (&song, *output);
  return TRUE;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (HybridLlama),
  .version = llama_version,
  .probe = llama_engine_probe,
  .load = hybrid_llama_load,
  .run = hybrid_llama_run,
  .unload = hybrid_llama_unload,
};

LB_ENGINE_MODULE ("hybrid-llama", hooks)
