/* A session's own folder for temporary files: what its engine leaves there goes with it, however
 * the engine ends. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *path; /* NULL: none */
  int lock_fd;
} LbTemporary;

/** lb_temporary_make: a new folder in the one for temporary files. Those of sessions whose
 * program was killed go now: their locks are free. Returns: %FALSE with an error that names the
 * folder */
gboolean lb_temporary_make (LbTemporary *temporary, GError **error);

/** lb_temporary_remove: with all that is in it. Nothing may use it any more */
void lb_temporary_remove (LbTemporary *temporary);

G_END_DECLS
