#include "decode/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
  if (mmap (NULL, G_GUINT64_CONSTANT (4) << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
      MAP_FAILED)
    return 9;
  if (mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
    return 11;
  if (syscall (SYS_tgkill, getppid (), getppid (), 0) == 0 || errno != EPERM)
    return 12;
  if (syscall (SYS_tgkill, getpid (), gettid (), 0) != 0)
    return 13;
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

/* The kernel looks at the hard limit first: were both the same, no signal would say why it ended.
 */
static void
says_that_its_time_ran_out (void)
{
  pid_t pid;
  g_autofree char *path = NULL, *text = NULL;
  const char *line;
  unsigned soft, hard;
  int ends[2], status;
  char ready;

  g_assert_cmpint (pipe (ends), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      ready = lb_cage_enter (NULL) ? 1 : 0;
      if (write (ends[1], &ready, 1) == 1)
        poll (NULL, 0, 60000);
      _exit (0);
    }
  g_assert_cmpint (read (ends[0], &ready, 1), ==, 1);
  g_assert_cmpint (ready, ==, 1);
  path = g_strdup_printf ("/proc/%d/limits", pid);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  line = strstr (text, "Max cpu time");
  g_assert_nonnull (line);
  g_assert_cmpint (sscanf (line, "Max cpu time %u %u", &soft, &hard), ==, 2);
  g_assert_cmpuint (soft, <, hard);
  kill (pid, SIGKILL);
  waitpid (pid, &status, 0);
  close (ends[0]);
  close (ends[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cage/keeps-everything-in", keeps_everything_in);
  g_test_add_func ("/cage/says-that-its-time-ran-out", says_that_its_time_ran_out);
  return g_test_run ();
}
