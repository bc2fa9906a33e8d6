#include "gui/transcript.h"

#include <math.h>
#include <string.h>

static const char output[] =
    "{\"text\":\"Had he married.\",\"segments\":["
    "{\"start_s\":0,\"end_s\":1.5,\"text\":\" Had <he>\\n\"},"
    "{\"start_s\":3661.0425,\"end_s\":3662,\"text\":\"married --> & so\"}]}";

static char *
text_of (const char *suffix)
{
  g_autoptr (json_t) value = lb_json_parse (output, -1, NULL);
  const LbTranscriptFormat *format = lb_transcript_formats ();
  g_autoptr (GString) out = g_string_new (NULL);

  while (strcmp (format->suffix, suffix) != 0)
    format++;
  format->write (out, value);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
writes_subtitles (void)
{
  g_autofree char *srt = text_of ("srt"), *vtt = text_of ("vtt");

  g_assert_cmpstr (srt, ==,
                   "1\n00:00:00,000 --> 00:00:01,500\nHad <he>\n\n"
                   "2\n01:01:01,043 --> 01:01:02,000\nmarried → & so\n\n");
  g_assert_cmpstr (vtt, ==,
                   "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHad &lt;he>\n\n"
                   "01:01:01.043 --> 01:01:02.000\nmarried → &amp; so\n\n");
}

static void
writes_text_and_json (void)
{
  g_autofree char *text = text_of ("txt"), *json = text_of ("json");
  g_autoptr (json_t) again = lb_json_parse (json, -1, NULL);

  g_assert_cmpstr (text, ==, "Had he married.\n");
  g_assert_cmpuint (json_array_size (json_object_get (again, "segments")), ==, 2);
}

static void
says_what_is_no_time_as_zero (void)
{
  static const struct {
    double seconds;
    const char *words;
  } cases[] = {
    { NAN, "00:00:00.000" },     { -3, "00:00:00.000" },  { 59.9996, "00:01:00.000" },
    { 86399.5, "23:59:59.500" }, { 1e9, "99:59:59.000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lb_transcript_time (out, cases[i].seconds, '.');
      g_assert_cmpstr (out->str, ==, cases[i].words);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gui/transcript/subtitles", writes_subtitles);
  g_test_add_func ("/gui/transcript/text-and-json", writes_text_and_json);
  g_test_add_func ("/gui/transcript/times", says_what_is_no_time_as_zero);
  return g_test_run ();
}
