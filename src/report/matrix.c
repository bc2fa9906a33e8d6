/* The table that sets the results of one command side by side. */
#include <math.h>
#include <string.h>

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
}
