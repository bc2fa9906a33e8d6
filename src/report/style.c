#include "report/style.h"

#include <math.h>
#include <string.h>

#define BABBLE_LINES 4 /* no path or hash is so long */

static int
width_of_character (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

/* Text is escaped before it is emphasised: an escape character can only be of lb_style_append().
 */
static const char *
skip_emphasis (const char *p)
{
  while (*p == '\033')
    {
      const char *end = strchr (p, 'm');

      p = end != NULL ? end + 1 : p + strlen (p);
    }
  return p;
}

int
lb_style_width (const char *text)
{
  int width = 0;

  for (const char *p = skip_emphasis (text); *p != '\0'; p = skip_emphasis (g_utf8_next_char (p)))
    width += width_of_character (g_utf8_get_char (p));
  return width;
}

char *
lb_style_cut (const char *text, int columns)
{
  const char *p = text;
  int width = 0;

  if (lb_style_width (text) <= columns)
    return g_strdup (text);
  while (width + width_of_character (g_utf8_get_char (p)) <= columns - 1)
    {
      width += width_of_character (g_utf8_get_char (p));
      p = g_utf8_next_char (p);
    }
  return g_strdup_printf ("%.*s…", (int) (p - text), text);
}

char *
lb_style_cut_front (const char *text, int columns)
{
  int width = lb_style_width (text);
  const char *p = text;

  if (width <= columns)
    return g_strdup (text);
  while (*p != '\0' && width > columns - 1)
    {
      width -= width_of_character (g_utf8_get_char (p));
      p = g_utf8_next_char (p);
    }
  return g_strconcat ("…", p, NULL);
}

char *
lb_style_cut_middle (const char *text, int columns)
{
  g_autofree char *end = NULL;
  g_autofree char *begin = NULL;

  if (lb_style_width (text) <= columns)
    return g_strdup (text);
  if (columns < 8)
    return lb_style_cut (text, columns);
  end = lb_style_cut_front (text, columns / 2);
  begin = lb_style_cut (text, columns - lb_style_width (end) + 1);
  g_assert (g_str_has_suffix (begin, "…"));
  begin[strlen (begin) - strlen ("…")] = '\0';
  return g_strconcat (begin, end, NULL);
}

static void
break_line (GString *out, int indent)
{
  g_string_append_c (out, '\n');
  lb_style_pad (out, indent);
}

static gboolean
may_break (const char *word, int width)
{
  for (const char *p = word; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iswide (g_utf8_get_char (p)))
      return TRUE;
  return lb_style_width (word) > BABBLE_LINES * width;
}

/* Returns: the column behind it. */
static int
append_word (GString *out, const char *word, int column, int indent, int width)
{
  const char *p = word;

  if (width <= indent || column + lb_style_width (word) <= width || !may_break (word, width))
    {
      g_string_append (out, word);
      return column + lb_style_width (word);
    }
  while (*p != '\0')
    {
      const char *shown = skip_emphasis (p);
      const char *next = *shown != '\0' ? g_utf8_next_char (shown) : shown;
      int wide = *shown != '\0' ? width_of_character (g_utf8_get_char (shown)) : 0;

      if (column + wide > width && column > indent)
        {
          break_line (out, indent);
          column = indent;
        }
      g_string_append_len (out, p, next - p);
      column += wide;
      p = next;
    }
  return column;
}

void
lb_style_wrap (GString *out, const char *text, int indent, int width)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  int column = indent;
  gboolean first = TRUE;

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      if (!first && width > 0 && column + 1 + lb_style_width (words[i]) > width)
        {
          break_line (out, indent);
          column = indent;
        }
      else if (!first)
        {
          g_string_append_c (out, ' ');
          column++;
        }
      column = append_word (out, words[i], column, indent, width);
      first = FALSE;
    }
  g_string_append_c (out, '\n');
}

void
lb_style_append (GString *out, const LbReportStyle *style, LbEmphasis emphasis, const char *text)
{
  static const char *const codes[] = {
    [LB_STYLE_PLAIN] = NULL, [LB_STYLE_BOLD] = "1",     [LB_STYLE_FAINT] = "2",
    [LB_STYLE_GOOD] = "32",  [LB_STYLE_CAUTION] = "33", [LB_STYLE_BAD] = "31",
  };

  if (style->colour && codes[emphasis] != NULL && *text != '\0')
    g_string_append_printf (out, "\033[%sm%s\033[0m", codes[emphasis], text);
  else
    g_string_append (out, text);
}

void
lb_style_pad (GString *out, int n)
{
  while (n-- > 0)
    g_string_append_c (out, ' ');
}
