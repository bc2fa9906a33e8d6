/* The table that sets the results of one command side by side. */
#include <math.h>
#include <string.h>

#include "core/statistics.h"
#include "core/text.h"
#include "report/field.h"
#include "report/formats.h"
#include "report/style.h"

#define LONGEST                                                                                  \
  24 /* of an engine's or a model's name: figures would be pushed off the terminal */

/* Beside the fields of LB_VIEW_MATRIX: what isn't one figure of the record. */
typedef char *(*Say) (const json_t *record);

typedef struct {
  const char *title;
  char alignment;
  const LbField *field; /* NULL: say */
  Say say;
} Column;

/* Left out where the terminal is too narrow, the least wanted first. */
static const char *const spare[] = { "Device",  "Load",    "GPU memory", "Memory",
                                     "Chars/s", "Latency", "Speed",      "Engine" };

static char *
say_speed (const json_t *record)
{
  return lb_report_times (
      lb_json_real (json_object_get (record, "summary"), "median_rtf", (double) NAN));
}

static gboolean
is_text (const LbField *field)
{
  return field->kind == LB_FIELD_TEXT || field->kind == LB_FIELD_PATH;
}

/* The input comes last: it may be long. */
static GArray *
choose_columns (void)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (Column));
  const LbField *input = lb_field ("input");
  Column note = { "Note", 'l', NULL, lb_field_note };
  Column last = { input->title, 'p', input, NULL };

  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    {
      Column column = { field->title, is_text (field) ? 'l' : 'r', field, NULL };
      Column speed = { "Speed", 'r', NULL, say_speed };

      if (!(field->views & LB_VIEW_MATRIX) || field == input)
        continue;
      g_array_append_val (columns, column);
      if (strcmp (field->csv, "median_rtf") == 0)
        g_array_append_val (columns, speed);
    }
  g_array_append_val (columns, note);
  g_array_append_val (columns, last);
  return columns;
}

static LbTable *
make_table (const GArray *columns)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();
  g_autoptr (GString) alignment = g_string_new (NULL);
  LbTable *table;

  for (guint i = 0; i < columns->len; i++)
    {
      g_ptr_array_add (titles, (gpointer) g_array_index (columns, Column, i).title);
      g_string_append_c (alignment, g_array_index (columns, Column, i).alignment);
    }
  g_ptr_array_add (titles, NULL);
  table = lb_table_new ((const char *const *) titles->pdata, alignment->str);
  for (guint i = 0; i < G_N_ELEMENTS (spare); i++)
    for (guint j = 0; j < columns->len; j++)
      if (strcmp (g_array_index (columns, Column, j).title, spare[i]) == 0)
        lb_table_may_drop (table, &j, 1);
  return table;
}

/* A case that failed has no figures: its row says so, and is not a row of dashes. */
static char *
show_cell (const Column *column, const json_t *record)
{
  gboolean measured = json_array_size (json_object_get (record, "iterations")) > 0 ||
                      column->alignment != 'r';
  g_autofree char *shown = column->field != NULL ? lb_field_show (column->field, record, FALSE)
                                                 : column->say (record);

  if (!measured && strcmp (shown, LB_ABSENT) == 0)
    return g_strdup ("");
  return column->alignment == 'l' && column->field != NULL ? lb_style_cut_middle (shown, LONGEST)
                                                           : g_steal_pointer (&shown);
}

static const char *
decoding_of (const json_t *record)
{
  return lb_json_string (json_object_get (record, "settings"), "decoding", NULL);
}

/* What was asked of all of them: "greedy in all engines"; and where it wasn't the same, by
 * engine. */
static void
append_decoding (GString *out, const json_t *records, const LbReportStyle *style)
{
  const char *first = decoding_of (json_array_get (records, 0));
  g_autoptr (GString) by_engine = g_string_new ("Decoding: ");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean same = first != NULL;
  size_t i;
  json_t *record;

  json_array_foreach ((json_t *) records, i, record)
    {
      g_autofree char *engine = lb_field_show (lb_field ("engine"), record, FALSE);
      g_autofree char *decoding = lb_field_show (lb_field ("decoding"), record, FALSE);

      same = same && g_strcmp0 (first, decoding_of (record)) == 0;
      if (!g_hash_table_contains (seen, engine))
        g_string_append_printf (by_engine, "%s%s in %s", g_hash_table_size (seen) > 0 ? ", " : "",
                                decoding, engine);
      g_hash_table_add (seen, g_steal_pointer (&engine));
    }
  if (first == NULL)
    return;
  if (same && g_hash_table_size (seen) > 1)
    {
      g_autofree char *shown = lb_text_escape (first);

      g_string_printf (by_engine, "Decoding: %s in all engines", shown);
    }
  lb_style_wrap (out, by_engine->str, 2, style->width);
}

static char *
name_of (const json_t *record)
{
  g_autofree char *engine = lb_field_show (lb_field ("engine"), record, FALSE);
  g_autofree char *model = lb_field_show (lb_field ("model"), record, FALSE);
  g_autofree char *input = lb_field_show (lb_field ("input"), record, FALSE);

  return g_strdup_printf ("%s · %s · %s", engine, model, input);
}

/* Beside the figures: where they are not of equal work. */
static void
append_differences (GString *out, const json_t *records, const LbReportStyle *style)
{
  size_t i;
  json_t *record;

  json_array_foreach ((json_t *) records, i, record)
    {
      g_autofree char *words = lb_field_show (lb_field ("differs"), record, FALSE);
      g_autofree char *name = name_of (record);
      g_autofree char *line = g_strdup_printf ("%s differs: %s", name, words);

      if (strcmp (words, LB_ABSENT) != 0)
        lb_style_wrap (out, line, 2, style->width);
    }
}

/* The figures of a set, and which end of each is the worst. */
static const struct {
  const char *csv;
  gboolean lowest_is_worst;
} of_sets[] = {
  { "median_rtf", FALSE }, { "wer", FALSE },    { "note_f1", TRUE },
  { "beat_f", TRUE },      { "tempo_p", TRUE }, { "chord_majmin", TRUE },
  { "genre_top1", TRUE },  { "sdr_db", TRUE },  { "mos", TRUE },
  { "clap", TRUE },        { "fad", FALSE },    { "grounding", TRUE },
};

static gboolean
is_of (const json_t *record, const char *name)
{
  g_autofree char *engine = lb_field_show (lb_field ("engine"), record, FALSE);
  g_autofree char *model = lb_field_show (lb_field ("model"), record, FALSE);
  g_autofree char *device = lb_field_show (lb_field ("device"), record, FALSE);
  g_autofree char *own = g_strdup_printf ("%s · %s · %s", engine, model, device);

  return strcmp (own, name) == 0;
}

static GArray *
values_of (const json_t *records, const char *name, const LbField *field)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));
  size_t i;
  json_t *record;

  json_array_foreach ((json_t *) records, i, record)
    {
      g_autoptr (json_t) value = is_of (record, name) ? lb_field_value (field, record) : NULL;

      if (json_is_number (value))
        g_array_append_vals (values, &(double){ json_number_value (value) }, 1);
    }
  return values;
}

static char *
show_value (const LbField *field, double value)
{
  return field->kind == LB_FIELD_RATE ? g_strdup_printf ("%.2f %%", 100 * value)
                                      : lb_report_number (value);
}

static void
append_figure (GString *line, const LbField *field, const GArray *values,
               gboolean lowest_is_worst)
{
  const double *x = (const double *) (gconstpointer) values->data;
  double worst = x[0];
  g_autofree char *mean = show_value (field, lb_mean (x, values->len));
  g_autofree char *median = show_value (field, lb_median (x, values->len));
  g_autofree char *shown = NULL;

  for (guint i = 1; i < values->len; i++)
    worst = lowest_is_worst ? MIN (worst, x[i]) : MAX (worst, x[i]);
  shown = show_value (field, worst);
  g_string_append_printf (line, "; %s mean %s, median %s, worst %s", field->title, mean, median,
                          shown);
}

/* Several inputs of one engine, model and device: a line for them together. */
static void
append_set (GString *out, const json_t *records, const char *name, const LbReportStyle *style)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (of_sets); i++)
    {
      const LbField *field = lb_field (of_sets[i].csv);
      g_autoptr (GArray) values = values_of (records, name, field);

      if (i == 0 && values->len < 2)
        return;
      if (i == 0)
        g_string_printf (line, "%s, %u results", name, values->len);
      if (values->len > 0)
        append_figure (line, field, values, of_sets[i].lowest_is_worst);
    }
  lb_style_wrap (out, line->str, 2, style->width);
}

static void
append_sets (GString *out, const json_t *records, const LbReportStyle *style)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  size_t i;
  json_t *record;

  json_array_foreach ((json_t *) records, i, record)
    {
      g_autofree char *engine = lb_field_show (lb_field ("engine"), record, FALSE);
      g_autofree char *model = lb_field_show (lb_field ("model"), record, FALSE);
      g_autofree char *device = lb_field_show (lb_field ("device"), record, FALSE);
      char *name = g_strdup_printf ("%s · %s · %s", engine, model, device);

      if (!g_hash_table_contains (seen, name))
        append_set (out, records, name, style);
      g_hash_table_add (seen, name);
    }
}

void
lb_blocks_end (GString *out, const json_t *records, const LbReportStyle *style)
{
  g_autoptr (GArray) columns = choose_columns ();
  g_autoptr (LbTable) table = make_table (columns);

  if (json_array_size (records) < 2)
    return;
  for (gsize i = 0; i < json_array_size (records); i++)
    {
      g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

      for (guint j = 0; j < columns->len; j++)
        g_ptr_array_add (
            cells, show_cell (&g_array_index (columns, Column, j), json_array_get (records, i)));
      g_ptr_array_add (cells, NULL);
      lb_table_row (table, (const char *const *) cells->pdata);
    }
  g_string_append_c (out, '\n');
  lb_table_print (table, out, style);
  append_sets (out, records, style);
  append_decoding (out, records, style);
  append_differences (out, records, style);
}
