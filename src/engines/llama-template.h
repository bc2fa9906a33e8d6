/* What a model's chat template (Jinja) says by itself. llama.cpp's library knows the usual
 * templates by their look, and renders them without the system message that some of them put
 * first. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** llama_template_system: Returns: (transfer full) (nullable): the system message that @text (of
 *  the ChatML kind) gives where a conversation has none, such as "You are a helpful assistant."
 *  NULL: none, or one that is computed */
char *llama_template_system (const char *text);

G_END_DECLS
