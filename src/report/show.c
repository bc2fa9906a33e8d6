/* One record, whole, for people. */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/field.h"
#include "report/formats.h"
#include "report/style.h"

#define MAX_DEPTH 6 /* of nested members: deeper ones are said to be there, not shown */

static void
section (GString *out, const LbReportStyle *style, const char *title)
{
  g_string_append_c (out, '\n');
  lb_style_append (out, style, LB_STYLE_BOLD, title);
  g_string_append_c (out, '\n');
}

static char *
show_scalar (const json_t *value)
{
  if (json_is_string (value) && *json_string_value (value) == '\0')
    return g_strdup (LB_ABSENT);
  if (json_is_string (value))
    return lb_text_escape (json_string_value (value));
  if (json_is_real (value))
    return g_strdup_printf ("%.6g", json_real_value (value));
  return lb_json_line (value);
}

static gboolean
is_empty (const json_t *value)
{
  return (json_is_object (value) && json_object_size (value) == 0) ||
         (json_is_array (value) && json_array_size (value) == 0);
}

static void append_value (GString *out, const LbReportStyle *style, const char *name,
                          const json_t *value, int depth);

static gboolean
is_flat (const json_t *array)
{
  for (gsize i = 0; i < json_array_size (array); i++)
    if (json_is_object (json_array_get (array, i)) || json_is_array (json_array_get (array, i)))
      return FALSE;
  return TRUE;
}

static char *
join_flat (const json_t *array)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (gsize i = 0; i < json_array_size (array); i++)
    {
      g_autofree char *part = show_scalar (json_array_get (array, i));

      g_strv_builder_add (parts, part);
    }
  all = g_strv_builder_end (parts);
  return g_strjoinv (" ", all);
}

static void
append_members (GString *out, const LbReportStyle *style, const json_t *object, int depth)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) object, key, value)
    append_value (out, style, key, value, depth);
}

static void
append_elements (GString *out, const LbReportStyle *style, const json_t *array, int depth)
{
  for (gsize i = 0; i < json_array_size (array); i++)
    {
      g_autofree char *name = g_strdup_printf ("%" G_GSIZE_FORMAT, i);

      append_value (out, style, name, json_array_get (array, i), depth);
    }
}

static void
append_value (GString *out, const LbReportStyle *style, const char *name, const json_t *value,
              int depth)
{
  g_autofree char *escaped = lb_text_escape (name);
  g_autofree char *label = g_strdelimit (g_strdup (escaped), "_", ' ');
  g_autofree char *text = NULL;
  gboolean nested = (json_is_object (value) || json_is_array (value)) && !is_empty (value);
  int column = MAX (24, 2 * depth + lb_style_width (label) + 2);

  lb_style_pad (out, 2 * depth);
  g_string_append (out, label);
  if (nested && depth < MAX_DEPTH && (json_is_object (value) || !is_flat (value)))
    {
      g_string_append_c (out, '\n');
      if (json_is_object (value))
        append_members (out, style, value, depth + 1);
      else
        append_elements (out, style, value, depth + 1);
      return;
    }
  if (is_empty (value))
    text = g_strdup (LB_ABSENT);
  else if (nested)
    text = is_flat (value) && json_is_array (value) ? join_flat (value) : g_strdup ("…");
  else
    text = show_scalar (value);
  lb_style_pad (out, column - 2 * depth - lb_style_width (label));
  lb_style_wrap (out, text, column, style->width);
}

static char *
cell_real (const json_t *object, const char *key, const char *format)
{
  double value = lb_json_real (object, key, NAN);

  if (!isfinite (value))
    return g_strdup (LB_ABSENT);
  return strcmp (format, "bytes") == 0
             ? lb_text_bytes (value > 0 && value < 1e18 ? (guint64) value : 0)
             : g_strdup_printf ("%.4f", value);
}

static void
append_iterations (GString *out, const LbReportStyle *style, const json_t *iterations)
{
  static const char *const titles[] = { "#",         "Session", "Wall s", "RTF",  "Engine s",
                                        "Latency s", "CPU s",   "Memory", "Note", NULL };
  static const struct {
    const char *key, *format;
  } columns[] = { { "wall_s", "real" },    { "rtf", "real" },   { "engine_s", "real" },
                  { "latency_s", "real" }, { "cpu_s", "real" }, { "peak_rss_bytes", "bytes" } };
  g_autoptr (LbTable) table = lb_table_new (titles, "rrrrrrrrl");

  for (gsize i = 0; i < json_array_size (iterations); i++)
    {
      const json_t *iteration = json_array_get (iterations, i);
      g_autofree char *index = g_strdup_printf ("%" G_GINT64_FORMAT,
                                                lb_json_integer (iteration, "index", (gint64) i));
      g_autofree char *session = g_strdup_printf ("%" G_GINT64_FORMAT,
                                                  lb_json_integer (iteration, "session", 0));
      char *cells[10] = { index, session };

      for (guint j = 0; j < G_N_ELEMENTS (columns); j++)
        cells[2 + j] = cell_real (iteration, columns[j].key, columns[j].format);
      cells[8] = (char *) (lb_json_boolean (iteration, "outlier", FALSE) ? "outlier" : NULL);
      lb_table_row (table, (const char *const *) cells);
      for (guint j = 0; j < G_N_ELEMENTS (columns); j++)
        g_free (cells[2 + j]);
    }
  lb_table_print (table, out, style);
}

static void
append_piece (GString *out, const LbReportStyle *style, const json_t *piece)
{
  const char *op = lb_json_string (piece, "op", "equal");
  g_autofree char *reference = lb_text_escape (lb_json_string (piece, "reference", ""));
  g_autofree char *hypothesis = lb_text_escape (lb_json_string (piece, "hypothesis", ""));
  g_autofree char *text = NULL;

  if (strcmp (op, "substitute") == 0)
    {
      text = g_strdup_printf ("[%s → %s]", reference, hypothesis);
      lb_style_append (out, style, LB_STYLE_CAUTION, text);
    }
  else if (strcmp (op, "delete") == 0)
    {
      text = g_strdup_printf ("[−%s]", reference);
      lb_style_append (out, style, LB_STYLE_BAD, text);
    }
  else if (strcmp (op, "insert") == 0)
    {
      text = g_strdup_printf ("[+%s]", hypothesis);
      lb_style_append (out, style, LB_STYLE_GOOD, text);
    }
  else
    g_string_append (out, reference);
}

static void
append_alignment (GString *out, const LbReportStyle *style, const json_t *alignment)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (alignment); i++)
    {
      if (i > 0)
        g_string_append_c (text, ' ');
      append_piece (text, style, json_array_get (alignment, i));
    }
  g_string_append (out, "  ");
  lb_style_wrap (out, text->str, 2, style->width);
}

static void
append_output (GString *out, const LbReportStyle *style, const json_t *output)
{
  const char *text = lb_json_string (output, "text", NULL);
  g_autofree char *escaped = text != NULL ? lb_text_escape (text) : NULL;
  const json_t *segments = json_object_get (output, "segments");

  if (escaped != NULL)
    {
      g_string_append (out, "  ");
      lb_style_wrap (out, escaped, 2, style->width);
    }
  for (gsize i = 0; i < json_array_size (segments); i++)
    {
      const json_t *segment = json_array_get (segments, i);
      g_autofree char *words = lb_text_escape (lb_json_string (segment, "text", ""));

      g_string_append_printf (out, "  %8.2f – %8.2f  ", lb_json_real (segment, "start_s", 0),
                              lb_json_real (segment, "end_s", 0));
      lb_style_wrap (out, words, 23, style->width);
    }
}

/* Members that have a section of their own, or stand in the head. */
static const char *const told[] = { "schema", "id",      "number",     "status",
                                    "error",  "warmups", "iterations", "outputs",
                                    "output", "scores",  "validity",   NULL };

static void
append_other_sections (GString *out, const LbReportStyle *style, const json_t *record)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) record, key, value)
    {
      g_autofree char *title = NULL;

      if (g_strv_contains (told, key) || !(json_is_object (value) || json_is_array (value)))
        continue;
      title = lb_text_escape (key);
      title[0] = g_ascii_toupper (title[0]);
      section (out, style, title);
      if (json_is_object (value))
        append_members (out, style, value, 1);
      else
        append_elements (out, style, value, 1);
    }
}

static void
append_scores (GString *out, const LbReportStyle *style, const json_t *scores)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) scores, key, value)
    {
      g_autoptr (json_t) rest = json_is_object (value) ? json_copy (value) : NULL;

      if (rest != NULL)
        json_object_del (rest, "alignment");
      append_value (out, style, key, rest != NULL ? rest : value, 1);
      if (json_is_array (json_object_get (value, "alignment")))
        append_alignment (out, style, json_object_get (value, "alignment"));
    }
}

static void
append_identity (GString *out, const json_t *record)
{
  g_autofree char *id = lb_field_show (lb_field ("id"), record, TRUE);
  g_autofree char *status = lb_field_show (lb_field ("status"), record, TRUE);
  gint64 timestamp = lb_json_integer (record, "timestamp", -1);
  g_autoptr (GDateTime) when = timestamp >= 0 ? g_date_time_new_from_unix_local (timestamp)
                                              : NULL;
  g_autofree char *date = when != NULL ? g_date_time_format (when, "%Y-%m-%d %H:%M:%S %z") : NULL;

  g_string_append_printf (out, "  %s, %s, %s\n", id, status, date != NULL ? date : LB_ABSENT);
}

void
lb_report_show (GString *out, const json_t *record, const LbReportStyle *style)
{
  static const struct {
    const char *key, *title;
    void (*append) (GString *out, const LbReportStyle *style, const json_t *value);
  } sections[] = { { "output", "Output", append_output },
                   { "scores", "Scores", append_scores },
                   { "warmups", "Warm-ups", append_iterations },
                   { "iterations", "Iterations", append_iterations } };

  lb_blocks_head (out, record, style);
  append_identity (out, record);
  lb_blocks_remarks (out, record, style);
  lb_blocks_rows (out, record, style);
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      const json_t *value = json_object_get (record, sections[i].key);

      if (value == NULL || is_empty (value))
        continue;
      section (out, style, sections[i].title);
      sections[i].append (out, style, value);
    }
  if (json_array_size (json_object_get (record, "outputs")) > 1)
    {
      section (out, style, "Different outputs");
      append_elements (out, style, json_object_get (record, "outputs"), 1);
    }
  append_other_sections (out, style, record);
}
