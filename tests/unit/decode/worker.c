#include "decode/worker.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"

static char *folder;

/* A decoder that is a shell script. */
static LbWorker *
start (const char *script, GError **error)
{
  static const char *const arguments[] = { "--probe", NULL };
  g_autofree char *path = g_build_filename (folder, "llamaburn-decode", NULL);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\n%s\n", script);
  LbWorker *worker;
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  worker = lb_worker_new (fd, arguments, error);
  close (fd);
  return worker;
}

static void
reads_what_comes_in_pieces (void)
{
  g_autoptr (LbWorker) worker = start ("printf ab; sleep 0.1; printf \"c$#$1\"", NULL);
  char text[10] = "";

  g_assert_true (lb_worker_read (worker, text, 9, 5000, NULL, NULL));
  g_assert_cmpstr (text, ==, "abc1--pro");
}

/* Message and code for each way to end. */
static void
says_how_it_ended (void)
{
  static const struct {
    const char *script;
    LbError code;
    const char *message;
  } cases[] = {
    { "printf abc; exit 7", LB_ERROR_CRASHED, "status 7" },
    { "kill -SEGV $$", LB_ERROR_CRASHED, "signal 11" },
    { "kill -XCPU $$", LB_ERROR_TIMEOUT, "time ran out" },
    { "sleep 60", LB_ERROR_TIMEOUT, "said nothing" },
    { "exec >&-; sleep 60", LB_ERROR_PROTOCOL, "went silent" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LbWorker) worker = start (cases[i].script, NULL);
      g_autoptr (GError) error = NULL;
      char text[4];

      g_assert_false (lb_worker_read (worker, text, 4, 500, NULL, &error));
      g_assert_error (error, LB_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (100000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* Whether it waits, or is flooded. */
static void
can_be_cancelled (void)
{
  static const char *const scripts[] = { "sleep 60",
                                         "while :; do printf xxxxxxxxxxxxxxxx; done" };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (LbWorker) worker = start (scripts[i], NULL);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      gint64 before = g_get_monotonic_time ();
      GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
      char text[4];

      while (lb_worker_read (worker, text, 4, 30000, cancellable, &error))
        ;
      g_thread_join (thread);
      g_assert_error (error, LB_ERROR, LB_ERROR_CANCELLED);
      g_assert_cmpint (g_get_monotonic_time () - before, <, 10 * G_USEC_PER_SEC);
    }
}

/* What it started goes with it. */
static void
leaves_nothing_behind (void)
{
  g_autoptr (LbWorker) worker = start ("sleep 60 & echo $!; wait", NULL);
  char text[16] = "";
  int pid, tries = 500;

  for (guint i = 0; i < sizeof text - 1 && strchr (text, '\n') == NULL; i++)
    g_assert_true (lb_worker_read (worker, text + i, 1, 5000, NULL, NULL));
  pid = (int) g_ascii_strtoll (text, NULL, 10);
  g_assert_cmpint (kill (pid, 0), ==, 0);
  g_clear_pointer (&worker, lb_worker_free);
  for (; tries > 0; tries--)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
      g_autofree char *state = NULL;

      if (!g_file_get_contents (path, &state, NULL, NULL) || strstr (state, ") Z") != NULL)
        break;
      g_usleep (10000);
    }
  g_assert_cmpint (tries, >, 0);
}

/* No key, no home, no path of the user's. */
static void
passes_few_names (void)
{
  g_autoptr (LbWorker) worker = start ("test -z \"$SECRET$HOME\" && printf ok", NULL);
  char text[2];

  g_assert_true (lb_worker_read (worker, text, 2, 5000, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_autofree char *program = NULL;
  int status;

  folder = g_dir_make_tmp ("lb-worker-XXXXXX", NULL);
  program = g_build_filename (folder, "llamaburn-decode", NULL);
  g_setenv ("LLAMABURN_LIBEXEC", folder, TRUE);
  g_setenv ("SECRET", "key", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/reads-what-comes-in-pieces", reads_what_comes_in_pieces);
  g_test_add_func ("/worker/says-how-it-ended", says_how_it_ended);
  g_test_add_func ("/worker/can-be-cancelled", can_be_cancelled);
  g_test_add_func ("/worker/leaves-nothing-behind", leaves_nothing_behind);
  g_test_add_func ("/worker/passes-few-names", passes_few_names);
  status = g_test_run ();
  g_unlink (program);
  if (g_rmdir (folder) != 0)
    status = 1;
  g_free (folder);
  return status;
}
