#include "core/text.h"

#include <string.h>

static void
escapes_what_a_terminal_would_obey (void)
{
  static const struct {
    const char *bytes;
    const char *shown;
  } cases[] = {
    { "plain é 日本", "plain é 日本" },
    { "a\nb\tc\r", "a\\nb\\tc\\r" },
    { "\x1b[31mred", "\\x1b[31mred" },
    { "\xff\xfe", "\\xff\\xfe" },
    { "\xc2\x9b"
      "31m",
      "\\u{9b}31m" },
    { "\xe2\x80\xae"
      "gpj",
      "\\u{202e}gpj" },
    { "\x7f", "\\x7f" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = lb_text_escape (cases[i].bytes);

      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
}

static void
offers_the_nearest_name (void)
{
  static const char *const known[] = { "whisper.cpp", "null", "faster-whisper", NULL };

  g_assert_cmpstr (lb_text_nearest ("wisper.cpp", known), ==, "whisper.cpp");
  g_assert_cmpstr (lb_text_nearest ("whisper", known), ==, "whisper.cpp");
  g_assert_cmpstr (lb_text_nearest ("nul", known), ==, "null");
  g_assert_null (lb_text_nearest ("piano", known));
}

static void
says_durations_and_sizes (void)
{
  g_autofree char *a = lb_text_duration (0.4249), *b = lb_text_duration (204.4),
                  *c = lb_text_duration (3723);
  g_autofree char *d = lb_text_bytes (147951465), *e = lb_text_bytes (512),
                  *f = lb_text_bytes (1610612736);

  g_assert_cmpstr (a, ==, "0.42 s");
  g_assert_cmpstr (b, ==, "3:24");
  g_assert_cmpstr (c, ==, "1:02:03");
  g_assert_cmpstr (d, ==, "141 MiB");
  g_assert_cmpstr (e, ==, "512 bytes");
  g_assert_cmpstr (f, ==, "1.5 GiB");
}

static void
knows_a_character_that_is_cut (void)
{
  static const struct {
    const char *text;
    gsize tail;
  } cases[] = {
    { "", 0 },
    { "abc", 0 },
    { "ab\xc3", 1 }, /* the first byte of two */
    { "ab\xc3\xa9", 0 },
    { "\xe2\x82", 2 },     /* two bytes of three */
    { "\xf0\x9f\x8e", 3 }, /* three bytes of four */
    { "\xf0\x9f\x8e\xb5", 0 },
    { "a\x82", 0 }, /* never a beginning: nothing to wait for */
    { "\xff", 0 },
    { "\x82\x82\x82\x82", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (lb_text_incomplete_tail (cases[i].text, strlen (cases[i].text)), ==,
                      cases[i].tail);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/escapes-what-a-terminal-would-obey",
                   escapes_what_a_terminal_would_obey);
  g_test_add_func ("/text/knows-a-character-that-is-cut", knows_a_character_that_is_cut);
  g_test_add_func ("/text/offers-the-nearest-name", offers_the_nearest_name);
  g_test_add_func ("/text/says-durations-and-sizes", says_durations_and_sizes);
  return g_test_run ();
}
