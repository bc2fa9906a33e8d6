#include "core/json.h"
#include "core/error.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static void
refuses_what_is_not_plain_json (void)
{
  static const struct {
    const char *text;
    const char *why;
  } cases[] = {
    { "", "empty" },
    { "{\"a\":1,\"a\":2}", "a key twice" },
    { "[NaN]", "NaN" },
    { "[1e999]", "out of range" },
    { "{\"a\":1} x", "something after it" },
    { "\"\xff\"", "not UTF-8" },
    { "\"\\ud800\"", "a lone surrogate" },
    { "\"\\u0000\"", "NUL" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) value = lb_json_parse (cases[i].text, -1, &error);

      g_test_message ("%s", cases[i].why);
      g_assert_null (value);
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
    }
}

static void
refuses_nul_bytes (void)
{
  static const char after_number[] = "{\"a\":1\0}";
  g_autoptr (GError) error = NULL;

  g_assert_null (lb_json_parse (after_number, sizeof after_number - 1, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
}

static void
bounds_depth (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) most = NULL;

  for (int i = 0; i < LB_JSON_MAX_DEPTH; i++)
    g_string_append_c (deep, '[');
  for (int i = 0; i < LB_JSON_MAX_DEPTH; i++)
    g_string_append_c (deep, ']');
  most = lb_json_parse (deep->str, -1, &error);
  g_assert_no_error (error);
  g_assert_nonnull (most);
  g_string_prepend_c (deep, '[');
  g_assert_null (lb_json_parse (deep->str, -1, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
  g_assert_nonnull (strstr (error->message, "deeper than 64"));
}

static void
ignores_brackets_in_strings (void)
{
  g_autofree char *brackets = g_strnfill (200, '[');
  g_autofree char *text = g_strdup_printf ("\"\\\"%s\"", brackets);
  g_autoptr (json_t) value = lb_json_parse (text, -1, NULL);

  g_assert_nonnull (value);
}

static void
repairs_text_of_engines (void)
{
  static const struct {
    const char *text;
    const char *repaired;
  } cases[] = {
    { "[\"a\xff"
      "b\"]",
      "a\xef\xbf\xbd"
      "b" },
    { "[\"a\\u0000b\"]", "a\xef\xbf\xbd"
                         "b" },
    { "[\"\\ud800\"]", "\xef\xbf\xbd" },
    { "[\"\\udc00x\"]", "\xef\xbf\xbdx" },
    { "[\"\\ud83d\\ude00\"]", NULL },
    { "[\"\\\\u0000\"]", NULL },
    { "[\"plain\"]", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean repaired;
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) value = lb_json_parse_repaired (cases[i].text, -1, &repaired, &error);

      g_assert_no_error (error);
      g_assert_cmpint (repaired, ==, cases[i].repaired != NULL);
      if (cases[i].repaired != NULL)
        g_assert_cmpstr (json_string_value (json_array_get (value, 0)), ==, cases[i].repaired);
    }
}

static void
leaves_out_what_was_not_measured (void)
{
  g_autoptr (json_t) object = json_object ();

  lb_json_set_real (object, "nan", NAN);
  lb_json_set_real (object, "infinite", INFINITY);
  lb_json_set_string (object, "none", NULL);
  g_assert_cmpuint (json_object_size (object), ==, 0);
}

static void
writes_numbers_in_the_c_locale (void)
{
  g_autoptr (json_t) object = json_object ();
  g_autofree char *line = NULL;
  g_autoptr (json_t) again = NULL;

  setlocale (LC_ALL, "de_DE.UTF-8");
  lb_json_set_real (object, "x", 0.1);
  line = lb_json_line (object);
  again = lb_json_parse (line, -1, NULL);
  g_assert_cmpfloat (lb_json_real (again, "x", 0), ==, 0.1);
  g_assert_null (strstr (line, "0,1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/refuses-what-is-not-plain-json", refuses_what_is_not_plain_json);
  g_test_add_func ("/json/refuses-nul-bytes", refuses_nul_bytes);
  g_test_add_func ("/json/bounds-depth", bounds_depth);
  g_test_add_func ("/json/ignores-brackets-in-strings", ignores_brackets_in_strings);
  g_test_add_func ("/json/repairs-text-of-engines", repairs_text_of_engines);
  g_test_add_func ("/json/leaves-out-what-was-not-measured", leaves_out_what_was_not_measured);
  g_test_add_func ("/json/writes-numbers-in-the-c-locale", writes_numbers_in_the_c_locale);
  return g_test_run ();
}
