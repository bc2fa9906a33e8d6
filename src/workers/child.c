/* A program that is run to its end, and what it leaves on the disk. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "workers/private.h"

#define MAX_DEPTH 64
#define TAIL_BYTES 8192
#define MAX_WORDS 600
#define GRACE_US (5 * G_USEC_PER_SEC)
#define POLL_US (50 * 1000)
#define TICK_US (1 * G_USEC_PER_SEC)

static guint64
count (const char *path, guint depth)
{
  struct stat status;
  guint64 sum;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (depth > MAX_DEPTH || lstat (path, &status) != 0)
    return 0;
  sum = (guint64) status.st_blocks * 512;
  if (S_ISDIR (status.st_mode))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      sum += count (child, depth + 1);
    }
  return sum;
}

guint64
lb_workers_tree_bytes (const char *path)
{
  return count (path, 0);
}

gboolean
lb_workers_remove_tree (const char *path, GError **error)
{
  struct stat status;
  g_autoptr (GDir) dir = NULL;
  g_autofree char *shown = lb_text_escape (path);
  const char *name;

  if (lstat (path, &status) != 0)
    return errno == ENOENT || lb_error_set_errno (error, errno, "can't look at \"%s\"", shown);
  if (S_ISDIR (status.st_mode))
    {
      dir = g_dir_open (path, 0, error);
      if (dir == NULL)
        return FALSE;
    }
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!lb_workers_remove_tree (child, error))
        return FALSE;
    }
  if (remove (path) != 0)
    return lb_error_set_errno (error, errno, "can't remove \"%s\"", shown);
  return TRUE;
}

/* Its own group, and gone when the thread that waits for it is gone. */
static void
in_child (gpointer unused)
{
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static int
wait_for (GPid pid, LbChildTick tick, gpointer user_data, GCancellable *cancellable)
{
  gint64 next = g_get_monotonic_time () + TICK_US, deadline = 0;
  int status = 0;

  while (TRUE)
    {
      pid_t got = waitpid (pid, &status, WNOHANG);

      if (got == pid || (got < 0 && errno != EINTR))
        return got == pid ? status : -1;
      if (deadline == 0 && g_cancellable_is_cancelled (cancellable))
        {
          kill (-pid, SIGTERM);
          deadline = g_get_monotonic_time () + GRACE_US;
        }
      else if (deadline != 0 && g_get_monotonic_time () > deadline)
        kill (-pid, SIGKILL);
      if (tick != NULL && g_get_monotonic_time () >= next)
        {
          tick (user_data);
          next = g_get_monotonic_time () + TICK_US;
        }
      g_usleep (POLL_US);
    }
}

/* The last lines that say something, on one: installers say what and then why. */
static char *
last_words (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GString) words = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  gsize length = 0;

  if (g_file_get_contents (path, &text, &length, NULL))
    lines = g_strsplit (length > TAIL_BYTES ? text + length - TAIL_BYTES : text, "\n", -1);
  for (guint n = lines != NULL ? g_strv_length (lines) : 0; n > 0 && words->len < MAX_WORDS; n--)
    {
      const char *line = g_strstrip (lines[n - 1]);

      if (*line == '\0')
        continue;
      if (words->len > 0)
        g_string_prepend_c (words, ' ');
      g_string_prepend (words, line);
    }
  if (words->len == 0)
    return g_strdup ("it left no message");
  return lb_text_escape (words->len > MAX_WORDS ? words->str + words->len - MAX_WORDS
                                                : words->str);
}

static char **
environment_with (char **variables)
{
  char **environment = g_get_environ ();

  for (guint i = 0; variables != NULL && variables[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (variables[i], "=", 2);

      environment = g_environ_setenv (environment, parts[0], parts[1], TRUE);
    }
  return environment;
}

gboolean
lb_workers_child (const char *const *argv, char **variables, const char *log, LbChildTick tick,
                  gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) environment = environment_with (variables);
  g_autofree char *program = g_path_get_basename (argv[0]);
  g_autofree char *shown = lb_text_escape (log);
  g_autofree char *words = NULL;
  FILE *output = fopen (log, "we");
  gboolean started;
  GPid pid;
  int status;

  if (output == NULL)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", shown);
  started = g_spawn_async_with_pipes_and_fds (
      NULL, argv, (const char *const *) environment, G_SPAWN_DO_NOT_REAP_CHILD, in_child, NULL,
      -1, fileno (output), fileno (output), NULL, NULL, 0, &pid, NULL, NULL, NULL, error);
  fclose (output);
  if (!started)
    return FALSE;
  status = wait_for (pid, tick, user_data, cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "interrupted");
      return FALSE;
    }
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return TRUE;
  words = last_words (log);
  g_set_error (error, LB_ERROR, LB_ERROR_NETWORK, "%s failed: %s", program, words);
  return FALSE;
}
