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
#include "scores/align.h"

#include <string.h>

#define WORD_BITS 64
#define FIRST_BAND 256
#define LEVEL_BYTES (8 * 1024 * 1024) /* of checkpoints at one level */
#define TOP_BIT (G_GUINT64_CONSTANT (1) << 63)

/* Where a symbol stands in one block of 64 rows. */
typedef struct {
  gsize block;
  guint64 rows;
} Mark;

typedef struct {
  guint64 vp, vn; /* rows whose value is one more, one less, than the row's above */
} Cells;

typedef struct {
  guint64 d0; /* rows whose value equals that of the row above in the column before */
  guint64 vp;
} Step;

/* The blocks that a stage of 64 columns works on. */
typedef struct {
  gsize first, last;
} Range;

typedef struct {
  const guint32 *reference, *hypothesis;
  gsize rows, columns, blocks;
  guint32 symbols;
  gsize *first_mark, *end_mark; /* [symbols]: of each symbol's part of marks */
  Mark *marks;
  gint64 least, most; /* diagonals (column − row) of the band */
  gint64 bound;       /* of the distance, or −1: then the band is not cut down further */
  Range *stages;      /* [columns / 64 + 1] */
  gsize n_stages;     /* known so far */
  gsize span;         /* blocks that one column can touch */
  Cells *cells;       /* [blocks] */
  guint64 *equal;     /* [2 × blocks], all zero between columns */
  gint64 score;       /* at the last row of the column's last block */
  gsize row;          /* of the trace */
  GByteArray *edits;
} Grid;

/* Lists of marks for each symbol, in the order of blocks; each has room for one mark a row. */
static void
index_reference (Grid *grid)
{
  grid->first_mark = g_new0 (gsize, (gsize) grid->symbols + 1);
  grid->end_mark = g_new0 (gsize, (gsize) grid->symbols + 1);
  grid->marks = g_new (Mark, grid->rows);
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
      guint64 bit = G_GUINT64_CONSTANT (1) << (i % WORD_BITS);
      gsize end = grid->end_mark[symbol];

      if (end > grid->first_mark[symbol] && grid->marks[end - 1].block == i / WORD_BITS)
        grid->marks[end - 1].rows |= bit;
      else
        grid->marks[grid->end_mark[symbol]++] = (Mark){ i / WORD_BITS, bit };
    }
}

static gsize
rows_of_block (const Grid *grid, gsize block)
{
  return MIN (grid->rows - block * WORD_BITS, WORD_BITS);
}

/* A path through diagonal d costs at least |d| + |columns − rows − d|: those
 * above @edits are out. */
static void
set_band (Grid *grid, gsize edits, gboolean is_bound)
{
  gint64 difference = (gint64) grid->columns - (gint64) grid->rows;

  grid->least = -(((gint64) edits - difference) / 2);
  grid->most = ((gint64) edits + difference) / 2;
  grid->span = MIN ((gsize) (grid->most - grid->least) / WORD_BITS + 4, grid->blocks);
  grid->bound = is_bound ? (gint64) edits : -1;
  grid->n_stages = 0;
}

static gsize
block_of_row (const Grid *grid, gint64 row)
{
  return (gsize) (CLAMP (row, 1, (gint64) grid->rows) - 1) / WORD_BITS;
}

static const Range *
range_of_column (const Grid *grid, gsize column)
{
  return &grid->stages[column > 0 ? (column - 1) / WORD_BITS : 0];
}

static gsize
first_block (const Grid *grid, gsize column)
{
  return range_of_column (grid, column)->first;
}

static gsize
last_block (const Grid *grid, gsize column)
{
  return range_of_column (grid, column)->last;
}

/* By how much the value grows from a block's top to its bottom. */
static gint64
rise (const Grid *grid, gsize block)
{
  guint64 rows = G_MAXUINT64 >> (WORD_BITS - rows_of_block (grid, block));

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
cut_range (Grid *grid, gsize column, Range *range)
{
  gint64 off = (gint64) column - ((gint64) grid->columns - (gint64) grid->rows);
  gint64 bottom = grid->score, top;
  gsize kept = range->last;

  while (kept > range->first &&
         bottom - rise (grid, kept) + (gint64) (kept * WORD_BITS) - off > grid->bound)
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
         top + off - (gint64) ((range->first + 1) * WORD_BITS) > grid->bound)
    top += rise (grid, ++range->first);
}

/* The range of the stage that begins behind @column, when the way comes there first. */
static void
begin_stage (Grid *grid, gsize column)
{
  gsize stage = column / WORD_BITS;
  Range range = { block_of_row (grid, (gint64) column + 1 - grid->most),
                  block_of_row (grid, (gint64) (column + WORD_BITS) - grid->least) };

  if (stage < grid->n_stages)
    return;
  if (stage > 0 && grid->bound >= 0)
    {
      Range cut = grid->stages[stage - 1];

      cut_range (grid, column, &cut);
      range.first = MAX (range.first, cut.first);
      range.last = MIN (range.last, cut.last);
    }
  grid->stages[stage] = range;
  grid->n_stages = stage + 1;
}

static void
enter_blocks (Grid *grid, gsize from, gsize to)
{
  for (gsize b = from; b < to; b++)
    {
      grid->cells[b] = (Cells){ .vp = G_MAXUINT64 };
      grid->score += (gint64) rows_of_block (grid, b);
    }
}

static void
start_at_column_0 (Grid *grid)
{
  grid->score = 0;
  begin_stage (grid, 0);
  enter_blocks (grid, 0, last_block (grid, 0) + 1);
}

/* The marks of @symbol from block @first on. Returns: the first; @end: behind
 * the symbol's last */
static const Mark *
find_marks (const Grid *grid, guint32 symbol, gsize first, const Mark **end)
{
  const Mark *low, *high;

  *end = NULL;
  if (symbol >= grid->symbols)
    return NULL;
  low = grid->marks + grid->first_mark[symbol];
  high = *end = grid->marks + grid->end_mark[symbol];
  while (low < high)
    {
      const Mark *middle = low + (high - low) / 2;

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
  const Mark *marks, *end;
  guint64 *equal;
  guint64 up, down; /* what comes from the row above */
  guint64 hp, hn; /* of the last block done: rows one more, one less, than in the column before */
  Step *steps;    /* keeps what the trace needs, or %NULL */
} Lane;

static void
open_lane (Grid *grid, Lane *lane, gsize column, guint64 *equal, Step *steps)
{
  const Mark *mark, *end;

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
close_lane (Grid *grid, Lane *lane)
{
  guint64 bottom = G_GUINT64_CONSTANT (1) << (rows_of_block (grid, lane->last) - 1);

  grid->score += ((lane->hp & bottom) != 0) - ((lane->hn & bottom) != 0);
  for (const Mark *mark = lane->marks; mark < lane->end; mark++)
    lane->equal[mark->block] = 0;
}

/* The heart: 64 rows of one column from those of the column before. */
static inline void
step (Cells *cells, Lane *lane, gsize b)
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
  cells[b] = (Cells){ vp, vn };
  if (lane->steps != NULL)
    lane->steps[b - lane->first] = (Step){ d0, vp };
}

static void
advance_one (Grid *grid, gsize column, Step *steps)
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
advance_two (Grid *grid, gsize column, Step *steps)
{
  Cells *cells = grid->cells;
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

/* @n columns from @from + 1 on; @steps (nullable) keeps `span` places for each. */
static void
advance (Grid *grid, gsize from, gsize n, Step *steps)
{
  for (gsize j = from + 1; j <= from + n;)
    {
      Step *place = steps == NULL ? NULL : steps + (j - from - 1) * grid->span;

      if ((j - 1) % WORD_BITS == 0)
        {
          begin_stage (grid, j - 1);
          enter_blocks (grid, last_block (grid, j - 1) + 1, last_block (grid, j) + 1);
        }
      if (j < from + n && j % WORD_BITS != 0)
        {
          advance_two (grid, j, place);
          j += 2;
        }
      else
        advance_one (grid, j++, place);
    }
}

static gsize
cost_in_band (Grid *grid, gsize edits)
{
  set_band (grid, edits, FALSE);
  start_at_column_0 (grid);
  advance (grid, 0, grid->columns, NULL);
  return (gsize) grid->score;
}

/* An upper bound of the distance that is worth a band of its size. Narrow bands are cheap, and
 * mostly find the best path already; where a wider one found (nearly) nothing better, the bound
 * is about the distance, and only remains to be proved. */
static gsize
bound_of_distance (Grid *grid)
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
trace_column (Grid *grid, gsize column, const Step *steps)
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
          gsize b = (i - 1) / WORD_BITS - first_block (grid, column);
          guint64 bit = G_GUINT64_CONSTANT (1) << ((i - 1) % WORD_BITS);

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
save_cells (const Grid *grid, gsize column, Cells *to)
{
  gsize first = first_block (grid, column);

  memcpy (to, grid->cells + first, (last_block (grid, column) + 1 - first) * sizeof (Cells));
}

static void
restore_cells (Grid *grid, gsize column, const Cells *from)
{
  gsize first = first_block (grid, column);

  memcpy (grid->cells + first, from, (last_block (grid, column) + 1 - first) * sizeof (Cells));
}

/* How far apart checkpoints stand: two levels of about √n columns where those fit into the
 * budget, else as many as do. */
static gsize
checkpoint_stride (const Grid *grid, gsize columns)
{
  gsize slots = MAX (2, LEVEL_BYTES / (grid->span * sizeof (Cells)));
  gsize stride = 1;

  if (columns <= slots)
    return columns;
  while (stride * stride < columns)
    stride++;
  return stride <= slots ? stride : (columns + slots - 1) / slots;
}

/* Traces the columns @to … @from + 1; the cells are those of column @from. */
static void
trace (Grid *grid, gsize from, gsize to)
{
  gsize n = to - from, span = grid->span;
  gsize stride = checkpoint_stride (grid, n), points;
  g_autofree Cells *saved = NULL;

  if (stride == n || n <= 2)
    {
      g_autofree Step *steps = g_new (Step, n * span);

      advance (grid, from, n, steps);
      for (gsize j = n; j > 0; j--)
        trace_column (grid, from + j, steps + (j - 1) * span);
      return;
    }
  points = (n + stride - 1) / stride;
  saved = g_new (Cells, points * span);
  for (gsize p = 0; p < points; p++)
    {
      if (p > 0)
        advance (grid, from + (p - 1) * stride, stride, NULL);
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
search (Grid *grid)
{
  gsize bound;

  grid->blocks = (grid->rows + WORD_BITS - 1) / WORD_BITS;
  index_reference (grid);
  grid->cells = g_new (Cells, grid->blocks);
  grid->equal = g_new0 (guint64, 2 * grid->blocks);
  grid->stages = g_new (Range, grid->columns / WORD_BITS + 1);
  bound = bound_of_distance (grid);
  set_band (grid, bound, TRUE);
  start_at_column_0 (grid);
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
  Grid grid = { .reference = reference, .hypothesis = hypothesis, .symbols = symbols };
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
