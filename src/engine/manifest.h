/* What an engine is and can do, read from its JSON manifest without loading it. The only source
 * for help, completion, manual, window and validation. docs/ENGINES.md describes the format. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef enum {
  LB_OPTION_BOOL,
  LB_OPTION_INT,
  LB_OPTION_DOUBLE,
  LB_OPTION_ENUM,
  LB_OPTION_TEXT,
  LB_OPTION_FILE,
  LB_OPTION_LIST,
} LbOptionKind;

typedef struct {
  char *name; /* as typed after --: "beam-size" */
  LbOptionKind kind;
  json_t *fallback; /* the default; NULL: none, the option is absent unless given */
  double min, max;  /* -INFINITY, INFINITY where the manifest says nothing */
  char **choices;   /* of an enum */
  char *help;
  gboolean work; /* whether it changes the work done: other values, other benchmark */
} LbOption;

typedef struct {
  char *id; /* "whisper.cpp" */
  char *title;
  char **modes;       /* "stt"… */
  char **variants;    /* of models it takes, best first: "ggml"; NULL: it takes no model */
  char **roles;       /* of inputs: "audio", "text"…: see lb_manifest_input() */
  char **outputs;     /* "text", "segments"… */
  char **backends;    /* that it may offer: "cpu", "vulkan", "hip", "cuda" */
  gboolean network;   /* whether it may open inet sockets */
  gboolean hidden;    /* not part of default matrices: null */
  int rank;           /* the lower, the sooner its mode's default; 100 unless it says */
  char **keys;        /* environment variables with secrets that it gets */
  GPtrArray *options; /* of LbOption */
  json_t *json;       /* all of it */
  char *path;         /* of the manifest, absolute */
  char *folder;       /* where the manifest lies, absolute */
  char *module;       /* absolute path of the .so, or NULL: not built, or a worker */
  char **command;     /* of a worker: argv; or NULL */
  GPtrArray *environments; /* of LbEnvironment (engine/python.h): of a worker in Python */
  /* why it can't run here and what to do, one line; NULL when nothing is missing */
  char *missing;
} LbManifest;

/** lb_manifest_read: Returns: (transfer full): the manifest in the file at @path, checked, or
 * %NULL with a message that names file and member */
LbManifest *lb_manifest_read (const char *path, GError **error);
void lb_manifest_free (LbManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbManifest, lb_manifest_free)

/** lb_manifest_option: Returns: (nullable): the option named @name */
const LbOption *lb_manifest_option (const LbManifest *manifest, const char *name);

/** lb_manifest_input: Returns: (transfer none) (nullable): the element {role, kind, optional} of
 * @manifest's inputs that has @role in @mode; without a role (%NULL) the first of that mode: the
 * one that is measured. An element with "modes" is of those modes only */
const json_t *lb_manifest_input (const LbManifest *manifest, const char *mode, const char *role);

/** lb_manifest_can: whether the manifest's "capabilities" name @capability ("random-weights") */
gboolean lb_manifest_can (const LbManifest *manifest, const char *capability);

/** lb_option_parse: types and checks what a user typed. Returns: (transfer full): its JSON value,
 * or %NULL with %LB_ERROR_USAGE ("--beam-size takes a whole number from 1 to 16, not "x"") */
json_t *lb_option_parse (const LbOption *option, const char *text, GError **error);

/** lb_option_check: checks a typed value, from a plan. %LB_ERROR_USAGE */
gboolean lb_option_check (const LbOption *option, const json_t *value, GError **error);

/* All manifests that are to be found: data/engines/ID.json of every shared folder, then
 * workers' folders (system's, build's, the user's $XDG_DATA_HOME/llamaburn/workers); an id
 * found twice is the first one's. */
typedef struct _LbRegistry LbRegistry;

/** lb_registry_new: a manifest that can't be read is kept apart, with its message.
 *  Returns: (transfer full): the registry, or %NULL */
LbRegistry *lb_registry_new (GError **error);
void lb_registry_free (LbRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbRegistry, lb_registry_free)

/** lb_registry_all: Returns: (transfer none) (element-type LbManifest): sorted by id */
const GPtrArray *lb_registry_all (const LbRegistry *registry);

/** lb_registry_problems: Returns: (transfer none) (element-type utf8): what
 * could not be read, and why */
const GPtrArray *lb_registry_problems (const LbRegistry *registry);

/** lb_registry_find: Returns: (transfer none): the engine, or %NULL with %LB_ERROR_USAGE that
 * offers the nearest name; @mode (nullable) must be among its modes */
const LbManifest *lb_registry_find (const LbRegistry *registry, const char *id, const char *mode,
                                    GError **error);

G_END_DECLS
