#include <math.h>

#include "report/report.h"
#include "report/style.h"

static char *
print (const char *const *titles, const char *alignment, const char *const rows[][3], guint n,
       int width)
{
  const LbReportStyle style = { .width = width };
  g_autoptr (LbTable) table = lb_table_new (titles, alignment);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    lb_table_row (table, rows[i]);
  lb_table_print (table, out, &style);
  return g_string_free (out, FALSE);
}

static void
columns_are_aligned (void)
{
  static const char *const titles[] = { "Name", "RTF", NULL };
  static const char *const rows[][3] = { { "日本", "0.1", NULL },
                                         { "é", "12.25", NULL },
                                         { "only", NULL } };
  g_autofree char *text = print (titles, "lr", rows, 3, 0);

  g_assert_cmpstr (text, ==, "Name    RTF\n日本    0.1\né     12.25\nonly\n");
}

static void
the_last_column_is_cut (void)
{
  static const char *const titles[] = { "A", "Text", NULL };
  static const char *const rows[][3] = { { "1", "a long text that does not fit", NULL } };
  g_autofree char *text = print (titles, "ll", rows, 1, 20);
  g_autofree char *narrow = print (titles, "ll", rows, 1, 4);

  g_assert_cmpstr (text, ==, "A  Text\n1  a long text that…\n");
  g_assert_cmpstr (narrow, ==, "A  Text\n1  a long …\n");
}

static void
cells_are_escaped (void)
{
  static const char *const titles[] = { "A", NULL };
  static const char *const rows[][3] = { { "\x1b[2J\n\xff", NULL } };
  g_autofree char *text = print (titles, "l", rows, 1, 0);

  g_assert_cmpstr (text, ==, "A\n\\x1b[2J\\n\\xff\n");
}

static void
text_is_cut_by_columns_not_bytes (void)
{
  static const struct {
    const char *text;
    int columns;
    const char *cut, *front, *middle;
  } cases[] = {
    { "short", 5, "short", "short", "short" },
    { "longer", 5, "long…", "…nger", "long…" },
    { "日本語", 5, "日本…", "…本語", "日本…" },
    { "日本語", 4, "日…", "…語", "日…" },
    { "abc", 1, "…", "…", "…" },
    { "e\xcc\x81"
      "abc",
      4,
      "e\xcc\x81"
      "abc",
      "e\xcc\x81"
      "abc",
      "e\xcc\x81"
      "abc" },
    { "", 1, "", "", "" },
    { "series-2026-1.wav", 12, "series-2026…", "…-2026-1.wav", "series…1.wav" },
    { "日本語日本語日本語", 9, "日本語日…", "…語日本語", "日本語…語" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *cut = lb_style_cut (cases[i].text, cases[i].columns);
      g_autofree char *front = lb_style_cut_front (cases[i].text, cases[i].columns);
      g_autofree char *middle = lb_style_cut_middle (cases[i].text, cases[i].columns);

      g_assert_cmpstr (cut, ==, cases[i].cut);
      g_assert_cmpstr (front, ==, cases[i].front);
      g_assert_cmpstr (middle, ==, cases[i].middle);
    }
}

/* Emphasis takes no columns: a coloured paragraph is wrapped where a plain one is. */
static void
emphasis_has_no_width (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_cmpint (lb_style_width ("\033[31mab\033[0m c"), ==, 4);
  lb_style_wrap (out, "\033[31mone\033[0m \033[1mtwo\033[0m three", 0, 7);
  g_assert_cmpstr (out->str, ==, "\033[31mone\033[0m \033[1mtwo\033[0m\nthree\n");
}

static void
columns_that_say_nothing_are_left_out (void)
{
  static const char *const titles[] = { "A", "GPU", "Text", NULL };
  static const char *const rows[][3] = { { "1", "–", "x" }, { "2", "", "" } };
  static const char *const some[][3] = { { "1", "–", "x" }, { "2", "5", "" } };
  const LbReportStyle style = { 0 };
  const char *wanted[] = { "A  Text\n1  x\n2\n", "A  GPU  Text\n1    –  x\n2    5\n" };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (LbTable) table = lb_table_new (titles, "lrl");
      g_autoptr (GString) out = g_string_new (NULL);

      for (guint j = 0; j < 2; j++)
        {
          const char *cells[] = { (i == 0 ? rows : some)[j][0], (i == 0 ? rows : some)[j][1],
                                  (i == 0 ? rows : some)[j][2], NULL };

          lb_table_row (table, cells);
        }
      lb_table_print (table, out, &style);
      g_assert_cmpstr (out->str, ==, wanted[i]);
    }
}

static void
a_narrow_table_leaves_out_what_it_may (void)
{
  static const char *const titles[] = { "Run", "Mode", "Device", "RTF", "Input", NULL };
  static const char *const cells[] = { "1", "stt", "cpu", "0.475", "a-long-name-of-a-file-7.wav",
                                       NULL };
  static const guint spare[] = { 1, 2, 4 }; /* the last only where nothing is left for it */
  static const struct {
    int width;
    const char *text;
  } cases[] = {
    { 0, "Run  Mode  Device    RTF  Input\n  1  stt   cpu     0.475  "
         "a-long-name-of-a-file-7.wav\n" },
    { 46, "Run  Mode  Device    RTF  Input\n  1  stt   cpu     0.475  a-long-nam…ile-7.wav\n" },
    { 40, "Run  Device    RTF  Input\n  1  cpu     0.475  a-long-nam…ile-7.wav\n" },
    { 30, "Run    RTF  Input\n  1  0.475  a-long-na…le-7.wav\n" },
    { 20, "Run    RTF  Input\n  1  0.475  a-lo…wav\n" },
    { 10, "Run    RTF\n  1  0.475\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const LbReportStyle style = { .width = cases[i].width };
      g_autoptr (LbTable) table = lb_table_new (titles, "rllrp");
      g_autoptr (GString) out = g_string_new (NULL);

      lb_table_may_drop (table, spare, G_N_ELEMENTS (spare));
      lb_table_row (table, cells);
      lb_table_print (table, out, &style);
      g_assert_cmpstr (out->str, ==, cases[i].text);
    }
}

/* By the names that the other views have, with a unit. */
static void
scores_are_called_as_everywhere (void)
{
  static const struct {
    const char *name;
    double value;
    const char *text;
  } cases[] = {
    { "wer", 0.25, "WER 25.0 %" },
    { "beat_f", 0.96, "Beat F 96.0 %" },
    { "note_f1", 0.3459, "Note F1 34.6 %" },
    { "chord_majmin", 1, "Chords majmin 100.0 %" },
    { "sdr", 7.123, "SDR 7.12 dB" },
    { "mos", 3.5, "MOS 3.5" },
    { "length", 0, "Length off +0.00 s" },
    { "length", -0.5, "Length off -0.50 s" },
    { "of_others", 2, "of others 2" },
    { "wer", (double) NAN, "" },
    { NULL, 1, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = lb_report_score (cases[i].name, cases[i].value);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
figures_have_three_digits_and_a_unit (void)
{
  static const struct {
    double x;
    const char *number, *seconds, *times;
  } cases[] = {
    { 0.475, "0.475", "0.47 s", "2.11×" },
    { 1.264, "1.26", "1.26 s", "0.791×" },
    { 0.0000364, "0.000036", "36.4 µs", "27500×" },
    { 0.00195, "0.00195", "1.95 ms", "513×" },
    { 0.0999, "0.0999", "99.9 ms", "10.0×" },
    { 5e-7, "0.00000050", "0.500 µs", "2000000×" },
    { 12345, "12300", "3:25:45", "0.000081×" },
    { 0, "0", "0.00 s", "–" },
    { (double) NAN, "–", "unknown", "–" },
    { (double) INFINITY, "–", "unknown", "–" },
    { -2.5, "-2.50", "unknown", "–" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *number = lb_report_number (cases[i].x);
      g_autofree char *seconds = lb_report_seconds (cases[i].x);
      g_autofree char *times = lb_report_times (cases[i].x);

      g_assert_cmpstr (number, ==, cases[i].number);
      g_assert_cmpstr (seconds, ==, cases[i].seconds);
      g_assert_cmpstr (times, ==, cases[i].times);
    }
}

static void
paragraphs_are_wrapped (void)
{
  g_autoptr (GString) out = g_string_new ("- ");

  lb_style_wrap (out, "one two three averyveryverylongword  four", 2, 12);
  g_assert_cmpstr (out->str, ==, "- one two\n  three\n  averyveryverylongword\n  four\n");
  g_string_truncate (out, 0);
  lb_style_wrap (out, "ja 日本語日本語", 2, 9);
  g_assert_cmpstr (out->str, ==, "ja\n  日本語\n  日本語\n");
  g_string_truncate (out, 0);
  lb_style_wrap (out, "ooooooooooooooooooooooooooooooooo", 2, 8);
  g_assert_cmpstr (out->str, ==, "oooooo\n  oooooo\n  oooooo\n  oooooo\n  oooooo\n  ooo\n");
}

static void
speed_in_words (void)
{
  static const struct {
    double rtf;
    const char *words;
  } cases[] = {
    { 0.1075, "9.3× faster than real time" },
    { 0.028, "36× faster than real time" },
    { 2.1, "2.1× slower than real time" },
    { 1.0, "as fast as real time" },
    { 0.95, "1.05× faster than real time" },
    { 0, "–" },
    { -1, "–" },
    { 1e-320, "–" },
    { 0.0000364, "27500× faster than real time" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = lb_report_speed (cases[i].rtf);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(NAME) g_test_add_func ("/table/" #NAME, NAME)
  ADD (columns_are_aligned);
  ADD (the_last_column_is_cut);
  ADD (cells_are_escaped);
  ADD (text_is_cut_by_columns_not_bytes);
  ADD (emphasis_has_no_width);
  ADD (columns_that_say_nothing_are_left_out);
  ADD (a_narrow_table_leaves_out_what_it_may);
  ADD (scores_are_called_as_everywhere);
  ADD (figures_have_three_digits_and_a_unit);
  ADD (paragraphs_are_wrapped);
  ADD (speed_in_words);
  return g_test_run ();
}
