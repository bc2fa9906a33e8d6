/* One file over HTTP(S), resumed where it stopped. Plain http goes to this machine only. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * LbDownload:
 * @url: https, or http to a loopback address
 * @part_path: where the bytes are gathered; "PART_PATH.json" beside it keeps what the server said
 * of the file (its ETag or date), so that a later call goes on only with the same file
 * @bytes: the size that is expected; 0: unknown
 * @magic: (nullable): the first bytes of what is expected, @magic_bytes of them (at most 16)
 * @verified_later: the caller knows the checksum: resuming is safe even where a server names no
 * ETag
 */
typedef struct {
  const char *url;
  const char *part_path;
  guint64 bytes;
  const char *magic;
  gsize magic_bytes;
  gboolean verified_later;
} LbDownload;

/** LbDownloadCallback: @total_bytes 0: unknown. At most 10 times a second, and at the end */
typedef void (*LbDownloadCallback) (guint64 done_bytes, guint64 total_bytes, gpointer user_data);

/**
 * lb_download:
 * @error: %LB_ERROR_NETWORK, %LB_ERROR_TIMEOUT, %LB_ERROR_NOT_FOUND (404, 410),
 * %LB_ERROR_BAD_MODEL (not what
 *   @magic or @bytes promise), %LB_ERROR_NO_SPACE, %LB_ERROR_CANCELLED…
 *
 * Fetches into @part_path, from where an earlier call stopped; a broken connection is taken up
 * again while it brings bytes. A server that is silent for 30 s ($LLAMABURN_NETWORK_TIMEOUT) is
 * left. On failure the part stays for the next call, unless it is known to be wrong.
 *
 * Returns: %TRUE when @part_path is complete and on the disk
 */
gboolean lb_download (const LbDownload *download, LbDownloadCallback callback, gpointer user_data,
                      GCancellable *cancellable, GError **error);

/** lb_download_discard: removes the part and what is kept beside it */
void lb_download_discard (const char *part_path);

/** lb_net_url_check: whether @url may be asked: https, or http to a loopback address */
gboolean lb_net_url_check (const char *url, GError **error);

/** lb_net_is_loopback: whether @host is "localhost" or a numeric address of this machine itself
 */
gboolean lb_net_is_loopback (const char *host);

/** lb_net_host: Returns: (transfer full): the host of @url with its port where
 * one is given, to be shown */
char *lb_net_host (const char *url);

/** lb_net_timeout_s: $LLAMABURN_NETWORK_TIMEOUT, 1 to 3600; else 30 */
guint lb_net_timeout_s (void);

/** lb_net_session: Returns: (transfer full) (type SoupSession): a session that neither decodes
 * nor keeps anything; $SSL_CERT_FILE names the trusted certificates where it is set */
gpointer lb_net_session (GError **error);

/** lb_net_translate: sets @error from @cause (transfer full), in our words: @host did what? */
void lb_net_translate (GError **error, GError *cause, const char *host);

G_END_DECLS
