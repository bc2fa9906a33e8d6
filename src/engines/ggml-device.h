/* The devices that ggml offers to whisper.cpp and llama.cpp, named as ours: "cpu", "vulkan:0".
 * Compiled into each of their modules: LB_GGML_LIBRARY is its library's name, LB_GGML_GPU the
 * backends that our own build was asked for. */
#pragma once

#include <ggml-backend.h>

#include "core/json.h"

G_BEGIN_DECLS

typedef struct {
  gboolean gpu;
  ggml_backend_dev_t dev;
  int index;            /* among all GPUs, as whisper.cpp counts them; -1 for cpu */
  char id[64];          /* "vulkan:0" */
  char backend[32];     /* "vulkan" */
  char ggml[64];        /* ggml's name, as in the library's log: "Vulkan0" */
  char name[128];       /* what a person calls it */
  guint64 memory_bytes; /* 0: unknown */
} GgmlDevice;

/** ggml_devices_load: opens ggml's backends where they are modules of their own: from
 * the folder that ggml was built to look in, else from the one in which libggml lies */
void ggml_devices_load (void);

/** ggml_device_find: @id (nullable): NULL or "auto" is the first GPU, else the processor.
 *  @error: %LB_ERROR_USAGE names what there is */
gboolean ggml_device_find (const char *id, GgmlDevice *device, GError **error);

/** ggml_devices_json: Returns: (transfer full): [{id, backend, name,
 * memory_bytes}], cpu first */
json_t *ggml_devices_json (void);

G_END_DECLS
