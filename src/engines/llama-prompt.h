/* The model's chat template around what is asked. */
#pragma once

#include <llama.h>

#include "core/json.h"

G_BEGIN_DECLS

/**
 * llama_prompt_text:
 * @options: `template`: another than the model's; "none": @system and @content as they are
 * @system: (nullable): a message before
 * @content: what the user says
 *
 * Returns: (transfer full): the whole conversation, up to where the answer begins; %NULL with
 * %LB_ERROR_ENGINE: it can't be put together, or without @content
 */
char *llama_prompt_text (const struct llama_model *model, const json_t *options,
                         const char *system, const char *content, GError **error);

/** llama_prompt_check: whether @options' template is there, or the model's is known.
 *  %LB_ERROR_USAGE, %LB_ERROR_BAD_MODEL */
gboolean llama_prompt_check (const struct llama_model *model, const json_t *options,
                             GError **error);

G_END_DECLS
