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
    const char *cut, *front;
  } cases[] = {
    { "short", 5, "short", "short" },
    { "longer", 5, "long…", "…nger" },
    { "日本語", 5, "日本…", "…本語" },
    { "日本語", 4, "日…", "…語" },
    { "abc", 1, "…", "…" },
    { "e\xcc\x81"
      "abc",
      4,
      "e\xcc\x81"
      "abc",
      "e\xcc\x81"
      "abc" },
    { "", 1, "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *cut = lb_style_cut (cases[i].text, cases[i].columns);
      g_autofree char *front = lb_style_cut_front (cases[i].text, cases[i].columns);

      g_assert_cmpstr (cut, ==, cases[i].cut);
      g_assert_cmpstr (front, ==, cases[i].front);
    }
}

static void
paragraphs_are_wrapped (void)
{
  g_autoptr (GString) out = g_string_new ("- ");

  lb_style_wrap (out, "one two three averyveryverylongword  four", 2, 12);
  g_assert_cmpstr (out->str, ==, "- one two\n  three\n  averyveryverylongword\n  four\n");
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
  ADD (paragraphs_are_wrapped);
  ADD (speed_in_words);
  return g_test_run ();
}
