/* Environments of engines in Python: made from a lock, looked at, taken away; and the smallest
 * real case of any engine. Blocking calls. */
#pragma once

#include <gio/gio.h>

#include "engine/manifest.h"
#include "engine/python.h"

G_BEGIN_DECLS

typedef struct {
  const char *phase;               /* "environment", "packages"… what is done now */
  guint64 done_bytes, total_bytes; /* on disk; total 0: unknown */
  const char *note;                /* what the user should know, once; else NULL */
} LbInstallProgress;

typedef void (*LbInstallCallback) (const LbInstallProgress *progress, gpointer user_data);

/**
 * lb_workers_install:
 * @environment: of @manifest
 * @again: also when it is whole
 *
 * Makes the environment by uv where it is, else by venv and pip, by the user's own settings of
 * them (index, cache); only what the lock names, by its hashes. What broke off before is begun
 * again: what was downloaded comes from the cache. The stamp comes last: before it, the
 * environment is "half-installed".
 *
 * %LB_ERROR_NO_SPACE, %LB_ERROR_NOT_FOUND (no Python that fits), %LB_ERROR_NETWORK (the
 * installer's last words), %LB_ERROR_CANCELLED
 */
gboolean lb_workers_install (const LbManifest *manifest, LbEnvironment *environment,
                             gboolean again, LbInstallCallback callback, gpointer user_data,
                             GCancellable *cancellable, GError **error);

/** lb_workers_remove: @freed_bytes: (out): on disk. Not while it is being installed. */
gboolean lb_workers_remove (const LbManifest *manifest, LbEnvironment *environment,
                            guint64 *freed_bytes, GError **error);

/**
 * lb_workers_check:
 * @model_path: (nullable): without one an engine that needs one is only started
 *
 * The smallest real case: starts the engine, probes, loads and runs it over a second of sound or
 * a few words.
 *
 * Returns: (transfer full): {engine, mode, version, start_s, load_s, run_s, device, threads,
 * output}; without load_s where there was no model; or %NULL
 */
json_t *lb_workers_check (const LbManifest *manifest, const char *device, const char *model_path,
                          GCancellable *cancellable, GError **error);

G_END_DECLS
