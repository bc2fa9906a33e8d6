/* Results of text-to-speech: a text went in, a sound came out. */
#include <string.h>

#include "report/report.h"
#include "samples.h"

static const LbReportStyle plain = { .width = 120 };

static char *
draw (const char *format, json_t *(*first) (void), json_t *(*second) (void) )
{
  g_autoptr (json_t) records = json_array ();
  GString *out = g_string_new (NULL);

  json_array_append_new (records, first ());
  if (second != NULL)
    json_array_append_new (records, second ());
  lb_report_all (out, lb_report_format (format, NULL), records, &plain);
  return g_string_free (out, FALSE);
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in:\n%s", part, text);
}

static void
assert_lacks (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("\"%s\" is in:\n%s", part, text);
}

static void
block_tells_of_text_and_sound (void)
{
  static const char *const parts[] = {
    "piper · en_US-joe-medium · short/bees \"Honey / bees\" on cpu   #41",
    "9.2× faster than real time, RTF 0.109",
    "; RTF with loading 0.140",
    "Latency   0.90 s to the first sound (mean)",
    "Text rate 890 characters/s, 160 words/s",
    "Sound     2.26 s, 22050 Hz, mono; peak -1.25 dBFS, RMS -20.5 dBFS, loudness -23.0 LUFS; "
    "25.00 % silent",
    "MOS       3.88 of 5, speech 4.10",
    "Heard     \"Honey bees\", by whisper.cpp base; it errs",
    "WER       33.33 %",
    "Output    /home/me/runs/1/audio.wav (llamaburn play 41)",
  };
  g_autofree char *text = draw ("table", sample_spoken, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    assert_has (text, parts[i]);
  assert_lacks (text, "clipped");
  assert_lacks (text, "decoding");
}

static json_t *
worse_sound (void)
{
  json_t *record = sample_spoken ();

  sample_set (record, "scores/mos/value", json_real (2.5));
  return record;
}

static void
set_has_mos (void)
{
  g_autofree char *text = draw ("table", sample_spoken, worse_sound);

  assert_has (text, ", 2 results; RTF mean");
  assert_has (text, "MOS mean 3.19, median 3.19, worst 2.50");
}

static json_t *
make_own_text (void)
{
  json_t *record = sample_spoken ();

  sample_set (record, "input", json_pack ("{s:s}", "text", "both/and \x1b[31m"));
  sample_set (record, "output/sound/clipped_share", json_real (0.015));
  return record;
}

/* A text is no path: what stands before a slash isn't a folder. */
static void
text_of_one_s_own_stands_for_itself (void)
{
  g_autofree char *block = draw ("table", make_own_text, sample_spoken);
  g_autofree char *csv = draw ("csv", make_own_text, NULL);

  assert_has (block, "· \"both/and \\x1b[31m\" on cpu");
  assert_has (block, "1.50 % clipped");
  assert_has (block, "  both/and \\x1b[31m\n");
  assert_has (block, "  short/bees\n");
  assert_has (csv, ",both/and \\x1b[31m,");
  assert_lacks (block, "\x1b");
}

static json_t *
make_book (void)
{
  json_t *record = sample_spoken ();
  g_autofree char *text = g_strnfill (100000, 'x');

  sample_set (record, "input", json_pack ("{s:s}", "text", text));
  return record;
}

static void
a_book_is_cut_for_people_and_whole_for_machines (void)
{
  static const LbReportStyle unbounded = { 0 };
  g_autoptr (json_t) record = make_book ();
  g_autoptr (GString) block = g_string_new (NULL);
  g_autofree char *md = draw ("md", make_book, NULL), *csv = draw ("csv", make_book, NULL);

  lb_report_format ("table", NULL)->add (block, record, 0, &unbounded);
  g_assert_cmpuint (block->len, <, 2000);
  g_assert_cmpuint (strlen (md), <, 2000);
  g_assert_cmpuint (strlen (csv), >, 100000);
}

static void
matrix_and_markdown_have_its_columns_where_it_is_there (void)
{
  g_autofree char *both = draw ("table", sample_spoken, sample_new);
  g_autofree char *none = draw ("table", sample_new, sample_new);
  g_autofree char *md = draw ("md", sample_spoken, sample_new);
  g_autofree char *without = draw ("md", sample_new, NULL);

  assert_has (both, "Chars/s");
  assert_has (both, "MOS");
  assert_lacks (none, "Chars/s");
  assert_has (md, "| Chars/s |");
  assert_has (md, "| 890 |");
  assert_lacks (without, "Chars/s");
}

static void
show_has_what_the_engine_said_and_every_iteration (void)
{
  g_autoptr (json_t) record = sample_spoken ();
  g_autoptr (GString) out = g_string_new (NULL);

  lb_report_show (out, record, &plain);
  assert_has (out->str, "hˈʌni");
  assert_has (out->str, "Chars/s");
  assert_has (out->str, "Honey / bees");
}

#define ADD(NAME) g_test_add_func ("/spoken/" #NAME, NAME)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (block_tells_of_text_and_sound);
  ADD (text_of_one_s_own_stands_for_itself);
  ADD (a_book_is_cut_for_people_and_whole_for_machines);
  ADD (matrix_and_markdown_have_its_columns_where_it_is_there);
  ADD (show_has_what_the_engine_said_and_every_iteration);
  ADD (set_has_mos);
  return g_test_run ();
}
