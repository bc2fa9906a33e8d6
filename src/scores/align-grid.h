/* What the alignment's two files share: the grid whose paths are edits, and its
 * way through columns. */
#pragma once

#include "scores/align.h"

G_BEGIN_DECLS

#define LB_GRID_WORD_BITS 64

/* Where a symbol stands in one block of 64 rows. */
typedef struct {
  gsize block;
  guint64 rows;
} LbGridMark;

typedef struct {
  guint64 vp, vn; /* rows whose value is one more, one less, than the row's above */
} LbGridCells;

typedef struct {
  guint64 d0; /* rows whose value equals that of the row above in the column before */
  guint64 vp;
} LbGridStep;

/* The blocks that a stage of 64 columns works on. */
typedef struct {
  gsize first, last;
} LbGridRange;

typedef struct {
  const guint32 *reference, *hypothesis;
  gsize rows, columns, blocks;
  guint32 symbols;
  gsize *first_mark, *end_mark; /* [symbols]: of each symbol's part of marks */
  LbGridMark *marks;
  gint64 least, most;  /* diagonals (column − row) of the band */
  gint64 bound;        /* of the distance, or −1: then the band is not cut down further */
  LbGridRange *stages; /* [columns / 64 + 1] */
  gsize n_stages;      /* known so far */
  gsize span;          /* blocks that one column can touch */
  LbGridCells *cells;  /* [blocks] */
  guint64 *equal;      /* [2 × blocks], all zero between columns */
  gint64 score;        /* at the last row of the column's last block */
  gsize row;           /* of the trace */
  GByteArray *edits;
} LbGrid;

/** lb_grid_index: finds where each symbol stands in the reference */
void lb_grid_index (LbGrid *grid);

/** lb_grid_set_band: to the diagonals of paths of at most @edits; @is_bound: the distance is no
 * more than that, and blocks without such a path are cut off on the way */
void lb_grid_set_band (LbGrid *grid, gsize edits, gboolean is_bound);

/** lb_grid_range: Returns: the blocks of @column, which has been reached */
const LbGridRange *lb_grid_range (const LbGrid *grid, gsize column);

/** lb_grid_start: sets the cells to column 0's */
void lb_grid_start (LbGrid *grid);

/** lb_grid_advance: the cells from those of column @from to those of @from + @n; @steps
 * (nullable) keeps `span` places for each column */
void lb_grid_advance (LbGrid *grid, gsize from, gsize n, LbGridStep *steps);

G_END_DECLS
