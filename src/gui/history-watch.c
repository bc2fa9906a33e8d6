#include "gui/history-watch.h"

/* Commits go to the log of the database; it comes and goes. */
static const char *const names[] = { "history.db-wal", "history.db" };

struct _LbHistoryWatch {
  GFileMonitor *monitors[G_N_ELEMENTS (names)];
};

LbHistoryWatch *
lb_history_watch_new (GCallback changed, GObject *owner)
{
  LbHistoryWatch *watch = g_new0 (LbHistoryWatch, 1);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (g_get_user_data_dir (), "llamaburn", names[i],
                                                NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      watch->monitors[i] = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
      if (watch->monitors[i] != NULL)
        g_signal_connect_object (watch->monitors[i], "changed", changed, owner,
                                 G_CONNECT_SWAPPED);
    }
  return watch;
}

void
lb_history_watch_free (LbHistoryWatch *watch)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_clear_object (&watch->monitors[i]);
  g_free (watch);
}
