#include "scores/normalise.h"

#include <string.h>

gboolean
lb_normalise_is_space (gunichar c)
{
  return c <= 0x20 ? c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f)
                   : c == 0x85 || (c >= 0xa0 && g_unichar_isspace (c));
}

gboolean
lb_normalise_is_word (gunichar c)
{
  return c < 0x80 ? g_ascii_isalnum ((char) c) || c == '_' : g_unichar_isalnum (c);
}

gboolean
lb_normalise_is_symbol (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CURRENCY_SYMBOL:
    case G_UNICODE_MODIFIER_SYMBOL:
    case G_UNICODE_MATH_SYMBOL:
    case G_UNICODE_OTHER_SYMBOL:
      return TRUE;
    default:
      return g_unichar_ismark (c) || g_unichar_ispunct (c);
    }
}

static gboolean
is_cased (gunichar c)
{
  return g_unichar_islower (c) || g_unichar_isupper (c) || g_unichar_istitle (c);
}

/* A capital sigma at the end of a word becomes ς (Unicode, table 3-17: Final_Sigma). */
static gboolean
is_final (const char *text, const char *sigma)
{
  const char *p = sigma;
  gboolean after_letter = FALSE;

  while (p > text)
    {
      gunichar c = g_utf8_get_char (p = g_utf8_prev_char (p));

      if (c == '\'' || c == 0xad || c == 0x2019)
        continue;
      after_letter = is_cased (c);
      break;
    }
  p = g_utf8_next_char (sigma);
  while (*p == '\'' || g_utf8_get_char (p) == 0xad || g_utf8_get_char (p) == 0x2019)
    p = g_utf8_next_char (p);
  return after_letter && !is_cased (g_utf8_get_char (p));
}

void
lb_normalise_lower (const char *text, GString *out)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c < 0x80)
        g_string_append_c (out, g_ascii_tolower ((char) c));
      else if (c == 0x130) /* İ */
        g_string_append (out, "i\u0307");
      else if (c == 0x3a3) /* Σ */
        g_string_append_unichar (out, is_final (text, p) ? 0x3c2 : 0x3c3);
      else if (c != 0xfeff && c != 0xad)
        g_string_append_unichar (out, g_unichar_tolower (c));
    }
}

/* Where the bracket that opens at @p closes, or %NULL. */
static const char *
find_close (const char *p)
{
  if (*p == '(')
    return p[1] == ')' ? NULL : strchr (p + 1, ')');
  return strpbrk (p + 1, ">]");
}

/* One pass over brackets of one kind; a bracket that nothing closes is looked for once only. */
static void
drop_kind (const char *text, const char *opens, GString *out)
{
  gboolean none_closes = FALSE;
  const char *p = text;

  while (*p != '\0')
    {
      gsize plain = strcspn (p, opens);
      const char *close;

      g_string_append_len (out, p, (gssize) plain);
      p += plain;
      if (*p == '\0')
        return;
      close = none_closes ? NULL : find_close (p);
      none_closes = close == NULL && !(p[0] == '(' && p[1] == ')');
      if (close != NULL)
        p = close + 1;
      else
        g_string_append_c (out, *p++);
    }
}

void
lb_normalise_drop_brackets (const char *text, GString *out)
{
  g_autoptr (GString) half = g_string_new (NULL);

  drop_kind (text, "<[", half);
  drop_kind (half->str, "(", out);
}

void
lb_normalise_single_spaces (const char *text, GString *out)
{
  gsize start = out->len;
  gboolean space = FALSE;

  for (const char *p = text, *end; *p != '\0'; p = end)
    {
      end = g_utf8_next_char (p);
      if (lb_normalise_is_space (g_utf8_get_char (p)))
        {
          space = TRUE;
          continue;
        }
      while (*end > ' ' && *end < 0x7f) /* the rest of an ASCII word at once */
        end++;
      if (space && out->len > start)
        g_string_append_c (out, ' ');
      space = FALSE;
      g_string_append_len (out, p, end - p);
    }
}

static char *
normalise_none (const char *text)
{
  GString *out = g_string_new (NULL);

  lb_normalise_single_spaces (text, out);
  return g_string_free (out, FALSE);
}

char *
lb_normalise (const char *text, LbNormaliser normaliser)
{
  g_autofree char *valid = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  switch (normaliser)
    {
    case LB_NORMALISE_BASIC:
      return lb_normalise_basic (text);
    case LB_NORMALISE_ENGLISH:
      return lb_normalise_english (text);
    default:
      return normalise_none (text);
    }
}

LbNormaliser
lb_normaliser_for_language (const char *language)
{
  gsize n;

  if (language == NULL)
    return LB_NORMALISE_BASIC;
  n = strcspn (language, "-_.");
  if ((n == 2 && g_ascii_strncasecmp (language, "en", 2) == 0) ||
      (n == 3 && g_ascii_strncasecmp (language, "eng", 3) == 0) ||
      (n == 7 && g_ascii_strncasecmp (language, "english", 7) == 0))
    return LB_NORMALISE_ENGLISH;
  return LB_NORMALISE_BASIC;
}

const char *
lb_normaliser_name (LbNormaliser normaliser)
{
  static const char *const names[] = { "none", "basic", "english" };

  g_return_val_if_fail ((guint) normaliser < G_N_ELEMENTS (names), "none");

  return names[normaliser];
}
