#include "report/report.h"

#include <string.h>

#include "core/text.h"
#include "report/style.h"

#define GAP 2         /* columns between cells */
#define LEAST_CUT 8   /* the last column is never cut shorter than this */
#define LEAST_LAST 16 /* and columns are left out until it has this */

struct _LbTable {
  char **titles;
  char *alignment;
  guint columns;
  GPtrArray *rows;  /* of char **, each with @columns cells */
  GArray *may_drop; /* of guint: columns, the least wanted first */
};

LbTable *
lb_table_new (const char *const *titles, const char *alignment)
{
  LbTable *table = g_new0 (LbTable, 1);

  table->titles = g_strdupv ((char **) titles);
  table->columns = g_strv_length (table->titles);
  table->alignment = g_strdup (alignment);
  table->may_drop = g_array_new (FALSE, FALSE, sizeof (guint));
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
  g_array_unref (table->may_drop);
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

void
lb_table_may_drop (LbTable *table, const guint *columns, guint n)
{
  g_array_append_vals (table->may_drop, columns, n);
}

/* Columns of the terminal; 0: the column isn't shown, for it says nothing. */
static int
measure_column (const LbTable *table, guint column)
{
  int width = lb_style_width (table->titles[column]);
  gboolean empty = table->rows->len > 0 && column > 0 && column + 1 < table->columns;

  for (guint i = 0; i < table->rows->len; i++)
    {
      char **row = g_ptr_array_index (table->rows, i);

      empty = empty && (*row[column] == '\0' || strcmp (row[column], LB_ABSENT) == 0);
      width = MAX (width, lb_style_width (row[column]));
    }
  return empty ? 0 : MAX (width, 1);
}

/* Of all columns but the last, with their gaps. */
static int
measure_before_last (const LbTable *table, const int *widths)
{
  int before = 0;

  for (guint i = 0; i + 1 < table->columns; i++)
    before += widths[i] > 0 ? widths[i] + GAP : 0;
  return before;
}

/* The last column goes only where not even its least is left for it. */
static void
fit (const LbTable *table, int *widths, int width)
{
  guint last = table->columns - 1;
  int wanted = MIN (widths[last], LEAST_LAST), least = MIN (widths[last], LEAST_CUT);

  for (guint i = 0; i < table->may_drop->len; i++)
    {
      guint column = g_array_index (table->may_drop, guint, i);

      if (measure_before_last (table, widths) + (column == last ? least : wanted) > width)
        widths[column] = 0;
    }
  widths[last] = MIN (widths[last], MAX (width - measure_before_last (table, widths), LEAST_CUT));
}

static void
print_cell (GString *out, const LbReportStyle *style, LbEmphasis emphasis, const char *text,
            int width, char alignment, gboolean last)
{
  g_autofree char *cut = alignment == 'p' ? lb_style_cut_middle (text, width)
                                          : lb_style_cut (text, width);
  int spare = width - lb_style_width (cut);

  if (alignment == 'r')
    lb_style_pad (out, spare);
  lb_style_append (out, style, emphasis, cut);
  if (alignment != 'r' && !last)
    lb_style_pad (out, spare);
  if (!last)
    lb_style_pad (out, GAP);
}

static void
print_row (const LbTable *table, GString *out, const LbReportStyle *style, LbEmphasis emphasis,
           char **row, const int *widths)
{
  for (guint i = 0; i < table->columns; i++)
    if (widths[i] > 0)
      print_cell (out, style, emphasis, row[i], widths[i], table->alignment[i],
                  i + 1 == table->columns);
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

void
lb_table_print (LbTable *table, GString *out, const LbReportStyle *style)
{
  g_autofree int *widths = g_new0 (int, table->columns);

  for (guint i = 0; i < table->columns; i++)
    widths[i] = measure_column (table, i);
  if (style->width > 0 && table->columns > 0)
    fit (table, widths, style->width);
  print_row (table, out, style, LB_STYLE_BOLD, table->titles, widths);
  for (guint i = 0; i < table->rows->len; i++)
    print_row (table, out, style, LB_STYLE_PLAIN, g_ptr_array_index (table->rows, i), widths);
}
