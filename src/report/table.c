#include "report/report.h"

#include <string.h>

#include "core/text.h"
#include "report/style.h"

#define GAP 2       /* columns between cells */
#define LEAST_CUT 8 /* the last column is never cut shorter than this */

struct _LbTable {
  char **titles;
  char *alignment;
  guint columns;
  GPtrArray *rows; /* of char **, each with @columns cells */
};

LbTable *
lb_table_new (const char *const *titles, const char *alignment)
{
  LbTable *table = g_new0 (LbTable, 1);

  table->titles = g_strdupv ((char **) titles);
  table->columns = g_strv_length (table->titles);
  table->alignment = g_strdup (alignment);
  table->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_assert (strlen (alignment) == table->columns);
  return table;
}

void
lb_table_free (LbTable *table)
{
  g_strfreev (table->titles);
  g_free (table->alignment);
  g_ptr_array_unref (table->rows);
  g_free (table);
}

void
lb_table_row (LbTable *table, const char *const *cells)
{
  char **row = g_new0 (char *, table->columns + 1);
  gboolean ended = FALSE;

  for (guint i = 0; i < table->columns; i++)
    {
      ended = ended || cells[i] == NULL;
      row[i] = ended ? g_strdup ("") : lb_text_escape (cells[i]);
    }
  g_ptr_array_add (table->rows, row);
}

static int
measure_column (const LbTable *table, guint column)
{
  int width = lb_style_width (table->titles[column]);

  for (guint i = 0; i < table->rows->len; i++)
    {
      char **row = g_ptr_array_index (table->rows, i);

      width = MAX (width, lb_style_width (row[column]));
    }
  return width;
}

static void
print_cell (GString *out, const LbReportStyle *style, LbEmphasis emphasis, const char *text,
            int width, gboolean right, gboolean last)
{
  int spare = width - lb_style_width (text);

  if (right)
    lb_style_pad (out, spare);
  lb_style_append (out, style, emphasis, text);
  if (!right && !last)
    lb_style_pad (out, spare);
  if (!last)
    lb_style_pad (out, GAP);
}

static void
print_row (const LbTable *table, GString *out, const LbReportStyle *style, LbEmphasis emphasis,
           char **row, const int *widths)
{
  for (guint i = 0; i < table->columns; i++)
    {
      gboolean last = i + 1 == table->columns;
      g_autofree char *cut = last ? lb_style_cut (row[i], widths[i]) : NULL;

      print_cell (out, style, emphasis, last ? cut : row[i], widths[i],
                  table->alignment[i] == 'r', last);
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

void
lb_table_print (LbTable *table, GString *out, const LbReportStyle *style)
{
  g_autofree int *widths = g_new0 (int, table->columns);
  int before = 0;

  for (guint i = 0; i < table->columns; i++)
    {
      widths[i] = measure_column (table, i);
      if (i + 1 < table->columns)
        before += widths[i] + GAP;
    }
  if (style->width > 0 && table->columns > 0)
    {
      int left = MAX (style->width - before, LEAST_CUT);

      widths[table->columns - 1] = MIN (widths[table->columns - 1], left);
    }
  print_row (table, out, style, LB_STYLE_BOLD, table->titles, widths);
  for (guint i = 0; i < table->rows->len; i++)
    print_row (table, out, style, LB_STYLE_PLAIN, g_ptr_array_index (table->rows, i), widths);
}
