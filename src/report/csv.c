/* Comma-separated values, RFC 4180: a header, a row for each result, CRLF. Control
 * characters of texts are shown escaped, so that a row is always one line. */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/field.h"
#include "report/formats.h"

static gboolean
is_number (const char *text)
{
  char *end = NULL;

  /* g_ascii_strtod() would take "nan", "inf" and hexadecimal too. */
  if (text[strspn (text, "0123456789+-.eE")] != '\0')
    return FALSE;
  return isfinite (g_ascii_strtod (text, &end)) && end != text && *end == '\0';
}

/* A spreadsheet would take such a cell for a formula. */
static gboolean
looks_like_formula (const char *text)
{
  return *text != '\0' && strchr ("=+-@\t\r", *text) != NULL && !is_number (text);
}

void
lb_report_csv_cell (GString *out, const char *text)
{
  g_autofree char *shown = lb_text_escape (text);
  gboolean formula = looks_like_formula (text);
  gsize length = strlen (shown);
  gboolean quoted = strpbrk (shown, ",\"") != NULL || *shown == ' ' ||
                    (length > 0 && shown[length - 1] == ' ');

  if (quoted)
    g_string_append_c (out, '"');
  if (formula)
    g_string_append_c (out, '\'');
  for (const char *p = shown; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  if (quoted)
    g_string_append_c (out, '"');
}

void
lb_csv_begin (GString *out, const LbReportStyle *style)
{
  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    {
      if (field != lb_fields ())
        g_string_append_c (out, ',');
      g_string_append (out, field->csv);
    }
  g_string_append (out, "\r\n");
}

void
lb_csv_add (GString *out, const json_t *record, guint index, const LbReportStyle *style)
{
  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    {
      g_autofree char *cell = lb_field_plain (field, record, style->full_paths);

      if (field != lb_fields ())
        g_string_append_c (out, ',');
      lb_report_csv_cell (out, cell);
    }
  g_string_append (out, "\r\n");
}
