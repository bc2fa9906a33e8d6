/* The record itself: a list, or one a line. */
#include "report/formats.h"

static gboolean
is_command (gunichar c)
{
  return (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Such characters stand in strings only, and jansson has escaped those below 0x20. */
void
lb_report_json (GString *out, const char *json)
{
  const char *begin = json;

  for (const char *p = json; *p != '\0'; p = g_utf8_next_char (p))
    if ((guchar) *p >= 0x7f && is_command (g_utf8_get_char (p)))
      {
        g_string_append_len (out, begin, p - begin);
        g_string_append_printf (out, "\\u%04X", g_utf8_get_char (p));
        begin = g_utf8_next_char (p);
      }
  g_string_append (out, begin);
}

void
lb_json_end (GString *out, const json_t *records, const LbReportStyle *style)
{
  g_autofree char *text = lb_json_pretty (records);

  lb_report_json (out, text);
}

void
lb_jsonl_add (GString *out, const json_t *record, guint index, const LbReportStyle *style)
{
  g_autofree char *line = lb_json_line (record);

  lb_report_json (out, line);
  g_string_append_c (out, '\n');
}
