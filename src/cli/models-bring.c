/* Models on their way into the store, and how far they are. */
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
  char *source; /* that was told last */
  gint64 drawn_ns;
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
work (GCancellable *cancellable, gpointer user_data, GError **error)
{
  Transfer *transfer = user_data;

  return transfer->work (on_progress, transfer, cancellable, transfer->work_data, error);
}

gboolean
lb_cli_bring_model (LbCli *cli, const char *name, LbModelsWork work_of, gpointer user_data,
                    GError **error)
{
  Transfer transfer = { .cli = cli, .name = name, .work = work_of, .work_data = user_data };
  gboolean done = lb_cli_work_in_thread (cli, work, &transfer, error);

  g_free (transfer.source);
  return done;
}
