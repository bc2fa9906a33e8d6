#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "engine/protocol.h"

static void
collect (LbLine *line, gpointer user_data)
{
  GPtrArray *lines = user_data;

  g_ptr_array_add (lines, line);
}

static GPtrArray *
cut_in_pieces (const char *text, gsize length, gsize piece, gsize max_bytes, gboolean *fine,
               GError **error)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_line_free);
  LbLineCutter cutter;

  lb_line_cutter_init (&cutter, max_bytes);
  *fine = TRUE;
  for (gsize i = 0; i < length && *fine; i += piece)
    *fine = lb_line_cutter_feed (&cutter, text + i, MIN (piece, length - i), (gint64) i, collect,
                                 lines, error);
  lb_line_cutter_clear (&cutter);
  return lines;
}

static const char *
text_of (const GPtrArray *lines, guint i)
{
  return ((LbLine *) lines->pdata[i])->text;
}

static void
cuts_lines_wherever_reads_end (void)
{
  static const char text[] = "one\n\ntwo\nthree is longer\nrest";

  for (gsize piece = 1; piece <= sizeof text; piece++)
    {
      gboolean fine;
      g_autoptr (GPtrArray) lines = cut_in_pieces (text, strlen (text), piece, 100, &fine, NULL);

      g_assert_true (fine);
      g_assert_cmpuint (lines->len, ==, 3);
      g_assert_cmpstr (text_of (lines, 0), ==, "one");
      g_assert_cmpstr (text_of (lines, 1), ==, "two");
      g_assert_cmpstr (text_of (lines, 2), ==, "three is longer");
    }
}

static void
bounds_lines (void)
{
  for (gsize piece = 1; piece <= 12; piece++)
    {
      gboolean fine;
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) fits = cut_in_pieces ("1234567890\n", 11, piece, 10, &fine, &error);

      g_assert_true (fine);
      g_assert_cmpuint (fits->len, ==, 1);
      g_clear_pointer (&fits, g_ptr_array_unref);
      fits = cut_in_pieces ("12345678901\n", 12, piece, 10, &fine, &error);
      g_assert_false (fine);
      g_assert_cmpuint (fits->len, ==, 0);
      g_assert_error (error, LB_ERROR, LB_ERROR_PROTOCOL);
    }
}

static void
stamps_with_the_last_byte (void)
{
  gboolean fine;
  g_autoptr (GPtrArray) lines = cut_in_pieces ("ab\ncd\n", 6, 2, 10, &fine, NULL);

  g_assert_cmpint (((LbLine *) lines->pdata[0])->stamp_ns, ==, 2);
  g_assert_cmpint (((LbLine *) lines->pdata[1])->stamp_ns, ==, 4);
}

static json_t *
parse (const char *text, gsize length, gboolean *repaired, GError **error)
{
  LbLine line = { 0, length, (char *) text };

  return lb_protocol_parse (&line, repaired, error);
}

static void
parses_and_repairs (void)
{
  gboolean repaired;
  g_autoptr (json_t) clean = parse ("{\"type\":\"done\",\"new\":1}", 23, &repaired, NULL);
  g_autoptr (json_t) dirty = NULL;

  g_assert_nonnull (clean);
  g_assert_false (repaired);
  dirty = parse ("{\"type\":\"a\xff\"}", 13, &repaired, NULL);
  g_assert_cmpstr (lb_json_string (dirty, "type", ""), ==, "a\xef\xbf\xbd");
  g_assert_true (repaired);
  g_clear_pointer (&dirty, json_decref);
  dirty = parse ("{\"type\":\"a\0\"}", 13, &repaired, NULL); /* a raw NUL */
  g_assert_cmpstr (lb_json_string (dirty, "type", ""), ==, "a\xef\xbf\xbd");
  g_assert_true (repaired);
}

static void
refuses_what_is_no_message (void)
{
  static const char *const bad[] = { "",
                                     "text",
                                     "7",
                                     "[]",
                                     "{}",
                                     "{\"type\":1}",
                                     "{\"type\":\"a\"} {\"type\":\"b\"}",
                                     "{\"type\":\"a\",\"type\":\"b\"}",
                                     "{\"type\":\"a\",\"x\":NaN}",
                                     "{\"type\":\"a\",\"x\":1e999}",
                                     "{\"type\":\"a\",\"x\":{\"y\":1,\"y\":2}}" };
  g_autofree char *deep = g_strnfill (100000, '[');

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (bad[i], strlen (bad[i]), NULL, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_PROTOCOL);
    }
  g_assert_null (parse (deep, strlen (deep), NULL, NULL));
}

static void
agrees_on_a_version (void)
{
  static const struct {
    const char *hello;
    gboolean fine;
  } cases[] = {
    { "{\"type\":\"hello\",\"protocol\":[1],\"engine\":\"e\",\"version\":\"1\"}", TRUE },
    { "{\"type\":\"hello\",\"protocol\":[3,2,1],\"capabilities\":[]}", TRUE },
    { "{\"type\":\"hello\",\"protocol\":[2]}", FALSE },
    { "{\"type\":\"hello\",\"protocol\":[\"1\"]}", FALSE },
    { "{\"type\":\"hello\",\"protocol\":1}", FALSE },
    { "{\"type\":\"hello\"}", FALSE },
    { "{\"type\":\"loaded\",\"protocol\":[1]}", FALSE },
  };
  g_autoptr (json_t) ours = lb_protocol_hello ("e", "1");

  g_assert_true (lb_protocol_check_hello (ours, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (json_t) hello = lb_json_parse (cases[i].hello, -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (lb_protocol_check_hello (hello, &error), ==, cases[i].fine);
      if (!cases[i].fine)
        g_assert_error (error, LB_ERROR, LB_ERROR_PROTOCOL);
    }
}

static void
writes_whole_lines (void)
{
  int ends[2];
  char buffer[16] = { 0 };

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_true (lb_protocol_write (ends[1], "{}", 2));
  g_assert_cmpint (read (ends[0], buffer, sizeof buffer), ==, 3);
  g_assert_cmpstr (buffer, ==, "{}\n");
  close (ends[0]);
  close (ends[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/cuts-lines", cuts_lines_wherever_reads_end);
  g_test_add_func ("/protocol/bounds-lines", bounds_lines);
  g_test_add_func ("/protocol/stamps", stamps_with_the_last_byte);
  g_test_add_func ("/protocol/parses-and-repairs", parses_and_repairs);
  g_test_add_func ("/protocol/refuses", refuses_what_is_no_message);
  g_test_add_func ("/protocol/agrees-on-a-version", agrees_on_a_version);
  g_test_add_func ("/protocol/writes", writes_whole_lines);
  return g_test_run ();
}
