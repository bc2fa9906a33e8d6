/* Scores of speech and music that came out, that another engine's ears are needed for.
 * docs/MEASURING.md. */
#pragma once

#include "bench/listener.h"
#include "bench/result.h"

G_BEGIN_DECLS

/** lb_spoken_check: settings.score of @plan: names that exist, for modes and engines that can be
 * scored. %LB_ERROR_USAGE */
gboolean lb_spoken_check (const LbPlan *plan, LbRegistry *registry, LbModels *models,
                          GError **error);

/**
 * lb_spoken_score:
 * @text: what was to be said, or played
 * @sounds: (element-type LbPcm): of each element of the record's `outputs`, in their order
 *
 * Puts `scores` into each output. What can't be scored is a flag: it harms no figure.
 */
void lb_spoken_score (const LbListening *listening, LbResult *result, const char *text,
                      const GPtrArray *sounds, GCancellable *cancellable);

G_END_DECLS
