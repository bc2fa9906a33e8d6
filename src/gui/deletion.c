#include "gui/deletion.h"

#include <glib/gi18n.h>

#include "core/error.h"
#include "gui/window.h"

#define SECONDS 10

struct _LbDeletion {
  GtkWidget *widget; /* weak */
  LbGuiContext *context;
  LbHistoryList *list;
  AdwToast *toast;
  GArray *numbers;
  gboolean decided;
};

/* What could not be removed, and why the first was not. */
typedef struct {
  GArray *numbers;
  char *why;
} Left;

static void
left_free (gpointer data)
{
  Left *left = data;

  g_array_unref (left->numbers);
  g_free (left->why);
  g_free (left);
}

static gpointer
remove_runs (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  const GArray *numbers = data;
  Left *left = g_new0 (Left, 1);

  left->numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < numbers->len; i++)
    {
      gint64 number = g_array_index (numbers, gint64, i);
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, number);
      g_autoptr (GError) why = NULL;
      g_autofree char *id = lb_store_find (store, name, &why);

      if ((id != NULL && lb_store_remove (store, id, &why)) ||
          g_error_matches (why, LB_ERROR, LB_ERROR_NOT_FOUND)) /* gone meanwhile: as wished */
        continue;
      g_array_append_val (left->numbers, number);
      if (left->why == NULL)
        left->why = g_strdup (why->message);
    }
  return left;
}

typedef struct {
  LbHistoryList *list;
  GWeakRef widget;
} Answer;

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LbGuiContext *context = LB_GUI_CONTEXT (source);
  Answer *answer = user_data;
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&answer->widget);
  g_autoptr (GError) error = NULL;
  Left *left = lb_gui_context_store_finish (context, result, &error);
  const char *why = left != NULL ? left->why : error->message;

  for (guint i = 0; left != NULL && i < left->numbers->len; i++)
    lb_history_list_hide (answer->list, g_array_index (left->numbers, gint64, i), FALSE);
  if (why != NULL && widget != NULL)
    lb_gui_toast (widget, why);
  lb_gui_context_history_changed (context);
  g_clear_pointer (&left, left_free);
  g_weak_ref_clear (&answer->widget);
  g_object_unref (answer->list);
  g_free (answer);
}

static void
free_numbers (gpointer data)
{
  g_array_unref (data);
}

static void
remove_now (LbDeletion *it)
{
  Answer *answer;

  if (it->decided)
    return;
  it->decided = TRUE;
  answer = g_new0 (Answer, 1);
  answer->list = g_object_ref (it->list);
  g_weak_ref_init (&answer->widget, it->widget);
  lb_gui_context_store (it->context, remove_runs, g_array_ref (it->numbers), free_numbers,
                        left_free, NULL, on_removed, answer);
}

static void
on_undo (LbDeletion *it)
{
  if (it->decided)
    return;
  it->decided = TRUE;
  for (guint i = 0; i < it->numbers->len; i++)
    lb_history_list_hide (it->list, g_array_index (it->numbers, gint64, i), FALSE);
}

LbDeletion *
lb_deletion_new (GtkWidget *widget, LbGuiContext *context, LbHistoryList *list,
                 const GArray *numbers)
{
  LbDeletion *it = g_new0 (LbDeletion, 1);
  g_autofree char *text = g_strdup_printf (
      ngettext ("%u run deleted", "%u runs deleted", numbers->len), numbers->len);

  it->context = g_object_ref (context);
  it->list = g_object_ref (list);
  it->numbers = g_array_copy ((GArray *) numbers);
  g_set_weak_pointer (&it->widget, widget);
  it->toast = g_object_ref_sink (adw_toast_new (text));
  adw_toast_set_button_label (it->toast, _ ("Undo"));
  adw_toast_set_timeout (it->toast, SECONDS);
  g_signal_connect_swapped (it->toast, "button-clicked", G_CALLBACK (on_undo), it);
  g_signal_connect_swapped (it->toast, "dismissed", G_CALLBACK (remove_now), it);
  for (guint i = 0; i < numbers->len; i++)
    lb_history_list_hide (list, g_array_index (numbers, gint64, i), TRUE);
  lb_gui_toast_with (widget, g_object_ref (it->toast));
  return it;
}

void
lb_deletion_end (LbDeletion *it)
{
  g_signal_handlers_disconnect_by_data (it->toast, it);
  remove_now (it);
  g_clear_weak_pointer (&it->widget);
  g_object_unref (it->toast);
  g_object_unref (it->list);
  g_object_unref (it->context);
  g_array_unref (it->numbers);
  g_free (it);
}
