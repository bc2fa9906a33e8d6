#include "report/style.h"

#include <math.h>
#include <string.h>

static int
width_of_character (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

int
lb_style_width (const char *text)
{
  int width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
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

void
lb_style_wrap (GString *out, const char *text, int indent, int width)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  int column = indent;
  gboolean first = TRUE;

  for (guint i = 0; words[i] != NULL; i++)
    {
      int wide = lb_style_width (words[i]);

      if (*words[i] == '\0')
        continue;
      if (!first && width > 0 && column + 1 + wide > width)
        {
          g_string_append_c (out, '\n');
          lb_style_pad (out, indent);
          column = indent;
        }
      else if (!first)
        {
          g_string_append_c (out, ' ');
          column++;
        }
      g_string_append (out, words[i]);
      column += wide;
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

char *
lb_report_speed (double rtf)
{
  double factor = rtf < 1 ? 1 / rtf : rtf;
  const char *way = rtf < 1 ? "faster" : "slower";

  if (!isfinite (rtf) || rtf <= 0 || !isfinite (factor))
    return g_strdup (LB_ABSENT);
  if (factor < 1.005)
    return g_strdup ("as fast as real time");
  if (factor < 9.95)
    return g_strdup_printf (
        factor < 1.095 ? "%.2f× %s than real time" : "%.1f× %s than real time", factor, way);
  return g_strdup_printf ("%.0f× %s than real time", factor, way);
}
