/* A server that an engine asks for its work: one request at a time, its answer read as it comes.
 * This machine only, unless the user allowed more. Nothing is retried, no redirect is followed,
 * no proxy is used; each request has a connection of its own, so that each run of a benchmark
 * pays the same. One thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LbRemote LbRemote;
typedef struct _LbReply LbReply;

/**
 * lb_remote_new:
 * @url: http or https, a host, a port, the beginning of paths; no user, password or query
 * @key: (nullable): goes out as "Authorization: Bearer KEY", and nowhere else. To another machine
 *   over https only
 * @allow_network: whether the host may be another machine than this one
 * @error: %LB_ERROR_USAGE, %LB_ERROR_NOT_PERMITTED
 *
 * "localhost" is this machine's loopback address, whatever a resolver says.
 *
 * Returns: (transfer full): the server, not yet asked, or %NULL
 */
LbRemote *lb_remote_new (const char *url, const char *key, gboolean allow_network,
                         GError **error);
void lb_remote_free (LbRemote *remote);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbRemote, lb_remote_free)

/** lb_remote_set_key_header: the key goes out as "@name: KEY" instead. @name: (transfer none): a
 * constant */
void lb_remote_set_key_header (LbRemote *remote, const char *name);

/** lb_remote_host: Returns: (transfer none): "127.0.0.1:8080", to be shown */
const char *lb_remote_host (const LbRemote *remote);
gboolean lb_remote_is_local (const LbRemote *remote);
gboolean lb_remote_has_key (const LbRemote *remote);

/** lb_remote_hide_key: Returns: (transfer full): @text with stars where it holds the key: servers
 * repeat what they were sent */
char *lb_remote_hide_key (const LbRemote *remote, const char *text);

/**
 * lb_remote_ask:
 * @path: begins with "/". A url that ends in "/v1" and a path that begins with it share it
 * @type: (nullable): of @body
 * @body: (nullable): sent by POST; without it: GET
 * @error: %LB_ERROR_NETWORK, %LB_ERROR_CANCELLED, %LB_ERROR_USAGE (@path)
 *
 * There is no time limit but @cancellable.
 *
 * Returns: (transfer full): the answer, whatever its status, its body still to be read; or %NULL
 */
LbReply *lb_remote_ask (LbRemote *remote, const char *path, const char *type, GBytes *body,
                        GCancellable *cancellable, GError **error);
void lb_reply_free (LbReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbReply, lb_reply_free)

guint lb_reply_status (const LbReply *reply);

/** lb_reply_type: Returns: (transfer none): "application/json", in small letters, without
 * parameters; "" when the server says none */
const char *lb_reply_type (const LbReply *reply);

/** lb_reply_header: @name: in small letters. Returns: (transfer none) (nullable): any bytes */
const char *lb_reply_header (const LbReply *reply, const char *name);

/** lb_reply_read: what has come, at least a byte. Returns: 0: the end; -1: @error */
gssize lb_reply_read (LbReply *reply, void *buffer, gsize size, GError **error);

/** lb_reply_read_all: Returns: (transfer full): the rest of the body, NUL behind it, or %NULL:
 * above @most bytes too */
char *lb_reply_read_all (LbReply *reply, gsize most, gsize *length, GError **error);

G_END_DECLS
