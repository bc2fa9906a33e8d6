/* Spelled-out English numbers in digits, as Whisper's English normaliser writes them (appendix C
 * of Radford et al. 2022): "twenty three" → 23, "two hundred and five" → 205, "one oh one" → 101,
 * "ten thousand dollars" → $10000, "three and a half million" → 3500000, "five percent" → 5%. */
#include "scores/normalise.h"

#include <string.h>

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
  gboolean has_value, is_text; /* text: digits that were put together, not counted */
  GString *value;
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
  if (word != reader->value->str)
    g_string_truncate (reader->value, 0);
  reader->has_value = reader->is_text = FALSE;
  reader->prefix = "";
}

static void
emit_value (Reader *reader, const char *suffix)
{
  emit (reader, reader->value->str, suffix);
  g_string_truncate (reader->value, 0);
}

static void
flush (Reader *reader)
{
  if (reader->has_value)
    emit_value (reader, "");
}

static void
set_number (Reader *reader, int number)
{
  g_string_printf (reader->value, "%d", number);
  reader->has_value = TRUE;
  reader->is_text = FALSE;
}

static gboolean
is_zero (const Reader *reader)
{
  return reader->has_value && !reader->is_text && strcmp (reader->value->str, "0") == 0;
}

/* Puts @digits behind the value; a counted nought gives way where @replace_zero. */
static void
append_text (Reader *reader, const char *digits, gboolean replace_zero)
{
  if (!reader->has_value || (replace_zero && is_zero (reader)))
    g_string_truncate (reader->value, 0);
  g_string_append (reader->value, digits);
  reader->has_value = reader->is_text = TRUE;
}

static void
append_number (Reader *reader, int number)
{
  char digits[16];

  g_snprintf (digits, sizeof digits, "%d", number);
  append_text (reader, digits, FALSE);
}

/* Whether the value's last @places digits are nought. */
static gboolean
ends_in_zeros (const Reader *reader, gsize places)
{
  const GString *value = reader->value;

  if (is_zero (reader))
    return TRUE;
  return value->len > places && strspn (value->str + value->len - places, "0") == places;
}

/* Adds a number below 10^places to a value that ends in as many noughts. */
static void
add_small (Reader *reader, int number)
{
  char digits[16];
  int n = g_snprintf (digits, sizeof digits, "%d", number);

  if (is_zero (reader))
    g_string_truncate (reader->value, 0);
  else
    g_string_truncate (reader->value, reader->value->len - (gsize) n);
  g_string_append (reader->value, digits);
}

static void
read_ones (Reader *reader, const Meaning *word, const Meaning *previous)
{
  int places = word->value < 10 ? 1 : 2;

  if (!reader->has_value)
    set_number (reader, word->value);
  else if (reader->is_text || previous->kind == ONES)
    {
      if (previous->kind == TENS && word->value < 10)
        g_string_truncate (reader->value, reader->value->len - 1);
      append_number (reader, word->value);
    }
  else if (ends_in_zeros (reader, (gsize) places))
    add_small (reader, word->value);
  else
    append_number (reader, word->value);
}

static void
read_tens (Reader *reader, const Meaning *word, const Meaning *previous)
{
  if (!reader->has_value)
    set_number (reader, word->value);
  else if (!reader->is_text && ends_in_zeros (reader, 2))
    add_small (reader, word->value);
  else
    append_number (reader, word->value);
}

/* value += number × 10^exponent, in decimal digits */
static void
add_at (GString *value, int number, int exponent)
{
  gsize place = (gsize) exponent;

  for (; number > 0; number /= 10, place++)
    {
      int carry = number % 10;

      for (gsize p = place; carry > 0; p++)
        {
          while (value->len <= p)
            g_string_prepend_c (value, '0');
          carry += value->str[value->len - 1 - p] - '0';
          value->str[value->len - 1 - p] = (char) ('0' + carry % 10);
          carry /= 10;
        }
    }
}

static void
drop_leading_zeros (GString *value)
{
  gsize zeros = strspn (value->str, "0");

  g_string_erase (value, 0, (gssize) MIN (zeros, value->len - (value->len > 0)));
}

/* Only the last three digits are multiplied: "two million five" × thousand is 2,005,000. */
static void
multiply_number (Reader *reader, int exponent)
{
  GString *value = reader->value;
  gsize low = MIN (value->len, 3);
  int residue = (int) g_ascii_strtoll (value->str + value->len - low, NULL, 10);

  memset (value->str + value->len - low, '0', low);
  add_at (value, residue, exponent);
  drop_leading_zeros (value);
}

/* "2.5" × million. Returns: whether the value is a decimal number and the product whole */
static gboolean
multiply_text (Reader *reader, int exponent)
{
  GString *value = reader->value;
  gsize whole = strspn (value->str, "0123456789"), part = 0;
  const char *rest = value->str + whole;

  if (*rest == '.')
    part = strspn (++rest, "0123456789");
  if (rest[part] != '\0' || whole + part == 0)
    return FALSE;
  while (part > 0 && rest[part - 1] == '0')
    part--;
  if (part > (gsize) exponent)
    return FALSE;
  g_string_truncate (value, (gsize) (rest - value->str) + part);
  if (rest > value->str + whole)
    g_string_erase (value, (gssize) whole, 1);
  for (gsize i = part; i < (gsize) exponent; i++)
    g_string_append_c (value, '0');
  drop_leading_zeros (value);
  reader->is_text = FALSE;
  return TRUE;
}

static void
start_power (Reader *reader, int exponent)
{
  g_string_assign (reader->value, "1");
  for (int i = 0; i < exponent; i++)
    g_string_append_c (reader->value, '0');
  reader->has_value = TRUE;
  reader->is_text = FALSE;
}

static void
read_power (Reader *reader, const Meaning *word, const Meaning *previous)
{
  if (!reader->has_value)
    start_power (reader, word->value);
  else if (!reader->is_text)
    multiply_number (reader, word->value);
  else if (!multiply_text (reader, word->value))
    {
      flush (reader);
      start_power (reader, word->value);
    }
}

/* Digits as they were written: "$5", "2.50", "007". */
static void
read_digits (Reader *reader, const char *word, const char *sign)
{
  gsize whole, part = 0;

  if (reader->has_value && reader->is_text && reader->value->str[reader->value->len - 1] == '.')
    {
      g_string_append (reader->value, sign); /* part of an address, of a number after "point" */
      g_string_append (reader->value, word);
      return;
    }
  flush (reader);
  if (*sign != '\0')
    reader->prefix = sign;
  for (const char *p = word; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == '.')
      g_string_append_c (reader->value, '.');
    else
      g_string_append_c (reader->value,
                         (char) ('0' + g_unichar_digit_value (g_utf8_get_char (p))));
  whole = strcspn (reader->value->str, ".");
  if (reader->value->str[whole] == '.')
    part = strspn (reader->value->str + whole + 1, "0") + whole + 1 < reader->value->len;
  reader->has_value = TRUE;
  reader->is_text = part > 0;
  if (part > 0)
    return;
  g_string_truncate (reader->value, whole);
  drop_leading_zeros (reader->value);
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
      append_text (reader, digits, TRUE);
      return 1;
    }
  else if (word->kind == POINT && (countable || following->kind == TENS || is_number (next)))
    append_text (reader, ".", TRUE);
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
  else if (!reader->has_value)
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

  if (reader->value->len > MAX_DIGITS)
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
      append_text (reader, "0", TRUE);
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
  Reader reader = { .meanings = meanings, .out = out, .value = value, .prefix = "" };

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
