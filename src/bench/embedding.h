/* Scores of music by embeddings: an engine says where each sound, and the prompt, lies in a space
 * of sounds and texts. docs/MEASURING.md. */
#pragma once

#include "bench/listener.h"

G_BEGIN_DECLS

#define LB_REFERENCES_MOST 10000

/** LbHearing: what a score of one output may look at beside what was heard of it */
typedef struct {
  const json_t *listener; /* {engine, model, version} */
  const char *text;       /* what was to be said, or played */
  json_t *references;     /* (nullable): array: what was heard of the reference sounds */
} LbHearing;

/** lb_references_check: whether @asked, of settings.score, names a folder with at least two
 * sounds as its `reference`. %LB_ERROR_USAGE, %LB_ERROR_NOT_FOUND */
gboolean lb_references_check (const json_t *asked, GError **error);

/**
 * lb_listen_beside_references:
 * @listener: its `files` are set here: the sounds of the folder that @asked names
 * @hearing: (out caller-allocates): its `references` is set: of @listening, which keeps them for
 *   later cases
 *
 * Returns: (transfer full): as lb_listen(), of the sounds alone
 */
json_t *lb_listen_beside_references (const LbListening *listening, const LbListener *listener,
                                     const json_t *asked, LbHearing *hearing, char **version,
                                     GCancellable *cancellable, GError **error);

/** lb_score_clap: Returns: (transfer full): {"clap": {value, windows, …}}: the mean cosine of the
 * sound's windows and the prompt; or %NULL */
json_t *lb_score_clap (const json_t *heard, const LbHearing *hearing, GError **error);

/** lb_score_fad: Returns: (transfer full): {"fad": {value, windows, reference_windows,
 * reference_sounds, …}}: the Fréchet distance of the sound's windows and all of the references';
 * or %NULL */
json_t *lb_score_fad (const json_t *heard, const LbHearing *hearing, GError **error);

G_END_DECLS
