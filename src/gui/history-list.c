#include "gui/history-list.h"

#include "gui/history-watch.h"

#define CACHED 512    /* rows that are kept as objects */
#define PAUSE_MS 1000 /* between two looks: a run writes after each iteration */
#define NOWHERE G_MAXUINT

struct _LbHistoryList {
  GObject parent;
  LbGuiContext *context;
  GCancellable *cancellable;
  LbHistoryWatch *watch;
  GArray *numbers;    /* of gint64: what is shown, in its order */
  GHashTable *rows;   /* of LbHistoryRow *, by number */
  GQueue recent;      /* of LbHistoryRow *, the one asked for last first; not held */
  GHashTable *wanted; /* numbers that are to be read */
  GHashTable *hidden; /* numbers */
  char *mode, *engine, *model, *search;
  LbStoreOrder order;
  gboolean descending;
  gint64 newest, total;
  char *problem;
  guint flush, pause; /* sources */
  gboolean active, stale, altered, reading, fetching, was_read;
};

static void lb_history_list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LbHistoryList, lb_history_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      lb_history_list_model_init))

static guint refreshed;

static gint64
number_at (const GArray *numbers, guint position)
{
  return g_array_index (numbers, gint64, position);
}

/* ---- rows that are looked at ---- */

static gboolean
keep_row (const LbStoreRow *row, gpointer user_data)
{
  g_ptr_array_add (user_data, lb_store_row_copy (row));
  return TRUE;
}

static gpointer
fetch_rows (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  const GArray *numbers = data;
  g_autoptr (GPtrArray)
      rows = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_store_row_free);

  if (!lb_store_rows (store, (const gint64 *) numbers->data, numbers->len, keep_row, rows, error))
    return NULL;
  return g_steal_pointer (&rows);
}

static void fetch_wanted (LbHistoryList *list);

static void
on_rows (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbHistoryList) list = user_data;
  g_autoptr (GPtrArray)
      rows = lb_gui_context_store_finish (LB_GUI_CONTEXT (source), result, NULL);

  list->fetching = FALSE;
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      LbStoreRow *content = g_steal_pointer (&rows->pdata[i]);
      LbHistoryRow *row = g_hash_table_lookup (list->rows, &content->number);

      if (row != NULL)
        lb_history_row_set (row, content);
      else
        lb_store_row_free (content);
    }
  if (g_hash_table_size (list->wanted) > 0)
    fetch_wanted (list);
}

/* One question at a time: what is asked for meanwhile is asked with the next. */
static void
fetch_wanted (LbHistoryList *list)
{
  GArray *numbers;
  GHashTableIter iter;
  gpointer key;

  if (list->fetching || list->context == NULL)
    return;
  numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_hash_table_iter_init (&iter, list->wanted);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_hash_table_contains (list->rows, key)) /* scrolled past: nobody looks any more */
      g_array_append_val (numbers, *(gint64 *) key);
  g_hash_table_remove_all (list->wanted);
  list->fetching = TRUE;
  lb_gui_context_store (list->context, fetch_rows, numbers, (GDestroyNotify) g_array_unref,
                        (GDestroyNotify) g_ptr_array_unref, list->cancellable, on_rows,
                        g_object_ref (list));
}

static gboolean
on_flush (gpointer user_data)
{
  LbHistoryList *list = user_data;

  list->flush = 0;
  fetch_wanted (list);
  return G_SOURCE_REMOVE;
}

static void
want (LbHistoryList *list, gint64 number)
{
  g_hash_table_add (list->wanted, g_memdup2 (&number, sizeof number));
  if (list->flush == 0)
    list->flush = g_idle_add (on_flush, list);
}

static void
forget_oldest (LbHistoryList *list)
{
  while (g_queue_get_length (&list->recent) > CACHED)
    {
      LbHistoryRow *row = g_queue_pop_tail (&list->recent);
      gint64 number = lb_history_row_number (row);

      g_hash_table_remove (list->rows, &number);
    }
}

static gpointer
lb_history_list_get_item (GListModel *model, guint position)
{
  LbHistoryList *list = LB_HISTORY_LIST (model);
  LbHistoryRow *row;
  gint64 number;

  if (position >= list->numbers->len)
    return NULL;
  number = number_at (list->numbers, position);
  row = g_hash_table_lookup (list->rows, &number);
  if (row == NULL)
    {
      row = lb_history_row_new (number);
      g_hash_table_insert (list->rows, g_memdup2 (&number, sizeof number), row);
      g_queue_push_head (&list->recent, row);
      forget_oldest (list);
      want (list, number);
    }
  return g_object_ref (row);
}

static GType
lb_history_list_get_item_type (GListModel *model)
{
  return LB_TYPE_HISTORY_ROW;
}

static guint
lb_history_list_get_n_items (GListModel *model)
{
  return LB_HISTORY_LIST (model)->numbers->len;
}

static void
lb_history_list_model_init (GListModelInterface *interface)
{
  interface->get_item = lb_history_list_get_item;
  interface->get_item_type = lb_history_list_get_item_type;
  interface->get_n_items = lb_history_list_get_n_items;
}

/* ---- which runs there are ---- */

typedef struct {
  char *mode, *engine, *model, *search;
  LbStoreOrder order;
  gboolean descending;
  gint64 newest, total; /* as they were: other ones, or @always, mean another list */
  gboolean always;
  GArray *numbers; /* the answer; NULL: as it was */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->mode);
  g_free (question->engine);
  g_free (question->model);
  g_free (question->search);
  g_clear_pointer (&question->numbers, g_array_unref);
  g_free (question);
}

/* Answers with the question itself. */
static gpointer
read_numbers (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Question *asked = data;
  LbStoreFilter filter = {
    .mode = asked->mode, .engine = asked->engine, .model = asked->model, .search = asked->search
  };
  Question *answer = g_new0 (Question, 1);
  gboolean good = lb_store_stamp (store, &answer->newest, &answer->total, error);

  if (good && (asked->always || answer->newest != asked->newest || answer->total != asked->total))
    {
      answer->numbers = lb_store_numbers (store, &filter, asked->order, asked->descending, error);
      good = answer->numbers != NULL;
    }
  if (good)
    return answer;
  question_free (answer);
  return NULL;
}

static GArray *
without_hidden (LbHistoryList *list, const GArray *numbers)
{
  GArray *left = g_array_sized_new (FALSE, FALSE, sizeof (gint64), numbers->len);

  for (guint i = 0; i < numbers->len; i++)
    {
      gint64 number = number_at (numbers, i);

      if (!g_hash_table_contains (list->hidden, &number))
        g_array_append_val (left, number);
    }
  return left;
}

/* What stays at both ends stays for the view too: where it is scrolled to, what is selected. */
static void
replace (LbHistoryList *list, GArray *numbers)
{
  GArray *old = list->numbers;
  guint before = 0, after = 0, least = MIN (old->len, numbers->len);

  while (before < least && number_at (old, before) == number_at (numbers, before))
    before++;
  while (after < least - before &&
         number_at (old, old->len - 1 - after) == number_at (numbers, numbers->len - 1 - after))
    after++;
  list->numbers = numbers;
  if (old->len != numbers->len || before < least)
    g_list_model_items_changed (G_LIST_MODEL (list), before, old->len - before - after,
                                numbers->len - before - after);
  g_array_unref (old);
}

static void
want_what_is_shown (LbHistoryList *list)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, list->rows);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    want (list, *(gint64 *) key);
}

static void read_again (LbHistoryList *list);

static void
on_numbers (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbHistoryList) list = user_data;
  g_autoptr (GError) error = NULL;
  Question *answer = lb_gui_context_store_finish (LB_GUI_CONTEXT (source), result, &error);

  list->reading = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_pointer (&list->problem, g_free);
  if (answer == NULL)
    list->problem = g_strdup (error->message);
  else
    {
      list->newest = answer->newest;
      list->total = answer->total;
      list->was_read = TRUE;
      if (answer->numbers != NULL && !list->altered)
        replace (list, without_hidden (list, answer->numbers));
      want_what_is_shown (list);
      question_free (answer);
    }
  if (list->altered)
    read_again (list);
  else
    g_signal_emit (list, refreshed, 0);
}

static void
read_again (LbHistoryList *list)
{
  Question *question;

  if (!list->active || list->reading)
    {
      list->stale = TRUE;
      return;
    }
  question = g_new0 (Question, 1);
  *question = (Question){ g_strdup (list->mode),
                          g_strdup (list->engine),
                          g_strdup (list->model),
                          g_strdup (list->search),
                          list->order,
                          list->descending,
                          list->newest,
                          list->total,
                          list->altered || !list->was_read,
                          NULL };
  list->stale = list->altered = FALSE;
  list->reading = TRUE;
  lb_gui_context_store (list->context, read_numbers, question, question_free, question_free,
                        list->cancellable, on_numbers, g_object_ref (list));
}

/* ---- when it changes ---- */

static gboolean
on_pause (gpointer user_data)
{
  LbHistoryList *list = user_data;

  list->pause = 0;
  if (list->stale)
    read_again (list);
  return G_SOURCE_REMOVE;
}

static void
on_history_changed (LbHistoryList *list)
{
  list->stale = TRUE;
  if (list->pause == 0 && list->active)
    list->pause = g_timeout_add (PAUSE_MS, on_pause, list);
}

static void
alter (LbHistoryList *list)
{
  list->altered = TRUE;
  read_again (list);
}

void
lb_history_list_set_filter (LbHistoryList *list, const char *mode, const char *engine,
                            const char *model, const char *search)
{
  g_free (list->mode);
  g_free (list->engine);
  g_free (list->model);
  g_free (list->search);
  list->mode = g_strdup (mode);
  list->engine = g_strdup (engine);
  list->model = g_strdup (model);
  list->search = g_strdup (search);
  alter (list);
}

void
lb_history_list_set_order (LbHistoryList *list, LbStoreOrder order, gboolean descending)
{
  if (list->order == order && list->descending == descending)
    return;
  list->order = order;
  list->descending = descending;
  alter (list);
}

void
lb_history_list_set_active (LbHistoryList *list, gboolean active)
{
  list->active = active;
  if (active && (list->stale || list->altered || !list->was_read))
    read_again (list);
}

void
lb_history_list_hide (LbHistoryList *list, gint64 number, gboolean hide)
{
  guint position = lb_history_list_find (list, number);

  if (!hide)
    {
      g_hash_table_remove (list->hidden, &number);
      alter (list);
      return;
    }
  g_hash_table_add (list->hidden, g_memdup2 (&number, sizeof number));
  if (position == NOWHERE)
    return;
  g_array_remove_index (list->numbers, position);
  g_list_model_items_changed (G_LIST_MODEL (list), position, 1, 0);
}

guint
lb_history_list_find (LbHistoryList *list, gint64 number)
{
  for (guint i = 0; i < list->numbers->len; i++)
    if (number_at (list->numbers, i) == number)
      return i;
  return NOWHERE;
}

gboolean
lb_history_list_was_read (LbHistoryList *list)
{
  return list->was_read;
}

gint64
lb_history_list_total (LbHistoryList *list)
{
  return list->total;
}

const char *
lb_history_list_problem (LbHistoryList *list)
{
  return list->problem;
}

static void
lb_history_list_dispose (GObject *object)
{
  LbHistoryList *list = LB_HISTORY_LIST (object);

  g_cancellable_cancel (list->cancellable);
  g_clear_handle_id (&list->flush, g_source_remove);
  g_clear_handle_id (&list->pause, g_source_remove);
  g_clear_pointer (&list->watch, lb_history_watch_free);
  g_clear_object (&list->context);
  G_OBJECT_CLASS (lb_history_list_parent_class)->dispose (object);
}

static void
lb_history_list_finalize (GObject *object)
{
  LbHistoryList *list = LB_HISTORY_LIST (object);

  g_object_unref (list->cancellable);
  g_queue_clear (&list->recent);
  g_hash_table_unref (list->rows);
  g_hash_table_unref (list->wanted);
  g_hash_table_unref (list->hidden);
  g_array_unref (list->numbers);
  g_free (list->mode);
  g_free (list->engine);
  g_free (list->model);
  g_free (list->search);
  g_free (list->problem);
  G_OBJECT_CLASS (lb_history_list_parent_class)->finalize (object);
}

static void
lb_history_list_class_init (LbHistoryListClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = lb_history_list_dispose;
  object_class->finalize = lb_history_list_finalize;
  refreshed = g_signal_new ("refreshed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                            NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_history_list_init (LbHistoryList *list)
{
  list->cancellable = g_cancellable_new ();
  list->numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  list->rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  list->wanted = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  list->hidden = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  list->descending = TRUE;
}

LbHistoryList *
lb_history_list_new (LbGuiContext *context)
{
  LbHistoryList *list = g_object_new (LB_TYPE_HISTORY_LIST, NULL);

  list->context = g_object_ref (context);
  g_signal_connect_object (context, "history-changed", G_CALLBACK (on_history_changed), list,
                           G_CONNECT_SWAPPED);
  list->watch = lb_history_watch_new (G_CALLBACK (on_history_changed), G_OBJECT (list));
  return list;
}
