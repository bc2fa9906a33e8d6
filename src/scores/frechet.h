/* How far two sets of embeddings are from each other: the Fréchet distance of two normal
 * distributions, as in the Fréchet audio distance. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_FRECHET_MAX_DIMENSIONS 8192
#define LB_FRECHET_MAX_VECTORS 100000

/** LbVectors: @count vectors of @dimensions numbers each, one after the other */
typedef struct {
  const double *values;
  gsize count;
  gsize dimensions;
} LbVectors;

/**
 * lb_frechet_distance:
 * @a, @b: of the same dimensions, finite, at least 2 vectors each
 * @distance: (out caller-allocates): |μa − μb|² + tr (Σa + Σb − 2 (Σa Σb)^½), never below 0;
 *   covariances are divided by n − 1
 * @error: %LB_ERROR_BAD_INPUT: too few or too many vectors, dimensions that differ, no numbers
 *
 * The trace of the root is the sum of the singular values of Xa Xbᵀ, X the centred vectors over
 * √(n − 1): exact however few vectors there are, where the covariances themselves are singular.
 * Time grows with the square of the smaller count.
 *
 * Source: Dowson and Landau (1982); Kilgour et al. (2019) for sounds. Singular values: Hestenes
 * (1958).
 */
gboolean lb_frechet_distance (const LbVectors *a, const LbVectors *b, double *distance,
                              GError **error);

/** lb_cosine: Returns: of the angle between two vectors of @n numbers, −1 to 1; NAN where one is
 * zero */
double lb_cosine (const double *a, const double *b, gsize n);

G_END_DECLS
