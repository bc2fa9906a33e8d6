/* What the engine hybrid tells a language model that can't hear. A change of its words is a new
 * version: answers to two versions are answers to two questions. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define HYBRID_PROMPT_VERSION "hybrid/1"

/** hybrid_system: Returns: (transfer none): who the model is, and what the figures mean */
const char *hybrid_system (void);

/** hybrid_question: @features: docs/FEATURES.md. Returns: (transfer full): the figures, rounded
 * to four digits, and what the user asks */
char *hybrid_question (const json_t *features, const char *question);

G_END_DECLS
