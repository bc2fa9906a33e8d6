#include "gui/pull.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/text.h"

#define TICK_MS 250

struct _LbGuiPull {
  GObject parent;
  LbGuiCatalogue *catalogue;
  const LbModel *model;
  GCancellable *cancellable;
  GError *error;
  gboolean ended;
  guint tick;
  GMutex lock; /* of what follows: the thread writes it */
  char *source;
  guint64 done_bytes, total_bytes;
};

G_DEFINE_FINAL_TYPE (LbGuiPull, lb_gui_pull, G_TYPE_OBJECT)

enum {
  SIGNAL_CHANGED,
  SIGNAL_ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
on_progress (const LbPullProgress *progress, gpointer user_data)
{
  LbGuiPull *pull = user_data;

  g_mutex_lock (&pull->lock);
  if (progress->source != NULL && g_strcmp0 (progress->source, pull->source) != 0)
    {
      g_free (pull->source);
      pull->source = g_strdup (progress->source);
    }
  pull->done_bytes = progress->done_bytes;
  pull->total_bytes = progress->total_bytes;
  g_mutex_unlock (&pull->lock);
}

static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  LbGuiPull *pull = source;
  GError *error = NULL;

  if (lb_models_pull (pull->catalogue->models, pull->model, on_progress, pull, cancellable,
                      &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_end (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LbGuiPull *pull = LB_GUI_PULL (source);

  g_task_propagate_boolean (G_TASK (result), &pull->error);
  pull->ended = TRUE;
  g_clear_handle_id (&pull->tick, g_source_remove);
  g_signal_emit (pull, signals[SIGNAL_ENDED], 0);
}

static gboolean
on_tick (gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

LbGuiPull *
lb_gui_pull_start (LbGuiCatalogue *catalogue, const LbModel *model)
{
  LbGuiPull *pull = g_object_new (LB_TYPE_GUI_PULL, NULL);
  g_autoptr (GTask) task = NULL;

  pull->catalogue = lb_gui_catalogue_ref (catalogue);
  pull->model = model;
  pull->tick = g_timeout_add (TICK_MS, on_tick, pull);
  task = g_task_new (pull, pull->cancellable, on_end, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, work);
  return pull;
}

void
lb_gui_pull_cancel (LbGuiPull *pull)
{
  g_cancellable_cancel (pull->cancellable);
}

const LbModel *
lb_gui_pull_model (LbGuiPull *pull)
{
  return pull->model;
}

double
lb_gui_pull_fraction (LbGuiPull *pull)
{
  double fraction = NAN;

  g_mutex_lock (&pull->lock);
  if (pull->total_bytes > 0)
    fraction = MIN ((double) pull->done_bytes / (double) pull->total_bytes, 1);
  g_mutex_unlock (&pull->lock);
  return fraction;
}

char *
lb_gui_pull_words (LbGuiPull *pull)
{
  g_autofree char *done = NULL, *total = NULL, *source = NULL;

  g_mutex_lock (&pull->lock);
  done = lb_text_bytes (pull->done_bytes);
  total = pull->total_bytes > 0 ? lb_text_bytes (pull->total_bytes) : NULL;
  source = pull->source != NULL ? lb_text_escape (pull->source) : NULL;
  g_mutex_unlock (&pull->lock);
  if (source == NULL)
    return g_strdup (_ ("Looking for a source"));
  if (total == NULL)
    return g_strdup_printf (_ ("%s from %s"), done, source);
  return g_strdup_printf (_ ("%s of %s from %s"), done, total, source);
}

gboolean
lb_gui_pull_has_ended (LbGuiPull *pull)
{
  return pull->ended;
}

const GError *
lb_gui_pull_error (LbGuiPull *pull)
{
  return pull->error;
}

static void
lb_gui_pull_finalize (GObject *object)
{
  LbGuiPull *pull = LB_GUI_PULL (object);

  g_clear_handle_id (&pull->tick, g_source_remove);
  g_clear_pointer (&pull->catalogue, lb_gui_catalogue_unref);
  g_clear_object (&pull->cancellable);
  g_clear_error (&pull->error);
  g_free (pull->source);
  g_mutex_clear (&pull->lock);
  G_OBJECT_CLASS (lb_gui_pull_parent_class)->finalize (object);
}

static void
lb_gui_pull_class_init (LbGuiPullClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lb_gui_pull_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_gui_pull_init (LbGuiPull *pull)
{
  pull->cancellable = g_cancellable_new ();
  g_mutex_init (&pull->lock);
}
