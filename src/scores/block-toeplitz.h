/* Systems of equations whose matrix is block Toeplitz: what fits filters between sounds. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * lb_block_toeplitz_solve:
 * @blocks: (array): [lag][row][column]: block (i, i + lag) of the symmetric, positive matrix
 * @size: rows of a block
 * @lags: blocks in a row of the matrix
 * @right: (array) (inout): [side][lag × @size + row]: right sides in, solutions out
 * @sides: how many right sides
 *
 * A matrix that isn't positive (two rows alike, a row of zeros) is made so by as little as it
 * takes: its diagonal × (1 + loading), loading 10⁻¹², 10⁻¹⁰… 10⁻².
 *
 * Time: 2 × size × (size × lags)² operations; memory: (size × lags)² / 2 doubles.
 *
 * Source: the generalised Schur algorithm, Kailath and Sayed (1995), "Displacement structure";
 * its rotations in the mixed form that Bojanczyk, Brent and de Hoog (1991) proved stable.
 *
 * Returns: the loading that it took: 0 for a positive matrix; NAN where none helped
 */
double lb_block_toeplitz_solve (const double *blocks, guint size, guint lags, double *right,
                                guint sides);

G_END_DECLS
