#include "scores/claim-words.h"

#include <math.h>
#include <string.h>

#define SHARP 0x266F
#define FLAT 0x266D
#define ALMOST_EQUAL 0x2248
#define APOSTROPHE 0x2019
#define HYPHEN 0x2010
#define EM_DASH 0x2014

typedef struct {
  const char *text;
  const char *at;
  GArray *words;
  LbBreak before; /* the strongest seen since the last word */
  gboolean dash;
} Cutter;

static void
clear_word (gpointer word)
{
  g_free (((LbWord *) word)->text);
}

/* @text: (transfer full) */
static void
add_word (Cutter *cutter, char *text, const char *end, double number, gboolean capital)
{
  const LbWord *last = cutter->words->len > 0
                           ? &g_array_index (cutter->words, LbWord, cutter->words->len - 1)
                           : NULL;
  LbWord word = { text,
                  number,
                  capital,
                  cutter->dash,
                  cutter->before,
                  (gsize) (cutter->at - cutter->text),
                  (gsize) (end - cutter->text) };

  if (last != NULL && word.before == LB_BREAK_NONE && last->end == word.start)
    word.before = LB_BREAK_JOINED;
  g_array_append_val (cutter->words, word);
  cutter->at = end;
  cutter->before = LB_BREAK_NONE;
  cutter->dash = FALSE;
}

static void
add_sign (Cutter *cutter, const char *stands_for)
{
  add_word (cutter, g_strdup (stands_for), g_utf8_next_char (cutter->at), NAN, FALSE);
}

static void
add_number (Cutter *cutter)
{
  const char *end = cutter->at + strspn (cutter->at, G_CSET_DIGITS);
  g_autofree char *digits = NULL;

  if (*end == '.' && g_ascii_isdigit (end[1]))
    end += 1 + strspn (end + 1, G_CSET_DIGITS);
  digits = g_strndup (cutter->at, (gsize) (end - cutter->at));
  add_word (cutter, g_strdup (digits), end, g_ascii_strtod (digits, NULL), FALSE);
}

/* Letters, and an apostrophe between two of them: "isn't". */
static void
add_letters (Cutter *cutter)
{
  gboolean capital = g_unichar_isupper (g_utf8_get_char (cutter->at));
  g_autoptr (GString) letters = g_string_new (NULL);
  const char *end = cutter->at;

  while (TRUE)
    {
      gunichar letter = g_utf8_get_char (end);

      if (g_unichar_isalpha (letter) && letter != FLAT)
        g_string_append_unichar (letters, g_unichar_tolower (letter));
      else if ((letter == '\'' || letter == APOSTROPHE) &&
               g_unichar_isalpha (g_utf8_get_char (g_utf8_next_char (end))))
        g_string_append_c (letters, '\'');
      else
        break;
      end = g_utf8_next_char (end);
    }
  add_word (cutter, g_strdup (letters->str), end, NAN, capital);
}

/* Lists and paragraphs; a line that is only wrapped goes on. */
static gboolean
ends_line (const char *newline)
{
  const char *next = newline + 1 + strspn (newline + 1, " \t\r");

  return strchr ("\n-*#", *next) != NULL;
}

/* A hyphen between letters joins; between spaces it parts. */
static LbBreak
break_of_dash (const Cutter *cutter, gunichar dash)
{
  gboolean after_space = cutter->at == cutter->text || g_ascii_isspace (cutter->at[-1]);
  gboolean before_space = g_ascii_isspace (*g_utf8_next_char (cutter->at));

  return dash == EM_DASH || after_space || before_space ? LB_BREAK_CLAUSE : LB_BREAK_JOINED;
}

static void
pass_mark (Cutter *cutter, gunichar mark)
{
  LbBreak found = LB_BREAK_NONE;

  if (mark == '-' || (mark >= HYPHEN && mark <= EM_DASH))
    {
      found = break_of_dash (cutter, mark);
      cutter->dash = TRUE;
    }
  else if (mark == ',')
    found = LB_BREAK_COMMA;
  else if (mark < 0x80 && strchr (":;()[]{}\"|", (int) mark) != NULL)
    found = LB_BREAK_CLAUSE;
  else if (mark == '.' || mark == '!' || mark == '?' || (mark == '\n' && ends_line (cutter->at)))
    found = LB_BREAK_SENTENCE;
  cutter->before = MAX (cutter->before, found);
  cutter->at = g_utf8_next_char (cutter->at);
}

static void
cut_one (Cutter *cutter)
{
  gunichar letter = g_utf8_get_char (cutter->at);

  if (g_ascii_isdigit (*cutter->at))
    add_number (cutter);
  else if (letter == '#' || letter == SHARP)
    {
      gboolean joined = cutter->at > cutter->text && g_ascii_isalpha (cutter->at[-1]);

      if (joined || letter == SHARP)
        add_sign (cutter, "sharp");
      else
        pass_mark (cutter, letter);
    }
  else if (letter == FLAT)
    add_sign (cutter, "flat");
  else if (letter == '~' || letter == ALMOST_EQUAL)
    add_sign (cutter, "about");
  else if (letter == '&')
    add_sign (cutter, "and");
  else if (g_unichar_isalpha (letter))
    add_letters (cutter);
  else
    pass_mark (cutter, letter);
}

LbWordList *
lb_word_list_new (const char *text)
{
  Cutter cutter = { text, text, g_array_new (FALSE, FALSE, sizeof (LbWord)), LB_BREAK_SENTENCE,
                    FALSE };
  LbWordList *list = g_new0 (LbWordList, 1);

  g_array_set_clear_func (cutter.words, clear_word);
  while (*cutter.at != '\0')
    cut_one (&cutter);
  list->words = cutter.words;
  return list;
}

void
lb_word_list_free (LbWordList *list)
{
  if (list == NULL)
    return;
  g_array_unref (list->words);
  g_free (list);
}

const LbWord *
lb_word_at (const LbWordList *list, gint64 index)
{
  return index >= 0 && index < list->words->len
             ? &g_array_index (list->words, LbWord, (guint) index)
             : NULL;
}

gboolean
lb_word_is (const LbWordList *list, gint64 index, const char *const *texts)
{
  const LbWord *word = lb_word_at (list, index);

  return word != NULL && g_strv_contains (texts, word->text);
}

gboolean
lb_word_follows (const LbWordList *list, gint64 index)
{
  const LbWord *word = lb_word_at (list, index);

  return word != NULL && word->before <= LB_BREAK_JOINED;
}
