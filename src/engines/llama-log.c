#include "llama-log.h"

#include <stdio.h>
#include <string.h>

/* "load_tensors: offloaded 29/29 layers to GPU" → what comes after the function's name */
static const char *
after_function (const char *line)
{
  const char *text = strstr (line, ": ");

  return text != NULL ? text + 2 : line;
}

void
llama_log_line (LlamaLog *log, gboolean is_error, const char *line)
{
  const char *text = after_function (line);
  int on_gpu, all;

  if (sscanf (text, "offloaded %d/%d layers to GPU", &on_gpu, &all) == 2)
    {
      log->gpu_layers = on_gpu;
      log->layers = all;
    }
  if (g_str_has_prefix (text, "CLIP using ") && strstr (text, " backend") != NULL)
    sscanf (text, "CLIP using %63s backend", log->projector);
  if (is_error && *text != '\0' && *text != '\n')
    {
      g_strlcpy (log->error, line, sizeof log->error);
      g_strchomp (log->error);
    }
}
