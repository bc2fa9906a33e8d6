#include "gui/tracks.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/error.h"
#include "gui/mixer.h"
#include "gui/sound.h"
#include "gui/waveform.h"

#define SOUND_HEIGHT 56
#define MARKS_HEIGHT 120
#define LANE_HEIGHT 36

/* One of the list, with its widgets. */
typedef struct {
  char *name, *sound;
  GtkWidget *waveform, *timeline;  /* (nullable) */
  GtkToggleButton *silent, *alone; /* (nullable): nothing to be heard */
  guint heard_as;                  /* its index in the mixer */
} Row;

struct _LbTracks {
  AdwBin parent;
  GtkWidget *list, *bar;
  GtkButton *play;
  GtkLabel *time;
  LbMixer *mixer;
  GPtrArray *rows; /* of Row */
  double duration_s;
  GCancellable *cancellable; /* of looking at the sounds that are shown */
};

G_DEFINE_FINAL_TYPE (LbTracks, lb_tracks, ADW_TYPE_BIN)

enum {
  SIGNAL_PROBLEM,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
row_free (Row *row)
{
  g_free (row->name);
  g_free (row->sound);
  g_free (row);
}

static void
complain (LbTracks *tracks, const char *message)
{
  g_signal_emit (tracks, signals[SIGNAL_PROBLEM], 0, message);
}

static char *
clock_text (double seconds)
{
  int whole = isfinite (seconds) ? (int) MIN (MAX (seconds, 0), 1e6) : 0;

  return g_strdup_printf ("%d:%02d", whole / 60, whole % 60);
}

static void
show_state (LbTracks *tracks)
{
  gboolean playing = lb_mixer_is_playing (tracks->mixer);
  double position_s = lb_mixer_position_s (tracks->mixer);
  g_autofree char *now = clock_text (position_s), *all = clock_text (tracks->duration_s);
  g_autofree char *text = g_strdup_printf ("%s / %s", now, all);
  const char *name = playing ? _ ("Pause") : _ ("Play");

  gtk_label_set_text (tracks->time, text);
  gtk_button_set_icon_name (tracks->play, playing ? "media-playback-pause-symbolic"
                                                  : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (tracks->play), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (tracks->play), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  for (guint i = 0; i < tracks->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (tracks->rows, i);

      if (row->waveform != NULL)
        lb_time_widget_set_position (LB_TIME_WIDGET (row->waveform), position_s);
      if (row->timeline != NULL)
        lb_time_widget_set_position (LB_TIME_WIDGET (row->timeline), position_s);
    }
}

static gboolean
any_alone (const LbTracks *tracks)
{
  for (guint i = 0; i < tracks->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (tracks->rows, i);

      if (row->alone != NULL && gtk_toggle_button_get_active (row->alone))
        return TRUE;
    }
  return FALSE;
}

/* Those that are to be heard alone silence the others; else what is silenced is. */
static void
on_toggled (GtkToggleButton *button, LbTracks *tracks)
{
  gboolean alone = any_alone (tracks);

  for (guint i = 0; i < tracks->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (tracks->rows, i);

      if (row->silent != NULL)
        lb_mixer_silence (tracks->mixer, row->heard_as,
                          alone ? !gtk_toggle_button_get_active (row->alone)
                                : gtk_toggle_button_get_active (row->silent));
    }
}

static void
on_play (GtkButton *button, LbTracks *tracks)
{
  if (lb_mixer_is_playing (tracks->mixer))
    lb_mixer_pause (tracks->mixer);
  else
    lb_mixer_play (tracks->mixer);
}

static void
on_seek (GtkWidget *widget, double seconds, LbTracks *tracks)
{
  lb_mixer_seek (tracks->mixer, seconds);
  show_state (tracks);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) waveform = data;
  g_autoptr (GError) error = NULL;
  LbGuiPeaks *peaks = lb_gui_sound_look_finish (result, &error);
  GtkWidget *tracks = gtk_widget_get_ancestor (waveform, LB_TYPE_TRACKS);

  if (peaks != NULL)
    lb_waveform_set_peaks (LB_WAVEFORM (waveform), peaks,
                           g_object_get_data (G_OBJECT (waveform), "label"));
  else if (tracks != NULL && !g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED) &&
           !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    complain (LB_TRACKS (tracks), error->message);
}

static GtkToggleButton *
add_toggle (LbTracks *tracks, GtkWidget *box, const char *letter, const char *about)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (letter);

  gtk_widget_set_tooltip_text (button, about);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, about,
                                  -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_box_append (GTK_BOX (box), button);
  g_signal_connect (button, "toggled", G_CALLBACK (on_toggled), tracks);
  return GTK_TOGGLE_BUTTON (button);
}

/* The name, and with a @choice what is heard of it. */
static GtkWidget *
make_head (LbTracks *tracks, Row *row, gboolean choice)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  GtkWidget *name = gtk_label_new (row->name);
  g_autofree char *silent = g_strdup_printf (_ ("Silence %s"), row->name);
  g_autofree char *alone = g_strdup_printf (_ ("Hear only %s"), row->name);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (name), 9);
  gtk_label_set_max_width_chars (GTK_LABEL (name), 9);
  gtk_widget_set_hexpand (name, FALSE);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), name);
  if (row->sound == NULL || !choice)
    return box;
  row->silent = add_toggle (tracks, box, C_ ("silence a track", "M"), silent);
  row->alone = add_toggle (tracks, box, C_ ("hear only this track", "S"), alone);
  return box;
}

static GtkWidget *
make_waveform (LbTracks *tracks, const Row *row)
{
  GtkWidget *waveform = lb_waveform_new ();
  g_autofree char *label = g_strdup_printf (_ ("Waveform of %s"), row->name);

  lb_waveform_set_peaks (LB_WAVEFORM (waveform), NULL, label);
  g_object_set_data_full (G_OBJECT (waveform), "label", g_steal_pointer (&label), g_free);
  gtk_widget_set_size_request (waveform, -1, SOUND_HEIGHT);
  g_signal_connect (waveform, "seek", G_CALLBACK (on_seek), tracks);
  lb_gui_sound_look (row->sound, tracks->cancellable, on_looked, g_object_ref_sink (waveform));
  return waveform;
}

static gboolean
is_lane (const GArray *marks)
{
  for (guint i = 0; i < marks->len; i++)
    if (g_array_index (marks, LbTimelineMark, i).text != NULL)
      return TRUE;
  return FALSE;
}

static GtkWidget *
make_timeline (LbTracks *tracks, const LbTrack *track)
{
  GtkWidget *timeline = lb_timeline_new ();

  gtk_widget_set_size_request (timeline, -1,
                               track->over              ? SOUND_HEIGHT
                               : is_lane (track->marks) ? LANE_HEIGHT
                                                        : MARKS_HEIGHT);
  lb_timeline_set (LB_TIMELINE (timeline), track->marks, tracks->duration_s,
                   track->said != NULL ? track->said : track->name);
  g_signal_connect (timeline, "seek", G_CALLBACK (on_seek), tracks);
  return timeline;
}

/* The waveform, the marks, or both. */
static GtkWidget *
make_body (LbTracks *tracks, Row *row, const LbTrack *track)
{
  GtkWidget *overlay;

  if (track->marks != NULL)
    row->timeline = make_timeline (tracks, track);
  if (row->sound != NULL && (track->marks == NULL || track->over))
    row->waveform = make_waveform (tracks, row);
  if (row->waveform == NULL || row->timeline == NULL)
    return row->waveform != NULL ? row->waveform : row->timeline;
  overlay = gtk_overlay_new ();
  gtk_overlay_set_child (GTK_OVERLAY (overlay), row->waveform);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), row->timeline);
  return overlay;
}

static void
add_row (LbTracks *tracks, const LbTrack *track, gboolean choice, GPtrArray *sounds)
{
  Row *row = g_new0 (Row, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *body;

  row->name = g_strdup (track->name);
  row->sound = g_strdup (track->sound);
  row->heard_as = sounds->len;
  if (row->sound != NULL)
    g_ptr_array_add (sounds, row->sound);
  g_ptr_array_add (tracks->rows, row);
  gtk_box_append (GTK_BOX (box), make_head (tracks, row, choice));
  body = make_body (tracks, row, track);
  if (body != NULL)
    {
      gtk_widget_set_hexpand (body, TRUE);
      gtk_box_append (GTK_BOX (box), body);
    }
  gtk_box_append (GTK_BOX (tracks->list), box);
}

static void
forget (LbTracks *tracks)
{
  GtkWidget *child;

  g_cancellable_cancel (tracks->cancellable);
  g_clear_object (&tracks->cancellable);
  tracks->cancellable = g_cancellable_new ();
  g_ptr_array_set_size (tracks->rows, 0);
  while ((child = gtk_widget_get_first_child (tracks->list)) != NULL)
    gtk_box_remove (GTK_BOX (tracks->list), child);
}

void
lb_tracks_set (LbTracks *tracks, LbTrack *list, guint n, double duration_s)
{
  g_autoptr (GPtrArray) sounds = g_ptr_array_new ();
  guint heard = 0;

  forget (tracks);
  tracks->duration_s = duration_s;
  for (guint i = 0; i < n; i++)
    heard += list[i].sound != NULL;
  for (guint i = 0; i < n; i++)
    add_row (tracks, &list[i], heard > 1, sounds);
  g_ptr_array_add (sounds, NULL);
  lb_mixer_set_sounds (tracks->mixer, (const char *const *) sounds->pdata);
  gtk_widget_set_visible (tracks->bar, sounds->len > 1);
  for (guint i = 0; i < n; i++)
    {
      const Row *row = g_ptr_array_index (tracks->rows, i);

      if (row->silent != NULL && list[i].silent)
        gtk_toggle_button_set_active (row->silent, TRUE);
    }
  show_state (tracks);
}

void
lb_tracks_stop (LbTracks *tracks)
{
  lb_mixer_pause (tracks->mixer);
}

static void
on_problem (LbMixer *mixer, const char *message, LbTracks *tracks)
{
  complain (tracks, message);
}

GtkWidget *
lb_tracks_new (void)
{
  return g_object_new (LB_TYPE_TRACKS, NULL);
}

static void
lb_tracks_dispose (GObject *object)
{
  LbTracks *tracks = LB_TRACKS (object);

  if (tracks->mixer != NULL)
    g_signal_handlers_disconnect_by_data (tracks->mixer, tracks);
  g_cancellable_cancel (tracks->cancellable);
  g_clear_object (&tracks->cancellable);
  g_clear_object (&tracks->mixer);
  g_clear_pointer (&tracks->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (lb_tracks_parent_class)->dispose (object);
}

static void
lb_tracks_class_init (LbTracksClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lb_tracks_dispose;
  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lb_tracks_init (LbTracks *tracks)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  tracks->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  tracks->mixer = lb_mixer_new ();
  tracks->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  tracks->bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  tracks->play = GTK_BUTTON (gtk_button_new ());
  tracks->time = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (tracks->play), "circular");
  gtk_widget_add_css_class (GTK_WIDGET (tracks->time), "numeric");
  gtk_box_append (GTK_BOX (tracks->bar), GTK_WIDGET (tracks->play));
  gtk_box_append (GTK_BOX (tracks->bar), GTK_WIDGET (tracks->time));
  gtk_box_append (GTK_BOX (box), tracks->bar);
  gtk_box_append (GTK_BOX (box), tracks->list);
  adw_bin_set_child (ADW_BIN (tracks), box);
  g_signal_connect (tracks->play, "clicked", G_CALLBACK (on_play), tracks);
  g_signal_connect_swapped (tracks->mixer, "moved", G_CALLBACK (show_state), tracks);
  g_signal_connect (tracks->mixer, "problem", G_CALLBACK (on_problem), tracks);
  show_state (tracks);
}
