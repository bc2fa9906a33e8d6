#include "decode/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each must be refused inside; the number of the first that isn't is the exit status. */
static int
try_to_get_out (void)
{
  char *const nothing[] = { NULL };

  if (socket (AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
    return 1;
  if (socket (AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM)
    return 2;
  if (syscall (SYS_io_uring_setup, 1, NULL) >= 0 || errno != EPERM)
    return 3;
  if (execve ("/bin/true", nothing, nothing) == 0 || errno != EPERM)
    return 4;
#ifndef __SANITIZE_ADDRESS__
  if (fork () >= 0 || errno != EPERM)
    return 5;
  if (open ("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM)
    return 6;
  if (syscall (SYS_ptrace, 0, 0, 0, 0) >= 0 || errno != EPERM)
    return 7;
  if (kill (getppid (), 0) == 0 || errno != EPERM)
    return 8;
  if (mmap (NULL, G_GUINT64_CONSTANT (4) << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      != MAP_FAILED)
    return 9;
#endif
  if (unlink ("/nowhere") == 0 || errno != EPERM)
    return 10;
  return 0;
}

static void
keeps_everything_in (void)
{
  pid_t pid = fork ();
  int status;

  if (pid == 0)
    _exit (lb_cage_enter (NULL) ? try_to_get_out () : 99);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cage/keeps-everything-in", keeps_everything_in);
  return g_test_run ();
}
