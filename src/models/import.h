/* Shared by the files that import a model. */
#pragma once

#include "models/private.h"

G_BEGIN_DECLS

/* One file of a model that is imported. */
typedef struct {
  char *from;    /* absolute */
  char *to;      /* its name in the model: "config.json", "variables/variables.index" */
  guint64 bytes; /* when it was found */
  char *sha256;  /* of the copy; NULL before it is made */
} LbImportFile;

/** lb_import_files_new: Returns: (transfer full) (element-type LbImportFile) */
GPtrArray *lb_import_files_new (void);

/** lb_import_files_add: @from is to be copied to @to. %LB_ERROR_BAD_MODEL: it is no file */
gboolean lb_import_files_add (GPtrArray *files, const char *from, const char *to, GError **error);

/** lb_import_files_bytes: of all of @files */
guint64 lb_import_files_bytes (const GPtrArray *files);

/** lb_import_promised: Returns: (transfer none) (nullable): what the catalogue says of @model's
 * file @to: an object with "bytes" and "sha256", as far as they are known */
const json_t *lb_import_promised (const LbModel *model, const char *to);

/** lb_import_fits_size: whether @file has the size that the catalogue promises, where it does */
gboolean lb_import_fits_size (const LbModel *model, const LbImportFile *file);

/** lb_import_find: the files of the catalogue's entry @model in the file or folder @path.
 * Returns: (transfer full) (element-type LbImportFile): or %NULL: what is missing, or of another
 * size */
GPtrArray *lb_import_find (const LbModel *model, const char *path, GError **error);

typedef struct {
  LbModels *models;
  const LbModel *model;
  GPtrArray *files; /* of LbImportFile */
  const char *path; /* of the model, absolute */
  LbPullCallback callback;
  gpointer user_data;
  GCancellable *cancellable;
  guint64 done_bytes;
} LbImport;

/** lb_import_bring: copies the files to LB_IMPORT_PART beside the model's place, and checks them;
 * @import->files have their hashes then. On failure nothing of it stays */
gboolean lb_import_bring (LbImport *import, GError **error);

/** lb_import_drop: what was brought is not wanted */
void lb_import_drop (const LbImport *import);

/** lb_import_place: what was brought becomes the model */
gboolean lb_import_place (const LbImport *import, GError **error);

/* What a model of the user's own is told by. */
typedef struct {
  char *path;      /* of the model's file: of a folder, the graph in it */
  char *projector; /* (nullable) */
  guint8 *head;    /* LB_LOOK_BYTES, zeros behind the file's end */
  char *described; /* (nullable): path of the description of a graph */
  json_t *description;
} LbLook;

#define LB_LOOK_BYTES 65536

/** lb_look_at: @path: a file, or a folder with one graph; @projector: (nullable). Returns:
 * (transfer full): or %NULL: it can't be read, or its description can't */
LbLook *lb_look_at (const char *path, const char *projector, GError **error);
void lb_look_free (LbLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbLook, lb_look_free)

/* Formats, by what a file begins with. */
gboolean lb_head_is_whisper (const guint8 *head);
gboolean lb_head_is_gguf (const guint8 *head);
gboolean lb_head_is_onnx (const guint8 *head);
/** lb_head_architecture: Returns: (transfer full) (nullable): of a GGUF: "qwen2", "clip" */
char *lb_head_architecture (const guint8 *head);
/** lb_head_has_audio: whether a projector (GGUF) says that it encodes sound */
gboolean lb_head_has_audio (const guint8 *head);

/* What can be imported without the catalogue. */
typedef struct {
  const char *what; /* as the message names it */
  const char *mode, *family, *variant;
  const char *before, *after; /* its place is BEFORE NAME AFTER, under the store */
  gboolean flat;              /* see lb_model_folder() */
  gboolean single;            /* one file, at that place */
  gboolean (*fits) (const LbLook *look);
  /* Adds the kind's files to @files and, where it is known, what else @entry should say */
  gboolean (*gather) (const LbLook *look, const char *name, GPtrArray *files, json_t *entry,
                      GError **error);
} LbImportKind;

/** lb_import_kind: Returns: (transfer none): what @look shows, or %NULL with %LB_ERROR_BAD_MODEL,
 * which says what can be imported */
const LbImportKind *lb_import_kind (const LbLook *look, GError **error);

/** lb_import_piece: of a language model in pieces ("NAME-00002-of-00003.gguf"). Returns: whether
 * @path is one. @before: (out) (transfer full): all up to its number */
gboolean lb_import_piece (const char *path, char **before, guint *number, guint *count);

G_END_DECLS
