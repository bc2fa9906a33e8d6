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

/* What only some modes have is no column where none of @records has it. */
static gboolean
is_shown (const LbField *field, const json_t *records)
{
  size_t index;
  json_t *record;

  if (!(field->views & LB_VIEW_MD) || !(field->views & LB_VIEW_RARE))
    return (field->views & LB_VIEW_MD) != 0;
  json_array_foreach ((json_t *) records, index, record)
    {
      g_autoptr (json_t) value = lb_field_value (field, record);

      if (value != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
append_head (GString *out, const json_t *records)
{
  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    if (is_shown (field, records))
      g_string_append_printf (out, "| %s ", field->title);
  g_string_append (out, "| Speed | Note |\n");
  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    if (is_shown (field, records))
      g_string_append (out, is_number_kind (field->kind) ? "| ---: " : "| --- ");
  g_string_append (out, "| --- | --- |\n");
}

/* The ids of the flags, but for the one that only says the status again. Returns: (transfer full)
 */
static char *
list_flags (const json_t *record)
{
  const char *status = lb_json_string (record, "status", "ok");
  g_autofree char *flags = lb_field_plain (lb_field ("flags"), record, FALSE);
  g_auto (GStrv) ids = g_strsplit (flags, " ", -1);
  g_autoptr (GStrvBuilder) others = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (guint i = 0; ids[i] != NULL; i++)
    if (strcmp (ids[i], status) != 0)
      g_strv_builder_add (others, ids[i]);
  all = g_strv_builder_end (others);
  return g_strjoinv (" ", all);
}

static void
append_note (GString *out, const json_t *record)
{
  g_autofree char *note = lb_field_note (record);
  g_autofree char *flags = list_flags (record);
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

static void
append_record (GString *out, const json_t *records, const json_t *record,
               const LbReportStyle *style)
{
  double rtf = lb_json_real (json_object_get (record, "summary"), "median_rtf", -1);
  g_autofree char *speed = lb_report_speed (rtf);

  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    {
      g_autofree char *cell = NULL;

      if (!is_shown (field, records))
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

void
lb_markdown_end (GString *out, const json_t *records, const LbReportStyle *style)
{
  size_t index;
  json_t *record;

  append_head (out, records);
  json_array_foreach ((json_t *) records, index, record)
    append_record (out, records, record, style);
}
