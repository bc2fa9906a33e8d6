#include "gui/context.h"

#include "core/error.h"

struct _LbGuiContext {
  GObject parent;
  LbGuiState *state;
  LbGuiCatalogue *catalogue; /* (nullable) */
  char *problem;             /* (nullable): why there is no catalogue */
  gboolean reading, stale;   /* being read; asked for again meanwhile */
  GThreadPool *store_thread; /* of GTask: one at a time */
  LbStore *store;            /* (nullable): of that thread only */
  LbGuiRun *run;             /* (nullable) */
  char *shown_run;           /* (nullable) */
  GArray *compared;          /* of gint64 */
};

G_DEFINE_FINAL_TYPE (LbGuiContext, lb_gui_context, G_TYPE_OBJECT)

enum {
  PROPERTY_RUN = 1,
  PROPERTY_SHOWN_RUN,
};

enum {
  SIGNAL_CATALOGUE_CHANGED,
  SIGNAL_HISTORY_CHANGED,
  SIGNAL_COMPARE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* What the thread of the history is asked for. */
typedef struct {
  LbGuiContext *context; /* held by the task */
  LbGuiStoreCall call;
  gpointer data;
  GDestroyNotify free_data, free_answer;
} StoreCall;

static void
store_call_free (gpointer data)
{
  StoreCall *it = data;

  if (it->free_data != NULL)
    it->free_data (it->data);
  g_free (it);
}

static void
do_store_call (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  StoreCall *it = g_task_get_task_data (task);
  LbGuiContext *context = it->context;
  GError *error = NULL;
  gpointer answer;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (context->store == NULL)
    context->store = lb_store_open (NULL, &error);
  answer = context->store != NULL
               ? it->call (context->store, it->data, g_task_get_cancellable (task), &error)
               : NULL;
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, answer, it->free_answer);
}

void
lb_gui_context_store (LbGuiContext *context, LbGuiStoreCall call, gpointer data,
                      GDestroyNotify free_data, GDestroyNotify free_answer,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (context, cancellable, callback, user_data);
  StoreCall *it = g_new0 (StoreCall, 1);

  *it = (StoreCall){ context, call, data, free_data, free_answer };
  g_task_set_source_tag (task, lb_gui_context_store);
  g_task_set_task_data (task, it, store_call_free);
  if (context->store_thread != NULL)
    g_thread_pool_push (context->store_thread, task, NULL);
  else
    g_object_unref (task); /* the program ends: nobody waits for an answer */
}

gpointer
lb_gui_context_store_finish (LbGuiContext *context, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
lb_gui_context_history_changed (LbGuiContext *context)
{
  g_signal_emit (context, signals[SIGNAL_HISTORY_CHANGED], 0);
}

static void
read_catalogue (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  LbGuiCatalogue *catalogue = lb_gui_catalogue_read (&error);

  if (catalogue != NULL)
    g_task_return_pointer (task, catalogue, (GDestroyNotify) lb_gui_catalogue_unref);
  else
    g_task_return_error (task, error);
}

static void
on_catalogue (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LbGuiContext *context = LB_GUI_CONTEXT (source);
  g_autoptr (GError) error = NULL;
  LbGuiCatalogue *catalogue = g_task_propagate_pointer (G_TASK (result), &error);

  context->reading = FALSE;
  g_clear_pointer (&context->problem, g_free);
  if (catalogue == NULL)
    context->problem = g_strdup (error->message);
  else
    {
      g_clear_pointer (&context->catalogue, lb_gui_catalogue_unref);
      context->catalogue = catalogue;
    }
  g_signal_emit (context, signals[SIGNAL_CATALOGUE_CHANGED], 0);
  if (context->stale)
    lb_gui_context_reload (context);
}

void
lb_gui_context_reload (LbGuiContext *context)
{
  g_autoptr (GTask) task = NULL;

  context->stale = context->reading;
  if (context->reading)
    return;
  context->reading = TRUE;
  task = g_task_new (context, NULL, on_catalogue, NULL);
  g_task_run_in_thread (task, read_catalogue);
}

LbGuiCatalogue *
lb_gui_context_catalogue (LbGuiContext *context, const char **problem)
{
  if (problem != NULL)
    *problem = context->problem;
  return context->catalogue;
}

LbGuiState *
lb_gui_context_state (LbGuiContext *context)
{
  return context->state;
}

void
lb_gui_context_show_run (LbGuiContext *context, const char *id)
{
  g_free (context->shown_run);
  context->shown_run = g_strdup (id);
  g_object_notify (G_OBJECT (context), "shown-run");
}

const char *
lb_gui_context_shown_run (LbGuiContext *context)
{
  return context->shown_run;
}

void
lb_gui_context_compare (LbGuiContext *context, const GArray *numbers)
{
  g_array_set_size (context->compared, 0);
  g_array_append_vals (context->compared, numbers->data, numbers->len);
  g_signal_emit (context, signals[SIGNAL_COMPARE], 0);
}

const GArray *
lb_gui_context_compared (LbGuiContext *context)
{
  return context->compared;
}

static void
on_run_ended (LbGuiRun *run, LbGuiContext *context)
{
  g_object_notify (G_OBJECT (context), "run");
  lb_gui_context_history_changed (context);
}

LbGuiRun *
lb_gui_context_start (LbGuiContext *context, const LbPlan *plan, GError **error)
{
  LbGuiRun *run;

  if (lb_gui_context_is_running (context))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "a benchmark is running: wait for its end, or stop it");
      return NULL;
    }
  run = lb_gui_run_start (plan, error);
  if (run == NULL)
    return NULL;
  if (context->run != NULL)
    g_signal_handlers_disconnect_by_data (context->run, context);
  g_set_object (&context->run, run);
  g_signal_connect (run, "ended", G_CALLBACK (on_run_ended), context);
  g_object_unref (run);
  g_object_notify (G_OBJECT (context), "run");
  return run;
}

LbGuiRun *
lb_gui_context_run (LbGuiContext *context)
{
  return context->run;
}

gboolean
lb_gui_context_is_running (LbGuiContext *context)
{
  return context->run != NULL && !lb_gui_run_has_ended (context->run);
}

static void
lb_gui_context_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  LbGuiContext *context = LB_GUI_CONTEXT (object);

  if (id == PROPERTY_RUN)
    g_value_set_object (value, context->run);
  else
    g_value_set_string (value, context->shown_run);
}

void
lb_gui_context_finish (LbGuiContext *context)
{
  GThreadPool *pool = g_steal_pointer (&context->store_thread);

  if (pool != NULL)
    g_thread_pool_free (pool, FALSE, TRUE);
}

static void
lb_gui_context_finalize (GObject *object)
{
  LbGuiContext *context = LB_GUI_CONTEXT (object);

  lb_gui_context_finish (context);
  g_clear_pointer (&context->store, lb_store_close);
  g_clear_object (&context->run);
  g_clear_pointer (&context->catalogue, lb_gui_catalogue_unref);
  g_clear_pointer (&context->state, lb_gui_state_free);
  g_free (context->problem);
  g_free (context->shown_run);
  g_array_unref (context->compared);
  G_OBJECT_CLASS (lb_gui_context_parent_class)->finalize (object);
}

static void
lb_gui_context_class_init (LbGuiContextClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = lb_gui_context_get_property;
  object_class->finalize = lb_gui_context_finalize;
  g_object_class_install_property (
      object_class, PROPERTY_RUN,
      g_param_spec_object ("run", NULL, NULL, LB_TYPE_GUI_RUN, flags));
  g_object_class_install_property (object_class, PROPERTY_SHOWN_RUN,
                                   g_param_spec_string ("shown-run", NULL, NULL, NULL, flags));
  signals[SIGNAL_CATALOGUE_CHANGED] = g_signal_new ("catalogue-changed",
                                                    G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                                    0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_HISTORY_CHANGED] = g_signal_new ("history-changed", G_TYPE_FROM_CLASS (class),
                                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                  G_TYPE_NONE, 0);
  signals[SIGNAL_COMPARE] = g_signal_new ("compare", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_gui_context_init (LbGuiContext *context)
{
  context->state = lb_gui_state_new ();
  context->compared = g_array_new (FALSE, FALSE, sizeof (gint64));
  context->store_thread = g_thread_pool_new (do_store_call, NULL, 1, FALSE, NULL);
  lb_gui_context_reload (context);
}

LbGuiContext *
lb_gui_context_new (void)
{
  return g_object_new (LB_TYPE_GUI_CONTEXT, NULL);
}
