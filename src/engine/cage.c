#include "engine/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.h"
#include "engine/protocol.h"

#define USUAL_DESCRIPTORS 1024

/* The kernel kills the group when the last write end of the death pipe closes: also when
 * the parent was killed with -9, also when this process is stopped or hangs in a library.
 * PDEATHSIG would fire when the *thread* that started us ends. */
static gboolean
die_with_parent (GError **error)
{
  struct pollfd death = { .fd = LB_FD_DEATH, .events = POLLIN };

  if (fcntl (LB_FD_DEATH, F_SETOWN, -getpgrp ()) != 0 ||
      fcntl (LB_FD_DEATH, F_SETSIG, SIGKILL) != 0 ||
      fcntl (LB_FD_DEATH, F_SETFL, O_ASYNC | O_NONBLOCK) != 0)
    return lb_error_set_errno (
        error, errno, "the cage: can't watch the parent through descriptor %d", LB_FD_DEATH);
  /* It may have died before the watch was set. */
  if (poll (&death, 1, 0) > 0 && (death.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
    _exit (EXIT_FAILURE);
  return TRUE;
}

static int
deny_sockets (scmp_filter_ctx filter)
{
  static const int rings[] = { SCMP_SYS (io_uring_setup), SCMP_SYS (io_uring_enter),
                               SCMP_SYS (io_uring_register) };
  int status = 0;

  /* One comparison for each argument and rule: every family below AF_NETLINK but AF_UNIX
   * by itself; what is above, high bits included, in one. */
  for (guint family = 0; family < AF_NETLINK && status == 0; family++)
    if (family != AF_UNIX)
      status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EACCES), SCMP_SYS (socket), 1,
                                 SCMP_A0 (SCMP_CMP_EQ, family));
  if (status == 0)
    status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EACCES), SCMP_SYS (socket), 1,
                               SCMP_A0 (SCMP_CMP_GT, AF_NETLINK));
  for (guint i = 0; i < G_N_ELEMENTS (rings) && status == 0; i++)
    status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), rings[i], 0);
  return status;
}

/* setsid() and setpgid() succeed and do nothing: whatever an engine starts stays in the
 * group that is killed at the end, and programs that insist on a session of their own run
 * on. */
static int
keep_group (scmp_filter_ctx filter)
{
  int status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (0), SCMP_SYS (setsid), 0);

  return status != 0 ? status
                     : seccomp_rule_add (filter, SCMP_ACT_ERRNO (0), SCMP_SYS (setpgid), 0);
}

static gboolean
filter_calls (gboolean network, GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int status;

  if (filter == NULL)
    return lb_error_set_errno (error, ENOMEM, "the cage: can't make a system call filter");
  status = seccomp_attr_set (filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO (ENOSYS));
  if (status == 0)
    status = keep_group (filter);
  if (status == 0 && !network)
    status = deny_sockets (filter);
  if (status == 0)
    status = seccomp_load (filter);
  seccomp_release (filter);
  if (status != 0)
    return lb_error_set_errno (error, -status,
                               "the cage: this system refuses a system call filter (seccomp)");
  return TRUE;
}

/* The parent may have raised its own. Programs that select(), or close all there could be, don't
 * expect a million. */
static gboolean
usual_descriptors (GError **error)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return lb_error_set_errno (error, errno, "the cage: can't read the limit of descriptors");
  limit.rlim_cur = MIN (limit.rlim_max, USUAL_DESCRIPTORS);
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    return lb_error_set_errno (error, errno, "the cage: can't set the limit of descriptors");
  return TRUE;
}

gboolean
lb_cage_put_on (gboolean network, GError **error)
{
  static const struct rlimit no_core = { 0, 0 };
  int fd;

  if (close_range (STDERR_FILENO + 1, LB_FD_FIRST - 1, 0) != 0 ||
      close_range (LB_FD_END, ~0U, 0) != 0)
    return lb_error_set_errno (error, errno, "the cage: can't close inherited descriptors");
  if (getpgrp () != getpid () && setpgid (0, 0) != 0)
    return lb_error_set_errno (error, errno, "the cage: can't lead a process group");
  if (!die_with_parent (error))
    return FALSE;
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return lb_error_set_errno (error, errno, "the cage: can't give up new privileges");
  if (setrlimit (RLIMIT_CORE, &no_core) != 0)
    return lb_error_set_errno (error, errno, "the cage: can't switch core files off");
  if (!usual_descriptors (error))
    return FALSE;
  /* A kindness to the rest of the machine, not a promise: where /proc is read-only it
   * must do without. */
  fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0)
    {
      if (write (fd, "1000", 4) != 4)
        g_debug ("oom_score_adj stays as it is: %s", strerror (errno));
      close (fd);
    }
  return filter_calls (network, error);
}
