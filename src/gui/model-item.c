#include "gui/model-item.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

struct _LbModelItem {
  GObject parent;
  LbGuiCatalogue *catalogue;
  const LbModel *model;
  LbGuiPull *pull;
  gboolean removing;
  char *trouble; /* (nullable): why the last thing failed */
};

G_DEFINE_FINAL_TYPE (LbModelItem, lb_model_item, G_TYPE_OBJECT)

enum {
  SIGNAL_CHANGED,
  SIGNAL_ARRIVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
say_changed (LbModelItem *item)
{
  g_signal_emit (item, signals[SIGNAL_CHANGED], 0);
}

char *
lb_model_item_key (const LbModel *model)
{
  return g_strconcat (model->id, "\n", model->variant, "\n", model->mode, NULL);
}

void
lb_model_item_set (LbModelItem *item, LbGuiCatalogue *catalogue, const LbModel *model)
{
  LbGuiCatalogue *before = item->catalogue;

  item->catalogue = lb_gui_catalogue_ref (catalogue);
  item->model = model;
  g_clear_pointer (&before, lb_gui_catalogue_unref);
  say_changed (item);
}

const LbModel *
lb_model_item_model (LbModelItem *item)
{
  return item->model;
}

gboolean
lb_model_item_is_here (LbModelItem *item)
{
  return lb_gui_catalogue_is_here (item->catalogue, item->model);
}

gboolean
lb_model_item_is_busy (LbModelItem *item)
{
  return item->pull != NULL || item->removing;
}

double
lb_model_item_fraction (LbModelItem *item)
{
  return item->pull != NULL ? lb_gui_pull_fraction (item->pull) : (double) NAN;
}

static char *
describe (const LbModel *model, gboolean here)
{
  g_autofree char *bytes = model->bytes > 0 ? lb_text_bytes (model->bytes)
                                            : g_strdup (_ ("size unknown"));
  g_autofree char *licence = model->licence != NULL ? lb_text_escape (model->licence)
                                                    : g_strdup (_ ("unknown"));

  return g_strdup_printf (_ ("%s · %s · %s · licence %s · %s"), model->mode, model->variant,
                          bytes, licence, here ? _ ("on this computer") : _ ("not here"));
}

char *
lb_model_item_words (LbModelItem *item)
{
  g_autofree char *about = describe (item->model, lb_model_item_is_here (item));

  if (item->pull != NULL)
    return lb_gui_pull_words (item->pull);
  if (item->removing)
    return g_strdup (_ ("Being removed…"));
  if (item->trouble != NULL)
    return g_strdup_printf ("%s\n⚠ %s", about, item->trouble);
  return g_steal_pointer (&about);
}

gboolean
lb_model_item_matches (LbModelItem *item, const char *words)
{
  const LbModel *model = item->model;
  g_autofree char *all = g_strjoin (" ", model->name, model->id, model->title, model->mode,
                                    model->variant, NULL);

  return words == NULL || *words == '\0' || g_str_match_string (words, all, TRUE) ||
         strstr (all, words) != NULL;
}

static void
take_trouble (LbModelItem *item, const GError *error)
{
  g_clear_pointer (&item->trouble, g_free);
  if (error != NULL && !g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    item->trouble = g_strdup (error->message);
}

static void
on_pulled (LbGuiPull *pull, LbModelItem *item)
{
  gboolean good = lb_gui_pull_error (pull) == NULL;

  take_trouble (item, lb_gui_pull_error (pull));
  g_clear_object (&item->pull);
  say_changed (item);
  if (good)
    g_signal_emit (item, signals[SIGNAL_ARRIVED], 0);
}

void
lb_model_item_pull (LbModelItem *item)
{
  if (lb_model_item_is_busy (item))
    return;
  take_trouble (item, NULL);
  item->pull = lb_gui_pull_start (item->catalogue, item->model);
  g_signal_connect_object (item->pull, "changed", G_CALLBACK (say_changed), item,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (item->pull, "ended", G_CALLBACK (on_pulled), item, 0);
  say_changed (item);
}

void
lb_model_item_cancel (LbModelItem *item)
{
  if (item->pull != NULL)
    lb_gui_pull_cancel (item->pull);
}

/* The thread has a store of models of its own: a catalogue is read only. */
static void
remove_model (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *key = data;
  GError *error = NULL;
  g_autoptr (LbModels) models = lb_models_open (&error);
  const GPtrArray *all = models != NULL ? lb_models_all (models) : NULL;
  guint64 freed = 0;

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      g_autofree char *own = lb_model_item_key (g_ptr_array_index (all, i));

      if (strcmp (own, key) == 0)
        lb_models_remove (models, g_ptr_array_index (all, i), &freed, &error);
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LbModelItem *item = LB_MODEL_ITEM (source);
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  item->removing = FALSE;
  take_trouble (item, error);
  say_changed (item);
  g_signal_emit (item, signals[SIGNAL_ARRIVED], 0);
}

void
lb_model_item_remove (LbModelItem *item)
{
  g_autoptr (GTask) task = NULL;

  if (lb_model_item_is_busy (item))
    return;
  item->removing = TRUE;
  say_changed (item);
  task = g_task_new (item, NULL, on_removed, NULL);
  g_task_set_task_data (task, lb_model_item_key (item->model), g_free);
  g_task_run_in_thread (task, remove_model);
}

static void
lb_model_item_finalize (GObject *object)
{
  LbModelItem *item = LB_MODEL_ITEM (object);

  if (item->pull != NULL)
    lb_gui_pull_cancel (item->pull);
  g_clear_object (&item->pull);
  g_clear_pointer (&item->catalogue, lb_gui_catalogue_unref);
  g_free (item->trouble);
  G_OBJECT_CLASS (lb_model_item_parent_class)->finalize (object);
}

static void
lb_model_item_class_init (LbModelItemClass *class)
{
  static const char *const names[] = { "changed", "arrived" };

  G_OBJECT_CLASS (class)->finalize = lb_model_item_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_model_item_init (LbModelItem *item)
{
}

LbModelItem *
lb_model_item_new (void)
{
  return g_object_new (LB_TYPE_MODEL_ITEM, NULL);
}
