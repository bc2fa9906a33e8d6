#include "llama-options.h"

#include <string.h>

enum llama_flash_attn_type
llama_options_flash_attention (const json_t *options)
{
  const char *word = lb_json_string (options, "flash-attention", "auto");

  if (strcmp (word, "on") == 0)
    return LLAMA_FLASH_ATTN_TYPE_ENABLED;
  return strcmp (word, "off") == 0 ? LLAMA_FLASH_ATTN_TYPE_DISABLED : LLAMA_FLASH_ATTN_TYPE_AUTO;
}

gboolean
llama_options_draws (const json_t *options)
{
  return lb_json_real (options, "temperature", 0) > 0;
}

struct llama_sampler *
llama_options_sampler (const json_t *options, gint64 seed)
{
  struct llama_sampler_chain_params params = llama_sampler_chain_default_params ();
  struct llama_sampler *chain;

  params.no_perf = true;
  chain = llama_sampler_chain_init (params);
  if (!llama_options_draws (options))
    {
      llama_sampler_chain_add (chain, llama_sampler_init_greedy ());
      return chain;
    }
  llama_sampler_chain_add (
      chain, llama_sampler_init_top_k ((int) lb_json_integer (options, "top-k", 40)));
  llama_sampler_chain_add (
      chain, llama_sampler_init_top_p ((float) lb_json_real (options, "top-p", 0.95), 1));
  llama_sampler_chain_add (
      chain, llama_sampler_init_min_p ((float) lb_json_real (options, "min-p", 0.05), 1));
  llama_sampler_chain_add (
      chain, llama_sampler_init_temp ((float) lb_json_real (options, "temperature", 0)));
  llama_sampler_chain_add (chain, llama_sampler_init_dist ((guint32) seed % LLAMA_DEFAULT_SEED));
  return chain;
}

void
llama_options_model (const json_t *options, struct llama_model_params *params)
{
  params->n_gpu_layers = (int) lb_json_integer (options, "gpu-layers", -1);
}

void
llama_options_context (const json_t *options, int context_of_model,
                       struct llama_context_params *params)
{
  gint64 context = lb_json_integer (options, "context", 0);

  if (context == 0 || context > context_of_model)
    context = context_of_model;
  params->n_ctx = (guint32) context;
  params->flash_attn_type = llama_options_flash_attention (options);
}
