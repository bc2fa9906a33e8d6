/* One look at the graphics cards, for a curve that shows life while something runs. The figures
 * of a result are the sampler's. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LbGpuLook LbGpuLook;

typedef struct {
  double busy;  /* 0…1, of the busiest card; NAN: can't be read */
  double bytes; /* in use on the fullest card; where no card tells it, by the process tree; NAN */
} LbGpuUse;

/**
 * lb_gpu_look_new:
 * @root: what goes before /sys, /proc and /dev: "", or a test's folder
 * @pid: root of the process tree
 *
 * Returns: (transfer full) (nullable): %NULL: there is no card to look at
 */
LbGpuLook *lb_gpu_look_new (const char *root, GPid pid);
void lb_gpu_look_free (LbGpuLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbGpuLook, lb_gpu_look_free)

LbGpuUse lb_gpu_look_take (const LbGpuLook *look);

G_END_DECLS
