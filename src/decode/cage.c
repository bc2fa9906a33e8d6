#include "decode/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

#define CPU_LIMIT_S 3600
/* FFmpeg itself stops at LB_MEDIA_MAX_ALLOCATION; this is for the rest. */
#define MEMORY_LIMIT_BYTES (G_GUINT64_CONSTANT (512) * 1024 * 1024)
#define FILE_LIMIT_BYTES (1024 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* All that a decode in one thread does once its file and its pipe are open. */
static const int allowed[] = {
  SCMP_SYS (read),
  SCMP_SYS (pread64),
  SCMP_SYS (readv),
  SCMP_SYS (write),
  SCMP_SYS (writev),
  SCMP_SYS (lseek),
  SCMP_SYS (fstat),
  SCMP_SYS (close),
  SCMP_SYS (poll),
  SCMP_SYS (ppoll),
  SCMP_SYS (munmap),
  SCMP_SYS (mremap),
  SCMP_SYS (madvise),
  SCMP_SYS (brk),
  SCMP_SYS (futex),
  SCMP_SYS (sched_yield),
  SCMP_SYS (sched_getaffinity),
  SCMP_SYS (rt_sigaction),
  SCMP_SYS (rt_sigprocmask),
  SCMP_SYS (rt_sigreturn),
  SCMP_SYS (sigaltstack),
  SCMP_SYS (restart_syscall),
  SCMP_SYS (clock_gettime),
  SCMP_SYS (gettimeofday),
  SCMP_SYS (time),
  SCMP_SYS (nanosleep),
  SCMP_SYS (clock_nanosleep),
  SCMP_SYS (getrusage),
  SCMP_SYS (getrandom),
  SCMP_SYS (uname),
  SCMP_SYS (getpid),
  SCMP_SYS (gettid),
  SCMP_SYS (sysinfo),
  SCMP_SYS (exit),
  SCMP_SYS (exit_group),
};

/* Sanitizers read /proc/self and look for leaks from a thread of their own. */
static const int allowed_sanitized[] = {
  SCMP_SYS (openat),
  SCMP_SYS (open),
  SCMP_SYS (readlink),
  SCMP_SYS (readlinkat),
  SCMP_SYS (stat),
  SCMP_SYS (newfstatat),
  SCMP_SYS (lstat),
  SCMP_SYS (clone),
  SCMP_SYS (clone3),
  SCMP_SYS (ptrace),
  SCMP_SYS (wait4),
  SCMP_SYS (prctl),
  SCMP_SYS (getppid),
  SCMP_SYS (kill),
  SCMP_SYS (getdents64),
  SCMP_SYS (mprotect),
  SCMP_SYS (prlimit64),
  SCMP_SYS (getrlimit),
  SCMP_SYS (set_robust_list),
  SCMP_SYS (rseq),
  SCMP_SYS (dup),
  SCMP_SYS (fcntl),
  SCMP_SYS (mmap),
  SCMP_SYS (tgkill),
  SCMP_SYS (process_vm_readv),
  SCMP_SYS (pipe),
  SCMP_SYS (pipe2),
  SCMP_SYS (getuid),
  SCMP_SYS (geteuid),
  SCMP_SYS (getgid),
  SCMP_SYS (getegid),
  SCMP_SYS (access),
  SCMP_SYS (ioctl),
};

static int
add_rules (scmp_filter_ctx filter)
{
  int failed = 0;

  for (guint i = 0; failed == 0 && i < G_N_ELEMENTS (allowed); i++)
    failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed[i], 0);
  for (guint i = 0; failed == 0 && SANITIZED && i < G_N_ELEMENTS (allowed_sanitized); i++)
    failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed_sanitized[i], 0);
  return failed;
}

/* abort() signals its own thread; with any other process id, this would be a kill(). Memory is
 * never executable: malloc() makes arenas writable, and nothing is loaded any more. */
static int
add_narrow_rules (scmp_filter_ctx filter)
{
  static const int mapping[] = { SCMP_SYS (mmap), SCMP_SYS (mprotect) };
  int failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1,
                                 SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) getpid ()));

  /* fstat() of the C library. */
  if (failed == 0)
    failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (newfstatat), 1,
                               SCMP_A3 (SCMP_CMP_EQ, AT_EMPTY_PATH));
  for (guint i = 0; failed == 0 && i < G_N_ELEMENTS (mapping); i++)
    failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, mapping[i], 1,
                               SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  return failed;
}

/* Calls of foreign ABIs end the process: libseccomp's own rule. */
static int
enter_seccomp (void)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ERRNO (EPERM));
  int failed;

  if (filter == NULL)
    return -ENOMEM;
  failed = add_rules (filter);
  if (failed == 0 && !SANITIZED)
    failed = add_narrow_rules (filter);
  if (failed == 0)
    failed = seccomp_load (filter);
  seccomp_release (filter);
  return failed;
}

/* Returns: how much address space is in use now */
static guint64
address_space (void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  return g_ascii_strtoull (text, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
}

/* Beyond @value comes the signal that names the limit, beyond @hard the kill. */
static gboolean
limit (int resource, guint64 value, guint64 hard)
{
  struct rlimit now;

  if (getrlimit (resource, &now) != 0)
    return FALSE;
  now.rlim_cur = MIN (value, now.rlim_max);
  now.rlim_max = MIN (hard, now.rlim_max);
  return setrlimit (resource, &now) == 0;
}

static gboolean
enter_limits (void)
{
  guint64 used = address_space ();

  guint64 most = used + MEMORY_LIMIT_BYTES;

  return limit (RLIMIT_CORE, 0, 0) && limit (RLIMIT_CPU, CPU_LIMIT_S, CPU_LIMIT_S + 1) &&
         limit (RLIMIT_FSIZE, FILE_LIMIT_BYTES, FILE_LIMIT_BYTES) &&
         (SANITIZED || (used > 0 && limit (RLIMIT_AS, most, most)));
}

/* Not everywhere permitted (a container's /proc may be read-only), and no protection of others.
 */
static void
be_first_to_go (void)
{
  int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (write (fd, "1000", 4) != 4)
    g_debug ("oom_score_adj stays as it is");
  close (fd);
}

gboolean
lb_cage_enter (GError **error)
{
  int failed;

  be_first_to_go ();
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !enter_limits ())
    return lb_error_set_errno (error, errno, "can't limit the decoder");
  failed = enter_seccomp ();
  if (failed != 0)
    return lb_error_set_errno (error, -failed, "can't put the decoder into its cage");
  return TRUE;
}

gboolean
lb_cage_tie_to_parent (int life_fd)
{
  struct pollfd life = { .fd = life_fd };
  struct stat status;
  int flags;

  if (fstat (life_fd, &status) != 0 || !S_ISFIFO (status.st_mode))
    return TRUE;
  flags = fcntl (life_fd, F_GETFL);
  if (flags < 0 || fcntl (life_fd, F_SETOWN, -getpgrp ()) != 0 ||
      fcntl (life_fd, F_SETSIG, SIGKILL) != 0 || fcntl (life_fd, F_SETFL, flags | O_ASYNC) != 0)
    return FALSE;
  /* It may have died before that was set. */
  return poll (&life, 1, 0) == 0;
}
