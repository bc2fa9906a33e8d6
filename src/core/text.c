#include "core/text.h"

#include <math.h>
#include <string.h>

static gboolean
must_escape (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x2028 || c == 0x2029;
}

static void
append_escaped (GString *out, gunichar c)
{
  switch (c)
    {
    case '\n':
      g_string_append (out, "\\n");
      break;
    case '\t':
      g_string_append (out, "\\t");
      break;
    case '\r':
      g_string_append (out, "\\r");
      break;
    default:
      g_string_append_printf (out, c < 0x80 ? "\\x%02x" : "\\u{%x}", c);
    }
}

char *
lb_text_escape (const char *bytes)
{
  GString *out = g_string_new (NULL);
  const char *p = bytes;

  while (*p != '\0')
    {
      gunichar c = g_utf8_get_char_validated (p, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (out, "\\x%02x", (guint8) *p++);
          continue;
        }
      if (must_escape (c))
        append_escaped (out, c);
      else
        g_string_append_unichar (out, c);
      p = g_utf8_next_char (p);
    }
  return g_string_free (out, FALSE);
}

/* Levenshtein's distance over bytes, one row at a time. Names are short. */
static gsize
edit_distance (const char *a, const char *b)
{
  gsize columns = strlen (b);
  g_autofree gsize *row = g_new (gsize, columns + 1);

  for (gsize j = 0; j <= columns; j++)
    row[j] = j;
  for (gsize i = 1; a[i - 1] != '\0'; i++)
    {
      gsize diagonal = row[0];

      row[0] = i;
      for (gsize j = 1; j <= columns; j++)
        {
          gsize substitution = diagonal +
                               (g_ascii_tolower (a[i - 1]) != g_ascii_tolower (b[j - 1]));

          diagonal = row[j];
          row[j] = MIN (substitution, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return row[columns];
}

const char *
lb_text_nearest (const char *wanted, const char *const *known)
{
  const char *best = NULL;
  gsize best_distance = MAX (1, strlen (wanted) / 3) + 1;

  if (strlen (wanted) > 200)
    return NULL;
  for (gsize i = 0; known[i] != NULL; i++)
    {
      gsize distance = edit_distance (wanted, known[i]);

      if (*wanted != '\0' && g_str_has_prefix (known[i], wanted))
        distance = MIN (distance, 1);
      if (distance < best_distance)
        {
          best = known[i];
          best_distance = distance;
        }
    }
  return best;
}

char *
lb_text_duration (double seconds)
{
  gint64 whole;

  if (!isfinite (seconds) || seconds < 0)
    return g_strdup ("unknown");
  if (seconds < 10)
    return g_strdup_printf ("%.2f s", seconds);
  if (seconds < 60)
    return g_strdup_printf ("%.1f s", seconds);
  whole = (gint64) (seconds + 0.5);
  if (whole < 3600)
    return g_strdup_printf ("%d:%02d", (int) (whole / 60), (int) (whole % 60));
  return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", whole / 3600, (int) (whole / 60 % 60),
                          (int) (whole % 60));
}

char *
lb_text_bytes (guint64 bytes)
{
  static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
  double value = (double) bytes;
  int unit = -1;

  if (bytes < 1024)
    return g_strdup_printf ("%d bytes", (int) bytes);
  while (value >= 1024 && unit + 1 < (int) G_N_ELEMENTS (units))
    {
      value /= 1024;
      unit++;
    }
  return g_strdup_printf (value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

gsize
lb_text_incomplete_tail (const char *text, gsize length)
{
  for (gsize tail = 1; tail <= MIN (length, 3); tail++)
    {
      const char *start = text + length - tail;

      if (((guchar) *start & 0xc0) == 0x80)
        continue;
      return g_utf8_get_char_validated (start, (gssize) tail) == (gunichar) -2 ? tail : 0;
    }
  return 0;
}
