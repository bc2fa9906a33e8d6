/* The process of one decode, seen from the parent. Inside src/decode only. */
#pragma once

#include <gio/gio.h>

#include "decode/wire.h"

G_BEGIN_DECLS

/* A decoder that says nothing for so long hangs: even dropping hours of sound takes seconds. */
#define LB_WORKER_IDLE_MS (120 * 1000)

typedef struct _LbWorker LbWorker;

/**
 * lb_worker_new:
 * @file_fd: the sound; stays the caller's
 * @arguments: (array zero-terminated=1): without the program's name
 *
 * Starts llamaburn-decode in its own process group, with an environment of a few allowed names;
 * it dies with us.
 */
LbWorker *lb_worker_new (int file_fd, const char *const *arguments, GError **error);

/** lb_worker_free: kills it if it still runs, and reaps it */
void lb_worker_free (LbWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbWorker, lb_worker_free)

/**
 * lb_worker_read:
 * @idle_ms: %LB_WORKER_IDLE_MS
 *
 * All @bytes, or an error: %LB_ERROR_CANCELLED, %LB_ERROR_TIMEOUT, %LB_ERROR_CRASHED with how it
 * ended.
 */
gboolean lb_worker_read (LbWorker *worker, gpointer data, gsize bytes, int idle_ms,
                         GCancellable *cancellable, GError **error);

G_END_DECLS
