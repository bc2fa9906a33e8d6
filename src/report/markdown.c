/* A table of GitHub's Markdown: a row for each result, and what is to be said of it in the
 * last cell. */
#include <string.h>

#include "core/text.h"
#include "report/field.h"
#include "report/formats.h"

/* Text is data here: nothing in it may become markup, HTML or a new cell. */
void
lb_markdown_append (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    switch (*p)
      {
      case '<':
        g_string_append (out, "&lt;");
        break;
      case '>':
        g_string_append (out, "&gt;");
        break;
      case '&':
        g_string_append (out, "&amp;");
        break;
      default:
        if (strchr ("|`*_[]\\~#@!", *p) != NULL)
          g_string_append_c (out, '\\');
        g_string_append_c (out, *p);
      }
}

static gboolean
is_number_kind (LbFieldKind kind)
{
  return kind != LB_FIELD_TEXT && kind != LB_FIELD_PATH && kind != LB_FIELD_FLAGS;
}

void
lb_markdown_begin (GString *out, const LbReportStyle *style)
{
  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    if (field->views & LB_VIEW_MD)
      g_string_append_printf (out, "| %s ", field->title);
  g_string_append (out, "| Speed | Note |\n");
  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    if (field->views & LB_VIEW_MD)
      g_string_append (out, is_number_kind (field->kind) ? "| ---: " : "| --- ");
  g_string_append (out, "| --- | --- |\n");
}

static void
append_note (GString *out, const json_t *record)
{
  g_autofree char *note = lb_field_note (record);
  g_autofree char *flags = lb_field_plain (lb_field ("flags"), record, FALSE);
  g_autofree char *why = lb_field_plain (lb_field ("error"), record, FALSE);
  g_autofree char *differs = lb_field_plain (lb_field ("differs"), record, FALSE);
  const char *parts[] = { note, differs, flags, why };
  gboolean some = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (*parts[i] != '\0')
      {
        if (some)
          g_string_append (out, "; ");
        lb_markdown_append (out, parts[i]);
        some = TRUE;
      }
}

void
lb_markdown_add (GString *out, const json_t *record, guint index, const LbReportStyle *style)
{
  double rtf = lb_json_real (json_object_get (record, "summary"), "median_rtf", -1);
  g_autofree char *speed = lb_report_speed (rtf);

  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    {
      g_autofree char *cell = NULL;

      if (!(field->views & LB_VIEW_MD))
        continue;
      cell = lb_field_show (field, record, style->full_paths);
      g_string_append (out, "| ");
      lb_markdown_append (out, cell);
      g_string_append_c (out, ' ');
    }
  g_string_append_printf (out, "| %s | ", speed);
  append_note (out, record);
  g_string_append (out, " |\n");
}
