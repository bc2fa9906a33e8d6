#include <math.h>
#include <string.h>

#include "core/error.h"
#include "engine/manifest.h"

static char *const colours[] = { "red", "green", "blue", NULL };

static const LbOption options[] = {
  { .name = "beam-size", .kind = LB_OPTION_INT, .min = 1, .max = 16 },
  { .name = "seed", .kind = LB_OPTION_INT, .min = -INFINITY, .max = INFINITY },
  { .name = "temperature", .kind = LB_OPTION_DOUBLE, .min = 0, .max = INFINITY },
  { .name = "translate", .kind = LB_OPTION_BOOL, .min = -INFINITY, .max = INFINITY },
  { .name = "colour", .kind = LB_OPTION_ENUM, .choices = (char **) colours },
  { .name = "language", .kind = LB_OPTION_TEXT },
  { .name = "vad", .kind = LB_OPTION_FILE },
  { .name = "stems", .kind = LB_OPTION_LIST },
};

typedef struct {
  const char *name, *text;
  const char *json; /* NULL: refused */
  const char *says;
} Typed;

static const Typed typed[] = {
  { "beam-size", "5", "5" },
  { "beam-size", "1", "1" },
  { "beam-size", "16", "16" },
  { "beam-size", "0", NULL, "--beam-size takes a whole number from 1 to 16, not \"0\"" },
  { "beam-size", "17", NULL, "from 1 to 16" },
  { "beam-size", "x", NULL, "--beam-size takes a whole number from 1 to 16, not \"x\"" },
  { "beam-size", "5.0", NULL, "a whole number" },
  { "beam-size", " 5", NULL, "a whole number" },
  { "beam-size", "5 ", NULL, "a whole number" },
  { "beam-size", "", NULL, "not \"\"" },
  { "beam-size", "0x5", NULL, "a whole number" },
  { "beam-size", "99999999999999999999", NULL, "a whole number" },
  { "beam-size", "\033[31m5", NULL, "not \"\\x1b[31m5\"" },
  { "seed", "-7", "-7" },
  { "seed", "9007199254740992", "9007199254740992" },
  { "seed", "9007199254740993", NULL, "--seed takes a whole number, not" },
  { "temperature", "0.2", "0.20000000000000001" },
  { "temperature", "1e3", "1000.0" },
  { "temperature", "0", "0.0" },
  { "temperature", "-0.1", NULL, "a number of at least 0, not" },
  { "temperature", "nan", NULL, "a number" },
  { "temperature", "inf", NULL, "a number" },
  { "temperature", "1e999", NULL, "a number" },
  { "temperature", "0,2", NULL, "a number" },
  { "temperature", "1.2.3", NULL, "a number" },
  { "translate", "yes", "true" },
  { "translate", "on", "true" },
  { "translate", "0", "false" },
  { "translate", "false", "false" },
  { "translate", "maybe", NULL, "--translate takes yes or no, not \"maybe\"" },
  { "colour", "green", "\"green\"" },
  { "colour", "gren", NULL, "did you mean \"green\"?" },
  { "colour", "", NULL, "one of: red, green, blue" },
  { "language", "", "\"\"" },
  { "language", "fr", "\"fr\"" },
  { "language", "caf\xc3\xa9", "\"caf\xc3\xa9\"" },
  { "language", "caf\xe9", NULL, "in UTF-8, not \"caf\\xe9\"" },
  { "vad", "a b.bin", "\"a b.bin\"" },
  { "vad", "", NULL, "the name of a file" },
  { "stems", "vocals,drums", "[\"vocals\",\"drums\"]" },
  { "stems", "", "[]" },
  { "stems", "a,,b", NULL, "texts with commas" },
};

static const LbOption *
find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (g_str_equal (options[i].name, name))
      return &options[i];
  g_assert_not_reached ();
}

static void
types_what_was_typed (gconstpointer data)
{
  const Typed *it = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) value = lb_option_parse (find (it->name), it->text, &error);
  g_autofree char *json = value != NULL ? lb_json_line (value) : NULL;

  if (it->json != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpstr (json, ==, it->json);
      g_assert_true (lb_option_check (find (it->name), value, NULL));
      return;
    }
  g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, it->says));
}

static void
checks_typed_values (void)
{
  static const struct {
    const char *name, *json;
    gboolean fits;
  } cases[] = {
    { "beam-size", "5", TRUE },      { "beam-size", "5.0", FALSE },
    { "beam-size", "\"5\"", FALSE }, { "beam-size", "null", FALSE },
    { "temperature", "1", TRUE },    { "temperature", "true", FALSE },
    { "translate", "1", FALSE },     { "translate", "true", TRUE },
    { "colour", "1", FALSE },        { "language", "[]", FALSE },
    { "stems", "[1]", FALSE },       { "stems", "\"a\"", FALSE },
    { "stems", "[\"a\"]", TRUE },    { "vad", "\"\"", FALSE },
    { "seed", "1e300", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (json_t) value = lb_json_parse (cases[i].json, -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (lb_option_check (find (cases[i].name), value, &error), ==, cases[i].fits);
      g_assert_true ((error == NULL) == cases[i].fits);
    }
  g_assert_false (lb_option_check (find ("seed"), NULL, NULL));
}

static void
bounds_texts (void)
{
  g_autofree char *most = g_strnfill (65536, 'a');
  g_autofree char *more = g_strnfill (65537, 'a');
  g_autoptr (json_t) value = lb_option_parse (find ("language"), most, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (value);
  g_assert_null (lb_option_parse (find ("language"), more, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
  g_assert_cmpuint (strlen (error->message), <, 300);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autofree char *path = g_strdup_printf ("/option/types/%s-%u", typed[i].name, i);

      g_test_add_data_func (path, &typed[i], types_what_was_typed);
    }
  g_test_add_func ("/option/checks-typed-values", checks_typed_values);
  g_test_add_func ("/option/bounds-texts", bounds_texts);
  return g_test_run ();
}
