/* Options of the manifest → what llama.cpp is given. */
#pragma once

#include <llama.h>

#include "core/json.h"

G_BEGIN_DECLS

/** llama_options_sampler: Returns: (transfer full): greedy at temperature 0, else top-k, top-p,
 * min-p, temperature and a draw by @seed (never the number that means a random one), in the
 * order of llama.cpp's own tools */
struct llama_sampler *llama_options_sampler (const json_t *options, gint64 seed);

/** llama_options_draws: whether answers are drawn, and may differ */
gboolean llama_options_draws (const json_t *options);

/** llama_options_flash_attention: as the options say */
enum llama_flash_attn_type llama_options_flash_attention (const json_t *options);

/** llama_options_model, llama_options_context: set in @params what the options say */
void llama_options_model (const json_t *options, struct llama_model_params *params);
void llama_options_context (const json_t *options, int context_of_model,
                            struct llama_context_params *params);

G_END_DECLS
