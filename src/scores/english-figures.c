/* What surrounds the reading of numbers: figures, halves, cents. */
#include "scores/normalise.h"

#include <string.h>

static gboolean
is_word_at (const char *p)
{
  return *p != '\0' && lb_normalise_is_word (g_utf8_get_char (p));
}

static gboolean
is_word_before (const char *text, const char *p)
{
  return p > text && lb_normalise_is_word (g_utf8_get_char (g_utf8_prev_char (p)));
}

static const char *
skip_spaces (const char *p)
{
  while (*p != '\0' && lb_normalise_is_space (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);
  return p;
}

/* Where "and a half" ends, if it begins at @p, or %NULL. */
static const char *
match_half (const char *text, const char *p)
{
  static const char *const words[] = { "and", "a", "half" };

  if (is_word_before (text, p))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      const char *start = i > 0 ? skip_spaces (p) : p;

      if ((i > 0 && start == p) || !g_str_has_prefix (start, words[i]))
        return NULL;
      p = start + strlen (words[i]);
    }
  return is_word_at (p) ? NULL : p;
}

/* The last word of @text up to @end is a count that can be halved. */
static gboolean
ends_in_count (const char *text, const char *end)
{
  const char *start;

  while (end > text && lb_normalise_is_space (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);
  start = end;
  while (start > text && !lb_normalise_is_space (g_utf8_get_char (g_utf8_prev_char (start))))
    start = g_utf8_prev_char (start);
  return lb_english_is_count (start, (gsize) (end - start));
}

/* As in Whisper's own, an "and a half" with nothing before it goes. */
static void
read_halves (const char *text, GString *out)
{
  const char *segment = text;

  for (const char *p = text; (p = strstr (p, "and")) != NULL;)
    {
      const char *end = match_half (text, p);

      if (end == NULL)
        {
          p += strlen ("and");
          continue;
        }
      if (skip_spaces (segment) < p)
        {
          g_string_append_len (out, segment, p - segment);
          g_string_append (out, ends_in_count (segment, p) ? " point five " : " and a half ");
        }
      segment = p = end;
    }
  g_string_append (out, segment);
}

/* Where an ordinal's or plural's ending ends, if one begins at @p, or %NULL. */
static const char *
match_ending (const char *p)
{
  static const char *const endings[] = { "st", "nd", "rd", "th", "s" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      const char *end = p + strlen (endings[i]);

      /* A digit is a word of its own by now: "1s3" is "1s 3". */
      if (g_str_has_prefix (p, endings[i]) && (!is_word_at (end) || g_ascii_isdigit (*end)))
        return end;
    }
  return NULL;
}

void
lb_english_figures_before (const char *text, GString *out)
{
  g_autoptr (GString) halves = g_string_new (NULL);

  read_halves (text, halves);
  for (const char *p = halves->str; *p != '\0'; p++)
    {
      const char *next = g_ascii_isdigit (*p) ? skip_spaces (p + 1) : p;

      g_string_append_c (out, *p);
      if (g_ascii_isdigit (*p) && match_ending (next) != NULL)
        p = next - 1;
      else if ((g_ascii_isdigit (*p) && g_ascii_islower (p[1])) ||
               (g_ascii_islower (*p) && g_ascii_isdigit (p[1])))
        g_string_append_c (out, ' ');
    }
}

/* The sign of a currency that has cents at @p, or "". */
static const char *
match_currency (const char *p)
{
  static const char *const signs[] = { "€", "£", "$" };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (g_str_has_prefix (p, signs[i]))
      return signs[i];
  return "";
}

/* One or two digits at @p that end a word. Returns: their end, or %NULL */
static const char *
match_cents (const char *p, int *cents)
{
  gsize n = strspn (p, "0123456789");

  if (n < 1 || n > 2 || is_word_at (p + n))
    return NULL;
  *cents = (int) g_ascii_strtoll (p, NULL, 10);
  return p + n;
}

/* "$2 and ¢7", "$2 ¢7" */
static const char *
combine_cents (const char *p, GString *out)
{
  const char *sign = match_currency (p), *digits = p + strlen (sign), *end, *rest;
  int cents;

  if (*sign == '\0')
    return NULL;
  end = digits + strspn (digits, "0123456789");
  if (end == digits || *end != ' ')
    return NULL;
  rest = end + 1;
  if (g_str_has_prefix (rest, "and "))
    rest += 4;
  if (!g_str_has_prefix (rest, "¢"))
    return NULL;
  rest = match_cents (rest + strlen ("¢"), &cents);
  if (rest == NULL)
    return NULL;
  g_string_append_len (out, p, end - p);
  g_string_append_printf (out, ".%02d", cents);
  return rest;
}

/* "$0.07": as in Whisper's own, whatever stands between the nought and the cents */
static const char *
extract_cents (const char *p, GString *out)
{
  const char *sign = match_currency (p), *between = p + strlen (sign) + 1, *end;
  int cents;

  if (*sign == '\0' || between[-1] != '0' || *between == '\0')
    return NULL;
  end = match_cents (g_utf8_next_char (between), &cents);
  if (end != NULL)
    g_string_append_printf (out, "¢%d", cents);
  return end;
}

static void
replace (const char *text, const char *(*match) (const char *p, GString *out), GString *out)
{
  for (const char *p = text; *p != '\0';)
    {
      const char *end = match (p, out);

      if (end == NULL)
        g_string_append_c (out, *p++);
      else
        p = end;
    }
}

void
lb_english_figures_after (const char *text, GString *out)
{
  g_autoptr (GString) combined = g_string_new (NULL);
  g_autoptr (GString) extracted = g_string_new (NULL);
  const char *start;

  replace (text, combine_cents, combined);
  replace (combined->str, extract_cents, extracted);
  start = extracted->str;
  for (const char *p = start; *p != '\0'; p++)
    if (*p == '1' && !is_word_before (start, p) && !is_word_at (p + 1 + (p[1] == 's')))
      g_string_append (out, "one");
    else
      g_string_append_c (out, *p);
}
