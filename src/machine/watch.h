/* The watch below a root folder, for tests. */
#pragma once

#include "machine/machine.h"

G_BEGIN_DECLS

/** lb_watch_start_at: as lb_watch_start() */
LbWatch *lb_watch_start_at (const char *root);

G_END_DECLS
