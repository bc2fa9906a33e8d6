#include <string.h>

#include <glib/gstdio.h>

#include "core/error.h"
#include "piper-voice.h"

#define IDS                                                                                      \
  "\"phoneme_id_map\":{\"_\":[0],\"^\":[1],\"$\":[2],\"a\":[3],\"\xc9\xaa\":[4,5],"              \
  "\"a\xc9\xaa\":[6]}"
#define HEAD "\"audio\":{\"sample_rate\":22050},\"espeak\":{\"voice\":\"en-us\"}"
#define COUNTS "\"num_symbols\":10,\"num_speakers\":3,\"speaker_id_map\":{\"ann\":2}"

static PiperVoice *
read_text (const char *text, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("llamaburn-voice-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "v.onnx.json", NULL);
  PiperVoice *voice;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  voice = piper_voice_read (path, error);
  g_unlink (path);
  g_rmdir (folder);
  return voice;
}

static void
reads_a_voice (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PiperVoice) voice = read_text (
      "{" HEAD "," COUNTS "," IDS ",\"inference\":{\"noise_w\":0.5},\"default_speaker_id\":1}",
      &error);

  g_assert_no_error (error);
  g_assert_cmpuint (voice->rate_hz, ==, 22050);
  g_assert_cmpstr (voice->espeak_voice, ==, "en-us");
  g_assert_cmpfloat (voice->noise_scale, ==, 0.667);
  g_assert_cmpfloat (voice->noise_w, ==, 0.5);
  g_assert_cmpint (piper_voice_speaker (voice, NULL, NULL), ==, 1);
  g_assert_cmpint (piper_voice_speaker (voice, "ann", NULL), ==, 2);
  g_assert_cmpint (piper_voice_speaker (voice, "0", NULL), ==, 0);
  g_assert_cmpint (piper_voice_speaker (voice, "3", NULL), ==, -1);
  g_assert_cmpint (piper_voice_speaker (voice, "-1", NULL), ==, -1);
  g_assert_cmpint (piper_voice_speaker (voice, "", &error), ==, -1);
  g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
}

static void
puts_blanks_between (void)
{
  g_autoptr (PiperVoice) voice = read_text ("{" HEAD "," COUNTS "," IDS "}", NULL);
  g_autoptr (GPtrArray) phonemes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  static const gint64 wanted[] = { 1, 0, 3, 0, 4, 5, 0, 2 };

  g_ptr_array_add (phonemes, g_strdup ("a"));
  g_ptr_array_add (phonemes, g_strdup ("q"));
  g_ptr_array_add (phonemes, g_strdup ("\xc9\xaa"));
  g_assert_cmpuint (piper_voice_ids (voice, phonemes, ids), ==, 1);
  g_assert_cmpmem (ids->data, ids->len * sizeof (gint64), wanted, sizeof wanted);
}

static void
merges_vowels (void)
{
  g_autoptr (PiperVoice) voice = read_text (
      "{" HEAD "," COUNTS "," IDS ",\"vowel_clusters\":[[\"a\",\"\xc9\xaa\"]]}", NULL);
  g_autoptr (GPtrArray) phonemes = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (phonemes, g_strdup ("a"));
  g_ptr_array_add (phonemes, g_strdup ("a"));
  g_ptr_array_add (phonemes, g_strdup ("\xc9\xaa"));
  piper_voice_merge (voice, phonemes);
  g_assert_cmpuint (phonemes->len, ==, 2);
  g_assert_cmpstr (phonemes->pdata[1], ==, "a\xc9\xaa");
}

static void
refuses_lies (void)
{
  static const struct {
    const char *text, *says;
  } cases[] = {
    { "", "can't be read" },
    { "[]", "no JSON object" },
    { "{}", "no voice of espeak" },
    { "{" HEAD "," COUNTS "}", "no phoneme_id_map" },
    { "{" HEAD "," COUNTS ",\"phoneme_id_map\":{\"_\":[0]}}", "no id for \"^\"" },
    { "{" HEAD "," COUNTS ",\"phoneme_id_map\":{\"_\":[10]}}", "none of its 10 symbols" },
    { "{" HEAD "," COUNTS ",\"phoneme_id_map\":{\"_\":[-1]}}", "none of its 10 symbols" },
    { "{" HEAD "," COUNTS ",\"phoneme_id_map\":{\"_\":[1.5]}}", "none of its 10 symbols" },
    { "{" HEAD "," COUNTS ",\"phoneme_id_map\":{\"_\":7}}", "no list" },
    { "{" HEAD ",\"num_symbols\":10,\"num_speakers\":-2," IDS "}", "num_speakers" },
    { "{" HEAD ",\"num_symbols\":0,\"num_speakers\":1," IDS "}", "num_symbols" },
    { "{" HEAD ",\"num_symbols\":10,\"num_speakers\":1,\"speaker_id_map\":{\"a\":1}," IDS "}",
      "speaker_id_map" },
    { "{" HEAD "," COUNTS "," IDS ",\"default_speaker_id\":3}", "default_speaker_id" },
    { "{" HEAD "," COUNTS "," IDS ",\"inference\":{\"length_scale\":-1}}", "length_scale" },
    { "{" HEAD "," COUNTS "," IDS ",\"phoneme_type\":\"pinyin\"}", "piper-tts may know" },
    { "{\"audio\":{\"sample_rate\":0},\"espeak\":{\"voice\":\"de\"}}", "sample_rate" },
    { "{\"audio\":{\"sample_rate\":1e9},\"espeak\":{\"voice\":\"de\"}}", "sample_rate" },
    { "{\"audio\":{\"sample_rate\":99999999},\"espeak\":{\"voice\":\"de\"}}", "sample_rate" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PiperVoice) voice = read_text (cases[i].text, &error);

      g_assert_null (voice);
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_MODEL);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].says));
      g_assert_null (strchr (error->message, '\n'));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/piper-voice/read", reads_a_voice);
  g_test_add_func ("/piper-voice/ids", puts_blanks_between);
  g_test_add_func ("/piper-voice/merge", merges_vowels);
  g_test_add_func ("/piper-voice/lies", refuses_lies);
  return g_test_run ();
}
