/* Starts a session of the null engine with a child of its own, says its group's number,
 * and waits to be killed. With "stopped" the engine is stopped first; with "thread" the
 * thread that started it ends first; with "busy" it hangs in a run. */
#include "drive.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gpointer
start (gpointer options)
{
  LbSession *session = drive_start (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };

  g_assert_true (drive_load (session, "stt", options, 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 0, NULL, &error));
  g_assert_true (drive_run (session, 16, 0, 10, &run, NULL, &error));
  return session;
}

static gpointer
hang (gpointer session)
{
  g_auto (LbSessionRun) run = { 0 };

  drive_run (session, 16, 0, 600, &run, NULL, NULL);
  return NULL;
}

int
main (int argc, char **argv)
{
  const char *how = argc > 1 ? argv[1] : "";
  LbSession *session;

  session = g_thread_join (g_thread_new ("start", start,
                                         "{\"child\": \"session\", \"ignore-cancel\": "
                                         "true, \"hang\": true, \"on-run\": 2}"));
  if (g_str_equal (how, "busy"))
    g_thread_unref (g_thread_new ("hang", hang, session));
  g_usleep (200000); /* the thread that started it is gone: no PDEATHSIG may have fired */
  if (g_str_equal (how, "stopped"))
    lb_session_pause (session);
  printf ("%d\n", lb_session_pid (session));
  fflush (stdout);
  for (;;)
    pause ();
}
