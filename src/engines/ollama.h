/* What Ollama says and is told, beside what all language models behind servers share. Pure; what
 * a server says is hostile. */
#pragma once

#include "chat-answer.h"

G_BEGIN_DECLS

#define OLLAMA_URL "http://127.0.0.1:11434"

/** ollama_url: @host: (nullable): as $OLLAMA_HOST has it: "HOST", ":PORT", "HOST:PORT", an
 * address of a server. Returns: (transfer full): where a client finds it; "0.0.0.0", which a
 * server listens on, is this machine */
char *ollama_url (const char *host);

/** ollama_find_model: @tags: the answer of /api/tags. @name: (nullable): without a tag: "latest"
 * is meant; NULL: the only one. Returns: (transfer none) (nullable): its entry in @tags */
const json_t *ollama_find_model (const json_t *tags, const char *name);

/** ollama_names: Returns: (transfer full): the names in @tags, ", " between them, the first few;
 * "" when there are none */
char *ollama_names (const json_t *tags);

/** ollama_read: a ChatRead of one line of /api/chat */
void ollama_read (ChatAnswer *answer, const json_t *value, char **delta);

G_END_DECLS
