#include "scores/wer.h"

#include <string.h>

typedef struct {
  const char *text;
  const char *normal;
} Case;

static void
check (const Case *cases, guint n, LbNormaliser normaliser)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *normal = lb_normalise (cases[i].text, normaliser);

      g_assert_cmpstr (normal, ==, cases[i].normal);
    }
}

static void
reads_english (void)
{
  static const Case cases[] = {
    { "", "" },
    { "Mr. Brown won't, he's gone!", "mister brown will not he has gone" },
    { "She'd've done it", "she would have done it" },
    { "She's gotta go", "she has got to go" },
    { "uh [noise] so (laughs) um yes", "so yes" },
    { "twenty three", "23" },
    { "two hundred and five", "205" },
    { "one oh one", "101" },
    { "ten thousand dollars", "$10000" },
    { "three and a half million", "3500000" },
    { "five per cent, or 6%", "5% or 6%" },
    { "two dollars and seven cents", "$2.07" },
    { "the 1960s and the twenty first", "the 1960s and the 21st" },
    { "double two triple o", "22000" },
    { "minus five point two", "-5.2" },
    { "1,000 and 12", "1000 and 12" },
    { "one thing", "one thing" },
    { "Colour, organised theatres travelling", "color organized theaters traveling" },
    { "four hours, surprised and advised", "4 hours surprised and advised" },
    { "Straße, Ærø, naïve café", "strasse aero naive cafe" },
    { "he’s here ’n’ there…", "he is here n there" },
    { "\xef\xbb\xbfword", "word" },
    { "a\xff b", "a b" },
  };

  check (cases, G_N_ELEMENTS (cases), LB_NORMALISE_ENGLISH);
}

static void
reads_any_language (void)
{
  static const Case cases[] = {
    { "Ça va?  «Bien», l'été!", "ça va bien l été" },
    { "ΟΔΟΣ", "οδος" },
    { "e\u0301te\u0301 \uff21\uff22", "été ab" },
    { "[Musik] Straße <x> (leise) 20 %", "straße 20" },
    { "a ( b", "a b" },
    { "() <> ]", "" },
  };

  check (cases, G_N_ELEMENTS (cases) - 1, LB_NORMALISE_BASIC);
  check (cases + G_N_ELEMENTS (cases) - 1, 1, LB_NORMALISE_BASIC);
}

static void
leaves_text_alone (void)
{
  static const Case cases[] = { { " A,  b\n", "A, b" }, { "é\t", "é" }, { "\n ", "" } };

  check (cases, G_N_ELEMENTS (cases), LB_NORMALISE_NONE);
}

static void
ends_on_hostile_texts (void)
{
  static const char *const parts[] = {
    "(",           "<",      "[",        "'",
    " '",          "one ",   "million ", "one two decillion ",
    "and a half ", "1,",     ".",        "\u0316\u0301",
    "$1 ",         "and  ",  "1 ",       "ise",
    "’",           "%",      "point ",   "\xff",
    "double ",     "\u0345",
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    for (LbNormaliser n = LB_NORMALISE_NONE; n <= LB_NORMALISE_ENGLISH; n++)
      {
        g_autoptr (GString) text = g_string_new ("a");
        g_autofree char *normal = NULL;
        gint64 start = g_get_monotonic_time ();

        while (text->len < 100000)
          g_string_append (text, parts[i]);
        normal = lb_normalise (text->str, n);
        g_assert_true (g_utf8_validate (normal, -1, NULL));
        g_assert_cmpuint (strlen (normal), <, 4 * text->len);
        g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
      }
}

static void
picks_by_language (void)
{
  static const char *const english[] = { "en", "EN", "en-GB", "en_US.UTF-8", "english", "eng" };
  static const char *const others[] = { "", "de", "auto", "enm", "englisch", "fr-en" };

  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpint (lb_normaliser_for_language (english[i]), ==, LB_NORMALISE_ENGLISH);
      g_assert_cmpint (lb_normaliser_for_language (others[i]), ==, LB_NORMALISE_BASIC);
    }
  g_assert_cmpint (lb_normaliser_for_language (NULL), ==, LB_NORMALISE_BASIC);
  g_assert_cmpstr (lb_normaliser_name (LB_NORMALISE_ENGLISH), ==, "english");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/normalise/english", reads_english);
  g_test_add_func ("/normalise/basic", reads_any_language);
  g_test_add_func ("/normalise/none", leaves_text_alone);
  g_test_add_func ("/normalise/hostile", ends_on_hostile_texts);
  g_test_add_func ("/normalise/language", picks_by_language);
  return g_test_run ();
}
