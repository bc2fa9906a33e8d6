/* The parts of the machine's description, below a root folder ("" is the real machine). */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** lb_describe_at: as lb_machine_describe() */
json_t *lb_describe_at (const char *root);

/** lb_describe_cpu: Returns: (transfer full): the object `cpu` */
json_t *lb_describe_cpu (const char *root);

/** lb_describe_gpus: Returns: (transfer full): the array `gpus`: an element for each
 * backend that a card could serve, in the order of the cards */
json_t *lb_describe_gpus (const char *root);

/** lb_gpu_name: Returns: (transfer full): the card's name in trade, from libdrm's or the PCI
 * list where they are installed, else from a small table of our own, else "AMD GPU 1002:744c" */
char *lb_gpu_name (const char *root, guint vendor, guint device, guint revision);

/** lb_gpu_vendor: Returns: "AMD", "NVIDIA", "Intel", or %NULL: not a maker of
 * cards for this work */
const char *lb_gpu_vendor (guint vendor);

G_END_DECLS
