#include "bench/pace.h"

#include "bench/validity.h"

static void
tells_what_no_one_speaks_so (void)
{
  static const struct {
    const char *text;
    double spoken_s;
    gboolean odd;
  } cases[] = {
    { "The quick brown fox jumps over the lazy dog.", 2.5, FALSE },
    { "The quick brown fox jumps over the lazy dog.", 5, FALSE },    /* half the pace */
    { "The quick brown fox jumps over the lazy dog.", 1.25, FALSE }, /* double */
    { "The quick brown fox jumps over the lazy dog.", 9, TRUE },     /* spelt */
    { "The quick brown fox jumps over the lazy dog.", 0.5, TRUE },   /* left out */
    { "Der schnelle braune Fuchs springt über den faulen Hund.", 12, TRUE },
    { "Съешь же ещё этих мягких французских булок.", 3, FALSE },
    { "Съешь же ещё этих мягких французских булок.", 12, TRUE },
    { "Good morning.", 9, FALSE }, /* too short to be judged */
    { "In 1984, 1985, 1986 and 1987 it was 3 or 4.", 9, FALSE },
    { "BBC, NASA, UNESCO, UNICEF and FBI, CIA, KGB.", 9, FALSE },
    { "すばやい茶色のきつねはのろまな犬を飛び越える。すばやい茶色のきつね。", 9, FALSE },
    { "The quick brown fox jumps over the lazy dog.", 0, FALSE },
    { "", 1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (json_t) flag = lb_pace_flag (cases[i].text, cases[i].spoken_s);

      g_test_message ("%s, %g s", cases[i].text, cases[i].spoken_s);
      g_assert_cmpint (flag != NULL, ==, cases[i].odd);
      if (flag != NULL)
        g_assert_cmpstr (lb_json_string (flag, "id", NULL), ==, "odd-pace");
    }
}

/* The speed is what it is. */
static void
only_tells (void)
{
  g_assert_false (lb_flag_invalidates ("odd-pace"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench/pace/odd", tells_what_no_one_speaks_so);
  g_test_add_func ("/bench/pace/tells", only_tells);
  return g_test_run ();
}
