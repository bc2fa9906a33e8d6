/* What servers answer when they don't do what they were asked for. */
#pragma once

#include "openai.h"

G_BEGIN_DECLS

/** openai_error_told: Returns: (transfer full) (nullable): what @value says went wrong, one line:
 *  {"error": {"message": …}}, {"error": …}, {"detail": …} */
char *openai_error_told (const json_t *value);

/** openai_without_key: Returns: (transfer full): @value with stars wherever a text holds the key
 */
json_t *openai_without_key (const LbRemote *remote, json_t *value);

/** openai_refuse_status: sets @error: what an answer of another status than 200 means, and what
 * to do */
void openai_refuse_status (Openai *self, LbReply *reply, GError **error);

/** openai_refuse_body: the same, where the body was read already. @body: (nullable): it couldn't
 * be */
void openai_refuse_body (Openai *self, LbReply *reply, const char *body, gsize length,
                         GError **error);

G_END_DECLS
