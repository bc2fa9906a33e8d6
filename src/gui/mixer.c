#include "gui/mixer.h"

#include <glib/gi18n.h>
#include <gst/gst.h>
#include <math.h>

#include "gui/player.h"

#define LOOK_MS 100
#define SINK "LLAMABURN_GUI_SINK" /* a GStreamer sink of the tests' choice */

struct _LbMixer {
  GObject parent;
  GStrv paths;
  GArray *silent;       /* of gboolean, one for each path */
  GstElement *pipeline; /* (nullable): nothing was played yet */
  GPtrArray *volumes;   /* of GstElement, one for each path */
  guint watch, timer;
  double seek_s; /* where to go once it can; NAN: nowhere */
  gboolean playing;
};

G_DEFINE_FINAL_TYPE (LbMixer, lb_mixer, G_TYPE_OBJECT)

enum {
  SIGNAL_MOVED,
  SIGNAL_PROBLEM,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
moved (LbMixer *mixer)
{
  g_signal_emit (mixer, signals[SIGNAL_MOVED], 0);
}

static void
stop_looking (LbMixer *mixer)
{
  g_clear_handle_id (&mixer->timer, g_source_remove);
}

static gboolean
look (gpointer data)
{
  moved (LB_MIXER (data));
  return G_SOURCE_CONTINUE;
}

static void
take_down (LbMixer *mixer)
{
  stop_looking (mixer);
  g_clear_handle_id (&mixer->watch, g_source_remove);
  if (mixer->pipeline != NULL)
    gst_element_set_state (mixer->pipeline, GST_STATE_NULL);
  g_ptr_array_set_size (mixer->volumes, 0);
  g_clear_pointer (&mixer->pipeline, gst_object_unref);
  mixer->playing = FALSE;
  mixer->seek_s = NAN;
}

static void
complain (LbMixer *mixer, const char *message)
{
  take_down (mixer);
  moved (mixer);
  g_signal_emit (mixer, signals[SIGNAL_PROBLEM], 0, message);
}

static void
seek_now (LbMixer *mixer)
{
  double seconds = mixer->seek_s;

  mixer->seek_s = NAN;
  if (isfinite (seconds))
    gst_element_seek_simple (mixer->pipeline, GST_FORMAT_TIME,
                             GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
                             (gint64) (seconds * GST_SECOND));
}

static void
on_end (LbMixer *mixer)
{
  gst_element_set_state (mixer->pipeline, GST_STATE_PAUSED);
  mixer->playing = FALSE;
  stop_looking (mixer);
  lb_mixer_seek (mixer, 0);
}

static void
on_error (LbMixer *mixer, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  gst_message_parse_error (message, &error, NULL);
  text = g_strdup_printf (_ ("It can't be played: %s"), error->message);
  complain (mixer, text);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  LbMixer *mixer = LB_MIXER (data);

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
      on_error (mixer, message);
      return mixer->watch != 0;
    case GST_MESSAGE_EOS:
      on_end (mixer);
      break;
    case GST_MESSAGE_ASYNC_DONE:
      seek_now (mixer);
      moved (mixer);
      break;
    default:
      break;
    }
  return G_SOURCE_CONTINUE;
}

/* A decoder's output exists only when it has looked at the file. */
static void
on_pad (GstElement *decoder, GstPad *pad, GstElement *convert)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (convert, "sink");

  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

/* Returns: whether all of the parts of a sound's way into @into are there */
static gboolean
add_sound (LbMixer *mixer, guint index, GstElement *into)
{
  static const char *const parts[] = { "filesrc",       "decodebin", "audioconvert",
                                       "audioresample", "volume",    NULL };
  GstElement *made[G_N_ELEMENTS (parts)] = { NULL };

  for (guint i = 0; parts[i] != NULL; i++)
    {
      made[i] = gst_element_factory_make (parts[i], NULL);
      if (made[i] == NULL)
        return FALSE;
      gst_bin_add (GST_BIN (mixer->pipeline), made[i]);
    }
  g_object_set (made[0], "location", mixer->paths[index], NULL);
  g_object_set (made[4], "mute", g_array_index (mixer->silent, gboolean, index), NULL);
  g_signal_connect (made[1], "pad-added", G_CALLBACK (on_pad), made[2]);
  g_ptr_array_add (mixer->volumes, made[4]);
  return gst_element_link (made[0], made[1]) &&
         gst_element_link_many (made[2], made[3], made[4], into, NULL);
}

static gboolean
add_output (LbMixer *mixer, GstElement *mix)
{
  const char *sink = g_getenv (SINK);
  GstElement *convert = gst_element_factory_make ("audioconvert", NULL);
  GstElement *resample = gst_element_factory_make ("audioresample", NULL);
  GstElement *output = gst_element_factory_make (sink != NULL ? sink : "autoaudiosink", NULL);

  if (convert == NULL || resample == NULL || output == NULL)
    return FALSE;
  if (sink != NULL)
    g_object_set (output, "sync", TRUE, NULL);
  gst_bin_add_many (GST_BIN (mixer->pipeline), convert, resample, output, NULL);
  return gst_element_link_many (mix, convert, resample, output, NULL);
}

static gboolean
build (LbMixer *mixer)
{
  GstElement *mix = gst_element_factory_make ("audiomixer", NULL);
  g_autoptr (GstBus) bus = NULL;
  gboolean good = mix != NULL;

  mixer->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  if (good)
    good = gst_bin_add (GST_BIN (mixer->pipeline), mix) && add_output (mixer, mix);
  for (guint i = 0; good && mixer->paths[i] != NULL; i++)
    good = add_sound (mixer, i, mix);
  if (!good)
    return FALSE;
  bus = gst_pipeline_get_bus (GST_PIPELINE (mixer->pipeline));
  mixer->watch = gst_bus_add_watch (bus, on_message, mixer);
  return TRUE;
}

/* Returns: (nullable): why nothing could be heard */
static const char *
hindrance (const LbMixer *mixer)
{
  if (!lb_player_has_output ())
    return _ ("This computer has no sound output: nothing can be heard");
  for (guint i = 0; mixer->paths[i] != NULL; i++)
    if (!g_file_test (mixer->paths[i], G_FILE_TEST_IS_REGULAR))
      return _ ("The sound is gone: it was moved or removed");
  return NULL;
}

void
lb_mixer_play (LbMixer *mixer)
{
  const char *why = hindrance (mixer);

  if (mixer->paths[0] == NULL || mixer->playing)
    return;
  if (why == NULL && mixer->pipeline == NULL && !build (mixer))
    why = _ ("A part of GStreamer is missing: install its base and good plugins");
  if (why != NULL)
    {
      complain (mixer, why);
      return;
    }
  mixer->playing = TRUE;
  mixer->timer = g_timeout_add (LOOK_MS, look, mixer);
  gst_element_set_state (mixer->pipeline, GST_STATE_PLAYING);
  moved (mixer);
}

void
lb_mixer_pause (LbMixer *mixer)
{
  if (!mixer->playing)
    return;
  mixer->playing = FALSE;
  stop_looking (mixer);
  gst_element_set_state (mixer->pipeline, GST_STATE_PAUSED);
  moved (mixer);
}

void
lb_mixer_seek (LbMixer *mixer, double seconds)
{
  GstState state = GST_STATE_NULL;

  mixer->seek_s = seconds;
  if (mixer->pipeline != NULL &&
      gst_element_get_state (mixer->pipeline, &state, NULL, 0) == GST_STATE_CHANGE_SUCCESS &&
      state >= GST_STATE_PAUSED)
    seek_now (mixer);
}

void
lb_mixer_silence (LbMixer *mixer, guint index, gboolean silent)
{
  g_return_if_fail (index < mixer->silent->len);
  g_array_index (mixer->silent, gboolean, index) = silent;
  if (index < mixer->volumes->len)
    g_object_set (g_ptr_array_index (mixer->volumes, index), "mute", silent, NULL);
}

gboolean
lb_mixer_is_playing (LbMixer *mixer)
{
  return mixer->playing;
}

double
lb_mixer_position_s (LbMixer *mixer)
{
  gint64 position;

  if (isfinite (mixer->seek_s))
    return mixer->seek_s;
  if (mixer->pipeline == NULL ||
      !gst_element_query_position (mixer->pipeline, GST_FORMAT_TIME, &position))
    return NAN;
  return (double) position / GST_SECOND;
}

void
lb_mixer_set_sounds (LbMixer *mixer, const char *const *paths)
{
  take_down (mixer);
  g_strfreev (mixer->paths);
  mixer->paths = g_strdupv ((char **) paths);
  g_array_set_size (mixer->silent, 0);
  g_array_set_size (mixer->silent, g_strv_length (mixer->paths));
  moved (mixer);
}

LbMixer *
lb_mixer_new (void)
{
  return g_object_new (LB_TYPE_MIXER, NULL);
}

static void
lb_mixer_finalize (GObject *object)
{
  LbMixer *mixer = LB_MIXER (object);

  take_down (mixer);
  g_strfreev (mixer->paths);
  g_array_unref (mixer->silent);
  g_ptr_array_unref (mixer->volumes);
  G_OBJECT_CLASS (lb_mixer_parent_class)->finalize (object);
}

static void
lb_mixer_class_init (LbMixerClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lb_mixer_finalize;
  signals[SIGNAL_MOVED] = g_signal_new ("moved", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lb_mixer_init (LbMixer *mixer)
{
  gst_init (NULL, NULL);
  mixer->paths = g_new0 (char *, 1);
  mixer->silent = g_array_new (FALSE, TRUE, sizeof (gboolean));
  mixer->volumes = g_ptr_array_new ();
  mixer->seek_s = NAN;
}
