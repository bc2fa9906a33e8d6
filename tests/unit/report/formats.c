#include "report/report.h"

#include <string.h>

#include "core/error.h"
#include "samples.h"

static const LbReportStyle plain = { .colour = FALSE, .width = 80 };

typedef json_t *(*Sample) (void);

static char *
draw (const char *format, const LbReportStyle *style, const Sample *samples)
{
  g_autoptr (json_t) records = json_array ();
  GString *out = g_string_new (NULL);

  for (guint i = 0; samples[i] != NULL; i++)
    json_array_append_new (records, samples[i]());
  lb_report_all (out, lb_report_format (format, NULL), records, style);
  return g_string_free (out, FALSE);
}

static char *
draw_one (const char *format, Sample sample)
{
  const Sample samples[] = { sample, NULL };

  return draw (format, &plain, samples);
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
table_tells_what_a_person_wants (void)
{
  static const char *const parts[] = {
    "whisper.cpp · whisper-base · jfk.wav (11.0 s) on cpu   #41",
    "9.2× faster than real time, RTF 0.109 (median; 95 % interval 0.107 to 0.111)",
    "RTF 0.107 to 0.111 in 5 iterations",
    "0.90 s to the first segment",
    "0.31 s (cache cold), warm 0.12 s",
    "381 MiB at most",
    "2.20 s an iteration, 1.8 cores busy",
    "4.55 % (of 22 words 1 substituted, 0 deleted, 0 inserted)",
    "And so my fellow Americans",
  };
  const Sample samples[] = { sample_new, NULL };
  const LbReportStyle wide = { .width = 120 };
  g_autofree char *text = draw ("table", &wide, samples);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    assert_has (text, parts[i]);
  assert_lacks (text, "\x1b");
}

static void
table_says_what_is_wrong (void)
{
  static const struct {
    Sample sample;
    const char *part;
  } cases[] = {
    { sample_failed, "FAILED (run): the engine died of SIGSEGV" },
    { sample_interrupted, "INTERRUPTED" },
    { sample_synthetic, "SYNTHETIC: random weights, 72.6 M parameters:" },
    { sample_invalid, "NOT VALID" },
    { sample_invalid,
      "! busy-machine: another program used 1.2 cores. Cure: close other programs" },
    { sample_invalid, "Load      0.31 s (cache cold), warm 45.0 ms" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = draw_one ("table", cases[i].sample);
      g_autoptr (json_t) record = cases[i].sample ();
      g_autoptr (GString) whole = g_string_new (NULL);

      assert_has (text, cases[i].part);
      lb_report_show (whole, record, &plain);
      assert_has (whole->str, cases[i].part);
    }
}

/* What wasn't measured has no line: a failed case is its head and what happened. */
static void
nothing_is_drawn_of_what_is_not_there (void)
{
  g_autofree char *without = draw_one ("table", sample_without_reference);
  g_autofree char *failed = draw_one ("table", sample_failed);
  g_autoptr (json_t)
      early = json_pack ("{s:s, s:{s:s,s:s}, s:{s:s}, s:{s:s,s:s}}", "status", "failed", "engine",
                         "id", "null", "device", "auto", "input", "path", "/a/nofile", "error",
                         "phase", "input", "message", "can't read it");
  g_autoptr (GString) out = g_string_new (NULL);

  assert_lacks (without, "WER");
  assert_lacks (failed, "Speed");
  assert_lacks (failed, "Range");
  lb_report_format ("table", NULL)->add (out, early, 0, &plain);
  g_assert_cmpstr (out->str, ==, "null · nofile\n  FAILED (input): can't read it\n");
}

static void
one_iteration_has_neither_median_nor_range (void)
{
  g_autoptr (json_t) record = sample_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  sample_set (record, "summary/iterations", json_integer (1));
  json_object_del (json_object_get (record, "summary"), "ci95_rtf");
  lb_report_format ("table", NULL)->add (out, record, 0, &plain);
  assert_has (out->str, "RTF 0.109\n");
  assert_has (out->str, "Range     one iteration; RTF with decoding and loading 0.140\n");
}

static void
show_is_ordered_and_has_units (void)
{
  g_autoptr (json_t) record = sample_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  static const char *const titles[] = { "Output", "Scores",   "Iterations", "Input",  "Engine",
                                        "Model",  "Settings", "Timing",     "Machine" };
  const char *at;

  json_object_set_new (record, "artifacts", json_array ());
  lb_report_show (out, record, &plain);
  at = out->str;
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autofree char *title = g_strdup_printf ("\n%s\n", titles[i]);

      if (strstr (at, title) == NULL)
        g_error ("\"%s\" doesn't come then in:\n%s", titles[i], out->str);
      at = strstr (at, title);
    }
  assert_lacks (out->str, "Artifacts");
  assert_lacks (out->str, " true\n");
  assert_has (out->str, "  duration              11.0 s\n");
  assert_has (out->str, "  sample rate           16000 Hz\n");
  assert_has (out->str, "WER 4.55 %: 1 substituted, 0 deleted, 0 inserted, of 22 words");
}

/* Of beats or chords the rows above have told all: no title stands over nothing. */
static void
show_has_no_title_over_nothing (void)
{
  g_autoptr (json_t) record = sample_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  json_object_set_new (record, "output",
                       json_pack ("{s:f, s:[f,f]}", "bpm", 120.0, "beats", 0.5, 1.0));
  lb_report_show (out, record, &plain);
  assert_lacks (out->str, "\nOutput\n");
  assert_has (out->str, "\nScores\n");
}

/* The status stands once, not again as a flag. */
static void
markdown_says_the_status_once (void)
{
  g_autoptr (json_t) records = json_array ();
  g_autoptr (GString) out = g_string_new (NULL);
  json_t *record = sample_failed ();

  json_array_append_new (records, record);
  json_object_set_new (record, "validity",
                       json_pack ("{s:b, s:[{s:s}, {s:s}]}", "valid", 0, "flags", "id", "failed",
                                  "id", "busy-machine"));
  lb_report_all (out, lb_report_format ("md", NULL), records, &plain);
  assert_lacks (out->str, "failed; failed");
  assert_has (out->str, "failed; busy-machine; ");
}

/* Several outputs are told by what differs, not each whole. */
static void
outputs_with_the_same_text_say_so (void)
{
  g_autoptr (json_t) record = sample_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  json_object_set_new (record, "outputs",
                       json_pack ("[{s:[i,i],s:{s:s}},{s:[i],s:{s:s}},{s:[i],s:{s:s}}]",
                                  "iterations", 0, 3, "output", "text", "one", "iterations", 1,
                                  "output", "text", "one", "iterations", 2, "output", "text",
                                  "two\n"));
  lb_report_show (out, record, &plain);
  assert_has (out->str,
              "\nDifferent outputs\n  Iterations 0 3\n  Iteration 1\n    the same text; times, "
              "probabilities or other parts differ\n  Iteration 2\n    two\\n\n");
}

/* What a terminal obeys is escaped, and every reader gets the same text. */
static void
json_is_no_command_to_a_terminal (void)
{
  static const char text[] = "\x7f \xc2\x9b"
                             "31m \xe2\x80\xae \xd8\x9c \xe2\x81\xa6 日 é \x1b[1m";
  g_autoptr (json_t) record = json_pack ("{s:s}", "text", text);
  g_autofree char *line = lb_json_line (record);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (json_t) back = NULL;

  lb_report_json (out, line);
  g_assert_cmpstr (out->str, ==,
                   "{\"text\":\"\\u007F \\u009B31m \\u202E \\u061C \\u2066 日 é \\u001B[1m\"}");
  back = lb_json_parse (out->str, -1, NULL);
  g_assert_cmpstr (lb_json_string (back, "text", NULL), ==, text);
}

static void
a_failure_is_said_once (void)
{
  g_autoptr (json_t) record = sample_failed ();
  g_autoptr (GString) out = g_string_new (NULL);
  const char *first;

  sample_set (record, "validity/valid", json_false ());
  sample_set (
      record, "validity/flags",
      json_pack ("[{s:s,s:s}]", "id", "failed", "evidence", "the engine died of SIGSEGV"));
  lb_report_format ("table", NULL)->add (out, record, 0, &plain);
  first = strstr (out->str, "SIGSEGV");
  g_assert_nonnull (first);
  g_assert_null (strstr (first + 1, "SIGSEGV"));
  assert_lacks (out->str, "NOT VALID");
}

static void
files_of_a_series_can_be_told_apart (void)
{
  g_autoptr (json_t) records = json_pack ("[o,o]", sample_new (), sample_new ());
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < 2; i++)
    sample_set (json_array_get (records, i), "input/path",
                json_sprintf ("/a/a-very-long-name-of-a-series-of-files-%d.wav", (int) i));
  lb_report_format ("table", NULL)->end (out, records, &plain);
  assert_has (out->str, "iles-0.wav");
  assert_has (out->str, "iles-1.wav");
}

static void
several_results_are_compared_at_the_end (void)
{
  const Sample samples[] = { sample_new, sample_failed, sample_synthetic, sample_invalid, NULL };
  const LbReportStyle wide = { .width = 200 };
  g_autofree char *text = draw ("table", &wide, samples);
  g_autofree char *one = draw_one ("table", sample_new);
  const char *matrix = strstr (text, "\nEngine ");

  g_assert_nonnull (matrix);
  assert_has (matrix, "  failed  ");
  assert_has (matrix, "  synthetic (72.6 M parameters)  ");
  assert_has (matrix, "  not valid  ");
  assert_has (matrix, "whisper-base                         0.31 s"); /* no dashes */
  assert_lacks (one, "\nEngine ");
}

static void
markdown_says_what_is_wrong (void)
{
  const Sample samples[] = { sample_failed, sample_synthetic, sample_invalid, sample_interrupted,
                             NULL };
  g_autofree char *text = draw ("md", &plain, samples);

  assert_has (text, "failed; the engine died of SIGSEGV");
  assert_has (text, "| synthetic (72.6 M parameters) |");
  assert_has (text, "not valid; busy-machine");
  assert_has (text, "| interrupted |");
}

/* In no view may text become a command to a terminal, markup, or a new line of the table. */
static void
hostile_text_stays_text (void)
{
  static const char *const formats[] = { "table", "csv", "md" };
  const Sample samples[] = { sample_hostile, sample_hostile, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *text = draw (formats[i], &plain, samples);

      assert_lacks (text, "\x1b");
      assert_lacks (text, "\xe2\x80\xae");
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

static void
hostile_text_stays_text_when_shown (void)
{
  g_autoptr (json_t) record = sample_hostile ();
  g_autoptr (GString) out = g_string_new (NULL);

  lb_report_show (out, record, &plain);
  assert_lacks (out->str, "\x1b");
  assert_lacks (out->str, "\xe2\x80\xae");
  assert_has (out->str, "\\x1b[31m");
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *p = strstr (text, part); p != NULL; p = strstr (p + strlen (part), part))
    n++;
  return n;
}

static void
markdown_stays_one_row_a_result (void)
{
  const Sample samples[] = { sample_hostile, sample_hostile, NULL };
  g_autofree char *text = draw ("md", &plain, samples);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 5);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (count (lines[i], "|") - count (lines[i], "\\|"), ==, count (lines[0], "|"));
  assert_lacks (text, "<script");
  assert_has (text, "&lt;script&gt;\\`\\|\\`");
}

static void
csv_stays_one_line_a_result (void)
{
  const Sample samples[] = { sample_hostile, sample_new, NULL };
  g_autofree char *text = draw ("csv", &plain, samples);

  g_assert_cmpuint (count (text, "\n"), ==, 3);
  g_assert_cmpuint (count (text, "\r\n"), ==, 3);
  g_assert_true (g_str_has_prefix (text, "id,number,timestamp,group,status,"));
}

static void
csv_cells_are_quoted (void)
{
  static const struct {
    const char *text, *cell;
  } cases[] = {
    { "", "" },
    { "plain", "plain" },
    { "a,b", "\"a,b\"" },
    { "say \"hi\"", "\"say \"\"hi\"\"\"" },
    { "a\nb\x1b[1m", "a\\nb\\x1b[1m" },
    { " padded", "\" padded\"" },
    { "padded ", "\"padded \"" },
    { "=1+1", "'=1+1" },
    { "=A1,B1", "\"'=A1,B1\"" },
    { "@SUM(1)", "'@SUM(1)" },
    { "-cmd", "'-cmd" },
    { "+cmd", "'+cmd" },
    { "\tcmd", "'\\tcmd" },
    { "-12.5", "-12.5" },
    { "+1e-5", "+1e-5" },
    { "-0x10", "'-0x10" },
    { "-inf", "'-inf" },
    { "-", "'-" },
    { "-1-1", "'-1-1" },
    { "-1e999", "'-1e999" },
    { "a=b", "a=b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lb_report_csv_cell (out, cases[i].text);
      g_assert_cmpstr (out->str, ==, cases[i].cell);
    }
}

static void
json_is_the_record (void)
{
  const Sample samples[] = { sample_new, sample_hostile, sample_failed, NULL };
  g_autofree char *text = draw ("json", &plain, samples);
  g_autofree char *lines = draw ("jsonl", &plain, samples);
  g_autoptr (json_t) list = lb_json_parse (text, -1, NULL);
  g_auto (GStrv) each = g_strsplit (lines, "\n", -1);

  g_assert_cmpuint (json_array_size (list), ==, 3);
  g_assert_cmpuint (g_strv_length (each), ==, 4);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (json_t) wanted = samples[i]();
      g_autoptr (json_t) line = lb_json_parse (each[i], -1, NULL);

      g_assert_true (json_equal (wanted, json_array_get (list, i)));
      g_assert_true (json_equal (wanted, line));
    }
}

static void
nonsense_is_shown_as_absent (void)
{
  static const char *const formats[] = { "table", "json", "jsonl", "csv", "md" };
  const Sample samples[] = { sample_nonsense, sample_nonsense, NULL };
  g_autoptr (json_t) record = sample_nonsense ();
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *text = draw (formats[i], &plain, samples);

      g_assert_cmpuint (strlen (text), >, 0);
    }
  lb_report_show (out, record, &plain);
  assert_lacks (out->str, "Speed");
}

static void
an_empty_record_is_shown (void)
{
  g_autoptr (json_t) record = json_object ();
  g_autoptr (GString) out = g_string_new (NULL);

  lb_report_show (out, record, &plain);
  assert_has (out->str, "– · –");
}

static void
show_aligns_the_words (void)
{
  g_autoptr (json_t) record = sample_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  lb_report_show (out, record, &plain);
  assert_has (out->str, "and so [my → may] [−fellow] [+big]");
  assert_has (out->str, "    beam-size           5\n");
}

static void
colour_only_where_wanted (void)
{
  const LbReportStyle colour = { .colour = TRUE, .width = 80 };
  const Sample samples[] = { sample_invalid, sample_failed, NULL };
  g_autofree char *text = draw ("table", &colour, samples);
  g_autofree char *md = draw ("md", &colour, samples);

  assert_has (text, "\x1b[31mNOT VALID:\x1b[0m");
  assert_lacks (md, "\x1b");
}

static void
paths_are_cut_to_base_names (void)
{
  const LbReportStyle full = { .full_paths = TRUE };
  const Sample samples[] = { sample_new, NULL };
  g_autofree char *shown = draw ("csv", &plain, samples), *whole = draw ("csv", &full, samples);

  assert_lacks (shown, "/home/me");
  assert_has (whole, ",/home/me/jfk.wav,");
}

static void
unknown_formats_are_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lb_report_format ("cvs\n", &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
  g_assert_cmpstr (error->message, ==,
                   "unknown format \"cvs\\n\": choose one of table, json, jsonl, csv, md");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(NAME) g_test_add_func ("/formats/" #NAME, NAME)
  ADD (table_tells_what_a_person_wants);
  ADD (table_says_what_is_wrong);
  ADD (nothing_is_drawn_of_what_is_not_there);
  ADD (one_iteration_has_neither_median_nor_range);
  ADD (show_is_ordered_and_has_units);
  ADD (show_has_no_title_over_nothing);
  ADD (markdown_says_the_status_once);
  ADD (outputs_with_the_same_text_say_so);
  ADD (json_is_no_command_to_a_terminal);
  ADD (a_failure_is_said_once);
  ADD (files_of_a_series_can_be_told_apart);
  ADD (several_results_are_compared_at_the_end);
  ADD (markdown_says_what_is_wrong);
  ADD (hostile_text_stays_text);
  ADD (hostile_text_stays_text_when_shown);
  ADD (markdown_stays_one_row_a_result);
  ADD (csv_stays_one_line_a_result);
  ADD (csv_cells_are_quoted);
  ADD (json_is_the_record);
  ADD (nonsense_is_shown_as_absent);
  ADD (an_empty_record_is_shown);
  ADD (show_aligns_the_words);
  ADD (colour_only_where_wanted);
  ADD (paths_are_cut_to_base_names);
  ADD (unknown_formats_are_refused);
  return g_test_run ();
}
