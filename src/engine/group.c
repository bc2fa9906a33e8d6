#include "engine/group.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

#define PARKED_FROM 200 /* above every target: no dup2 of the child can hit a source */
#define MAX_FDS 16
#define MAX_TREE 4096

static int
prepare (posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions, const int *parked,
         const LbGroupFd *fds, guint n_fds)
{
  sigset_t none, all;
  int status;

  sigemptyset (&none);
  sigfillset (&all);
  status = posix_spawnattr_setflags (attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                     POSIX_SPAWN_SETSIGDEF);
  if (status == 0)
    status = posix_spawnattr_setpgroup (attributes, 0);
  if (status == 0)
    status = posix_spawnattr_setsigmask (attributes, &none);
  if (status == 0)
    status = posix_spawnattr_setsigdefault (attributes, &all);
  for (guint i = 0; i < n_fds && status == 0; i++)
    status = posix_spawn_file_actions_adddup2 (actions, parked[i], fds[i].target);
  return status;
}

gboolean
lb_group_spawn (char *const *argv, char *const *environment, const LbGroupFd *fds, guint n_fds,
                GPid *pid, GError **error)
{
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int parked[MAX_FDS];
  guint n_parked = 0;
  int status = 0;

  g_return_val_if_fail (n_fds <= MAX_FDS, FALSE);
  for (; n_parked < n_fds && status == 0; n_parked++)
    {
      parked[n_parked] = fcntl (fds[n_parked].fd, F_DUPFD_CLOEXEC, PARKED_FROM);
      if (parked[n_parked] < 0)
        status = errno;
    }
  posix_spawnattr_init (&attributes);
  posix_spawn_file_actions_init (&actions);
  if (status == 0)
    status = prepare (&attributes, &actions, parked, fds, n_fds);
  if (status == 0)
    status = posix_spawn (pid, argv[0], &actions, &attributes, argv, environment);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  for (guint i = 0; i < n_parked; i++)
    if (parked[i] >= 0)
      close (parked[i]);
  if (status != 0)
    {
      g_autofree char *shown = lb_text_escape (argv[0]);

      return lb_error_set_errno (error, status, "can't start \"%s\"", shown);
    }
  return TRUE;
}

gboolean
lb_group_leader_ended (GPid pid, siginfo_t *how)
{
  siginfo_t info = { 0 };
  int status;

  do
    status = waitid (P_PID, (id_t) pid, &info, WEXITED | WNOHANG | WNOWAIT);
  while (status != 0 && errno == EINTR);
  if (status != 0)
    info.si_code = 0; /* ECHILD: someone else has reaped it */
  if (how != NULL)
    *how = info;
  return status != 0 || info.si_pid == pid;
}

/* The fields of /proc/PID/stat that follow the name (which may hold blanks and brackets).
 */
static gboolean
read_stat (const char *pid, char *state, int *group)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL);
  char buffer[512];
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize n;
  const char *after;
  int parent;

  if (fd < 0)
    return FALSE;
  n = read (fd, buffer, sizeof buffer - 1);
  close (fd);
  if (n <= 0)
    return FALSE;
  buffer[n] = '\0';
  after = strrchr (buffer, ')');
  return after != NULL && sscanf (after + 1, " %c %d %d", state, &parent, group) == 3;
}

typedef gboolean (*MemberFunc) (GPid pid, gpointer user_data); /* FALSE: enough */

static void
each_member (GPid leader, MemberFunc func, gpointer user_data)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  if (proc == NULL)
    return;
  while ((name = g_dir_read_name (proc)) != NULL)
    {
      char state;
      int group;

      if (g_ascii_isdigit (*name) && read_stat (name, &state, &group) && group == leader &&
          state != 'Z' && state != 'X' && !func (atoi (name), user_data))
        return;
    }
}

typedef struct {
  GPid leader;
  gboolean found;
} Search;

static gboolean
is_other (GPid pid, gpointer user_data)
{
  Search *search = user_data;

  search->found = pid != search->leader;
  return !search->found;
}

gboolean
lb_group_has_others (GPid pid)
{
  Search search = { pid, FALSE };

  each_member (pid, is_other, &search);
  return search.found;
}

static guint64
read_kib (const char *status, const char *name)
{
  const char *line = strstr (status, name);

  return line != NULL ? g_ascii_strtoull (line + strlen (name), NULL, 10) * 1024 : 0;
}

static guint64
rss_of (GPid pid, guint64 not_counted_bytes)
{
  char path[64];
  g_autofree char *status = NULL;
  guint64 shared;

  g_snprintf (path, sizeof path, "/proc/%d/status", pid);
  if (!g_file_get_contents (path, &status, NULL, NULL))
    return 0;
  shared = read_kib (status, "\nRssShmem:");
  return read_kib (status, "\nRssAnon:") + read_kib (status, "\nRssFile:") + shared -
         MIN (shared, not_counted_bytes);
}

typedef struct {
  guint64 bytes, not_counted_bytes;
} Sum;

static gboolean
add_member (GPid pid, gpointer user_data)
{
  Sum *sum = user_data;

  sum->bytes += rss_of (pid, sum->not_counted_bytes);
  return TRUE;
}

/* Appends the children of each thread of @pid. */
static void
add_children (GArray *tree, GPid pid)
{
  char folder[64];
  g_autoptr (GDir) tasks = NULL;
  const char *name;

  g_snprintf (folder, sizeof folder, "/proc/%d/task", pid);
  tasks = g_dir_open (folder, 0, NULL);
  while (tasks != NULL && (name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, "children", NULL);
      g_autofree char *text = NULL;
      char *next;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      next = text;
      while (*next != '\0' && tree->len < MAX_TREE)
        {
          GPid child = (GPid) g_ascii_strtoull (next, &next, 10);

          if (child == 0)
            break;
          g_array_append_val (tree, child);
        }
    }
}

guint64
lb_group_rss_bytes (GPid pid, gboolean all, guint64 not_counted_bytes)
{
  Sum sum = { 0, not_counted_bytes };
  g_autoptr (GArray) tree = NULL;

  if (all)
    {
      each_member (pid, add_member, &sum);
      return sum.bytes;
    }
  tree = g_array_new (FALSE, FALSE, sizeof (GPid));
  g_array_append_val (tree, pid);
  for (guint i = 0; i < tree->len; i++)
    {
      add_member (g_array_index (tree, GPid, i), &sum);
      add_children (tree, g_array_index (tree, GPid, i));
    }
  return sum.bytes;
}

const char *
lb_group_signal_name (int number)
{
  static const struct {
    int number;
    const char *name;
  } names[] = {
    { SIGSEGV, "SIGSEGV" }, { SIGABRT, "SIGABRT" }, { SIGBUS, "SIGBUS" },
    { SIGFPE, "SIGFPE" },   { SIGILL, "SIGILL" },   { SIGKILL, "SIGKILL" },
    { SIGTERM, "SIGTERM" }, { SIGINT, "SIGINT" },   { SIGHUP, "SIGHUP" },
    { SIGPIPE, "SIGPIPE" }, { SIGQUIT, "SIGQUIT" }, { SIGTRAP, "SIGTRAP" },
    { SIGSYS, "SIGSYS" },   { SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" },
    { SIGALRM, "SIGALRM" }, { SIGUSR1, "SIGUSR1" }, { SIGUSR2, "SIGUSR2" },
    { SIGIO, "SIGIO" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].number == number)
      return names[i].name;
  return "signal";
}
