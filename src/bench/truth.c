#include "bench/truth.h"

#include <math.h>
#include <string.h>

#include "audio/midi.h"
#include "bench/grounded.h"
#include "bench/inputs.h"
#include "bench/scoring-stems.h"
#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "scores/beat-score.h"

#define PERCUSSION 9
#define FIELDS 3 /* of a line, that are looked at */

typedef struct {
  LbTruth *truth;
  const char *path;
  gboolean in_hz; /* a heading says that pitches are frequencies */
} Reader;

/* A line's fields, or an element's members, in the order of Shape.keys. */
typedef gboolean (*Add) (Reader *reader, const double *numbers, const char *label,
                         const char **why);

typedef struct {
  guint numbers;            /* that begin each line */
  gboolean label;           /* and end it */
  const char *keys[FIELDS]; /* of the elements in JSON; NULL: plain numbers */
  const char *member;       /* that may hold them */
  Add add;
} Shape;

static gboolean
complain (const char *path, guint line, const char *what, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);

  if (line > 0)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "the reference \"%s\", line %u: %s", shown,
                 line, what);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "the reference \"%s\": %s", shown, what);
  return FALSE;
}

static gboolean
add_beat (Reader *reader, const double *numbers, const char *label, const char **why)
{
  GArray *beats = reader->truth->beats;

  if (!(numbers[0] >= 0 && numbers[0] <= LB_BEAT_MAX_TIME_S))
    *why = "a time is below 0, too large, or no number";
  else if (beats->len > 0 && numbers[0] <= g_array_index (beats, double, beats->len - 1))
    *why = "each beat must come after the one before it";
  else if (beats->len >= LB_BEAT_MAX_BEATS)
    *why = "there are too many beats";
  else
    g_array_append_vals (beats, numbers, 1);
  return *why == NULL;
}

static gboolean
add_note (Reader *reader, const double *numbers, const char *label, const char **why)
{
  LbNote note = { numbers[0], numbers[1], numbers[2] };

  if (!(note.onset_s >= 0 && note.offset_s > note.onset_s && note.offset_s <= LB_NOTE_MAX_TIME_S))
    *why = "a note must begin at 0 or later, and end after that";
  else if (!reader->in_hz && !(numbers[2] >= 0 && numbers[2] <= 127))
    *why = "a pitch must be a MIDI number from 0 to 127 (or in Hz, under the heading pitch_hz)";
  else if (reader->truth->notes->len >= LB_NOTE_MAX_NOTES)
    *why = "there are too many notes";
  if (*why != NULL)
    return FALSE;
  if (!reader->in_hz)
    note.pitch_hz = 440 * exp2 ((numbers[2] - 69) / 12);
  g_array_append_val (reader->truth->notes, note);
  return TRUE;
}

static gboolean
add_chord (Reader *reader, const double *numbers, const char *label, const char **why)
{
  LbTruth *truth = reader->truth;
  LbChordSegment segment = { numbers[0], numbers[1], NULL };
  LbChord chord;

  if (!(numbers[0] >= 0 && numbers[1] >= numbers[0] && numbers[1] <= LB_CHORD_MAX_TIME_S))
    *why = "a chord must begin at 0 or later, and end after that";
  else if (strlen (label) > LB_CHORD_MAX_LABEL || !lb_chord_parse (label, &chord))
    *why = "the label is no chord, like C:maj, A:min7/b3, N";
  else if (truth->chords->len >= LB_CHORD_MAX_SEGMENTS)
    *why = "there are too many chords";
  if (*why != NULL || numbers[1] == numbers[0]) /* annotations hold some without length */
    return *why == NULL;
  segment.label = g_string_chunk_insert_const (truth->names, label);
  g_array_append_val (truth->chords, segment);
  return TRUE;
}

static const Shape beats = { 1, FALSE, { NULL }, "beats", add_beat };
static const Shape notes = { 3, FALSE, { "start_s", "end_s", "pitch" }, "notes", add_note };
static const Shape chords = { 2, TRUE, { "start_s", "end_s", "label" }, "chords", add_chord };

static gboolean
read_number (const char *text, double *number)
{
  char *end;

  *number = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*number);
}

/* The first fields of @line, cut at commas, semicolons and white space. */
static guint
split (char *line, char *fields[FIELDS])
{
  guint n = 0;

  for (char *at = line; n < FIELDS && *at != '\0';)
    {
      gsize length;

      at += strspn (at, ",; \t\r");
      length = strcspn (at, ",; \t\r");
      if (length > 0)
        fields[n++] = at;
      at += length;
      if (*at != '\0')
        *at++ = '\0';
    }
  return n;
}

static gboolean
read_line (Reader *reader, const Shape *shape, char *line, gboolean first, const char **why)
{
  char *fields[FIELDS];
  guint n = split (line, fields);
  double numbers[FIELDS];

  if (n == 0 || fields[0][0] == '#')
    return TRUE;
  for (guint i = 0; i < shape->numbers; i++)
    if (i >= n || !read_number (fields[i], &numbers[i]))
      {
        reader->in_hz = first && n == FIELDS && strcmp (fields[2], "pitch_hz") == 0;
        if (!first || i > 0)
          *why = i >= n ? "a column is missing" : "there must be a number";
        return *why == NULL;
      }
  if (shape->label && n <= shape->numbers)
    *why = "the label is missing";
  return *why == NULL &&
         shape->add (reader, numbers, shape->label ? fields[shape->numbers] : NULL, why);
}

static gboolean
read_lines (Reader *reader, const Shape *shape, char *text, GError **error)
{
  char *next = text;

  for (guint line = 1; next != NULL; line++)
    {
      char *begin = next, *end = strchr (begin, '\n');
      const char *why = NULL;

      next = end != NULL ? end + 1 : NULL;
      if (end != NULL)
        *end = '\0';
      if (!read_line (reader, shape, begin, line == 1, &why))
        return complain (reader->path, line, why, error);
    }
  return TRUE;
}

static gboolean
read_element (Reader *reader, const Shape *shape, const json_t *element, const char **why)
{
  double numbers[FIELDS] = { json_number_value (element) };
  const char *label = shape->label ? lb_json_string (element, shape->keys[shape->numbers], NULL)
                                   : NULL;

  for (guint i = 0; shape->keys[0] != NULL && i < shape->numbers; i++)
    numbers[i] = lb_json_real (element, shape->keys[i], NAN);
  if (shape->keys[0] == NULL ? !json_is_number (element) : !json_is_object (element))
    *why = "an element is of the wrong kind";
  else if (shape->label && label == NULL)
    *why = "a label is missing";
  return *why == NULL && shape->add (reader, numbers, label, why);
}

static gboolean
read_json (Reader *reader, const Shape *shape, const char *text, GError **error)
{
  g_autoptr (json_t) whole = lb_json_parse (text, -1, error);
  const json_t *list = json_is_object (whole) ? json_object_get (whole, shape->member) : whole;
  size_t index;
  json_t *element;

  if (whole == NULL)
    {
      g_autofree char *shown = lb_text_escape (reader->path);

      g_prefix_error (error, "the reference \"%s\": ", shown);
      return FALSE;
    }
  if (!json_is_array (list))
    return complain (reader->path, 0, "there must be a list", error);
  reader->truth->bpm = lb_json_real (whole, "bpm", 0);
  json_array_foreach (list, index, element)
    {
      const char *why = NULL;

      if (!read_element (reader, shape, element, &why))
        return complain (reader->path, 0, why, error);
    }
  return TRUE;
}

static gboolean
read_midi (Reader *reader, const char *data, gsize length, GError **error)
{
  g_autoptr (GArray) all = NULL;

  if (!lb_midi_read ((const guint8 *) data, length, &all, &reader->truth->bpm, error))
    {
      g_autofree char *shown = lb_text_escape (reader->path);

      g_prefix_error (error, "the reference \"%s\": ", shown);
      return FALSE;
    }
  for (guint i = 0; i < all->len; i++)
    {
      const LbMidiNote *note = &g_array_index (all, LbMidiNote, i);
      const double numbers[FIELDS] = { note->start_s, note->end_s, note->pitch };
      const char *why = NULL;

      if (note->channel != PERCUSSION && !add_note (reader, numbers, NULL, &why))
        return complain (reader->path, 0, why, error);
    }
  return TRUE;
}

static gboolean
read_shape (Reader *reader, const Shape *shape, GError **error)
{
  g_autofree char *text = lb_reference_read (reader->path, error);

  if (text == NULL)
    return FALSE;
  return *text == '[' || *text == '{' ? read_json (reader, shape, text, error)
                                      : read_lines (reader, shape, text, error);
}

static gboolean
read_text (Reader *reader, GError **error)
{
  reader->truth->text = lb_reference_read (reader->path, error);
  return reader->truth->text != NULL;
}

static gboolean
read_stems (Reader *reader, GError **error)
{
  reader->truth->text = g_strdup (reader->path);
  return lb_stems_check (reader->path, error);
}

static gboolean
read_beats (Reader *reader, GError **error)
{
  reader->truth->beats = g_array_new (FALSE, FALSE, sizeof (double));
  return read_shape (reader, &beats, error);
}

/* MIDI by how it begins, whatever its name. */
static gboolean
read_notes (Reader *reader, GError **error)
{
  g_autofree char *data = NULL;
  gsize length;

  reader->truth->notes = g_array_new (FALSE, FALSE, sizeof (LbNote));
  if (!g_file_get_contents (reader->path, &data, &length, NULL) || length < 4 ||
      memcmp (data, "MThd", 4) != 0)
    return read_shape (reader, &notes, error);
  return read_midi (reader, data, length, error);
}

static gboolean
read_chords (Reader *reader, GError **error)
{
  reader->truth->chords = g_array_new (FALSE, FALSE, sizeof (LbChordSegment));
  reader->truth->names = g_string_chunk_new (256);
  return read_shape (reader, &chords, error);
}

static gboolean
read_music (Reader *reader, GError **error)
{
  reader->truth->music = lb_grounded_read (reader->path, error);
  return reader->truth->music != NULL;
}

static const struct {
  const char *mode;
  gboolean (*read) (Reader *reader, GError **error);
} readers[] = {
  { "stt", read_text },       { "beats", read_beats }, { "transcription", read_notes },
  { "chords", read_chords },  { "genre", read_text },  { "separation", read_stems },
  { "analysis", read_music },
};

LbTruth *
lb_truth_read (const char *mode, const char *path, GError **error)
{
  g_autoptr (LbTruth) truth = g_new0 (LbTruth, 1);
  Reader reader = { truth, path, FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    if (strcmp (readers[i].mode, mode) == 0)
      return readers[i].read (&reader, error) ? g_steal_pointer (&truth) : NULL;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "mode %s has no score against a reference", mode);
  return NULL;
}

void
lb_truth_free (LbTruth *truth)
{
  g_free (truth->text);
  g_clear_pointer (&truth->beats, g_array_unref);
  g_clear_pointer (&truth->notes, g_array_unref);
  g_clear_pointer (&truth->chords, g_array_unref);
  g_clear_pointer (&truth->names, g_string_chunk_free);
  json_decref (truth->music);
  g_free (truth);
}
