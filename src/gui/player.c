#include "gui/player.h"

#include <glib/gi18n.h>
#include <math.h>

struct _LbPlayer {
  GObject parent;
  GtkMediaStream *media; /* (nullable): nothing plays */
  double from_s, to_s;
  gboolean sought; /* the beginning has been asked for */
};

G_DEFINE_FINAL_TYPE (LbPlayer, lb_player, G_TYPE_OBJECT)

enum {
  SIGNAL_MOVED,
  SIGNAL_PROBLEM,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static gboolean
has_socket (const char *name)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
has_card (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/dev/snd", 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "pcm") && g_str_has_suffix (name, "p"))
      return TRUE;
  return FALSE;
}

gboolean
lb_player_has_output (void)
{
  return g_getenv ("LLAMABURN_GUI_SOUND") != NULL || g_getenv ("PULSE_SERVER") != NULL ||
         has_socket ("pulse/native") || has_socket ("pipewire-0") || has_card ();
}

void
lb_player_stop (LbPlayer *player)
{
  if (player->media == NULL)
    return;
  g_signal_handlers_disconnect_by_data (player->media, player);
  gtk_media_stream_pause (player->media);
  g_clear_object (&player->media);
  g_signal_emit (player, signals[SIGNAL_MOVED], 0);
}

static void
complain (LbPlayer *player, const char *message)
{
  lb_player_stop (player);
  g_signal_emit (player, signals[SIGNAL_PROBLEM], 0, message);
}

static void
on_error (GtkMediaStream *media, GParamSpec *spec, LbPlayer *player)
{
  const GError *error = gtk_media_stream_get_error (media);
  g_autofree char *message = error != NULL
                                 ? g_strdup_printf (_ ("It can't be played: %s"), error->message)
                                 : NULL;

  if (message != NULL)
    complain (player, message);
}

static void
on_prepared (GtkMediaStream *media, GParamSpec *spec, LbPlayer *player)
{
  if (player->sought || !gtk_media_stream_is_prepared (media))
    return;
  player->sought = TRUE;
  if (player->from_s > 0)
    gtk_media_stream_seek (media, (gint64) (player->from_s * G_USEC_PER_SEC));
}

static void
on_moved (GtkMediaStream *media, GParamSpec *spec, LbPlayer *player)
{
  double now = lb_player_position_s (player);

  if (player->to_s > 0 && now >= player->to_s && !gtk_media_stream_is_seeking (media))
    lb_player_stop (player);
  else
    g_signal_emit (player, signals[SIGNAL_MOVED], 0);
}

static void
on_ended (GtkMediaStream *media, GParamSpec *spec, LbPlayer *player)
{
  if (gtk_media_stream_get_ended (media))
    lb_player_stop (player);
}

void
lb_player_play (LbPlayer *player, const char *path, double from_s, double to_s)
{
  lb_player_stop (player);
  if (!lb_player_has_output ())
    {
      complain (player, _ ("This computer has no sound output: nothing can be heard"));
      return;
    }
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      complain (player, _ ("The sound is gone: it was moved or removed"));
      return;
    }
  player->from_s = from_s;
  player->to_s = to_s;
  player->sought = FALSE;
  player->media = gtk_media_file_new_for_filename (path);
  g_signal_connect (player->media, "notify::error", G_CALLBACK (on_error), player);
  g_signal_connect (player->media, "notify::prepared", G_CALLBACK (on_prepared), player);
  g_signal_connect (player->media, "notify::timestamp", G_CALLBACK (on_moved), player);
  g_signal_connect (player->media, "notify::ended", G_CALLBACK (on_ended), player);
  gtk_media_stream_play (player->media);
  if (player->media != NULL)
    on_error (player->media, NULL, player);
  if (player->media != NULL)
    g_signal_emit (player, signals[SIGNAL_MOVED], 0);
}

gboolean
lb_player_is_playing (LbPlayer *player)
{
  return player->media != NULL;
}

double
lb_player_position_s (LbPlayer *player)
{
  if (player->media == NULL)
    return NAN;
  return (double) gtk_media_stream_get_timestamp (player->media) / G_USEC_PER_SEC;
}

LbPlayer *
lb_player_new (void)
{
  return g_object_new (LB_TYPE_PLAYER, NULL);
}

static void
lb_player_dispose (GObject *object)
{
  LbPlayer *player = LB_PLAYER (object);

  if (player->media != NULL)
    g_signal_handlers_disconnect_by_data (player->media, player);
  g_clear_object (&player->media);
  G_OBJECT_CLASS (lb_player_parent_class)->dispose (object);
}

static void
lb_player_class_init (LbPlayerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lb_player_dispose;
  signals[SIGNAL_MOVED] = g_signal_new ("moved", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lb_player_init (LbPlayer *player)
{
}
