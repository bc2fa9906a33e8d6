/* However the parent dies, no process of an engine's group survives it. */
#include "drive.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/group.h"

static GPid
start_helper (const char *how, GPid *group)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self);
  g_autofree char *program = g_build_filename (folder, "engine-orphan-helper", NULL);
  char *argv[] = { program, (char *) how, NULL };
  g_autoptr (GError) error = NULL;
  char line[32] = { 0 };
  GPid pid;
  int out;

  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL,
                            &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read (out, line, sizeof line - 1), >, 0);
  close (out);
  *group = atoi (line);
  g_assert_cmpint (*group, >, 1);
  return pid;
}

static gboolean
is_gone_within (GPid group, double limit_s)
{
  gint64 until = g_get_monotonic_time () + (gint64) (limit_s * G_USEC_PER_SEC);

  while (drive_group_lives (group) && g_get_monotonic_time () < until)
    g_usleep (10000);
  return !drive_group_lives (group);
}

typedef struct {
  const char *how;
  int number;
} Death;

static const Death deaths[] = {
  { "idle", SIGKILL }, { "idle", SIGSEGV },    { "idle", SIGTERM },
  { "busy", SIGKILL }, { "stopped", SIGKILL }, { "busy", SIGINT },
};

static void
leaves_nobody (gconstpointer data)
{
  const Death *it = data;
  GPid group;
  GPid pid = start_helper (it->how, &group);
  int status;

  g_assert_true (drive_group_lives (group));
  g_assert_true (
      lb_group_has_others (group)); /* the child, that asked for a session of its own */
  g_assert_cmpint (kill (pid, it->number), ==, 0);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (is_gone_within (group, 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (deaths); i++)
    {
      g_autofree char *path = g_strdup_printf ("/orphan/%s-%d", deaths[i].how, deaths[i].number);

      g_test_add_data_func (path, &deaths[i], leaves_nobody);
    }
  return g_test_run ();
}
