/* The catalogue (data/catalogue.json: what exists, where it comes from) and the model store
 * ($XDG_DATA_HOME/llamaburn/…: what is here). */
#pragma once

#include <gio/gio.h>

#include "core/json.h"

G_BEGIN_DECLS

typedef struct {
  char *name;    /* as typed after -m: "base", "base.en-q5_1" */
  char *id;      /* as in records: "whisper-base" */
  char *mode;    /* "stt" */
  char *family;  /* "whisper" */
  char *variant; /* "ggml", "ct2", "hf", "onnx", "gguf" */
  char *title;
  char *licence;
  guint64 parameters; /* 0: unknown */
  guint64 bytes;      /* to download; 0: unknown */
  char *path;         /* under the store: "whisper/ggml-base.bin" */
  char *sha256;       /* of the file, NULL: not known */
  gboolean imported;  /* the user's own, from the store's imported.json */
  json_t *json;       /* the catalogue's entry */
} LbModel;

typedef struct _LbModels LbModels;

/** lb_models_open: reads catalogue and imports. Returns: (transfer full) */
LbModels *lb_models_open (GError **error);
void lb_models_free (LbModels *models);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbModels, lb_models_free)

/** lb_models_notice: Returns: (transfer none) (nullable): what the user should know: the record
 * of imports is damaged, and your own models are not listed */
const char *lb_models_notice (const LbModels *models);

/** lb_models_all: Returns: (transfer none) (element-type LbModel) */
const GPtrArray *lb_models_all (const LbModels *models);

/**
 * lb_models_find:
 * @name: name, id ("whisper-base"), or a path with a slash to a file of that variant, whose id is
 * then "own-" and the file's name without "ggml-" and ".bin", as if it had been imported
 * @mode: (nullable)
 * @variants: (nullable) (array zero-terminated=1): that the engine takes, best first
 *
 * Of several variants it is the best that is here, else the best.
 *
 * Returns: (transfer none): the model, here or not, or %NULL with %LB_ERROR_USAGE that offers the
 * nearest
 */
const LbModel *lb_models_find (LbModels *models, const char *name, const char *mode,
                               const char *const *variants, GError **error);

/** lb_models_tell: Returns: (nullable): the variant that the file or folder at @path shows to be,
 * by a look at it; %NULL: a folder that could be of any engine */
const char *lb_models_tell (const char *path);

/** lb_models_locate: looks in the store, then in [models] folder= of config.ini. Returns:
 * (transfer full): absolute path of @model's file or folder, or %NULL with
 * %LB_ERROR_MODEL_MISSING, whose message holds the pull command, or with %LB_ERROR_BAD_MODEL: cut
 * short, empty, of another kind, and the cure */
char *lb_models_locate (LbModels *models, const LbModel *model, GError **error);

/** lb_models_is_here: whether lb_models_locate() would find it, whole by size */
gboolean lb_models_is_here (LbModels *models, const LbModel *model);

/** lb_models_sha256: of a file, or of a folder's sorted list of files and their hashes; cached by
 * inode, size and mtime. Returns: (transfer full) */
char *lb_models_sha256 (LbModels *models, const char *path, guint64 *bytes,
                        GCancellable *cancellable, GError **error);

/** lb_models_drop_cache: posix_fadvise(DONTNEED) over the model's files. Returns: whether mincore
 * shows that its pages are gone: the next load is cold */
gboolean lb_models_drop_cache (const char *path);

typedef struct {
  const char *source;              /* (nullable): what is asked now, shown; of a pull */
  guint64 done_bytes, total_bytes; /* total 0: unknown */
  const char *note;                /* what a source answered, when one was left; else NULL */
} LbPullProgress;

typedef void (*LbPullCallback) (const LbPullProgress *progress, gpointer user_data);

/** lb_models_pull: tries the sources in order; resumes; verifies; what appears is whole */
gboolean lb_models_pull (LbModels *models, const LbModel *model, LbPullCallback callback,
                         gpointer user_data, GCancellable *cancellable, GError **error);

typedef struct {
  const char *path;      /* a file; of a classifier also its folder */
  const char *name;      /* (nullable): from the file's name */
  const char *projector; /* (nullable): of a language model that listens */
} LbOwnModel;

/** lb_models_import: copies a model of the user's own, whose kind is told by its content, into
 * the store, whole or not at all. Returns: (transfer full): its name; lb_models_open() shows it
 * from then on */
char *lb_models_import (LbModels *models, const LbOwnModel *own, LbPullCallback callback,
                        gpointer user_data, GCancellable *cancellable, GError **error);

/** lb_models_import_as: likewise the files of @model, an entry of the catalogue, from the file or
 * folder @path, checked by what the catalogue promises; it is then as if it had been pulled.
 * @was_here: (out): it was, whole, and is left as it is */
gboolean lb_models_import_as (LbModels *models, const LbModel *model, const char *path,
                              LbPullCallback callback, gpointer user_data, gboolean *was_here,
                              GCancellable *cancellable, GError **error);

/** lb_models_remove: takes @model, and what a broken pull left of it, from the store.
 * @freed_bytes: (out) (optional) */
gboolean lb_models_remove (LbModels *models, const LbModel *model, guint64 *freed_bytes,
                           GError **error);

/** lb_models_verify: reads @model whole: size and SHA-256, as the catalogue has it or
 * as recorded when it came. Returns: %FALSE with %LB_ERROR_CHECKSUM,
 * %LB_ERROR_BAD_MODEL, %LB_ERROR_MODEL_MISSING… */
gboolean lb_models_verify (LbModels *models, const LbModel *model, GError **error);

G_END_DECLS
