/* The record itself: a list, or one a line. */
#include "report/formats.h"

void
lb_json_end (GString *out, const json_t *records, const LbReportStyle *style)
{
  g_autofree char *text = lb_json_pretty (records);

  g_string_append (out, text);
}

void
lb_jsonl_add (GString *out, const json_t *record, guint index, const LbReportStyle *style)
{
  g_autofree char *line = lb_json_line (record);

  g_string_append (out, line);
  g_string_append_c (out, '\n');
}
