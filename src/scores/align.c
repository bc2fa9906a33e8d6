/* Bit-parallel edit distance: 64 rows of a column in one machine word (Myers 1999, "A fast
 * bit-vector algorithm for approximate string matching based on dynamic programming"; the block
 * form and D0 of Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit
 * distances"), within the band of diagonals that a path of at most k edits can reach (Ukkonen
 * 1985, "Algorithms for approximate string matching").
 *
 * Rows are words of the reference, columns words of the hypothesis. A band that is too narrow
 * still costs a real path, so what it finds is an upper bound; once a band is as wide as a bound
 * needs, every best path lies inside, and the trace meets only true values.
 *
 * The trace needs every column once more, backwards: columns are kept at checkpoints and
 * computed again from there (the same idea at each level), so memory stays within a budget. */
#include "scores/align-grid.h"

#include <string.h>

#define FIRST_BAND 256
#define LEVEL_BYTES (8 * 1024 * 1024) /* of checkpoints at one level */

static gsize
cost_in_band (LbGrid *grid, gsize edits)
{
  lb_grid_set_band (grid, edits, FALSE);
  lb_grid_start (grid);
  lb_grid_advance (grid, 0, grid->columns, NULL);
  return (gsize) grid->score;
}

/* An upper bound of the distance that is worth a band of its size. Narrow bands are cheap, and
 * mostly find the best path already; where a wider one found (nearly) nothing better, the bound
 * is about the distance, and only remains to be proved. */
static gsize
bound_of_distance (LbGrid *grid)
{
  gsize difference = grid->columns > grid->rows ? grid->columns - grid->rows
                                                : grid->rows - grid->columns;
  gsize worst = MAX (grid->rows, grid->columns);
  gsize width = MIN (difference + FIRST_BAND, worst);
  gsize bound = cost_in_band (grid, width);

  while (bound > width)
    {
      gsize before = bound;

      width = MIN (width * 4, bound);
      if (width == bound)
        break;
      bound = MIN (bound, cost_in_band (grid, width));
      if (before - bound <= before / 16)
        break;
    }
  return bound;
}

static void
trace_column (LbGrid *grid, gsize column, const LbGridStep *steps)
{
  while (TRUE)
    {
      gsize i = grid->row;
      guint8 edit;

      if (i == 0)
        edit = LB_EDIT_INSERT;
      else if (grid->reference[i - 1] == grid->hypothesis[column - 1])
        edit = LB_EDIT_MATCH;
      else
        {
          gsize b = (i - 1) / LB_GRID_WORD_BITS - lb_grid_range (grid, column)->first;
          guint64 bit = G_GUINT64_CONSTANT (1) << ((i - 1) % LB_GRID_WORD_BITS);

          g_assert (b < grid->span);
          edit = !(steps[b].d0 & bit)  ? LB_EDIT_SUBSTITUTE
                 : (steps[b].vp & bit) ? LB_EDIT_DELETE
                                       : LB_EDIT_INSERT;
        }
      g_byte_array_append (grid->edits, &edit, 1);
      if (edit != LB_EDIT_INSERT)
        grid->row--;
      if (edit != LB_EDIT_DELETE)
        return;
    }
}

static void
save_cells (const LbGrid *grid, gsize column, LbGridCells *to)
{
  const LbGridRange *range = lb_grid_range (grid, column);

  memcpy (to, grid->cells + range->first,
          (range->last + 1 - range->first) * sizeof (LbGridCells));
}

static void
restore_cells (LbGrid *grid, gsize column, const LbGridCells *from)
{
  const LbGridRange *range = lb_grid_range (grid, column);

  memcpy (grid->cells + range->first, from,
          (range->last + 1 - range->first) * sizeof (LbGridCells));
}

/* How far apart checkpoints stand: two levels of about √n columns where those fit into the
 * budget, else as many as do. */
static gsize
checkpoint_stride (const LbGrid *grid, gsize columns)
{
  gsize slots = MAX (2, LEVEL_BYTES / (grid->span * sizeof (LbGridCells)));
  gsize stride = 1;

  if (columns <= slots)
    return columns;
  while (stride * stride < columns)
    stride++;
  return stride <= slots ? stride : (columns + slots - 1) / slots;
}

/* Traces the columns @to … @from + 1; the cells are those of column @from. */
static void
trace (LbGrid *grid, gsize from, gsize to)
{
  gsize n = to - from, span = grid->span;
  gsize stride = checkpoint_stride (grid, n), points;
  g_autofree LbGridCells *saved = NULL;

  if (stride == n || n <= 2)
    {
      g_autofree LbGridStep *steps = g_new (LbGridStep, n * span);

      lb_grid_advance (grid, from, n, steps);
      for (gsize j = n; j > 0; j--)
        trace_column (grid, from + j, steps + (j - 1) * span);
      return;
    }
  points = (n + stride - 1) / stride;
  saved = g_new (LbGridCells, points * span);
  for (gsize p = 0; p < points; p++)
    {
      if (p > 0)
        lb_grid_advance (grid, from + (p - 1) * stride, stride, NULL);
      save_cells (grid, from + p * stride, saved + p * span);
    }
  for (gsize p = points; p-- > 0;)
    {
      restore_cells (grid, from + p * stride, saved + p * span);
      trace (grid, from + p * stride, MIN (from + (p + 1) * stride, to));
    }
}

static void
append_edits (GByteArray *edits, guint8 edit, gsize n)
{
  gsize before = edits->len;

  if (n == 0)
    return;
  g_byte_array_set_size (edits, (guint) (before + n));
  memset (edits->data + before, edit, n);
}

static void
reverse (GByteArray *edits)
{
  for (gsize i = 0, j = edits->len; i + 1 < j; i++)
    {
      guint8 edit = edits->data[i];

      edits->data[i] = edits->data[--j];
      edits->data[j] = edit;
    }
}

static void
search (LbGrid *grid)
{
  gsize bound;

  grid->blocks = (grid->rows + LB_GRID_WORD_BITS - 1) / LB_GRID_WORD_BITS;
  lb_grid_index (grid);
  grid->cells = g_new (LbGridCells, grid->blocks);
  grid->equal = g_new0 (guint64, 2 * grid->blocks);
  grid->stages = g_new (LbGridRange, grid->columns / LB_GRID_WORD_BITS + 1);
  bound = bound_of_distance (grid);
  lb_grid_set_band (grid, bound, TRUE);
  lb_grid_start (grid);
  grid->row = grid->rows;
  trace (grid, 0, grid->columns);
  append_edits (grid->edits, LB_EDIT_DELETE, grid->row);
  g_free (grid->first_mark);
  g_free (grid->end_mark);
  g_free (grid->marks);
  g_free (grid->cells);
  g_free (grid->equal);
  g_free (grid->stages);
}

GByteArray *
lb_align (const guint32 *reference, gsize rows, const guint32 *hypothesis, gsize columns,
          guint32 symbols)
{
  LbGrid grid = { .reference = reference, .hypothesis = hypothesis, .symbols = symbols };
  gsize tail = 0;

  /* The trace would take equal ends as matches anyway. (Not so equal beginnings.) */
  while (tail < MIN (rows, columns) &&
         reference[rows - 1 - tail] == hypothesis[columns - 1 - tail])
    tail++;
  grid.rows = rows - tail;
  grid.columns = columns - tail;
  grid.edits = g_byte_array_new ();
  append_edits (grid.edits, LB_EDIT_MATCH, tail);
  if (grid.rows == 0)
    append_edits (grid.edits, LB_EDIT_INSERT, grid.columns);
  else if (grid.columns == 0)
    append_edits (grid.edits, LB_EDIT_DELETE, grid.rows);
  else
    search (&grid);
  reverse (grid.edits);
  return grid.edits;
}
