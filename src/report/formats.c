#include "report/formats.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

static void
begin_nothing (GString *out, const LbReportStyle *style)
{
}

static void
add_nothing (GString *out, const json_t *record, guint index, const LbReportStyle *style)
{
}

static void
end_nothing (GString *out, const json_t *records, const LbReportStyle *style)
{
}

/* clang-format off */
static const LbReportFormat formats[] = {
  { "table", "for people", TRUE, begin_nothing, lb_blocks_add, lb_blocks_end },
  { "json", "a list of whole records", FALSE, begin_nothing, add_nothing, lb_json_end },
  { "jsonl", "a whole record a line", TRUE, begin_nothing, lb_jsonl_add, end_nothing },
  { "csv", "a row a result, for spreadsheets", FALSE, lb_csv_begin, lb_csv_add, end_nothing },
  { "md", "a Markdown table", FALSE, begin_nothing, add_nothing, lb_markdown_end },
  { NULL },
};
/* clang-format on */

const LbReportFormat *
lb_report_formats (void)
{
  return formats;
}

const LbReportFormat *
lb_report_format (const char *name, GError **error)
{
  const char *known[G_N_ELEMENTS (formats)] = { NULL };
  g_autofree char *shown = lb_text_escape (name);
  g_autofree char *all = NULL;

  for (guint i = 0; formats[i].name != NULL; i++)
    {
      if (strcmp (formats[i].name, name) == 0)
        return &formats[i];
      known[i] = formats[i].name;
    }
  all = g_strjoinv (", ", (char **) known);
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "unknown format \"%s\": choose one of %s", shown,
               all);
  return NULL;
}

void
lb_report_all (GString *out, const LbReportFormat *format, const json_t *records,
               const LbReportStyle *style)
{
  format->begin (out, style);
  for (gsize i = 0; i < json_array_size (records); i++)
    format->add (out, json_array_get (records, i), (guint) i, style);
  format->end (out, records, style);
}
