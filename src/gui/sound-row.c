#include "gui/sound-row.h"

#include <glib/gi18n.h>

#include "core/text.h"
#include "gui/player.h"

/* A name between these two may be written from right to left without turning what stands beside
 * it. */
#define ISOLATE "\342\201\250"
#define END_ISOLATE "\342\201\251"

struct _LbSoundRow {
  AdwActionRow parent;
  char *path;
  GtkWidget *button;
  LbPlayer *player; /* made when it is first wanted */
};

G_DEFINE_FINAL_TYPE (LbSoundRow, lb_sound_row, ADW_TYPE_ACTION_ROW)

static void
show_state (LbSoundRow *row)
{
  gboolean playing = row->player != NULL && lb_player_is_playing (row->player);
  g_autofree char *name = g_strdup_printf (
      playing ? _ ("Stop %s") : _ ("Play %s"),
      adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));

  gtk_button_set_icon_name (GTK_BUTTON (row->button), playing ? "media-playback-stop-symbolic"
                                                              : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (row->button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

static void
on_problem (LbSoundRow *row, const char *text)
{
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  show_state (row);
}

static void
on_clicked (LbSoundRow *row)
{
  if (row->player == NULL)
    {
      row->player = lb_player_new ();
      g_signal_connect_object (row->player, "moved", G_CALLBACK (show_state), row,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (row->player, "problem", G_CALLBACK (on_problem), row,
                               G_CONNECT_SWAPPED);
    }
  if (lb_player_is_playing (row->player))
    lb_player_stop (row->player);
  else
    lb_player_play (row->player, row->path, 0, 0);
  show_state (row);
}

static void
add_button (LbSoundRow *row)
{
  row->button = gtk_button_new ();
  gtk_widget_set_valign (row->button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (row->button, "flat");
  g_signal_connect_swapped (row->button, "clicked", G_CALLBACK (on_clicked), row);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), row->button);
  show_state (row);
}

static void
on_info (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbSoundRow) row = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  g_autofree char *name = NULL, *shown = NULL, *bytes = NULL, *line = NULL;
  const char *type;

  if (row->path == NULL) /* it was taken away meanwhile */
    return;
  name = g_path_get_basename (row->path);
  shown = lb_text_escape (name);
  if (info == NULL)
    {
      g_autofree char *isolated = g_strconcat (ISOLATE, shown, END_ISOLATE, NULL);

      line = g_strdup_printf (_ ("%s: the file is gone, or was removed to make room"), isolated);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), line);
      return;
    }
  type = g_file_info_get_content_type (info);
  bytes = lb_text_bytes ((guint64) g_file_info_get_size (info));
  line = g_strdup_printf (ISOLATE "%s" END_ISOLATE " · %s", shown, bytes);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), line);
  if (type != NULL && g_str_has_prefix (type, "audio/") && !g_str_has_suffix (type, "midi"))
    add_button (row);
}

static void
lb_sound_row_dispose (GObject *object)
{
  LbSoundRow *row = LB_SOUND_ROW (object);

  if (row->player != NULL)
    lb_player_stop (row->player);
  g_clear_object (&row->player);
  g_clear_pointer (&row->path, g_free);
  G_OBJECT_CLASS (lb_sound_row_parent_class)->dispose (object);
}

static void
lb_sound_row_class_init (LbSoundRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lb_sound_row_dispose;
}

static void
lb_sound_row_init (LbSoundRow *row)
{
}

GtkWidget *
lb_sound_row_new (const char *title, const char *path)
{
  LbSoundRow *row = g_object_new (LB_TYPE_SOUND_ROW, "use-markup", FALSE, "title", title,
                                  "subtitle-lines", 2, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  row->path = g_strdup (path);
  g_file_query_info_async (
      file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE,
      G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL, on_info, g_object_ref (row));
  return GTK_WIDGET (row);
}
