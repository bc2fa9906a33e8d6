/* An engine that listens to what another one made: a transcriber, a judge of its quality, or one
 * that says where it lies in a space of sounds. Its session lives for one call, outside every
 * clock. */
#pragma once

#include <gio/gio.h>

#include "audio/pcm.h"
#include "bench/plan.h"
#include "engine/manifest.h"
#include "models/models.h"

G_BEGIN_DECLS

#define LB_LISTEN_FILE_MOST_S 30.0 /* of each file that is heard */

typedef struct {
  LbRegistry *registry;
  LbModels *models;
  const LbSettings *settings; /* limits of time and memory */
  int threads;
  json_t *references; /* what was heard of references by earlier cases, by listener and folder */
} LbListening;

/** LbListener: who hears what */
typedef struct {
  const char *mode; /* "stt", "quality" or "embedding" */
  const char *engine;
  const char *model;       /* (nullable) */
  const char *text;        /* (nullable): an input "prompt" beside each sound */
  const GPtrArray *sounds; /* (element-type LbPcm) */
  const GPtrArray *files;  /* (element-type filename) (nullable): heard after the sounds, each at
                              most LB_LISTEN_FILE_MOST_S of it */
} LbListener;

/**
 * lb_listen:
 * @version: (out) (transfer full) (nullable): of the engine
 *
 * Starts the engine on the CPU, loads it, lets it hear each sound once, stops it.
 *
 * Returns: (transfer full): array of its outputs, in the order of sounds and files, or %NULL; the
 * error says what is missing and how to get it
 */
json_t *lb_listen (const LbListening *listening, const LbListener *listener, char **version,
                   GCancellable *cancellable, GError **error);

G_END_DECLS
