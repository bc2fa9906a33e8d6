/* A worker in Python: what its manifest says of it, and which of its environments are here.
 * Looks at files only: no Python is started. */
#pragma once

#include "engine/manifest.h"

G_BEGIN_DECLS

typedef enum {
  LB_ENVIRONMENT_ABSENT,
  LB_ENVIRONMENT_BROKEN, /* begun and not finished, or damaged since */
  LB_ENVIRONMENT_STALE,  /* whole, but made from another lock */
  LB_ENVIRONMENT_WHOLE,
} LbEnvironmentState;

/* A virtual environment of an engine, made from one locked list of packages. */
typedef struct {
  char *accelerator;      /* "cpu", "cuda", "rocm" */
  char *lock;             /* absolute path of the locked requirements */
  char *lock_sha256;      /* of that file, and of the build; NULL: it can't be read */
  char *index;            /* a further package index that it needs; or NULL */
  char *build_lock;       /* path of a second list: what is compiled here, with what the first
                           * list holds; or NULL */
  char **build_variables; /* NAME=VALUE, for the compiling; or NULL */
  guint64 disk_bytes;     /* that it takes when installed; 0: unknown */
  char *folder;           /* $XDG_DATA_HOME/llamaburn/environments/ID-ACCELERATOR */
  LbEnvironmentState state;
} LbEnvironment;

void lb_environment_free (LbEnvironment *environment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbEnvironment, lb_environment_free)

/* The file in an environment that is written last: {schema, engine, accelerator,
 * lock_sha256, python, bytes}. */
#define LB_ENVIRONMENT_STAMP "llamaburn.json"
#define LB_ENVIRONMENT_SCHEMA "llamaburn.environment/1"

/** lb_environment_look: Returns: what is in environment->folder now; sets environment->state too
 */
LbEnvironmentState lb_environment_look (LbEnvironment *environment);

/** lb_environment_state_name: Returns: "absent", "half-installed", "out of date", "ready" */
const char *lb_environment_state_name (LbEnvironmentState state);

/** lb_manifest_environment: Returns: (transfer none) (nullable): that for @accelerator */
LbEnvironment *lb_manifest_environment (const LbManifest *manifest, const char *accelerator);

/** lb_manifest_accelerator: what serves @device ("auto", "cpu", "cuda:0", "hip:0"; nullable:
 * auto). Returns: "cpu", "cuda", "rocm", or %NULL: any */
const char *lb_manifest_accelerator (const char *device);

/**
 * lb_manifest_argv:
 * @manifest: of a worker
 * @device: (nullable): that it is to run on
 *
 * Returns: (transfer full): what is to be executed, or %NULL with %LB_ERROR_ENGINE_MISSING
 *   that tells how to install it
 */
char **lb_manifest_argv (const LbManifest *manifest, const char *device, GError **error);

/* For manifest.c. Reads the member "python" into manifest->environments, and sets
 * manifest->command and manifest->missing. */
gboolean lb_python_read (LbManifest *manifest, GError **error);

/** lb_manifest_state: Returns: "ready", "missing", or what became of its environments:
 * "half-installed", "outdated"…: a constant */
const char *lb_manifest_state (const LbManifest *manifest);

G_END_DECLS
