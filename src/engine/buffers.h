/* The parent's side of the two descriptors through which sound goes: see DESIGN.md, "Protocol".
 */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef struct {
  int memory_fd; /* memfd */
  int file_fd;   /* unlinked file, -1: could not be made */
  int fd;        /* the one in use; -1 before reserve */
  guint64 bytes;
} LbBuffer;

typedef struct {
  LbBuffer in, out;
  char *map; /* of in, when it is a memfd */
  gboolean files;
  char *no_files; /* why there are no files */
  char *inodes[3];
} LbBuffers;

/** lb_buffers_init: makes all four descriptors, empty. Files that can't be made are an error only
 * when they are needed */
gboolean lb_buffers_init (LbBuffers *buffers, GError **error);
void lb_buffers_clear (LbBuffers *buffers);

/** lb_buffers_reserve: sizes, maps, seals; @files: take the unlinked files */
gboolean lb_buffers_reserve (LbBuffers *buffers, guint64 in_bytes, guint64 out_bytes,
                             gboolean files, GError **error);

gboolean lb_buffers_put (LbBuffers *buffers, guint64 offset, const float *samples, gsize n,
                         GError **error);
gboolean lb_buffers_get (LbBuffers *buffers, guint64 offset, float *samples, gsize n,
                         GError **error);

/** lb_buffers_prepare: before a run: punches `out` empty; reads the inputs that @inputs names
 * through once when they lie in a file */
gboolean lb_buffers_prepare (LbBuffers *buffers, const json_t *inputs, GError **error);

G_END_DECLS
