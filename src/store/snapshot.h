/* A private copy of a database that can't be opened where it lies: a read-only folder with a
 * journal, or a schema that must be brought up to date to be read. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LbSnapshot LbSnapshot;

/** lb_snapshot_new: copies @database and its -wal into a new folder of mode 0700 in TMPDIR.
 *  Returns: (transfer full): the copy, or %NULL */
LbSnapshot *lb_snapshot_new (const char *database, GError **error);

/** lb_snapshot_path: Returns: (transfer none): where the copy lies */
const char *lb_snapshot_path (const LbSnapshot *snapshot);

/** lb_snapshot_free: deletes its files; a connection that has read from it goes on */
void lb_snapshot_free (LbSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbSnapshot, lb_snapshot_free)

G_END_DECLS
