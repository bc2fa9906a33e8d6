/* What keeps a hostile sound inside llamaburn-decode. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * lb_cage_enter:
 *
 * No new privileges, first to be killed when memory runs out, bounded time and memory, no core
 * file, and a list of system calls that decoding needs: none opens, creates or executes a file,
 * none makes a socket, process or thread. Cannot be undone.
 *
 * Returns: whether all of it holds
 */
gboolean lb_cage_enter (GError **error);

/** lb_cage_tie_to_parent: the kernel kills this process group as soon as the write end of the
 * pipe behind @life_fd is closed, however its owner died. Nothing when @life_fd is no pipe.
 *  Returns: %FALSE when the parent is gone already */
gboolean lb_cage_tie_to_parent (int life_fd);

G_END_DECLS
