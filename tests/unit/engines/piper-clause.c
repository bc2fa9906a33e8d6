#include <string.h>

#include "piper-clause.h"

static void
reads_the_end_of_a_clause (void)
{
  static const struct {
    const char *text;
    gboolean last;
    char mark;
    gboolean sentence;
  } cases[] = {
    { "Hello. ", FALSE, '.', TRUE },
    { "Hello,", TRUE, ',', FALSE },
    { "How are you? ", FALSE, '?', TRUE },
    { "No! ", FALSE, '!', TRUE },
    { "first; ", FALSE, ';', FALSE },
    { "thus: ", FALSE, ':', FALSE },
    { "What?! ", FALSE, '?', TRUE },
    { "yes... ", FALSE, 0, FALSE },
    { "yes\xe2\x80\xa6 ", FALSE, 0, FALSE },
    { "Hello", TRUE, 0, TRUE },
    { "too long a clause ", FALSE, 0, FALSE },
    { "Hello.\n\n", FALSE, 0, TRUE },
    { "Hello.\n", FALSE, '.', TRUE },
    { "Hello\n\n", FALSE, 0, TRUE },
    { "...", TRUE, 0, TRUE },
    { "!?", TRUE, 0, TRUE },
    { "what \xe2\x80\x94 ", FALSE, ';', FALSE },
    { "", TRUE, 0, TRUE },
    { "   ", TRUE, 0, TRUE },
    { "\xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80\x82", FALSE, 0, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      PiperEnd end = piper_clause_end (cases[i].text, strlen (cases[i].text), cases[i].last);

      g_test_message ("\"%s\"", cases[i].text);
      g_assert_cmpint (end.mark, ==, cases[i].mark);
      g_assert_cmpint (end.sentence, ==, cases[i].sentence);
    }
}

static void
reads_the_terminators_of_1_52 (void)
{
  static const struct {
    int terminator;
    char mark;
    gboolean sentence;
  } cases[] = {
    { 0x80028, '.', TRUE },  { 0x480028, '.', TRUE }, { 0x8302d, '!', TRUE },
    { 0x82028, '?', TRUE },  { 0x41014, ',', FALSE }, { 0x4001e, ':', FALSE },
    { 0x4101e, ';', FALSE }, { 0x90028, 0, TRUE },    { 0x4000, 0, FALSE },
    { 0x88028, 0, TRUE },    { 0x80046, 0, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      PiperEnd end = piper_clause_from_terminator (cases[i].terminator);

      g_test_message ("%x", (guint) cases[i].terminator);
      g_assert_cmpint (end.mark, ==, cases[i].mark);
      g_assert_cmpint (end.sentence, ==, cases[i].sentence);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/piper-clause/end", reads_the_end_of_a_clause);
  g_test_add_func ("/piper-clause/terminators", reads_the_terminators_of_1_52);
  return g_test_run ();
}
