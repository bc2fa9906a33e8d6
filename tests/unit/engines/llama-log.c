#include "llama-log.h"

static void
reads_what_is_told (void)
{
  LlamaLog log = { 0 };

  llama_log_line (&log, FALSE, "load_tensors: offloaded 29/33 layers to GPU\n");
  llama_log_line (&log, FALSE, "clip_ctx: CLIP using Vulkan0 backend\n");
  llama_log_line (&log, FALSE, "print_info: n_layer = 32\n");
  g_assert_cmpint (log.gpu_layers, ==, 29);
  g_assert_cmpint (log.layers, ==, 33);
  g_assert_cmpstr (log.projector, ==, "Vulkan0");
  g_assert_cmpstr (log.error, ==, "");
  llama_log_line (&log, TRUE, "llama_model_load: error loading model: bad\n");
  llama_log_line (&log, TRUE, "\n");
  g_assert_cmpstr (log.error, ==, "llama_model_load: error loading model: bad");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engines/llama-log/reads", reads_what_is_told);
  return g_test_run ();
}
