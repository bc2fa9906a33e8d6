/* A language model of llama.cpp's in this process: its devices, its files read, its context, its
 * log, and what ends it. What goes in is others' affair: words, or sound by a projector. */
#pragma once

#include <llama.h>

#include "engine/engine.h"
#include "ggml-device.h"
#include "llama-gguf.h"
#include "llama-log.h"

G_BEGIN_DECLS

typedef struct {
  struct llama_model *model;
  struct llama_context *context;
  struct llama_sampler *sampler;
  json_t *options;
  char *system; /* (nullable): the message before a conversation that has none of its own */
  LlamaLog log;
  gboolean ready; /* loaded */
  LbSink *sink;   /* of the load or run that goes on */
} LlamaEngine;

/** llama_engine_probe: the hook */
gboolean llama_engine_probe (LbProbeAnswer *answer, GError **error);

/** llama_engine_begin: before anything else of a load. @engine: whatever was in it is forgotten;
 * cleared with llama_engine_clear() */
void llama_engine_begin (LlamaEngine *engine, const LbLoadRequest *request, LbSink *sink);

/**
 * llama_engine_load:
 * @path: (type filename): a GGUF, whose head was looked at
 * @error: %LB_ERROR_BAD_MODEL, %LB_ERROR_MEMORY, %LB_ERROR_USAGE (no such template),
 *   %LB_ERROR_CANCELLED
 *
 * The model and its context, by the options.
 */
gboolean llama_engine_load (LlamaEngine *engine, const char *path, const LbLoadRequest *request,
                            const GgmlDevice *device, GError **error);

/** llama_engine_settle: the end of a load, when all else is there: nothing is left for the first
 * run. %LB_ERROR_ENGINE: it is not on the GPU that was asked for; %LB_ERROR_BAD_MODEL */
gboolean llama_engine_settle (LlamaEngine *engine, const char *path, const LbLoadRequest *request,
                              const GgmlDevice *device, GError **error);

/** llama_engine_answer: what load answers of the model, but for the sound that goes in. @head: of
 * its file */
void llama_engine_answer (const LlamaEngine *engine, const LlamaGguf *head,
                          const GgmlDevice *device, LbLoadAnswer *answer);

/** llama_engine_enter: before a run */
void llama_engine_enter (LlamaEngine *engine, LbSink *sink);
void llama_engine_clear (LlamaEngine *engine);

/** llama_engine_fail_load: Returns: %FALSE; @error says why @path can't be loaded, or that it was
 * cancelled */
gboolean llama_engine_fail_load (const LlamaEngine *engine, const char *path, GError **error);

/** llama_engine_fail: Returns: %FALSE; @error says that llama.cpp can't @what, or that it was
 * cancelled */
gboolean llama_engine_fail (const LlamaEngine *engine, const char *what, int status,
                            GError **error);

/** llama_engine_on_log, llama_engine_on_progress: callbacks of libraries beside llama.cpp's.
 * @data: a #LlamaEngine; of the log %NULL too */
void llama_engine_on_log (enum ggml_log_level level, const char *text, void *data);
bool llama_engine_on_progress (float fraction, void *data);

G_END_DECLS
