#include "bench/truth.h"

#include <glib/gstdio.h>
#include <string.h>

#include "audio/midi.h"
#include "core/error.h"

/* The truth of @mode in a file that holds @text. */
static LbTruth *
read_text (const char *mode, const char *text, gssize length, GError **error)
{
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("truth-XXXXXX", &path, NULL);
  LbTruth *truth;

  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, text, length, NULL));
  truth = lb_truth_read (mode, path, error);
  g_unlink (path);
  return truth;
}

static void
reads_beats_however_they_are_written (void)
{
  static const char *const texts[] = {
    "0.5\n1.0\n1.5\n",
    "time,beat\n0.5,1\n1.0,2\n1.5,3\n",
    "# a comment\n0.5\t1\r\n\n1.0\t2\r\n1.5\t3",
    "[0.5, 1, 1.5]",
    "{\"bpm\": 120, \"beats\": [0.5, 1.0, 1.5]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LbTruth) truth = read_text ("beats", texts[i], -1, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (truth->beats->len, ==, 3);
      for (guint k = 0; k < 3; k++)
        g_assert_cmpfloat (g_array_index (truth->beats, double, k), ==, 0.5 * (k + 1));
      g_assert_cmpfloat (truth->bpm, ==, texts[i][0] == '{' ? 120 : 0);
    }
}

static void
reads_notes_however_they_are_written (void)
{
  static const char *const texts[] = {
    "start_time_s,end_time_s,pitch_midi,velocity,pitch_bend\n0.5,1,69,64,0,0,1\n",
    "0.5 1 69\n",
    "start_s,end_s,pitch_hz\n0.5,1,440\n",
    "[{\"start_s\": 0.5, \"end_s\": 1, \"pitch\": 69}]",
    "{\"notes\": [{\"start_s\": 0.5, \"end_s\": 1, \"pitch\": 69}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LbTruth) truth = read_text ("transcription", texts[i], -1, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (truth->notes->len, ==, 1);
      g_assert_cmpfloat (g_array_index (truth->notes, LbNote, 0).onset_s, ==, 0.5);
      g_assert_cmpfloat_with_epsilon (g_array_index (truth->notes, LbNote, 0).pitch_hz, 440,
                                      1e-9);
    }
}

static void
reads_notes_of_midi (void)
{
  const LbMidiNote note = { 0.5, 1, 69, 64 };
  const LbMidiSettings settings = { 90 };
  g_autoptr (GBytes) bytes = lb_midi_write (&note, 1, &settings, NULL);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autoptr (GError) error = NULL;
  g_autoptr (LbTruth) truth = read_text ("transcription", data, (gssize) length, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (truth->notes->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (truth->bpm, 90, 1e-3);
  g_assert_cmpfloat_with_epsilon (g_array_index (truth->notes, LbNote, 0).offset_s, 1, 1e-3);
}

static void
reads_chords_however_they_are_written (void)
{
  static const char *const texts[] = {
    "0.0 1.5 C:maj\n1.5 1.5 N\n1.5 3 A:min7/b3\n",
    "start,end,label\n0,1.5,C:maj\n1.5,3,A:min7/b3\n",
    "{\"chords\": [{\"start_s\": 0, \"end_s\": 1.5, \"label\": \"C:maj\"}, "
    "{\"start_s\": 1.5, \"end_s\": 3, \"label\": \"A:min7/b3\"}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LbTruth) truth = read_text ("chords", texts[i], -1, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (truth->chords->len, ==, 2);
      g_assert_cmpstr (g_array_index (truth->chords, LbChordSegment, 1).label, ==, "A:min7/b3");
    }
}

static void
refuses_what_is_no_truth (void)
{
  static const struct {
    const char *mode, *text;
    int code;
  } cases[] = {
    { "beats", "", LB_ERROR_EMPTY_REFERENCE },
    { "beats", "one\ntwo\n", LB_ERROR_BAD_INPUT },
    { "beats", "1\n0.5\n", LB_ERROR_BAD_INPUT },
    { "beats", "-1\n", LB_ERROR_BAD_INPUT },
    { "beats", "nan\n1\ninf\n", LB_ERROR_BAD_INPUT },
    { "beats", "{\"beats\": 3}", LB_ERROR_BAD_INPUT },
    { "beats", "[1, \"2\"]", LB_ERROR_BAD_INPUT },
    { "beats", "[1, ", LB_ERROR_BAD_INPUT },
    { "transcription", "0.5 1\n", LB_ERROR_BAD_INPUT },
    { "transcription", "1 0.5 60\n", LB_ERROR_BAD_INPUT },
    { "transcription", "0 1 128\n", LB_ERROR_BAD_INPUT },
    { "transcription", "MThd", LB_ERROR_BAD_INPUT },
    { "chords", "0 1\n", LB_ERROR_BAD_INPUT },
    { "chords", "0 1 H:dur\n", LB_ERROR_BAD_INPUT },
    { "chords", "[{\"start_s\": 0, \"end_s\": 1}]", LB_ERROR_BAD_INPUT },
    { "generation", "x", LB_ERROR_USAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s: %s", cases[i].mode, cases[i].text);
      g_assert_null (read_text (cases[i].mode, cases[i].text, -1, &error));
      g_assert_error (error, LB_ERROR, cases[i].code);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench/truth/reads-beats", reads_beats_however_they_are_written);
  g_test_add_func ("/bench/truth/reads-notes", reads_notes_however_they_are_written);
  g_test_add_func ("/bench/truth/reads-notes-of-midi", reads_notes_of_midi);
  g_test_add_func ("/bench/truth/reads-chords", reads_chords_however_they_are_written);
  g_test_add_func ("/bench/truth/refuses-what-is-no-truth", refuses_what_is_no_truth);
  return g_test_run ();
}
