/* Spelled-out English numbers in digits, as Whisper's English normaliser writes them (appendix C
 * of Radford et al. 2022): "twenty three" → 23, "two hundred and five" → 205, "one oh one" → 101,
 * "ten thousand dollars" → $10000, "three and a half million" → 3500000, "five percent" → 5%. */
#include "scores/normalise.h"

#include <string.h>

#include "scores/english-digits.h"

/* A longer number is written out as it stands, so that no step is long. */
#define MAX_DIGITS 1000

typedef enum {
  OTHER,
  ZERO,
  ONES, /* one … nineteen */
  ONES_SUFFIXED,
  TENS,
  TENS_SUFFIXED,
  POWER, /* hundred, thousand … */
  POWER_SUFFIXED,
  SIGN,
  CURRENCY,
  PER,
  PERCENT,
  AND,
  REPEAT, /* double, triple */
  POINT,
} Kind;

typedef struct {
  const char *word;
  Kind kind;
  int value;          /* a power's is its exponent of ten */
  const char *suffix; /* or the symbol of a sign or currency */
} Meaning;

static const Meaning other = { "", OTHER, 0, "" };

/* Plurals and ordinals follow from these, but for the irregular ones. (No "ninth": Whisper's own
 * does not know it either.) */
static const char *const ones[] = {
  "one",     "two",     "three",     "four",     "five",     "six",      "seven",
  "eight",   "nine",    "ten",       "eleven",   "twelve",   "thirteen", "fourteen",
  "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
};
static const char *const tens[] = {
  "twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet",
};
static const struct {
  const char *word;
  int exponent;
} powers[] = {
  { "hundred", 2 },     { "thousand", 3 },     { "million", 6 },      { "billion", 9 },
  { "trillion", 12 },   { "quadrillion", 15 }, { "quintillion", 18 }, { "sextillion", 21 },
  { "septillion", 24 }, { "octillion", 27 },   { "nonillion", 30 },   { "decillion", 33 },
};
/* clang-format off */
static const Meaning irregular[] = {
  { "o", ZERO, 0, "" },                       { "oh", ZERO, 0, "" },
  { "zero", ZERO, 0, "" },                    { "zeroth", ONES_SUFFIXED, 0, "th" },
  { "first", ONES_SUFFIXED, 1, "st" },        { "second", ONES_SUFFIXED, 2, "nd" },
  { "third", ONES_SUFFIXED, 3, "rd" },        { "fifth", ONES_SUFFIXED, 5, "th" },
  { "eighth", ONES_SUFFIXED, 8, "th" },       { "twelfth", ONES_SUFFIXED, 12, "th" },
  { "sixes", ONES_SUFFIXED, 6, "s" },         { "minus", SIGN, 0, "-" },
  { "negative", SIGN, 0, "-" },               { "plus", SIGN, 0, "+" },
  { "positive", SIGN, 0, "+" },               { "pound", CURRENCY, 0, "£" },
  { "pounds", CURRENCY, 0, "£" },             { "euro", CURRENCY, 0, "€" },
  { "euros", CURRENCY, 0, "€" },              { "dollar", CURRENCY, 0, "$" },
  { "dollars", CURRENCY, 0, "$" },            { "cent", CURRENCY, 0, "¢" },
  { "cents", CURRENCY, 0, "¢" },              { "per", PER, 0, "%" },
  { "percent", PERCENT, 0, "%" },             { "and", AND, 0, "" },
  { "double", REPEAT, 2, "" },                { "triple", REPEAT, 3, "" },
  { "point", POINT, 0, "" },
};
/* clang-format on */

typedef struct {
  GHashTable *meanings;
  GString *out;
  LbDigits value;
  const char *prefix; /* a sign or currency, "" for none */
} Reader;

static void
add_meaning (GHashTable *meanings, const char *stem, const char *ending, Kind kind, int value,
             const char *suffix)
{
  char *word = g_strconcat (stem, ending, NULL);
  Meaning *meaning;

  if (g_hash_table_contains (meanings, word))
    {
      g_free (word);
      return;
    }
  meaning = g_new (Meaning, 1);
  *meaning = (Meaning){ word, kind, value, suffix };
  g_hash_table_insert (meanings, word, meaning);
}

static GHashTable *
collect_meanings (void)
{
  GHashTable *meanings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < G_N_ELEMENTS (irregular); i++)
    add_meaning (meanings, irregular[i].word, "", irregular[i].kind, irregular[i].value,
                 irregular[i].suffix);
  for (int i = 0; i < (int) G_N_ELEMENTS (ones); i++)
    {
      add_meaning (meanings, ones[i], "", ONES, i + 1, "");
      if (i + 1 != 6)
        add_meaning (meanings, ones[i], "s", ONES_SUFFIXED, i + 1, "s");
      if (i + 1 > 3 && i + 1 != 5 && i + 1 != 8 && i + 1 != 12)
        add_meaning (meanings, ones[i], "th", ONES_SUFFIXED, i + 1, "th");
    }
  for (int i = 0; i < (int) G_N_ELEMENTS (tens); i++)
    {
      add_meaning (meanings, tens[i], "y", TENS, 10 * (i + 2), "");
      add_meaning (meanings, tens[i], "ies", TENS_SUFFIXED, 10 * (i + 2), "s");
      add_meaning (meanings, tens[i], "ieth", TENS_SUFFIXED, 10 * (i + 2), "th");
    }
  for (guint i = 0; i < G_N_ELEMENTS (powers); i++)
    {
      add_meaning (meanings, powers[i].word, "", POWER, powers[i].exponent, "");
      add_meaning (meanings, powers[i].word, "s", POWER_SUFFIXED, powers[i].exponent, "s");
      add_meaning (meanings, powers[i].word, "th", POWER_SUFFIXED, powers[i].exponent, "th");
    }
  return meanings;
}

static const Meaning *
meaning_of (const Reader *reader, const char *word)
{
  const Meaning *meaning = word == NULL ? NULL : g_hash_table_lookup (reader->meanings, word);

  return meaning == NULL ? &other : meaning;
}

/* Digits, perhaps a point and more digits. */
static gboolean
is_number (const char *word)
{
  gboolean point = FALSE, digit = FALSE;

  for (const char *p = word; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
    {
      if (*p == '.' && digit && !point)
        {
          point = TRUE;
          digit = FALSE;
        }
      else if (!g_unichar_isdigit (g_utf8_get_char (p)))
        return FALSE;
      else
        digit = TRUE;
    }
  return digit;
}

static void
emit (Reader *reader, const char *word, const char *suffix)
{
  if (reader->out->len > 0)
    g_string_append_c (reader->out, ' ');
  g_string_append (reader->out, reader->prefix);
  g_string_append (reader->out, word);
  g_string_append (reader->out, suffix);
  if (word != reader->value.text->str)
    g_string_truncate (reader->value.text, 0);
  reader->value.known = reader->value.is_text = FALSE;
  reader->prefix = "";
}

static void
emit_value (Reader *reader, const char *suffix)
{
  emit (reader, reader->value.text->str, suffix);
  g_string_truncate (reader->value.text, 0);
}

static void
flush (Reader *reader)
{
  if (reader->value.known)
    emit_value (reader, "");
}

static void
read_ones (Reader *reader, const Meaning *word, const Meaning *previous)
{
  int places = word->value < 10 ? 1 : 2;

  if (!reader->value.known)
    lb_digits_set (&reader->value, word->value);
  else if (reader->value.is_text || previous->kind == ONES)
    {
      if (previous->kind == TENS && word->value < 10)
        g_string_truncate (reader->value.text, reader->value.text->len - 1);
      lb_digits_append_number (&reader->value, word->value);
    }
  else if (lb_digits_end_in_zeros (&reader->value, (gsize) places))
    lb_digits_add_small (&reader->value, word->value);
  else
    lb_digits_append_number (&reader->value, word->value);
}

static void
read_tens (Reader *reader, const Meaning *word, const Meaning *previous)
{
  if (!reader->value.known)
    lb_digits_set (&reader->value, word->value);
  else if (!reader->value.is_text && lb_digits_end_in_zeros (&reader->value, 2))
    lb_digits_add_small (&reader->value, word->value);
  else
    lb_digits_append_number (&reader->value, word->value);
}

static void
read_power (Reader *reader, const Meaning *word, const Meaning *previous)
{
  if (!reader->value.known)
    lb_digits_set_power (&reader->value, word->value);
  else if (!reader->value.is_text)
    lb_digits_multiply (&reader->value, word->value);
  else if (!lb_digits_multiply_text (&reader->value, word->value))
    {
      flush (reader);
      lb_digits_set_power (&reader->value, word->value);
    }
}

/* Digits as they were written: "$5", "2.50", "007". */
static void
read_digits (Reader *reader, const char *word, const char *sign)
{
  gsize whole, part = 0;

  if (reader->value.known && reader->value.is_text &&
      reader->value.text->str[reader->value.text->len - 1] == '.')
    {
      /* part of an address, of a number after "point" */
      g_string_append (reader->value.text, sign);
      g_string_append (reader->value.text, word);
      return;
    }
  flush (reader);
  if (*sign != '\0')
    reader->prefix = sign;
  for (const char *p = word; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '.')
      g_string_append_c (reader->value.text, '.');
    else
      g_string_append_c (reader->value.text,
                         (char) ('0' + g_unichar_digit_value (g_utf8_get_char (p))));
  whole = strcspn (reader->value.text->str, ".");
  if (reader->value.text->str[whole] == '.')
    part = strspn (reader->value.text->str + whole + 1, "0") + whole + 1 <
           reader->value.text->len;
  reader->value.known = TRUE;
  reader->value.is_text = part > 0;
  if (part > 0)
    return;
  g_string_truncate (reader->value.text, whole);
  lb_digits_drop_zeros (&reader->value);
}

static void
read_suffixed (Reader *reader, const Meaning *word, const Meaning *previous)
{
  if (word->kind == ONES_SUFFIXED)
    read_ones (reader, word, previous);
  else if (word->kind == TENS_SUFFIXED)
    read_tens (reader, word, previous);
  else
    read_power (reader, word, previous);
  emit_value (reader, word->suffix);
}

static void
emit_word (Reader *reader, const char *word)
{
  flush (reader);
  emit (reader, word, "");
}

/* "and", "double", "triple", "point". Returns: how many words after this one were used up */
static gsize
read_special (Reader *reader, const Meaning *word, const Meaning *previous, const char *next)
{
  const Meaning *following = meaning_of (reader, next);
  gboolean countable = following->kind == ZERO || following->kind == ONES;
  char digits[16] = "";

  if (following->kind == OTHER && !is_number (next))
    emit_word (reader, word->word);
  else if (word->kind == AND && previous->kind != POWER)
    emit_word (reader, word->word);
  else if (word->kind == REPEAT && !countable)
    emit_word (reader, word->word);
  else if (word->kind == REPEAT)
    {
      for (int i = 0; i < word->value; i++)
        g_snprintf (digits + strlen (digits), sizeof digits - strlen (digits), "%d",
                    following->value);
      lb_digits_append (&reader->value, digits, TRUE);
      return 1;
    }
  else if (word->kind == POINT && (countable || following->kind == TENS || is_number (next)))
    lb_digits_append (&reader->value, ".", TRUE);
  return 0;
}

/* Returns: how many words after this one were used up */
static gsize
read_affix (Reader *reader, const Meaning *word, const char *next)
{
  gboolean before_number = meaning_of (reader, next)->kind != OTHER || is_number (next);

  if (word->kind == SIGN)
    {
      flush (reader);
      if (before_number)
        reader->prefix = word->suffix;
      else
        emit (reader, word->word, "");
    }
  else if (!reader->value.known)
    emit (reader, word->word, "");
  else if (word->kind == CURRENCY)
    {
      reader->prefix = word->suffix;
      emit_value (reader, "");
    }
  else if (word->kind == PERCENT || g_strcmp0 (next, "cent") == 0)
    {
      emit_value (reader, "%");
      return word->kind == PER;
    }
  else
    emit_word (reader, word->word);
  return 0;
}

/* The sign or currency that @word begins with, or "". */
static const char *
sign_of (const char *word)
{
  static const char *const signs[] = { "-", "+", "£", "€", "$", "¢" };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (g_str_has_prefix (word, signs[i]))
      return signs[i];
  return "";
}

/* Returns: how many words after this one were used up */
static gsize
read_word (Reader *reader, const char *last, const char *word, const char *next)
{
  const Meaning *meaning = meaning_of (reader, word), *previous = meaning_of (reader, last);
  const char *sign = sign_of (word);

  if (reader->value.text->len > MAX_DIGITS)
    flush (reader);
  switch (meaning->kind)
    {
    case OTHER:
      if (is_number (word + strlen (sign)))
        read_digits (reader, word + strlen (sign), sign);
      else
        emit_word (reader, word);
      return 0;
    case ZERO:
      lb_digits_append (&reader->value, "0", TRUE);
      return 0;
    case ONES:
      read_ones (reader, meaning, previous);
      return 0;
    case TENS:
      read_tens (reader, meaning, previous);
      return 0;
    case POWER:
      read_power (reader, meaning, previous);
      return 0;
    case ONES_SUFFIXED:
    case TENS_SUFFIXED:
    case POWER_SUFFIXED:
      read_suffixed (reader, meaning, previous);
      return 0;
    case AND:
    case REPEAT:
    case POINT:
      return read_special (reader, meaning, previous, next);
    default:
      return read_affix (reader, meaning, next);
    }
}

/* Cuts @text into its words. Returns: (transfer container): pointers into it */
static GPtrArray *
cut_words (char *text)
{
  GPtrArray *words = g_ptr_array_new ();

  for (char *p = text; *p != '\0';)
    {
      gsize n = strcspn (p, " ");

      if (n > 0)
        g_ptr_array_add (words, p);
      p += n;
      if (*p == ' ')
        *p++ = '\0';
    }
  return words;
}

void
lb_english_numbers (const char *text, GString *out)
{
  g_autoptr (GHashTable) meanings = collect_meanings ();
  g_autofree char *copy = g_strdup (text);
  g_autoptr (GPtrArray) words = cut_words (copy);
  g_autoptr (GString) value = g_string_new (NULL);
  Reader reader = { .meanings = meanings, .out = out, .value.text = value, .prefix = "" };

  for (guint i = 0; i < words->len; i++)
    i += read_word (&reader, i > 0 ? words->pdata[i - 1] : NULL, words->pdata[i],
                    i + 1 < words->len ? words->pdata[i + 1] : NULL);
  flush (&reader);
}

gboolean
lb_english_is_count (const char *word, gsize length)
{
  g_autofree char *stem = g_strndup (word, length);

  if (g_str_equal (stem, "o") || g_str_equal (stem, "oh") || g_str_equal (stem, "zero"))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (ones); i++)
    if (g_str_equal (stem, ones[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (powers); i++)
    if (g_str_equal (stem, powers[i].word))
      return TRUE;
  if (length < 2 || stem[length - 1] != 'y')
    return FALSE;
  stem[length - 1] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (tens); i++)
    if (g_str_equal (stem, tens[i]))
      return TRUE;
  return FALSE;
}
