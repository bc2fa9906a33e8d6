/* The parent's side: one engine process with at most one loaded model. Blocking calls, one thread
 * at a time; a reader thread of the session stamps each line as read() returns. Every call ends:
 * on an answer, on cancellation, on a time limit, on the process's death. After any error but
 * LB_ERROR_ENGINE the session is dead: stop it. LB_ERROR_ENGINE (the engine said that it failed)
 * leaves it usable. */
#pragma once

#include <gio/gio.h>

#include "engine/manifest.h"

G_BEGIN_DECLS

typedef struct _LbSession LbSession;

typedef struct {
  guint64 memory_limit_bytes; /* of the engine's process tree; 0: none */
  guint64 pcm_memory_bytes;   /* above this the two mappings are unlinked files; 0: a quarter of
                                 available */
  const char *device;         /* that the model will be loaded on: picks a worker's environment;
                                 NULL: auto */
} LbSessionSettings;

/** lb_session_start: starts llamaburn-engine for @manifest, caged, and exchanges hello.
 *  Returns: (transfer full): the session, or %NULL (ENGINE_MISSING, CRASHED, PROTOCOL, TIMEOUT…)
 */
LbSession *lb_session_start (const LbManifest *manifest, const LbSessionSettings *settings,
                             GCancellable *cancellable, GError **error);

/** lb_session_stop: asks it to leave, then SIGTERM, then SIGKILL to its group; waits until every
 * process of the group is gone; frees. Never fails. @session: (transfer full) (nullable) */
void lb_session_stop (LbSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbSession, lb_session_stop)

GPid lb_session_pid (const LbSession *session);
const char *lb_session_version (const LbSession *session); /* of the engine, from hello */
const json_t *
lb_session_environment (const LbSession *session); /* what passed the allow-list, less keys */

/** lb_session_pcm_inodes: the st_dev:st_ino of the two mappings, "dev:inode" as in smaps, for
 * memory accounting. Returns: (transfer none) (array zero-terminated=1) */
const char *const *lb_session_pcm_inodes (const LbSession *session);

/** lb_session_stderr: Returns: (transfer full): the last lines of its standard error, escaped */
char *lb_session_stderr (LbSession *session);

/** lb_session_probe: Returns: (transfer full): {version, devices[], libraries{}} or %NULL */
json_t *lb_session_probe (LbSession *session, double time_limit_s, GCancellable *cancellable,
                          GError **error);

typedef struct {
  guint input_rate_hz, input_channels;
  guint output_rate_hz, output_channels;
  double output_s;    /* the longest sound that one run may give; 0: by the mode's rule */
  guint output_stems; /* how many of that length, at least 1 */
  char *backend, *device, *device_name;
  int threads;
  gboolean deterministic;
  guint64 parameters;
  json_t *options; /* as they took effect, or NULL */
  json_t *info;    /* or NULL */
  double load_s;   /* from writing the load line to reading the answer */
} LbSessionLoaded;

void lb_session_loaded_clear (LbSessionLoaded *loaded);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LbSessionLoaded, lb_session_loaded_clear)

/**
 * lb_session_load:
 * @request: {mode, model_path, model{}, device, threads, seed, random_weights, options{}}
 */
gboolean lb_session_load (LbSession *session, const json_t *request, double time_limit_s,
                          LbSessionLoaded *loaded, GCancellable *cancellable, GError **error);

/** lb_session_unload: the engine frees its model, the process stays */
gboolean lb_session_unload (LbSession *session, double time_limit_s, GCancellable *cancellable,
                            GError **error);

/** lb_session_reserve: once, after the first load: sizes both mappings (sparse), maps `in`, seals
 * both */
gboolean lb_session_reserve (LbSession *session, guint64 in_bytes, guint64 out_bytes,
                             GCancellable *cancellable, GError **error);

/** lb_session_put: copies samples into `in` at @offset_bytes. Untimed */
gboolean lb_session_put (LbSession *session, guint64 offset_bytes, const float *samples,
                         gsize n_samples, GError **error);

/** lb_session_get: copies samples out of `out` at @offset_bytes. Untimed */
gboolean lb_session_get (LbSession *session, guint64 offset_bytes, float *samples,
                         gsize n_samples, GError **error);

typedef struct {
  gint64 t0_ns, t1_ns; /* just before the run line was written; `done` read */
  gint64 first_ns;     /* the engine's own stamp, 0: none */
  char *first_kind;
  gint64 done_ns; /* the engine's own stamp of done */
  json_t *output; /* (transfer full) what came after done */
  json_t *flags;  /* (transfer full) array of {id, evidence, cure}: what was not as it must be */
} LbSessionRun;

void lb_session_run_clear (LbSessionRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LbSessionRun, lb_session_run_clear)

/** LbSessionProgress: called in the waiting thread for each `partial` (@text) and `progress`
 * (@fraction) line */
typedef void (*LbSessionProgress) (const char *text, double fraction, gpointer user_data);

/**
 * lb_session_run:
 * @request: {inputs [{role, text} | {role, offset, frames, rate, channels}], seed, index}
 * @run: (out caller-allocates): clear with lb_session_run_clear()
 *
 * Cancelling sends `cancel`, waits 2 s, then SIGTERM, then SIGKILL to the group.
 */
gboolean lb_session_run (LbSession *session, const json_t *request, double time_limit_s,
                         LbSessionProgress progress, gpointer user_data, LbSessionRun *run,
                         GCancellable *cancellable, GError **error);

/** lb_session_pause, lb_session_resume: SIGSTOP, SIGCONT to the group (--interleave) */
void lb_session_pause (LbSession *session);
void lb_session_resume (LbSession *session);

G_END_DECLS
