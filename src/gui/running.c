#include "gui/running.h"

#include <glib/gi18n.h>

#include "gui/history-columns.h"

static gboolean
find_running (const LbStoreRow *row, gpointer user_data)
{
  char **text = user_data;
  g_autofree char *line = lb_history_row_text (row);

  *text = g_strdup_printf (
      ngettext ("Running: %s (%" G_GINT64_FORMAT " iteration). Another benchmark waits for it.",
                "Running: %s (%" G_GINT64_FORMAT " iterations). Another benchmark waits for it.",
                (gulong) row->iterations),
      line, row->iterations);
  return FALSE;
}

/* Answers with the words, "" where nothing runs. */
static gpointer
look_for_running (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  const LbStoreFilter filter = { .status = "running", .limit = 1 };
  char *text = NULL;

  if (!lb_store_list (store, &filter, find_running, &text, error))
    return NULL;
  return text != NULL ? text : g_strdup ("");
}

typedef struct {
  GWeakRef bar, label;
} Place;

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Place *place = user_data;
  g_autofree char *text = lb_gui_context_store_finish (LB_GUI_CONTEXT (source), result, NULL);
  g_autoptr (GtkInfoBar) bar = g_weak_ref_get (&place->bar);
  g_autoptr (GtkLabel) label = g_weak_ref_get (&place->label);

  if (label != NULL)
    gtk_label_set_text (label, text != NULL ? text : "");
  if (bar != NULL)
    gtk_info_bar_set_revealed (bar, text != NULL && *text != '\0');
  g_weak_ref_clear (&place->bar);
  g_weak_ref_clear (&place->label);
  g_free (place);
}

void
lb_running_look (LbGuiContext *context, GtkInfoBar *bar, GtkLabel *label)
{
  Place *place = g_new0 (Place, 1);

  g_weak_ref_init (&place->bar, bar);
  g_weak_ref_init (&place->label, label);
  lb_gui_context_store (context, look_for_running, NULL, NULL, g_free, NULL, on_answer, place);
}
