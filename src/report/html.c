#include "report/html.h"

#include <string.h>

#include "core/text.h"
#include "report/field.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'\">\n"
    "<title>LlamaBurn report</title>\n<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:15px/1.5 Cantarell,system-ui,sans-serif;max-width:62rem;margin:2rem auto;"
    "padding:0 1rem;background:#fff;color:#222}\n"
    "table{border-collapse:collapse;display:block;overflow-x:auto}\n"
    "th,td{padding:.3rem .7rem;border-bottom:1px solid "
    "#8884;text-align:left;vertical-align:top}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "img{width:100%;height:auto}\n"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px}\n"
    ".flag{border-left:4px solid #b35c00;padding:.2rem .8rem;margin:.5rem 0}\n"
    ".bad{border-color:#c01c28}\n"
    "@media(prefers-color-scheme:dark){body{background:#1e1e20;color:#f2f2f2}}\n"
    "</style>\n</head>\n<body>\n<h1>LlamaBurn report</h1>\n";

static void
append_text (GString *out, const char *text)
{
  g_autofree char *shown = lb_text_escape (text);
  g_autofree char *escaped = g_markup_escape_text (shown, -1);

  g_string_append (out, escaped);
}

static void
append_cell (GString *out, const char *element, gboolean number, const char *text)
{
  g_string_append_printf (out, "<%s%s>", element, number ? " class=\"n\"" : "");
  append_text (out, text);
  g_string_append_printf (out, "</%s>", element);
}

static gboolean
any_has (const LbField *field, const json_t *records)
{
  json_t *record;
  size_t i;

  json_array_foreach ((json_t *) records, i, record)
    {
      g_autoptr (json_t) value = lb_field_value (field, record);

      if (value != NULL)
        return TRUE;
    }
  return FALSE;
}

/* The same columns as Markdown's, less what none has; the run's number before. */
static gboolean
is_shown (const LbField *field, const json_t *records)
{
  return ((field->views & LB_VIEW_MD) != 0 || strcmp (field->csv, "number") == 0) &&
         any_has (field, records);
}

static gboolean
is_number (const LbField *field)
{
  return field->kind != LB_FIELD_TEXT && field->kind != LB_FIELD_PATH;
}

static void
append_figures (GString *out, const json_t *records, const LbReportStyle *style)
{
  json_t *record;
  size_t i;

  g_string_append (out, "<h2>Figures</h2>\n<table>\n<tr>");
  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    if (is_shown (field, records))
      append_cell (out, "th", is_number (field), field->title);
  g_string_append (out, "<th>Note</th></tr>\n");
  json_array_foreach ((json_t *) records, i, record)
    {
      g_autofree char *note = lb_field_note (record);

      g_string_append (out, "<tr>");
      for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
        if (is_shown (field, records))
          {
            g_autofree char *shown = lb_field_show (field, record, style->full_paths);

            append_cell (out, "td", is_number (field), shown);
          }
      append_cell (out, "td", FALSE, note);
      g_string_append (out, "</tr>\n");
    }
  g_string_append (out, "</table>\n");
}

static void
append_verdict (GString *out, const json_t *run, gint64 baseline)
{
  const json_t *against = json_object_get (run, "against");
  const char *differs = lb_json_string (against, "differs", "");
  g_autofree char *head_text = g_strdup_printf (
      "%" G_GINT64_FORMAT " against %" G_GINT64_FORMAT ": %s", lb_json_integer (run, "number", 0),
      baseline, lb_json_string (against, "words", ""));

  if (against == NULL)
    return;
  g_string_append (out, "<li>");
  append_text (out, head_text);
  if (*differs != '\0')
    {
      g_string_append (out, "<br>Not the same benchmark: ");
      append_text (out, differs);
    }
  g_string_append (out, "</li>\n");
}

static void
append_verdicts (GString *out, const json_t *comparison)
{
  const json_t *runs = json_object_get (comparison, "runs");
  gint64 baseline = lb_json_integer (json_array_get (runs, 0), "number", 0);
  json_t *run;
  size_t i;

  if (json_array_size (runs) < 2)
    return;
  g_string_append (out, "<h2>Verdicts</h2>\n<ul>\n");
  json_array_foreach (runs, i, run)
    append_verdict (out, run, baseline);
  g_string_append (out, "</ul>\n");
}

static char *
encode (GBytes *svg)
{
  gsize length;
  const guchar *data = g_bytes_get_data (svg, &length);

  return g_base64_encode (data, length);
}

static void
append_pictures (GString *out, const GPtrArray *pictures)
{
  if (pictures->len > 0)
    g_string_append (out, "<h2>Charts</h2>\n");
  for (guint i = 0; i < pictures->len; i++)
    {
      const LbPicture *picture = g_ptr_array_index (pictures, i);
      g_autofree char *light = encode (picture->light), *dark = encode (picture->dark);
      g_autofree char *words = g_markup_escape_text (picture->words, -1);

      g_string_append_printf (out,
                              "<picture><source media=\"(prefers-color-scheme: dark)\" "
                              "srcset=\"data:image/svg+xml;base64,%s\">"
                              "<img alt=\"%s\" src=\"data:image/svg+xml;base64,%s\"></picture>\n",
                              dark, words, light);
    }
}

static void
append_flag (GString *out, const json_t *flag, gboolean valid)
{
  const char *cure = lb_json_string (flag, "cure", "");

  g_string_append_printf (out, "<p class=\"flag%s\"><b>", valid ? "" : " bad");
  append_text (out, lb_json_string (flag, "id", "unnamed"));
  g_string_append (out, "</b>: ");
  append_text (out, lb_json_string (flag, "evidence", ""));
  if (*cure != '\0')
    {
      g_string_append (out, "<br>Cure: ");
      append_text (out, cure);
    }
  g_string_append (out, "</p>\n");
}

static void
append_validity (GString *out, const json_t *record)
{
  const json_t *validity = json_object_get (record, "validity");
  gboolean valid = lb_json_boolean (validity, "valid", TRUE);
  const char *message = lb_json_string (json_object_get (record, "error"), "message", NULL);
  json_t *flag;
  size_t i;

  if (message != NULL)
    {
      g_string_append (out, "<p class=\"flag bad\"><b>failed</b>: ");
      append_text (out, message);
      g_string_append (out, "</p>\n");
    }
  if (!valid)
    g_string_append (out, "<p class=\"flag bad\"><b>not valid</b>: see the flags below</p>\n");
  json_array_foreach (json_object_get (validity, "flags"), i, flag)
    append_flag (out, flag, valid);
}

static void
append_record (GString *out, const json_t *record)
{
  const LbReportStyle unbounded = { 0 };
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autofree char *title = lb_report_title (record), *escaped = NULL;

  lb_report_show (whole, record, &unbounded);
  escaped = g_markup_escape_text (whole->str, -1);
  g_string_append (out, "<h2>");
  append_text (out, title);
  g_string_append (out, "</h2>\n");
  append_validity (out, record);
  g_string_append_printf (
      out, "<details><summary>Everything</summary>\n<pre>%s</pre></details>\n", escaped);
}

void
lb_html_append (GString *out, const json_t *records, const json_t *comparison,
                const GPtrArray *pictures, const LbReportStyle *style)
{
  json_t *record;
  size_t i;

  g_string_append (out, head);
  append_figures (out, records, style);
  append_verdicts (out, comparison);
  append_pictures (out, pictures);
  json_array_foreach ((json_t *) records, i, record)
    append_record (out, record);
  g_string_append (out, "</body>\n</html>\n");
}

static json_t *
shorten (const char *key, json_t *value)
{
  const char *text = json_string_value (value);
  g_autofree char *base = NULL;

  if (text == NULL || strcmp (key, "text") == 0 ||
      (*text != '/' && !g_str_has_prefix (text, "file:///")))
    return NULL;
  base = g_path_get_basename (text);
  return json_string (base);
}

void
lb_report_without_paths (json_t *record)
{
  const char *key;
  void *next;
  json_t *value;
  size_t i;

  json_array_foreach (record, i, value)
    {
      json_t *changed = shorten ("", value);

      if (changed != NULL)
        json_array_set_new (record, i, changed);
      else
        lb_report_without_paths (value);
    }
  json_object_foreach_safe (record, next, key, value)
    {
      json_t *changed = shorten (key, value);

      if (changed != NULL)
        json_object_set_new (record, key, changed);
      else
        lb_report_without_paths (value);
    }
}
