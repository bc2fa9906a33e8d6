#include "song.h"

#include <string.h>

#include "core/error.h"

#define BEATS 4 /* of a bar */
#define EIGHTHS 8
#define TONES 3     /* of a chord */
#define SHORTER 0.9 /* of what is written: a note ends before the next of its pitch */
#define BASS_DRUM 36
#define SNARE 38

enum { MELODY, CHORDS, BASS, DRUMS };

static const struct {
  const char *stem;
  int channel, velocity;
} parts[SONG_PARTS] = {
  [MELODY] = { "vocals", 0, 100 },
  [CHORDS] = { "other", 1, 64 },
  [BASS] = { "bass", 2, 92 },
  [DRUMS] = { "drums", 9, 80 },
};

const char *
song_stem (guint part)
{
  return parts[part].stem;
}

int
song_channel (guint part)
{
  return parts[part].channel;
}

void
song_clear (Song *song)
{
  g_clear_pointer (&song->notes, g_array_unref);
  g_clear_pointer (&song->beats, g_array_unref);
  if (song->lab != NULL)
    g_string_free (g_steal_pointer (&song->lab), TRUE);
}

/* The pitch classes of "C:maj", "F#:min", "Bb:maj". */
static gboolean
read_chord (const char *label, int tones[TONES])
{
  static const int naturals[] = { 9, 11, 0, 2, 4, 5, 7 };
  const char *at = label;

  if (*at < 'A' || *at > 'G')
    return FALSE;
  tones[0] = naturals[*at++ - 'A'];
  for (; *at == '#' || *at == 'b'; at++)
    tones[0] += *at == '#' ? 1 : 11;
  if (strcmp (at, ":maj") != 0 && strcmp (at, ":min") != 0)
    return FALSE;
  tones[0] %= 12;
  tones[1] = (tones[0] + (at[2] == 'a' ? 4 : 3)) % 12;
  tones[2] = (tones[0] + 7) % 12;
  return TRUE;
}

/* @begin and @beats in beats of the song. */
static void
add_note (Song *song, guint part, int program, double begin, double beats, int pitch)
{
  double beat_s = 60 / song->bpm;
  LbMidiNote note = { .start_s = begin * beat_s,
                      .end_s = (begin + beats * SHORTER) * beat_s,
                      .pitch = pitch,
                      .velocity = parts[part].velocity,
                      .program = program,
                      .channel = parts[part].channel };

  g_array_append_val (song->notes, note);
}

static gboolean
add_melody (Song *song, const char *bar, double begin, const int tones[TONES], int program)
{
  if (strlen (bar) != EIGHTHS || *bar == '-')
    return FALSE;
  for (guint i = 0; i < EIGHTHS; i++)
    {
      guint length = 1 + (guint) strspn (bar + i + 1, "-");

      if (bar[i] >= '0' && bar[i] < '0' + TONES)
        add_note (song, MELODY, program, begin + i / 2.0, length / 2.0, 72 + tones[bar[i] - '0']);
      else if (bar[i] != '.' && bar[i] != '-')
        return FALSE;
    }
  return TRUE;
}

static int
member_at (const json_t *recipe, const char *list, guint index)
{
  return (int) json_integer_value (json_array_get (json_object_get (recipe, list), index));
}

static const char *
text_at (const json_t *recipe, const char *list, guint index)
{
  const json_t *all = json_object_get (recipe, list);
  gsize n = json_array_size (all);
  const char *text = n > 0 ? json_string_value (json_array_get (all, index % n)) : NULL;

  return text != NULL ? text : "";
}

static gboolean
add_bar (Song *song, const json_t *recipe, guint bar)
{
  const char *label = text_at (recipe, "chords", bar);
  double begin = (double) bar * BEATS, beat_s = 60 / song->bpm;
  int tones[TONES];

  if (!read_chord (label, tones) || !add_melody (song, text_at (recipe, "melody", bar), begin,
                                                 tones, member_at (recipe, "programs", MELODY)))
    return FALSE;
  for (guint i = 0; i < TONES; i++)
    add_note (song, CHORDS, member_at (recipe, "programs", CHORDS), begin, BEATS, 60 + tones[i]);
  for (guint beat = 0; beat < BEATS; beat++)
    {
      double at_s = (begin + beat) * beat_s;

      g_array_append_val (song->beats, at_s);
      add_note (song, DRUMS, 0, begin + beat, 0.25, beat % 2 == 0 ? BASS_DRUM : SNARE);
      if (beat % 2 == 0)
        add_note (song, BASS, member_at (recipe, "programs", BASS), begin + beat, 1,
                  36 + tones[0]);
    }
  g_string_append_printf (song->lab, "%.6f\t%.6f\t%s\n", begin * beat_s, (begin + BEATS) * beat_s,
                          label);
  return TRUE;
}

gboolean
song_compose (const json_t *recipe, Song *song, GError **error)
{
  gint64 bars = lb_json_integer (recipe, "bars", 0);
  gboolean good = bars > 0 && bars <= SONG_MAX_BARS;

  *song = (Song){ .bpm = lb_json_real (recipe, "bpm", 0) };
  song->notes = g_array_new (FALSE, TRUE, sizeof (LbMidiNote));
  song->beats = g_array_new (FALSE, TRUE, sizeof (double));
  song->lab = g_string_new (NULL);
  good = good && song->bpm >= 20 && song->bpm <= 400;
  for (guint i = 0; i < DRUMS; i++)
    good = good && member_at (recipe, "programs", i) >= 0 &&
           member_at (recipe, "programs", i) <= 127;
  for (guint bar = 0; good && bar < bars; bar++)
    good = add_bar (song, recipe, bar);
  song->length_s = good ? (double) bars * BEATS * 60 / song->bpm : 0;
  if (!good)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                 "samples.json: the song \"%s\" has a wrong bpm, bars, program, chord or melody",
                 lb_json_string (recipe, "name", ""));
  return good;
}
