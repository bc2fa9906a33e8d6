#include "decode/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/paths.h"

#define PIPE_BYTES (1024 * 1024)
/* Above every number that the child gets, so that no dup2 hits another's source. */
#define FIRST_FD 16

struct _LbWorker {
  pid_t pid;
  int output; /* what it writes, non-blocking */
  int life;   /* the write end of its life */
};

/* Everything else stays outside: a decoder needs no home, no locale, no path. */
static const char *const passed[] = {
  "LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "MALLOC_PERTURB_",
};

static char **
make_environment (void)
{
  GPtrArray *list = g_ptr_array_new ();

  g_ptr_array_add (list, g_strdup ("LC_ALL=C"));
  for (guint i = 0; i < G_N_ELEMENTS (passed); i++)
    if (g_getenv (passed[i]) != NULL)
      g_ptr_array_add (list, g_strdup_printf ("%s=%s", passed[i], g_getenv (passed[i])));
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, FALSE);
}

static int
start (const char *program, char **arguments, const int *fds, pid_t *pid)
{
  g_auto (GStrv) environment = make_environment ();
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  int failed;

  sigemptyset (&none);
  sigfillset (&all);
  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  for (int target = 0; target <= LB_WIRE_LIFE_FD; target++)
    posix_spawn_file_actions_adddup2 (&actions, fds[target], target);
  posix_spawn_file_actions_addclosefrom_np (&actions, LB_WIRE_LIFE_FD + 1);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                             POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup (&attributes, 0);
  posix_spawnattr_setsigdefault (&attributes, &all);
  posix_spawnattr_setsigmask (&attributes, &none);
  failed = posix_spawn (pid, program, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  return failed;
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* Returns: @fd moved above FIRST_FD, or -1 with errno */
static int
lift (int fd)
{
  int lifted = fd < 0 ? -1 : fcntl (fd, F_DUPFD_CLOEXEC, FIRST_FD);
  int saved = errno;

  if (fd >= 0)
    close (fd);
  errno = saved;
  return lifted;
}

static gboolean
open_pipe (int *read_end, int *write_end)
{
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return FALSE;
  *read_end = lift (ends[0]);
  *write_end = lift (ends[1]);
  return *read_end >= 0 && *write_end >= 0;
}

static gboolean
open_ends (LbWorker *self, int file_fd, int *fds)
{
  fds[0] = fcntl (file_fd, F_DUPFD_CLOEXEC, FIRST_FD);
  fds[2] = lift (open ("/dev/null", O_WRONLY | O_CLOEXEC));
  if (g_getenv ("ASAN_OPTIONS") != NULL && fds[2] >= 0)
    dup3 (STDERR_FILENO, fds[2], O_CLOEXEC);
  if (fds[0] < 0 || fds[2] < 0 || !open_pipe (&self->output, &fds[1]) ||
      !open_pipe (&fds[3], &self->life))
    return FALSE;
  /* Fewer switches between the two; where it is refused, it is only slower. */
  fcntl (self->output, F_SETPIPE_SZ, PIPE_BYTES);
  return fcntl (self->output, F_SETFL, O_NONBLOCK) == 0;
}

static char **
join (const char *program, const char *const *arguments)
{
  GPtrArray *list = g_ptr_array_new ();

  g_ptr_array_add (list, g_strdup (program));
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (list, g_strdup (*arguments));
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, FALSE);
}

LbWorker *
lb_worker_new (int file_fd, const char *const *arguments, GError **error)
{
  g_autoptr (LbWorker) self = g_new0 (LbWorker, 1);
  g_autofree char *program = lb_paths_program ("llamaburn-decode", error);
  int fds[LB_WIRE_LIFE_FD + 1] = { -1, -1, -1, -1 };
  g_auto (GStrv) all = NULL;
  int failed;

  self->output = self->life = -1;
  if (program == NULL)
    return NULL;
  all = join (program, arguments);
  failed = open_ends (self, file_fd, fds) ? start (program, all, fds, &self->pid) : errno;
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close_fd (&fds[i]);
  if (failed == 0)
    return g_steal_pointer (&self);
  self->pid = 0;
  lb_error_set_errno (error, failed, "can't start \"%s\"", program);
  return NULL;
}

static int
reap (LbWorker *self)
{
  int status = 0;

  while (self->pid > 0 && waitpid (self->pid, &status, 0) < 0 && errno == EINTR)
    ;
  self->pid = 0;
  return status;
}

void
lb_worker_free (LbWorker *self)
{
  if (self == NULL)
    return;
  if (self->pid > 0)
    kill (-self->pid, SIGKILL);
  reap (self);
  close_fd (&self->output);
  close_fd (&self->life);
  g_free (self);
}

/* Its output ended before it should. A crash that is still to come out of exit is waited for; one
 * that closed its output and lives on is killed. */
static gboolean
explain_end (LbWorker *self, GError **error)
{
  int status = 0;

  for (int i = 0; i < 200 && self->pid > 0; i++)
    {
      if (waitpid (self->pid, &status, WNOHANG) == self->pid)
        self->pid = 0;
      else
        g_usleep (10000);
    }
  if (self->pid > 0)
    g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL, "the decoder went silent and did not end");
  else if (WIFSIGNALED (status) && WTERMSIG (status) == SIGXCPU)
    g_set_error (error, LB_ERROR, LB_ERROR_TIMEOUT, "the decoder's time ran out");
  else if (WIFSIGNALED (status))
    g_set_error (error, LB_ERROR, LB_ERROR_CRASHED, "the decoder was ended by signal %d (%s)",
                 WTERMSIG (status), strsignal (WTERMSIG (status)));
  else
    g_set_error (error, LB_ERROR, LB_ERROR_CRASHED, "the decoder ended with status %d too early",
                 WEXITSTATUS (status));
  return FALSE;
}

static gboolean
wait_for_bytes (LbWorker *self, int idle_ms, GCancellable *cancellable, GError **error)
{
  GPollFD wanted[2] = { { .fd = self->output, .events = G_IO_IN } };
  gboolean watched = g_cancellable_make_pollfd (cancellable, &wanted[1]);
  int got = g_poll (wanted, watched ? 2 : 1, idle_ms);
  int saved = errno;

  if (watched)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    g_set_error (error, LB_ERROR, LB_ERROR_CANCELLED, "decoding was stopped");
  else if (got == 0)
    g_set_error (error, LB_ERROR, LB_ERROR_TIMEOUT, "the decoder said nothing for %d s",
                 MAX (idle_ms / 1000, 1));
  else if (got < 0 && saved != EINTR)
    lb_error_set_errno (error, saved, "can't wait for the decoder");
  else
    return TRUE;
  return FALSE;
}

gboolean
lb_worker_read (LbWorker *self, gpointer data, gsize bytes, int idle_ms,
                GCancellable *cancellable, GError **error)
{
  char *rest = data;

  while (bytes > 0)
    {
      gssize n = read (self->output, rest, bytes);

      if (n == 0)
        return explain_end (self, error);
      if (n > 0)
        {
          rest += n;
          bytes -= (gsize) n;
        }
      else if (errno != EAGAIN && errno != EINTR)
        return lb_error_set_errno (error, errno, "can't read from the decoder");
      else if (!wait_for_bytes (self, idle_ms, cancellable, error))
        return FALSE;
    }
  return !g_cancellable_is_cancelled (cancellable) ||
         wait_for_bytes (self, 0, cancellable, error);
}
