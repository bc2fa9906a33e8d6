#include "audio/midi.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

static const double bends[] = { 0, 0.5, 0.5, -3 };

static const LbMidiNote song[] = {
  { 0.0, 0.5, 60, 100, .bends = bends, .n_bends = G_N_ELEMENTS (bends) },
  { 0.25, 1.0, 64, 1 },
  { 0.5, 0.75, 60, 127 }, /* begins where another of its pitch ends */
  { 100.0, 100.01, 0, 64 },
};

static GArray *
read_back (const LbMidiSettings *settings, double *tempo)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = lb_midi_write (song, G_N_ELEMENTS (song), settings, &error);
  GArray *notes = NULL;
  gsize length;
  const guint8 *data;

  g_assert_no_error (error);
  data = g_bytes_get_data (bytes, &length);
  g_assert_true (lb_midi_read (data, length, &notes, tempo, &error));
  g_assert_no_error (error);
  return notes;
}

static void
reads_what_it_wrote (void)
{
  static const LbMidiSettings all[] = { { 0, 4, FALSE }, { 77.7, 0, TRUE } };

  for (guint s = 0; s < G_N_ELEMENTS (all); s++)
    {
      double tempo;
      g_autoptr (GArray) notes = read_back (&all[s], &tempo);

      g_assert_cmpuint (notes->len, ==, G_N_ELEMENTS (song));
      g_assert_cmpfloat_with_epsilon (tempo, all[s].tempo_bpm > 0 ? all[s].tempo_bpm : 120, 1e-3);
      for (guint i = 0; i < notes->len; i++)
        {
          const LbMidiNote *note = &g_array_index (notes, LbMidiNote, i);

          g_assert_cmpfloat_with_epsilon (note->start_s, song[i].start_s, 1e-3);
          g_assert_cmpfloat_with_epsilon (note->end_s, song[i].end_s, 1e-3);
          g_assert_cmpint (note->pitch, ==, song[i].pitch);
          g_assert_cmpint (note->velocity, ==, song[i].velocity);
          g_assert_cmpint (note->program, ==, all[s].program);
          g_assert_cmpint (note->channel, !=, 9);
        }
    }
}

static void
refuses_notes_that_no_file_can_hold (void)
{
  static const LbMidiNote bad[] = {
    { -1, 1, 60, 64 }, { 1, 1, 60, 64 }, { 0, NAN, 60, 64 }, { 0, 1e9, 60, 64 },
    { 0, 1, 128, 64 }, { 0, 1, -1, 64 }, { 0, 1, 60, 0 },    { 0, 1, 60, 128 },
  };
  const LbMidiSettings plain = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lb_midi_write (&bad[i], 1, &plain, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
    }
}

/* A file of format 0 around @events. */
static GByteArray *
make (guint16 division, const guint8 *events, gsize length)
{
  GByteArray *file = g_byte_array_new ();
  guint16 big_division = GUINT16_TO_BE (division);
  guint32 big_length = GUINT32_TO_BE ((guint32) length);

  g_byte_array_append (file, (const guint8 *) "MThd\0\0\0\6\0\0\0\1", 12);
  g_byte_array_append (file, (const guint8 *) &big_division, 2);
  g_byte_array_append (file, (const guint8 *) "MTrk", 4);
  g_byte_array_append (file, (const guint8 *) &big_length, 4);
  g_byte_array_append (file, events, (guint) length);
  return file;
}

typedef struct {
  const char *what;
  guint16 division;
  const char *events;
  gsize length;
  guint notes;
  double start_s, end_s; /* of the first */
} Case;

#define EVENTS(TEXT) TEXT, sizeof (TEXT) - 1

static const Case cases[] = {
  { "plain", 96, EVENTS ("\0\x90\x3c\x40\x60\x80\x3c\x00"), 1, 0, 0.5 },
  { "running status, velocity 0", 96, EVENTS ("\0\x90\x3c\x40\x60\x3c\0\0\x3e\x40\x60\x3e\0"), 2,
    0, 0.5 },
  { "never ended", 96, EVENTS ("\0\x90\x3c\x40\x60\x90\x3e\x40\x60\xff\x2f\0"), 2, 0, 1 },
  { "no length", 96, EVENTS ("\0\x90\x3c\x40\0\x80\x3c\0"), 0, 0, 0 },
  { "one off ends all that began before", 96,
    EVENTS ("\0\x90\x3c\x40\x30\x90\x3c\x40\x30\x80\x3c\0"), 2, 0, 0.5 },
  { "an off of the same tick ends the older only", 96,
    EVENTS ("\0\x90\x3c\x40\x60\x90\x3c\x40\0\x80\x3c\0\x60\x80\x3c\0"), 2, 0, 0.5 },
  { "tempo", 96,
    EVENTS ("\0\xff\x51\3\x0f\x42\x40\0\x90\x3c\x40\x60\xff\x51\3\x07\xa1\x20\x60\x80\x3c\0"), 1,
    0, 1.5 },
  { "frames of a film", 0xe728, EVENTS ("\0\x90\x3c\x40\x64\x80\x3c\0"), 1, 0, 0.1 },
  { "a system message between", 96, EVENTS ("\0\x90\x3c\x40\0\xf0\2\1\xf7\x60\x80\x3c\0"), 1, 0,
    0.5 },
};

static void
reads_all_that_files_hold (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray)
          file = make (cases[i].division, (const guint8 *) cases[i].events, cases[i].length);
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) notes = NULL;

      g_test_message ("%s", cases[i].what);
      g_assert_true (lb_midi_read (file->data, file->len, &notes, NULL, &error));
      g_assert_cmpuint (notes->len, ==, cases[i].notes);
      if (notes->len == 0)
        continue;
      g_assert_cmpfloat_with_epsilon (g_array_index (notes, LbMidiNote, 0).start_s,
                                      cases[i].start_s, 1e-9);
      g_assert_cmpfloat_with_epsilon (g_array_index (notes, LbMidiNote, 0).end_s, cases[i].end_s,
                                      1e-9);
    }
}

static void
refuses_what_is_damaged (void)
{
  static const Case bad[] = {
    { "tempo of 0", 96, EVENTS ("\0\xff\x51\3\0\0\0") },
    { "no status", 96, EVENTS ("\0\x3c\x40") },
    { "a byte above 127", 96, EVENTS ("\0\x90\x3c\xc0") },
    { "a number without end", 96, EVENTS ("\xff\xff\xff\xff\xff") },
    { "a length beyond the end", 96, EVENTS ("\0\xff\1\x7f") },
    { "no ticks", 0, EVENTS ("") },
    { "no ticks a frame", 0xe700, EVENTS ("") },
    { "a message of the wire", 96, EVENTS ("\0\xf8") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GByteArray)
          file = make (bad[i].division, (const guint8 *) bad[i].events, bad[i].length);
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) notes = NULL;

      g_test_message ("%s", bad[i].what);
      g_assert_false (lb_midi_read (file->data, file->len, &notes, NULL, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
    }
}

/* Cut at each byte, and each byte changed: it is read or refused, and nothing else. */
static void
survives_any_damage (void)
{
  const LbMidiSettings settings = { 0 };
  g_autoptr (GBytes) bytes = lb_midi_write (song, G_N_ELEMENTS (song), &settings, NULL);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  for (gsize i = 0; i < length; i++)
    for (int value = 0; value < 256; value += 51)
      {
        g_autofree guint8 *damaged = g_memdup2 (data, length);
        g_autoptr (GArray) notes = NULL, rest = NULL;

        damaged[i] = (guint8) value;
        lb_midi_read (damaged, length, &notes, NULL, NULL);
        g_assert_false (lb_midi_read (data, i, &rest, NULL, NULL) && i < length - 1);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio/midi/reads-what-it-wrote", reads_what_it_wrote);
  g_test_add_func ("/audio/midi/refuses-notes-that-no-file-can-hold",
                   refuses_notes_that_no_file_can_hold);
  g_test_add_func ("/audio/midi/reads-all-that-files-hold", reads_all_that_files_hold);
  g_test_add_func ("/audio/midi/refuses-what-is-damaged", refuses_what_is_damaged);
  g_test_add_func ("/audio/midi/survives-any-damage", survives_any_damage);
  return g_test_run ();
}
