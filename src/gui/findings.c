#include "gui/findings.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "bench/musical-output.h"

#define BEAT_PITCH 84
#define DOWNBEAT_PITCH 96
#define CLICK_S 0.03
#define PERCUSSION 9
#define BEAT_HEIGHT 0.55 /* a downbeat has all of it */
#define PITCH_MARGIN 2   /* semitones above and below what was found */

typedef void (*Fill) (LbFindings *findings, const json_t *record);

static void
track_clear (LbTrack *track)
{
  g_free ((char *) track->name);
  g_free ((char *) track->sound);
  g_free ((char *) track->said);
  g_clear_pointer (&track->marks, g_array_unref);
}

static LbTrack *
add_track (LbFindings *findings, const char *name, const char *sound)
{
  LbTrack track = { .name = g_strdup (name), .sound = g_strdup (sound) };

  g_array_append_val (findings->tracks, track);
  return &g_array_index (findings->tracks, LbTrack, findings->tracks->len - 1);
}

static void
add_mark (LbTrack *track, LbTimelineMark mark)
{
  if (track->marks == NULL)
    track->marks = lb_timeline_marks_new ();
  if (track->marks->len < LB_FINDINGS_MAX_MARKS && mark.start_s >= 0 &&
      mark.end_s >= mark.start_s)
    g_array_append_val (track->marks, mark);
  else
    g_free (mark.text);
}

/* Times of an output are of the part that was processed. */
static double
start_of (const json_t *record)
{
  double start_s = lb_json_real (json_object_get (record, "input"), "start_s", 0);

  return isfinite (start_s) && start_s > 0 ? start_s : 0;
}

static const json_t *
output_of (const json_t *record)
{
  return json_object_get (record, "output");
}

static LbTrack *
add_original (LbFindings *findings, const json_t *record)
{
  return add_track (findings, _ ("Original"),
                    lb_json_string (json_object_get (record, "input"), "path", NULL));
}

static void
fill_original (LbFindings *findings, const json_t *record)
{
  add_original (findings, record);
}

/* ---- what came out as sound ---- */

static void
fill_sound (LbFindings *findings, const json_t *record)
{
  const char *path = lb_json_string (output_of (record), "audio", NULL);

  if (path != NULL)
    add_track (findings, _ ("Sound"), path);
}

/* As people expect them; what else there is follows. */
static void
fill_stems (LbFindings *findings, const json_t *record)
{
  const json_t *stems = json_object_get (output_of (record), "stems");
  const char *name;
  json_t *path;

  json_object_foreach ((json_t *) stems, name, path)
    if (json_is_string (path))
      add_track (findings, name, json_string_value (path));
}

/* ---- notes ---- */

/* In the sound's time; what can't be drawn or played is left out. */
static GArray *
notes_of (const json_t *record)
{
  GArray *notes = g_array_new (FALSE, FALSE, sizeof (LbMidiNote));
  g_autoptr (GArray) all = lb_output_notes (output_of (record));
  double from_s = start_of (record);

  for (guint i = 0; i < MIN (all->len, LB_MIDI_MAX_NOTES); i++)
    {
      LbMidiNote note = g_array_index (all, LbMidiNote, i);

      note.start_s += from_s;
      note.end_s += from_s;
      note.bends = NULL;
      note.n_bends = 0;
      if (note.start_s >= 0 && note.end_s >= note.start_s && note.end_s <= LB_MIDI_MAX_TIME_S &&
          note.pitch >= 0 && note.pitch <= 127)
        g_array_append_val (notes, note);
    }
  return notes;
}

static void
add_roll (LbTrack *track, const GArray *notes)
{
  int lowest = 127, highest = 0, range;

  for (guint i = 0; i < notes->len; i++)
    {
      lowest = MIN (lowest, g_array_index (notes, LbMidiNote, i).pitch);
      highest = MAX (highest, g_array_index (notes, LbMidiNote, i).pitch);
    }
  lowest -= PITCH_MARGIN;
  range = highest + PITCH_MARGIN + 1 - lowest;
  track->marks = lb_timeline_marks_new ();
  for (guint i = 0; i < notes->len; i++)
    {
      const LbMidiNote *note = &g_array_index (notes, LbMidiNote, i);

      add_mark (track, (LbTimelineMark){ .start_s = note->start_s,
                                         .end_s = note->end_s,
                                         .low = (double) (note->pitch - lowest) / range,
                                         .high = (double) (note->pitch + 1 - lowest) / range,
                                         .strong = note->velocity >= 64 });
    }
}

static void
fill_notes (LbFindings *findings, const json_t *record)
{
  LbTrack *track;

  add_original (findings, record);
  findings->notes = notes_of (record);
  findings->notes_track = findings->tracks->len;
  track = add_track (findings, _ ("Notes"), NULL);
  add_roll (track, findings->notes);
  track->silent = TRUE;
  track->said = g_strdup_printf (ngettext ("%u note", "%u notes", findings->notes->len),
                                 findings->notes->len);
}

/* ---- beats ---- */

static void
add_beat (LbFindings *findings, LbTrack *track, double at_s, gboolean down)
{
  LbMidiNote click = { .start_s = at_s,
                       .end_s = at_s + CLICK_S,
                       .pitch = down ? DOWNBEAT_PITCH : BEAT_PITCH,
                       .velocity = down ? 127 : 100,
                       .channel = PERCUSSION };

  if (!(at_s >= 0 && at_s < LB_MIDI_MAX_TIME_S) || findings->notes->len >= LB_FINDINGS_MAX_MARKS)
    return;
  g_array_append_val (findings->notes, click);
  add_mark (track,
            (LbTimelineMark){
                .start_s = at_s, .end_s = at_s, .high = down ? 1 : BEAT_HEIGHT, .strong = down });
}

static void
fill_beats (LbFindings *findings, const json_t *record)
{
  const json_t *downbeats = json_object_get (output_of (record), "downbeats");
  LbTrack *track = add_original (findings, record);
  size_t index;
  json_t *one;

  track->over = TRUE;
  findings->notes = g_array_new (FALSE, FALSE, sizeof (LbMidiNote));
  json_array_foreach (json_object_get (output_of (record), "beats"), index, one)
    if (json_is_number (one))
      add_beat (findings, track, start_of (record) + json_number_value (one),
                lb_is_downbeat (downbeats, json_number_value (one)));
  track->said = g_strdup_printf (ngettext ("%u beat", "%u beats", findings->notes->len),
                                 findings->notes->len);
  findings->notes_track = findings->tracks->len;
  add_track (findings, _ ("Clicks"), NULL)->silent = TRUE;
}

/* ---- chords ---- */

static void
fill_chords (LbFindings *findings, const json_t *record)
{
  const json_t *chords = json_object_get (output_of (record), "chords");
  double from_s = start_of (record);
  LbTrack *track;
  size_t index;
  json_t *one;

  add_original (findings, record);
  track = add_track (findings, _ ("Chords"), NULL);
  track->marks = lb_timeline_marks_new ();
  json_array_foreach ((json_t *) chords, index, one)
    {
      const char *label = lb_json_string (one, "label", "");

      if (strcmp (label, "N") != 0)
        add_mark (track, (LbTimelineMark){ .start_s = from_s + lb_json_real (one, "start_s", NAN),
                                           .end_s = from_s + lb_json_real (one, "end_s", NAN),
                                           .high = 1,
                                           .text = g_strdup (label),
                                           .strong = index % 2 == 1 });
    }
  track->said = g_strdup_printf (ngettext ("%u chord", "%u chords", track->marks->len),
                                 track->marks->len);
}

static const struct {
  const char *mode;
  Fill fill;
} fills[] = {
  { "stt", fill_original },        { "tts", fill_sound },        { "separation", fill_stems },
  { "transcription", fill_notes }, { "beats", fill_beats },      { "chords", fill_chords },
  { "genre", fill_original },      { "generation", fill_sound }, { "analysis", fill_original },
};

/* How long all is: what went in, or what came out. */
static double
duration_of (const json_t *record)
{
  const json_t *input = json_object_get (record, "input");
  double whole_s = lb_json_real (input, "duration_s", NAN);
  double heard_s = start_of (record) + lb_json_real (input, "processed_s", NAN);
  double made_s = lb_json_real (json_object_get (record, "summary"), "avg_audio_s", NAN);

  return isfinite (whole_s) || isfinite (heard_s) ? fmax (whole_s, heard_s) : made_s;
}

LbFindings *
lb_findings_new (const json_t *record)
{
  LbFindings *findings = g_new0 (LbFindings, 1);
  const char *mode = lb_json_string (record, "mode", "");

  findings->tracks = g_array_new (FALSE, TRUE, sizeof (LbTrack));
  g_array_set_clear_func (findings->tracks, (GDestroyNotify) track_clear);
  findings->duration_s = duration_of (record);
  for (guint i = 0; i < G_N_ELEMENTS (fills); i++)
    if (strcmp (fills[i].mode, mode) == 0)
      fills[i].fill (findings, record);
  return findings;
}

void
lb_findings_free (LbFindings *findings)
{
  g_array_unref (findings->tracks);
  g_clear_pointer (&findings->notes, g_array_unref);
  g_free (findings);
}
