/* The normaliser for every language: appendix C of Radford et al. (2022). */
#include "scores/normalise.h"

/* After one letter (UAX #15's stream-safe format): sorting them is quadratic. */
#define MAX_MARKS 30

/* NFKC of @text, which is a letter with what follows it; then symbols and marks as spaces. */
static void
append_composed (const char *text, gsize length, GString *out)
{
  g_autofree char *composed = g_utf8_normalize (text, (gssize) length, G_NORMALIZE_ALL_COMPOSE);

  for (const char *p = composed; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (lb_normalise_is_symbol (c))
        g_string_append_c (out, ' ');
      else
        g_string_append_unichar (out, g_unichar_tolower (c));
    }
}

/* Whether nothing before @p can compose with what follows, or too many marks stand there. */
static gboolean
may_cut (const char *p, gsize *marks)
{
  gunichar c = g_utf8_get_char (p);

  if (g_unichar_ismark (c))
    return ++*marks > MAX_MARKS;
  *marks = 0;
  return c < 0x80;
}

static void
compose (const char *text, GString *out)
{
  const char *start = text;
  gsize marks = 0;

  while (*start != '\0')
    {
      const char *end = g_utf8_next_char (start);

      while (*end != '\0' && !may_cut (end, &marks))
        end = g_utf8_next_char (end);
      marks = 0;
      if (end - start == 1)
        g_string_append_c (out, lb_normalise_is_symbol ((gunichar) *start) ? ' ' : *start);
      else
        append_composed (start, (gsize) (end - start), out);
      start = end;
    }
}

char *
lb_normalise_basic (const char *text)
{
  g_autoptr (GString) lower = g_string_new (NULL);
  g_autoptr (GString) plain = g_string_new (NULL);
  g_autoptr (GString) clean = g_string_new (NULL);
  GString *out = g_string_new (NULL);

  lb_normalise_lower (text, lower);
  lb_normalise_drop_brackets (lower->str, plain);
  compose (plain->str, clean);
  lb_normalise_single_spaces (clean->str, out);
  return g_string_free (out, FALSE);
}
