#include "scores/frechet.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

#define SWEEPS_MOST 60
#define ORTHOGONAL 1e-14 /* a cosine that counts as none */

static double
dot (const double *a, const double *b, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

double
lb_cosine (const double *a, const double *b, gsize n)
{
  double lengths = sqrt (dot (a, a, n)) * sqrt (dot (b, b, n));

  return lengths > 0 ? CLAMP (dot (a, b, n) / lengths, -1, 1) : NAN;
}

static gboolean
check (const LbVectors *a, const LbVectors *b, GError **error)
{
  const LbVectors *both[] = { a, b };

  for (guint s = 0; s < G_N_ELEMENTS (both); s++)
    {
      gsize count = both[s]->count, dimensions = both[s]->dimensions;

      if (count < 2 || count > LB_FRECHET_MAX_VECTORS || dimensions == 0 ||
          dimensions > LB_FRECHET_MAX_DIMENSIONS)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "%" G_GSIZE_FORMAT " embeddings of %" G_GSIZE_FORMAT
                       " numbers have no distribution: at least 2 are needed, at most %d of %d",
                       count, dimensions, LB_FRECHET_MAX_VECTORS, LB_FRECHET_MAX_DIMENSIONS);
          return FALSE;
        }
      for (gsize i = 0; i < count * dimensions; i++)
        if (!isfinite (both[s]->values[i]))
          {
            g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                                 "an embedding holds what is no number");
            return FALSE;
          }
    }
  if (a->dimensions == b->dimensions)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "embeddings of %" G_GSIZE_FORMAT " and of %" G_GSIZE_FORMAT
               " numbers can't be compared",
               a->dimensions, b->dimensions);
  return FALSE;
}

/* @mean: [dimensions]. Returns: (transfer full): the vectors less their mean, over √(n − 1) */
static double *
centre (const LbVectors *set, double *mean)
{
  double *centred = g_new (double, set->count * set->dimensions);
  double scale = 1 / sqrt ((double) set->count - 1);

  memset (mean, 0, set->dimensions * sizeof *mean);
  for (gsize i = 0; i < set->count * set->dimensions; i++)
    mean[i % set->dimensions] += set->values[i] / (double) set->count;
  for (gsize i = 0; i < set->count * set->dimensions; i++)
    centred[i] = (set->values[i] - mean[i % set->dimensions]) * scale;
  return centred;
}

/* Turns rows @p and @q of @n numbers until they are at right angles. Returns: whether they were
 * not */
static gboolean
rotate (double *p, double *q, gsize n)
{
  double pp = dot (p, p, n), qq = dot (q, q, n), pq = dot (p, q, n);
  double zeta, t, c, s;

  if (fabs (pq) <= ORTHOGONAL * sqrt (pp * qq) || pq == 0)
    return FALSE;
  zeta = (qq - pp) / (2 * pq);
  t = copysign (1, zeta) / (fabs (zeta) + hypot (1, zeta));
  c = 1 / hypot (1, t);
  s = c * t;
  for (gsize i = 0; i < n; i++)
    {
      double old = p[i];

      p[i] = c * old - s * q[i];
      q[i] = s * old + c * q[i];
    }
  return TRUE;
}

/* The sum of the singular values of @matrix, whose rows become orthogonal. */
static double
nuclear_norm (double *matrix, gsize rows, gsize columns)
{
  gboolean turned = TRUE;
  double sum = 0;

  for (guint sweep = 0; sweep < SWEEPS_MOST && turned; sweep++)
    {
      turned = FALSE;
      for (gsize p = 0; p + 1 < rows; p++)
        for (gsize q = p + 1; q < rows; q++)
          turned |= rotate (matrix + p * columns, matrix + q * columns, columns);
    }
  for (gsize r = 0; r < rows; r++)
    sum += sqrt (dot (matrix + r * columns, matrix + r * columns, columns));
  return sum;
}

/* @few and @many: centred. The trace of the root of the product of their covariances. */
static double
root_trace (const double *few, gsize n_few, const double *many, gsize n_many, gsize dimensions)
{
  g_autofree double *products = g_new (double, n_few *n_many);

  for (gsize i = 0; i < n_few; i++)
    for (gsize j = 0; j < n_many; j++)
      products[i * n_many + j] = dot (few + i * dimensions, many + j * dimensions, dimensions);
  return nuclear_norm (products, n_few, n_many);
}

gboolean
lb_frechet_distance (const LbVectors *a, const LbVectors *b, double *distance, GError **error)
{
  const LbVectors *few = a->count <= b->count ? a : b, *many = few == a ? b : a;
  g_autofree double *mean_few = NULL, *mean_many = NULL, *x = NULL, *y = NULL;
  gsize n = a->dimensions;
  double between = 0, spread;

  if (!check (a, b, error))
    return FALSE;
  mean_few = g_new (double, n);
  mean_many = g_new (double, n);
  x = centre (few, mean_few);
  y = centre (many, mean_many);
  for (gsize i = 0; i < n; i++)
    between += (mean_few[i] - mean_many[i]) * (mean_few[i] - mean_many[i]);
  spread = dot (x, x, few->count * n) + dot (y, y, many->count * n);
  *distance = MAX (between + spread - 2 * root_trace (x, few->count, y, many->count, n), 0);
  return TRUE;
}
