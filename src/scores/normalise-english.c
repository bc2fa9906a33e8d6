/* The English normaliser of Whisper: appendix C of Radford et al. (2022), steps 1 to 12. */
#include "scores/normalise.h"

#include <string.h>

typedef struct {
  const char *word;
  const char *becomes;
} Rule;

/* Whole words; an apostrophe may stand within. */
/* clang-format off */
static const Rule words[] = {
  { "won't", "will not" },      { "can't", "can not" },       { "let's", "let us" },
  { "ain't", "aint" },          { "y'all", "you all" },       { "wanna", "want to" },
  { "kinda", "kind of" },       { "sorta", "sort of" },       { "dunno", "do not know" },
  { "gotta", "got to" },        { "gonna", "going to" },      { "i'ma", "i am going to" },
  { "imma", "i am going to" },  { "woulda", "would have" },   { "coulda", "could have" },
  { "shoulda", "should have" }, { "cause", "because" },       { "ma'am", "madam" },
  { "mr", "mister " },          { "mrs", "missus " },         { "st", "saint " },
  { "dr", "doctor " },          { "prof", "professor " },     { "capt", "captain " },
  { "gov", "governor " },       { "ald", "alderman " },       { "gen", "general " },
  { "sen", "senator " },        { "rep", "representative " }, { "pres", "president " },
  { "rev", "reverend " },       { "hon", "honorable " },      { "asst", "assistant " },
  { "assoc", "associate " },    { "lt", "lieutenant " },      { "col", "colonel " },
  { "jr", "junior " },          { "sr", "senior " },          { "esq", "esquire " },
  { "hmm", "" },                { "mm", "" },                 { "mhm", "" },
  { "mmm", "" },                { "uh", "" },                 { "um", "" },
};
/* clang-format on */

/* What follows an apostrophe; the longer ones go first ("he's been" has, "he's" is). Their second
 * word only decides: it stays, for a rule of its own. */
/* clang-format off */
static const Rule endings[] = {
  { "d been", " had" },   { "s been", " has" },   { "d gone", " had" },
  { "s gone", " has" },   { "d done", " had" },   { "s got", " has" },
  { "re", " are" },            { "s", " is" },              { "d", " would" },
  { "ll", " will" },           { "t", " not" },             { "ve", " have" },
  { "m", " am" },
};
/* clang-format on */

/* Letters that stand for others and don't come apart by Unicode's rules. */
static const struct {
  gunichar letter;
  const char *becomes;
} letters[] = {
  { 0xdf, "ss" }, { 0xe6, "ae" }, { 0xf0, "d" },   { 0xf8, "o" },
  { 0xfe, "th" }, { 0x111, "d" }, { 0x142, "l" },  { 0x153, "oe" },
  { 0xc6, "AE" }, { 0xd0, "D" },  { 0xd8, "O" },   { 0xde, "th" },
  { 0x110, "D" }, { 0x141, "L" }, { 0x152, "OE" }, { 0x1e9e, "SS" },
};

static gboolean
is_word_at (const char *p)
{
  return *p != '\0' && lb_normalise_is_word (g_utf8_get_char (p));
}

/* Whether @word stands at @p and ends there. */
static gboolean
matches (const char *p, const char *word)
{
  return g_str_has_prefix (p, word) && !is_word_at (p + strlen (word));
}

static const Rule *
find_rule (const Rule *rules, gsize n, const char *p)
{
  for (gsize i = 0; i < n; i++)
    if (rules[i].word[0] == *p && matches (p, rules[i].word))
      return &rules[i];
  return NULL;
}

/* A typographic apostrophe within a word is an apostrophe; spaces before one go. */
static void
join_apostrophes (const char *text, GString *out)
{
  gboolean after_word = FALSE;
  gsize end = 0; /* of what is before the spaces */

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == 0x2019 && after_word && is_word_at (p + strlen ("’")))
        c = '\'';
      if (c == '\'')
        g_string_truncate (out, end);
      g_string_append_unichar (out, c);
      after_word = lb_normalise_is_word (c);
      if (!lb_normalise_is_space (c))
        end = out->len;
    }
}

/* Runs of letters that a rule names, whole. */
static void
replace_words (const char *text, gboolean fillers, GString *out)
{
  gboolean inside = FALSE;

  for (const char *p = text; *p != '\0';)
    {
      const Rule *rule = inside ? NULL : find_rule (words, G_N_ELEMENTS (words), p);

      if (rule != NULL && (*rule->becomes == '\0') == fillers)
        {
          g_string_append (out, rule->becomes);
          p += strlen (rule->word);
          inside = TRUE;
          continue;
        }
      inside = lb_normalise_is_word (g_utf8_get_char (p));
      g_string_append_len (out, p, g_utf8_skip[(guint8) *p]);
      p = g_utf8_next_char (p);
    }
}

static void
replace_endings (const char *text, GString *out)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      const Rule *rule;

      if (p[0] == 'n' && matches (p + 1, "'t"))
        continue; /* "didn't": the n belongs to the "not" to come */
      rule = *p == '\'' ? find_rule (endings, G_N_ELEMENTS (endings), p + 1) : NULL;
      if (rule == NULL)
        {
          g_string_append_c (out, *p);
          continue;
        }
      g_string_append (out, rule->becomes);
      p += strcspn (rule->word, " ");
    }
}

static gboolean
is_digit_at (const char *p)
{
  return *p != '\0' && g_unichar_isdigit (g_utf8_get_char (p));
}

/* Commas between digits, and full stops before anything else, go. */
static void
drop_points (const char *text, GString *out)
{
  const char *used = text; /* a digit that has already closed one pair opens no other */

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (*p == ',' && p > used && is_digit_at (g_utf8_prev_char (p)) && is_digit_at (p + 1))
        {
          used = g_utf8_next_char (p + 1);
          continue;
        }
      if (*p != '.' || g_ascii_isdigit (p[1]))
        {
          g_string_append_len (out, p, g_utf8_skip[(guint8) *p]);
          continue;
        }
      g_string_append_c (out, ' ');
      if (p[1] == '.')
        g_string_append_c (out, *++p);
    }
}

static void
append_plain (gunichar c, GString *out)
{
  GUnicodeType type = g_unichar_type (c);

  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    if (letters[i].letter == c)
      {
        g_string_append (out, letters[i].becomes);
        return;
      }
  if (type == G_UNICODE_NON_SPACING_MARK)
    return;
  if (c == '.' || c == '%' || c == '$' || c == 0xa2 || c == 0xa3 || c == 0x20ac ||
      !lb_normalise_is_symbol (c))
    g_string_append_unichar (out, c);
  else
    g_string_append_c (out, ' ');
}

/* Without marks above and below letters; symbols as spaces, but those that belong to numbers.
 * (Letters are taken apart one by one: the order of marks makes no difference where they go.) */
static void
drop_symbols (const char *text, GString *out)
{
  gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gsize n;

      if (c == 0x2025 || c == 0x2026) /* … would leave full stops as words */
        {
          g_string_append_c (out, ' ');
          continue;
        }
      n = g_unichar_fully_decompose (c, TRUE, parts, G_N_ELEMENTS (parts));
      for (gsize i = 0; i < n; i++)
        append_plain (parts[i], out);
    }
}

static void
spell (const char *text, GString *out)
{
  while (*text != '\0')
    {
      gsize n = strcspn (text, " ");

      if (n > 0)
        lb_english_spelling (text, n, out);
      text += n;
      if (*text == ' ')
        g_string_append_c (out, *text++);
    }
}

static gboolean
is_money_or_point (const char *p)
{
  return *p == '.' || *p == '$' || g_str_has_prefix (p, "¢") || g_str_has_prefix (p, "€") ||
         g_str_has_prefix (p, "£");
}

/* Symbols that stand by no number. */
static void
drop_loose_symbols (const char *text, GString *out)
{
  g_autoptr (GString) half = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const char *next = g_utf8_next_char (p);

      if (is_money_or_point (p) && *next != '\0' && !g_ascii_isdigit (*next))
        {
          g_string_append_c (half, ' ');
          p = next;
        }
      g_string_append_len (half, p, g_utf8_skip[(guint8) *p]);
    }
  for (const char *p = half->str; *p != '\0'; p = g_utf8_next_char (p))
    {
      g_string_append_len (out, p, g_utf8_skip[(guint8) *p]);
      if (!g_ascii_isdigit (*p) && *g_utf8_next_char (p) == '%')
        {
          g_string_append_c (out, ' ');
          p = g_utf8_next_char (p);
        }
    }
}

/* Words that are nothing but symbols ("and then ..." leaves one) are no words. */
static void
drop_symbol_words (const char *text, GString *out)
{
  while (*text != '\0')
    {
      gsize n = strcspn (text, " ");
      const char *p = text;

      while (p < text + n && (is_money_or_point (p) || *p == '%'))
        p = g_utf8_next_char (p);
      if (p < text + n)
        g_string_append_len (out, text, (gssize) n);
      text += n;
      if (*text == ' ')
        g_string_append_c (out, *text++);
    }
}

static void
rewrite_words (const char *text, GString *out)
{
  replace_words (text, FALSE, out);
}

static void
drop_fillers (const char *text, GString *out)
{
  replace_words (text, TRUE, out);
}

typedef void (*Step) (const char *text, GString *out);

char *
lb_normalise_english (const char *text)
{
  static const Step steps[] = {
    lb_normalise_lower,
    lb_normalise_drop_brackets,
    drop_fillers,
    join_apostrophes,
    rewrite_words,
    replace_endings,
    drop_points,
    drop_symbols,
    lb_english_figures_before,
    lb_normalise_single_spaces,
    lb_english_numbers,
    lb_english_figures_after,
    spell,
    drop_loose_symbols,
    drop_symbol_words,
    lb_normalise_single_spaces,
  };
  GString *out = g_string_new (text);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      GString *next = g_string_sized_new (out->len + 1);

      (*steps[i]) (out->str, next);
      g_string_free (out, TRUE);
      out = next;
    }
  return g_string_free (out, FALSE);
}
