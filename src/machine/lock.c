/* The holder listens on the abstract name; whoever asks connects, and the kernel tells it
 * which process listens (SO_PEERCRED, unix(7)). A thread of the holder, asleep in poll(),
 * takes the callers off the queue: else a hundred of them would fill it, and the next
 * would not learn whom it waits for. */
#include "machine/lock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/text.h"
#include "machine/files.h"

#define MAX_NAME_BYTES 100
#define MAX_SHOWN_CHARS 60

struct _LbMachineLock {
  int listener;
  int quit;
  GThread *doorman;
};

static socklen_t
address_of (const char *name, struct sockaddr_un *address)
{
  gsize length = MIN (strlen (name), MAX_NAME_BYTES);

  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy (address->sun_path + 1, name, length);
  return (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + 1 + length);
}

static gpointer
keep_the_door (gpointer data)
{
  LbMachineLock *lock = data;
  struct pollfd waiting[] = { { lock->listener, POLLIN, 0 }, { lock->quit, POLLIN, 0 } };

  while (TRUE)
    {
      int caller;

      if (poll (waiting, G_N_ELEMENTS (waiting), -1) < 0 && errno != EINTR)
        return NULL;
      if (waiting[1].revents != 0)
        return NULL;
      caller = accept4 (lock->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (caller >= 0)
        close (caller);
      else if (errno == EMFILE || errno == ENFILE)
        g_usleep (G_USEC_PER_SEC / 10);
    }
}

static LbMachineLock *
hold (int listener)
{
  LbMachineLock *lock = g_new0 (LbMachineLock, 1);

  lock->listener = listener;
  lock->quit = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (lock->quit >= 0)
    lock->doorman = g_thread_try_new ("lock", keep_the_door, lock, NULL);
  return lock;
}

/* "llamaburn stt": the program and its sub-command, no files. */
static char *
describe_process (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", (int) pid);
  g_autofree char *line = NULL, *program = NULL, *words = NULL, *shown = NULL, *cut = NULL;
  const char *second = "";
  gsize length;

  if (!g_file_get_contents (path, &line, &length, NULL) || length == 0 || *line == '\0')
    return g_strdup_printf ("process %d", (int) pid);
  program = g_path_get_basename (line);
  if (strlen (line) + 1 < length && line[strlen (line) + 1] != '-')
    second = line + strlen (line) + 1;
  words = g_strconcat (program, *second != '\0' ? " " : "", second, NULL);
  shown = lb_text_escape (words);
  cut = g_utf8_substring (shown, 0, MIN (g_utf8_strlen (shown, -1), MAX_SHOWN_CHARS));
  return g_strdup_printf ("%s, process %d", cut, (int) pid);
}

static char *
ask_who (const struct sockaddr_un *address, socklen_t size)
{
  int asker = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct ucred peer = { 0 };
  socklen_t peer_size = sizeof peer;
  char *who = NULL;

  if (asker < 0)
    return g_strdup ("another benchmark");
  if (connect (asker, (const struct sockaddr *) address, size) == 0 &&
      getsockopt (asker, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) == 0 && peer.pid > 0)
    who = describe_process (peer.pid);
  close (asker);
  return who != NULL ? who : g_strdup ("another benchmark");
}

LbMachineLock *
lb_machine_lock_try_named (const char *name, char **holder)
{
  struct sockaddr_un address;
  socklen_t size = address_of (name, &address);
  int listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (holder != NULL)
    *holder = NULL;
  if (listener >= 0 && bind (listener, (struct sockaddr *) &address, size) == 0 &&
      listen (listener, 64) == 0)
    return hold (listener);
  if (holder != NULL)
    *holder = ask_who (&address, size);
  if (listener >= 0)
    close (listener);
  return NULL;
}

LbMachineLock *
lb_machine_lock_try (char **holder)
{
  return lb_machine_lock_try_named (LB_MACHINE_LOCK_NAME, holder);
}

void
lb_machine_lock_free (LbMachineLock *lock)
{
  if (lock == NULL)
    return;
  if (lock->doorman != NULL)
    {
      (void) !eventfd_write (lock->quit, 1);
      g_thread_join (lock->doorman);
    }
  if (lock->quit >= 0)
    close (lock->quit);
  close (lock->listener);
  g_free (lock);
}
