/* An engine that listens to what another one made: a transcriber, or a judge of its quality. Its
 * session lives for one call, outside every clock. */
#pragma once

#include <gio/gio.h>

#include "audio/pcm.h"
#include "bench/plan.h"
#include "engine/manifest.h"
#include "models/models.h"

G_BEGIN_DECLS

typedef struct {
  LbRegistry *registry;
  LbModels *models;
  const LbSettings *settings; /* limits of time and memory */
  int threads;
} LbListening;

/**
 * lb_listen:
 * @mode: "stt" or "quality"
 * @model: (nullable)
 * @sounds: (element-type LbPcm)
 * @version: (out) (transfer full) (nullable): of the engine
 *
 * Starts @engine on the CPU, loads it, lets it hear each sound once, stops it.
 *
 * Returns: (transfer full): array of its outputs, in the sounds' order, or %NULL; the error says
 * what is missing and how to get it
 */
json_t *lb_listen (const LbListening *listening, const char *mode, const char *engine,
                   const char *model, const GPtrArray *sounds, char **version,
                   GCancellable *cancellable, GError **error);

G_END_DECLS
