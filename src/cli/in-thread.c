#include <glib-unix.h>
#include <signal.h>

#include "cli/private.h"

typedef struct {
  LbCliWork work;
  gpointer user_data;
  GCancellable *cancellable;
  GMainLoop *loop;
  gboolean done;
  GError *error;
} Task;

static gboolean
on_signal (gpointer user_data)
{
  g_cancellable_cancel (((Task *) user_data)->cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_end (gpointer user_data)
{
  g_main_loop_quit (((Task *) user_data)->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer user_data)
{
  Task *task = user_data;

  task->done = task->work (task->cancellable, task->user_data, &task->error);
  g_idle_add (on_end, task);
  return NULL;
}

gboolean
lb_cli_work_in_thread (LbCli *cli, LbCliWork work, gpointer user_data, GError **error)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Task task = { work, user_data, cancellable, loop, FALSE, NULL };
  guint sources[G_N_ELEMENTS (signals)];
  GThread *thread;

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_signal, &task);
  thread = g_thread_new ("work", run, &task);
  g_main_loop_run (loop);
  g_thread_join (thread);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  g_mutex_lock (&cli->lock);
  lb_cli_wipe (cli);
  g_mutex_unlock (&cli->lock);
  if (!task.done)
    g_propagate_error (error, task.error);
  return task.done;
}
