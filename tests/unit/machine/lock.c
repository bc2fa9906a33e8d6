#include "machine/lock.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
own_name (const char *what)
{
  return g_strdup_printf ("llamaburn-test-%s-%d", what, (int) getpid ());
}

/* A process that holds @name until it is killed; returns when it does. */
static GPid
hold_elsewhere (const char *name)
{
  int said[2];
  char letter = 0;
  GPid pid;

  g_assert_cmpint (pipe (said), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      LbMachineLock *lock = lb_machine_lock_try_named (name, NULL);

      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if (write (said[1], lock != NULL ? "y" : "n", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (read (said[0], &letter, 1), ==, 1);
  g_assert_cmpint (letter, ==, 'y');
  close (said[0]);
  close (said[1]);
  return pid;
}

/* On a busy machine the holder's thread may not have come to empty its queue: then nobody is
 * named. */
static void
tells_its_name (const char *name, const char *expected)
{
  gint64 limit = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  gboolean is_named = FALSE;

  while (!is_named && g_get_monotonic_time () < limit)
    {
      g_autofree char *holder = NULL;

      g_assert_null (lb_machine_lock_try_named (name, &holder));
      is_named = g_str_has_suffix (holder, expected) &&
                 g_str_has_prefix (holder, "test-machine-lock");
      if (!is_named)
        g_usleep (1000);
    }
  g_assert_true (is_named);
}

static void
names_the_holder_and_is_free_after_kill_9 (void)
{
  g_autofree char *name = own_name ("kill");
  GPid pid = hold_elsewhere (name);
  g_autofree char *expected = g_strdup_printf (", process %d", (int) pid);
  g_autoptr (LbMachineLock) lock = NULL;

  tells_its_name (name, expected);
  /* more often than the socket's queue is long */
  for (int i = 0; i < 300; i++)
    {
      g_autofree char *holder = NULL;

      g_assert_null (lb_machine_lock_try_named (name, &holder));
      g_assert_nonnull (holder);
      if (i % 50 == 0)
        g_usleep (1000);
    }
  tells_its_name (name, expected);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  lock = lb_machine_lock_try_named (name, NULL);
  g_assert_nonnull (lock);
}

static void
a_stopped_holder_blocks_nobody (void)
{
  g_autofree char *name = own_name ("stopped");
  GPid pid = hold_elsewhere (name);
  gint64 before = g_get_monotonic_time ();

  kill (pid, SIGSTOP);
  for (int i = 0; i < 200; i++)
    {
      g_autofree char *holder = NULL;

      g_assert_null (lb_machine_lock_try_named (name, &holder));
      g_assert_nonnull (holder);
    }
  g_assert_cmpint (g_get_monotonic_time () - before, <, 5 * G_USEC_PER_SEC);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static void
is_free_again_after_freeing (void)
{
  g_autofree char *name = own_name ("free");
  g_autofree char *holder = NULL;

  for (int i = 0; i < 20; i++)
    {
      LbMachineLock *lock = lb_machine_lock_try_named (name, &holder);

      g_assert_nonnull (lock);
      g_assert_null (holder);
      g_assert_null (lb_machine_lock_try_named (name, NULL));
      lb_machine_lock_free (lock);
    }
  lb_machine_lock_free (NULL);
}

static void
is_not_inherited_by_programs (void)
{
  static const char *const command[] = { "sleep", "30", NULL };
  g_autofree char *name = own_name ("exec");
  LbMachineLock *lock = lb_machine_lock_try_named (name, NULL);
  LbMachineLock *again;
  GPid pid;

  g_assert_nonnull (lock);
  g_assert_true (g_spawn_async (NULL, (char **) command, NULL,
                                G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                                NULL));
  lb_machine_lock_free (lock);
  again = lb_machine_lock_try_named (name, NULL);
  g_assert_nonnull (again);
  lb_machine_lock_free (again);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lock/kill-9", names_the_holder_and_is_free_after_kill_9);
  g_test_add_func ("/lock/stopped", a_stopped_holder_blocks_nobody);
  g_test_add_func ("/lock/freed", is_free_again_after_freeing);
  g_test_add_func ("/lock/exec", is_not_inherited_by_programs);
  return g_test_run ();
}
