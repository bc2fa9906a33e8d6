/* The columns of the grid of edits, each from the one before: bit-parallel, within the band. The
 * sources are those of align.c. */
#include "scores/align-grid.h"

/* Lists of marks for each symbol, in the order of blocks; each has room for one mark a row. */
void
lb_grid_index (LbGrid *grid)
{
  grid->first_mark = g_new0 (gsize, (gsize) grid->symbols + 1);
  grid->end_mark = g_new0 (gsize, (gsize) grid->symbols + 1);
  grid->marks = g_new (LbGridMark, grid->rows);
  for (gsize i = 0; i < grid->rows; i++)
    grid->first_mark[grid->reference[i] + 1]++;
  for (gsize s = 0; s < grid->symbols; s++)
    {
      grid->first_mark[s + 1] += grid->first_mark[s];
      grid->end_mark[s] = grid->first_mark[s];
    }
  for (gsize i = 0; i < grid->rows; i++)
    {
      guint32 symbol = grid->reference[i];
      guint64 bit = G_GUINT64_CONSTANT (1) << (i % LB_GRID_WORD_BITS);
      gsize end = grid->end_mark[symbol];

      if (end > grid->first_mark[symbol] && grid->marks[end - 1].block == i / LB_GRID_WORD_BITS)
        grid->marks[end - 1].rows |= bit;
      else
        grid->marks[grid->end_mark[symbol]++] = (LbGridMark){ i / LB_GRID_WORD_BITS, bit };
    }
}

static gsize
rows_of_block (const LbGrid *grid, gsize block)
{
  return MIN (grid->rows - block * LB_GRID_WORD_BITS, LB_GRID_WORD_BITS);
}

/* A path through diagonal d costs at least |d| + |columns − rows − d|: those
 * above @edits are out. */
void
lb_grid_set_band (LbGrid *grid, gsize edits, gboolean is_bound)
{
  gint64 difference = (gint64) grid->columns - (gint64) grid->rows;

  grid->least = -(((gint64) edits - difference) / 2);
  grid->most = ((gint64) edits + difference) / 2;
  grid->span = MIN ((gsize) (grid->most - grid->least) / LB_GRID_WORD_BITS + 4, grid->blocks);
  grid->bound = is_bound ? (gint64) edits : -1;
  grid->n_stages = 0;
}

static gsize
block_of_row (const LbGrid *grid, gint64 row)
{
  return (gsize) (CLAMP (row, 1, (gint64) grid->rows) - 1) / LB_GRID_WORD_BITS;
}

const LbGridRange *
lb_grid_range (const LbGrid *grid, gsize column)
{
  return &grid->stages[column > 0 ? (column - 1) / LB_GRID_WORD_BITS : 0];
}

static gsize
first_block (const LbGrid *grid, gsize column)
{
  return lb_grid_range (grid, column)->first;
}

static gsize
last_block (const LbGrid *grid, gsize column)
{
  return lb_grid_range (grid, column)->last;
}

/* By how much the value grows from a block's top to its bottom. */
static gint64
rise (const LbGrid *grid, gsize block)
{
  guint64 rows = G_MAXUINT64 >> (LB_GRID_WORD_BITS - rows_of_block (grid, block));

  return __builtin_popcountll (grid->cells[block].vp & rows) -
         __builtin_popcountll (grid->cells[block].vn & rows);
}

/* Cuts off what no path within the bound passes (Ukkonen's cut-off, by blocks): @column is done,
 * and what is left to the end costs at least the distance of the diagonals. Seen downwards, value
 * and that distance together never fall along a path, and rise by 2 with each row that it goes
 * straight down: what is above the bound over a whole last block stays so, and the rows below the
 * bound grow by one a column at most, 64 in a stage. Seen upwards likewise: rows that were left
 * never come back. */
static void
cut_range (LbGrid *grid, gsize column, LbGridRange *range)
{
  gint64 off = (gint64) column - ((gint64) grid->columns - (gint64) grid->rows);
  gint64 bottom = grid->score, top;
  gsize kept = range->last;

  while (kept > range->first &&
         bottom - rise (grid, kept) + (gint64) (kept * LB_GRID_WORD_BITS) - off > grid->bound)
    bottom -= rise (grid, kept--);
  if (kept < range->last)
    {
      range->last = kept + 1;
      grid->score = bottom + rise (grid, kept + 1);
    }
  else
    range->last = kept + 1; /* a new block */
  top = bottom;
  for (gsize b = kept; b > range->first; b--)
    top -= rise (grid, b);
  while (range->first < kept &&
         top + off - (gint64) ((range->first + 1) * LB_GRID_WORD_BITS) > grid->bound)
    top += rise (grid, ++range->first);
}

/* The range of the stage that begins behind @column, when the way comes there first. */
static void
begin_stage (LbGrid *grid, gsize column)
{
  gsize stage = column / LB_GRID_WORD_BITS;
  LbGridRange range = { block_of_row (grid, (gint64) column + 1 - grid->most),
                        block_of_row (grid,
                                      (gint64) (column + LB_GRID_WORD_BITS) - grid->least) };

  if (stage < grid->n_stages)
    return;
  if (stage > 0 && grid->bound >= 0)
    {
      LbGridRange cut = grid->stages[stage - 1];

      cut_range (grid, column, &cut);
      range.first = MAX (range.first, cut.first);
      range.last = MIN (range.last, cut.last);
    }
  grid->stages[stage] = range;
  grid->n_stages = stage + 1;
}

static void
enter_blocks (LbGrid *grid, gsize from, gsize to)
{
  for (gsize b = from; b < to; b++)
    {
      grid->cells[b] = (LbGridCells){ .vp = G_MAXUINT64 };
      grid->score += (gint64) rows_of_block (grid, b);
    }
}

void
lb_grid_start (LbGrid *grid)
{
  grid->score = 0;
  begin_stage (grid, 0);
  enter_blocks (grid, 0, last_block (grid, 0) + 1);
}

/* The marks of @symbol from block @first on. Returns: the first; @end: behind
 * the symbol's last */
static const LbGridMark *
find_marks (const LbGrid *grid, guint32 symbol, gsize first, const LbGridMark **end)
{
  const LbGridMark *low, *high;

  *end = NULL;
  if (symbol >= grid->symbols)
    return NULL;
  low = grid->marks + grid->first_mark[symbol];
  high = *end = grid->marks + grid->end_mark[symbol];
  while (low < high)
    {
      const LbGridMark *middle = low + (high - low) / 2;

      if (middle->block < first)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* One column on its way down its blocks. */
typedef struct {
  gsize first, last;
  const LbGridMark *marks, *end;
  guint64 *equal;
  guint64 up, down; /* what comes from the row above */
  guint64 hp, hn; /* of the last block done: rows one more, one less, than in the column before */
  LbGridStep *steps; /* keeps what the trace needs, or %NULL */
} Lane;

static void
open_lane (LbGrid *grid, Lane *lane, gsize column, guint64 *equal, LbGridStep *steps)
{
  const LbGridMark *mark, *end;

  *lane = (Lane){
    .first = first_block (grid, column),
    .last = last_block (grid, column),
    .equal = equal,
    .up = 1, /* over the band it is +1, as on row 0 */
    .steps = steps,
  };
  lane->marks = find_marks (grid, grid->hypothesis[column - 1], lane->first, &end);
  for (mark = lane->marks; mark < end && mark->block <= lane->last; mark++)
    equal[mark->block] = mark->rows;
  lane->end = mark;
}

static void
close_lane (LbGrid *grid, Lane *lane)
{
  guint64 bottom = G_GUINT64_CONSTANT (1) << (rows_of_block (grid, lane->last) - 1);

  grid->score += ((lane->hp & bottom) != 0) - ((lane->hn & bottom) != 0);
  for (const LbGridMark *mark = lane->marks; mark < lane->end; mark++)
    lane->equal[mark->block] = 0;
}

/* The heart: 64 rows of one column from those of the column before. */
static inline void
step (LbGridCells *cells, Lane *lane, gsize b)
{
  guint64 vp = cells[b].vp, vn = cells[b].vn, equal = lane->equal[b];
  guint64 with_carry = equal | lane->down;
  guint64 d0 = (((with_carry & vp) + vp) ^ vp) | with_carry | vn;
  guint64 hp = vn | ~(d0 | vp), hn = vp & d0;

  lane->hp = hp;
  lane->hn = hn;
  equal |= vn;
  vn = (hp << 1) | lane->up;
  vp = ((hn << 1) | lane->down) | ~(equal | vn);
  vn &= equal;
  lane->up = hp >> 63;
  lane->down = hn >> 63;
  cells[b] = (LbGridCells){ vp, vn };
  if (lane->steps != NULL)
    lane->steps[b - lane->first] = (LbGridStep){ d0, vp };
}

static void
advance_one (LbGrid *grid, gsize column, LbGridStep *steps)
{
  Lane lane;

  open_lane (grid, &lane, column, grid->equal, steps);
  for (gsize b = lane.first; b <= lane.last; b++)
    step (grid->cells, &lane, b);
  close_lane (grid, &lane);
}

/* Two columns of one stage, the second one block behind the first: each step waits for the one
 * above it, so a processor has time for both. */
static void
advance_two (LbGrid *grid, gsize column, LbGridStep *steps)
{
  LbGridCells *cells = grid->cells;
  Lane left, right;

  open_lane (grid, &left, column, grid->equal, steps);
  open_lane (grid, &right, column + 1, grid->equal + grid->blocks,
             steps == NULL ? NULL : steps + grid->span);
  step (cells, &left, left.first);
  for (gsize b = left.first + 1; b <= left.last; b++)
    {
      step (cells, &left, b);
      step (cells, &right, b - 1);
    }
  step (cells, &right, right.last);
  close_lane (grid, &left);
  close_lane (grid, &right);
}

void
lb_grid_advance (LbGrid *grid, gsize from, gsize n, LbGridStep *steps)
{
  for (gsize j = from + 1; j <= from + n;)
    {
      LbGridStep *place = steps == NULL ? NULL : steps + (j - from - 1) * grid->span;

      if ((j - 1) % LB_GRID_WORD_BITS == 0)
        {
          begin_stage (grid, j - 1);
          enter_blocks (grid, last_block (grid, j - 1) + 1, last_block (grid, j) + 1);
        }
      if (j < from + n && j % LB_GRID_WORD_BITS != 0)
        {
          advance_two (grid, j, place);
          j += 2;
        }
      else
        advance_one (grid, j++, place);
    }
}
