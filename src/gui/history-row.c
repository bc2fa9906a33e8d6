#include "gui/history-row.h"

#include <string.h>

struct _LbHistoryRow {
  GObject parent;
  gint64 number;
  LbStoreRow *content;
};

G_DEFINE_FINAL_TYPE (LbHistoryRow, lb_history_row, G_TYPE_OBJECT)

static guint changed;

static void
lb_history_row_finalize (GObject *object)
{
  g_clear_pointer (&LB_HISTORY_ROW (object)->content, lb_store_row_free);
  G_OBJECT_CLASS (lb_history_row_parent_class)->finalize (object);
}

static void
lb_history_row_class_init (LbHistoryRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lb_history_row_finalize;
  changed = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                          NULL, G_TYPE_NONE, 0);
}

static void
lb_history_row_init (LbHistoryRow *row)
{
}

LbHistoryRow *
lb_history_row_new (gint64 number)
{
  LbHistoryRow *row = g_object_new (LB_TYPE_HISTORY_ROW, NULL);

  row->number = number;
  return row;
}

gint64
lb_history_row_number (LbHistoryRow *row)
{
  return row->number;
}

const LbStoreRow *
lb_history_row_content (LbHistoryRow *row)
{
  return row->content;
}

static gboolean
is_same (const LbStoreRow *a, const LbStoreRow *b)
{
  return a != NULL && strcmp (a->status, b->status) == 0 && a->iterations == b->iterations &&
         a->valid == b->valid && memcmp (&a->median_rtf, &b->median_rtf, sizeof (double)) == 0 &&
         memcmp (&a->score, &b->score, sizeof (double)) == 0 &&
         g_strcmp0 (a->device, b->device) == 0;
}

void
lb_history_row_set (LbHistoryRow *row, LbStoreRow *content)
{
  gboolean same = is_same (row->content, content);

  g_clear_pointer (&row->content, lb_store_row_free);
  row->content = content;
  if (!same)
    g_signal_emit (row, changed, 0);
}
