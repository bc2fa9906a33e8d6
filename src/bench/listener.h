/* An engine that listens to what another one made, or reads it: a transcriber, a judge, or one
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

/* What an engine said to some texts. */
typedef struct {
  json_t *outputs; /* in the texts' order */
  char *version;   /* of the engine; NULL: unknown */
  json_t *server;  /* that it asked; NULL: none */
  char *model;     /* of the store, by its id; NULL: none */
} LbAnswers;

void lb_answers_clear (LbAnswers *answers);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LbAnswers, lb_answers_clear)

/**
 * lb_ask:
 * @model: (nullable): of the store, where the engine takes one
 * @options: of the engine, typed
 * @texts: (array zero-terminated=1): each is a prompt of its own, without a sound
 *
 * As lb_listen(). Whether input may leave the machine is the settings'.
 */
gboolean lb_ask (const LbListening *listening, const char *mode, const char *engine,
                 const char *model, const json_t *options, const char *const *texts,
                 LbAnswers *answers, GCancellable *cancellable, GError **error);

G_END_DECLS
