/* Models on their way into the store: a thread brings one, this one listens to signals. */
#include <glib-unix.h>
#include <signal.h>
#include <string.h>

#include "cli/models.h"
#include "cli/private.h"
#include "core/clock.h"
#include "core/text.h"
#include "report/style.h"

#define REDRAW_S 0.25

typedef struct {
  LbCli *cli;
  const char *name;
  LbModelsWork work;
  gpointer work_data;
  GCancellable *cancellable;
  GMainLoop *loop;
  char *source; /* that was told last */
  gint64 drawn_ns;
  gboolean done;
  GError *error;
} Transfer;

static void
draw (Transfer *transfer, const LbPullProgress *progress)
{
  LbCli *cli = transfer->cli;
  gint64 now = lb_clock_now_ns ();
  g_autofree char *done = NULL, *total = NULL, *line = NULL, *cut = NULL, *source = NULL,
                  *shown = NULL;
  gboolean over = progress->done_bytes >= progress->total_bytes;

  if (transfer->drawn_ns != 0 && !over && lb_clock_seconds (transfer->drawn_ns, now) < REDRAW_S)
    return;
  transfer->drawn_ns = now;
  done = lb_text_bytes (progress->done_bytes);
  source = progress->source != NULL ? g_strconcat (" · ", progress->source, NULL) : g_strdup ("");
  if (progress->total_bytes > 0)
    {
      total = lb_text_bytes (progress->total_bytes);
      line = g_strdup_printf ("%s: %.0f %% · %s of %s%s", transfer->name,
                              100.0 * (double) progress->done_bytes /
                                  (double) progress->total_bytes,
                              done, total, source);
    }
  else
    line = g_strdup_printf ("%s: %s%s", transfer->name, done, source);
  shown = lb_text_escape (line);
  cut = lb_style_cut (shown, MAX (cli->progress_width - 1, 1));
  g_mutex_lock (&cli->lock);
  lb_cli_write_progress (cli, cut);
  g_mutex_unlock (&cli->lock);
}

static void
on_progress (const LbPullProgress *progress, gpointer user_data)
{
  Transfer *transfer = user_data;

  if (progress->note != NULL)
    {
      lb_cli_note (transfer->cli, "%s: %s", progress->source, progress->note);
      return;
    }
  if (progress->source != NULL && g_strcmp0 (transfer->source, progress->source) != 0)
    {
      g_free (transfer->source);
      transfer->source = g_strdup (progress->source);
      lb_cli_note (transfer->cli, "%s: asking %s", transfer->name, progress->source);
    }
  if (transfer->cli->interactive && !lb_cli_quiet (transfer->cli) && progress->done_bytes > 0)
    draw (transfer, progress);
}

static gboolean
on_signal (gpointer user_data)
{
  g_cancellable_cancel (((Transfer *) user_data)->cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_end (gpointer user_data)
{
  g_main_loop_quit (((Transfer *) user_data)->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer user_data)
{
  Transfer *transfer = user_data;

  transfer->done = transfer->work (on_progress, transfer, transfer->cancellable,
                                   transfer->work_data, &transfer->error);
  g_idle_add (on_end, transfer);
  return NULL;
}

static void
bring_in_thread (Transfer *transfer)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (signals)];
  GThread *thread;

  transfer->loop = g_main_loop_new (NULL, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_signal, transfer);
  thread = g_thread_new ("models", work, transfer);
  g_main_loop_run (transfer->loop);
  g_thread_join (thread);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  g_clear_pointer (&transfer->loop, g_main_loop_unref);
}

gboolean
lb_cli_bring_model (LbCli *cli, const char *name, LbModelsWork work_of, gpointer user_data,
                    GError **error)
{
  Transfer transfer = { .cli = cli,
                        .name = name,
                        .work = work_of,
                        .work_data = user_data,
                        .cancellable = g_cancellable_new () };

  bring_in_thread (&transfer);
  g_mutex_lock (&cli->lock);
  lb_cli_wipe (cli);
  g_mutex_unlock (&cli->lock);
  if (!transfer.done)
    g_propagate_error (error, transfer.error);
  g_free (transfer.source);
  g_object_unref (transfer.cancellable);
  return transfer.done;
}
