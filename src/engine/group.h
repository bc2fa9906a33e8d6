/* Processes of an engine: one group, led by the one that we start. */
#pragma once

#include <signal.h>
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  int fd;     /* ours, stays open */
  int target; /* the number it has in the child */
} LbGroupFd;

/** lb_group_spawn: starts @argv as the leader of a new process group with exactly the descriptors
 * of @fds (others that aren't close-on-exec are the child's to close). Safe in a process with
 * many threads. Returns: whether it runs */
gboolean lb_group_spawn (char *const *argv, char *const *environment, const LbGroupFd *fds,
                         guint n_fds, GPid *pid, GError **error);

/** lb_group_leader_ended: whether the leader has ended; it stays a zombie, so that its number
 * isn't given away while the group is killed. @how: (out) (optional): si_code 0 when that isn't
 * known */
gboolean lb_group_leader_ended (GPid pid, siginfo_t *how);

/** lb_group_has_others: whether a living process other than the leader is in the group. Reads all
 * of /proc */
gboolean lb_group_has_others (GPid pid);

/** lb_group_rss_bytes: resident memory of the leader's tree, or, with @all, of every process of
 * the group (dearer: reads all of /proc). Of each process's shared memory @not_counted_bytes are
 * left out */
guint64 lb_group_rss_bytes (GPid pid, gboolean all, guint64 not_counted_bytes);

/** lb_group_signal_name: Returns: "SIGSEGV"; a constant, "signal" where it has no name */
const char *lb_group_signal_name (int number);

G_END_DECLS
