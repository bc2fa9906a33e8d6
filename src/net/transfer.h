/* Shared by the files of a download. */
#pragma once

#include <libsoup/soup.h>

#include "net/download.h"

G_BEGIN_DECLS

typedef struct {
  const LbDownload *download;
  LbDownloadCallback callback;
  gpointer user_data;
  GCancellable *cancellable;
  SoupSession *session;
  int fd;
  char *state_path; /* PART.json */
  char *host;       /* of the download's address */
  char *validator;  /* ETag or date that the part belongs to; NULL: none */
  guint64 offset;   /* bytes in the part */
  guint64 total;    /* 0: unknown */
  gint64 told_ns;
  guint8 *chunk;
} LbTransfer;

/** lb_transfer_send: asks for the file from the part's offset on. Redirects are followed, none of
 * them from https to http. Returns: (transfer full): the answer's body; @message: (out) (transfer
 * full): the answer, whatever its status */
GInputStream *lb_transfer_send (LbTransfer *t, SoupMessage **message, GError **error);

G_END_DECLS
