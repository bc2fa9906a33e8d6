/* llama.cpp tells some things only in its log: where the model and its projector really are, and
 * why something failed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  int gpu_layers, layers; /* on a GPU, of how many; 0: nothing was said */
  char projector[64];     /* ggml's name of the device that encodes sound: "CPU", "Vulkan0" */
  char error[256];        /* the last line that told of an error, without its end */
} LlamaLog;

/** llama_log_line: reads one line of the log. @is_error: of the level of errors */
void llama_log_line (LlamaLog *log, gboolean is_error, const char *line);

G_END_DECLS
