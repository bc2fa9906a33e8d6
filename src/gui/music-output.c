#include "gui/music-output.h"

#include <glib/gi18n.h>
#include <math.h>
#include <unistd.h>

#include "bench/compare.h"
#include "gui/artifact-saver.h"
#include "gui/description.h"
#include "gui/findings.h"
#include "gui/note-sound.h"
#include "gui/window.h"

#define SHOWN_GENRES 10
#define LABEL_CHARACTERS 24 /* of a genre's name, before it is cut */

struct _LbMusicOutput {
  AdwBin parent;
  LbTracks *tracks;
  GtkWidget *genres_group;
  GtkBox *genres;
  LbDescription *description;
  GtkLabel *summary, *against;
  GtkWidget *save;
  json_t *record;       /* (nullable): that is shown */
  LbFindings *findings; /* (nullable): of it */
  int note_sound;       /* what its notes sound like: an open file, or −1 */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (LbMusicOutput, lb_music_output, ADW_TYPE_BIN)

static void
forget_note_sound (LbMusicOutput *it)
{
  if (it->note_sound >= 0)
    close (it->note_sound);
  it->note_sound = -1;
}

static void
show_tracks (LbMusicOutput *it)
{
  LbFindings *findings = it->findings;
  gboolean shows = findings != NULL && findings->tracks->len > 0;

  gtk_widget_set_visible (GTK_WIDGET (it->tracks), shows);
  if (!shows)
    {
      lb_tracks_set (it->tracks, NULL, 0, NAN);
      return;
    }
  for (guint i = 0; i < findings->tracks->len; i++)
    {
      LbTrack *track = &g_array_index (findings->tracks, LbTrack, i);

      if (track->marks != NULL)
        g_array_ref (track->marks);
    }
  lb_tracks_set (it->tracks, (LbTrack *) (gpointer) findings->tracks->data, findings->tracks->len,
                 findings->duration_s);
}

static void
on_note_sound (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LbMusicOutput) it = data;
  g_autoptr (GError) error = NULL;
  int fd = lb_note_sound_make_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (fd >= 0)
    g_array_index (it->findings->tracks, LbTrack, it->findings->notes_track).sound =
        lb_note_sound_path (fd);
  else
    lb_gui_toast (GTK_WIDGET (it), error->message);
  it->note_sound = fd;
  show_tracks (it);
}

/* What notes or clicks sound like has to be made first; all else is there. */
static void
begin_tracks (LbMusicOutput *it)
{
  const LbFindings *findings = it->findings;

  if (findings->notes != NULL && findings->notes->len > 0 && findings->duration_s > 0)
    lb_note_sound_make (findings->notes, findings->duration_s, it->cancellable, on_note_sound,
                        g_object_ref (it));
  else
    show_tracks (it);
}

static GtkWidget *
make_genre (const char *label, double score)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new (label), *bar = gtk_level_bar_new_for_interval (0, 1);
  g_autofree char *percent = g_strdup_printf ("%.1f %%", 100 * score);
  GtkWidget *value = gtk_label_new (percent);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_tooltip_text (name, label);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (name), LABEL_CHARACTERS);
  gtk_label_set_max_width_chars (GTK_LABEL (name), LABEL_CHARACTERS);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), CLAMP (score, 0, 1));
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_label_set_width_chars (GTK_LABEL (value), 7);
  gtk_label_set_xalign (GTK_LABEL (value), 1);
  gtk_widget_add_css_class (value, "numeric");
  gtk_box_append (GTK_BOX (row), name);
  gtk_box_append (GTK_BOX (row), bar);
  gtk_box_append (GTK_BOX (row), value);
  return row;
}

static void
show_genres (LbMusicOutput *it)
{
  const json_t *genres = json_object_get (json_object_get (it->record, "output"), "genre");
  GtkWidget *child;
  size_t index;
  json_t *one;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (it->genres))) != NULL)
    gtk_box_remove (it->genres, child);
  json_array_foreach ((json_t *) genres, index, one)
    if (index < SHOWN_GENRES)
      gtk_box_append (it->genres, make_genre (lb_json_string (one, "label", "?"),
                                              lb_json_real (one, "score", 0)));
  gtk_widget_set_visible (it->genres_group, json_array_size (genres) > 0);
}

static void append_words (GString *words, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
append_words (GString *words, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (words->len > 0)
    g_string_append (words, " · ");
  g_string_append_vprintf (words, format, arguments);
  va_end (arguments);
}

/* What was found, in a line: "62 notes · MIDI 36 to 84", "120.0 bpm · 4 beats a bar". */
static void
show_summary (LbMusicOutput *it)
{
  const json_t *output = json_object_get (it->record, "output");
  const json_t *counts = json_object_get (output, "counts");
  double bpm = lb_json_real (output, "bpm", NAN);
  const char *key = lb_json_string (output, "key", NULL);
  g_autoptr (GString) words = g_string_new (NULL);

  if (json_object_get (counts, "notes") != NULL)
    append_words (words, _ ("%d notes"), (int) lb_json_integer (counts, "notes", 0));
  if (json_object_get (counts, "lowest_pitch") != NULL)
    append_words (words, _ ("MIDI %d to %d"), (int) lb_json_integer (counts, "lowest_pitch", 0),
                  (int) lb_json_integer (counts, "highest_pitch", 0));
  if (json_object_get (counts, "beats") != NULL)
    append_words (words, _ ("%d beats"), (int) lb_json_integer (counts, "beats", 0));
  if (isfinite (bpm))
    append_words (words, _ ("%.1f bpm"), bpm);
  if (json_object_get (counts, "chords") != NULL)
    append_words (words, _ ("%d chords"), (int) lb_json_integer (counts, "chords", 0));
  if (key != NULL)
    append_words (words, _ ("key %s"), key);
  gtk_label_set_text (it->summary, words->str);
  gtk_widget_set_visible (GTK_WIDGET (it->summary), words->len > 0);
}

static char *
name_of (const json_t *record)
{
  const char *engine = lb_json_string (json_object_get (record, "engine"), "id", "?");
  const char *model = lb_json_string (json_object_get (record, "model"), "id", NULL);

  return g_strdup (model != NULL ? model : engine);
}

/* Against what was measured before on this page. @previous: (nullable) */
static void
show_against (LbMusicOutput *it, json_t *previous)
{
  g_autoptr (json_t) both = previous != NULL ? json_pack ("[O, O]", previous, it->record) : NULL;
  g_autoptr (json_t) comparison = both != NULL ? lb_compare (both, NULL, NULL, NULL) : NULL;
  const json_t *run = json_array_get (json_object_get (comparison, "runs"), 1);
  const char *words = lb_json_string (json_object_get (run, "against"), "words", NULL);
  g_autofree char *name = previous != NULL ? name_of (previous) : NULL;
  g_autofree char *text = words != NULL
                              ? g_strdup_printf (_ ("Against the last one (%s): %s"), name, words)
                              : NULL;

  gtk_label_set_text (it->against, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (it->against), text != NULL);
}

void
lb_music_output_show (GtkWidget *output, const json_t *record)
{
  LbMusicOutput *it = LB_MUSIC_OUTPUT (output);
  g_autoptr (json_t) previous = g_steal_pointer (&it->record);
  g_auto (GStrv) paths = lb_artifact_paths (record);

  g_cancellable_cancel (it->cancellable);
  g_clear_object (&it->cancellable);
  it->cancellable = g_cancellable_new ();
  g_clear_pointer (&it->findings, lb_findings_free);
  forget_note_sound (it);
  it->record = json_incref ((json_t *) record);
  it->findings = lb_findings_new (record);
  show_summary (it);
  show_against (it, previous);
  show_genres (it);
  lb_description_show (it->description, record);
  gtk_widget_set_visible (it->save, paths[0] != NULL);
  begin_tracks (it);
}

static void
on_save (GtkButton *button, LbMusicOutput *it)
{
  if (it->record != NULL)
    lb_save_artifacts (GTK_WIDGET (it), it->record);
}

static void
on_problem (LbTracks *tracks, const char *message, LbMusicOutput *it)
{
  lb_gui_toast (GTK_WIDGET (it), message);
}

GtkWidget *
lb_music_output_new (LbGuiContext *context, GtkWidget *input)
{
  return g_object_new (LB_TYPE_MUSIC_OUTPUT, NULL);
}

/* What is out of sight is out of hearing. */
static void
lb_music_output_unmap (GtkWidget *widget)
{
  lb_tracks_stop (LB_MUSIC_OUTPUT (widget)->tracks);
  GTK_WIDGET_CLASS (lb_music_output_parent_class)->unmap (widget);
}

static void
lb_music_output_dispose (GObject *object)
{
  LbMusicOutput *it = LB_MUSIC_OUTPUT (object);

  gtk_widget_dispose_template (GTK_WIDGET (it), LB_TYPE_MUSIC_OUTPUT);
  g_cancellable_cancel (it->cancellable);
  g_clear_object (&it->cancellable);
  g_clear_pointer (&it->findings, lb_findings_free);
  g_clear_pointer (&it->record, json_decref);
  forget_note_sound (it);
  G_OBJECT_CLASS (lb_music_output_parent_class)->dispose (object);
}

static void
lb_music_output_class_init (LbMusicOutputClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_music_output_dispose;
  widget_class->unmap = lb_music_output_unmap;
  g_type_ensure (LB_TYPE_TRACKS);
  g_type_ensure (LB_TYPE_DESCRIPTION);
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "music-output.ui");
  gtk_widget_class_bind_template_child (widget_class, LbMusicOutput, tracks);
  gtk_widget_class_bind_template_child (widget_class, LbMusicOutput, genres_group);
  gtk_widget_class_bind_template_child (widget_class, LbMusicOutput, genres);
  gtk_widget_class_bind_template_child (widget_class, LbMusicOutput, description);
  gtk_widget_class_bind_template_child (widget_class, LbMusicOutput, summary);
  gtk_widget_class_bind_template_child (widget_class, LbMusicOutput, against);
  gtk_widget_class_bind_template_child (widget_class, LbMusicOutput, save);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
  gtk_widget_class_bind_template_callback (widget_class, on_problem);
}

static void
lb_music_output_init (LbMusicOutput *it)
{
  gtk_widget_init_template (GTK_WIDGET (it));
  it->note_sound = -1;
}
