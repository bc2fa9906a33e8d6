#include "scores/block-toeplitz.h"

#include <math.h>
#include <string.h>

#define ROUNDING 1e-13
#define LOADING_FIRST 1e-12
#define LOADING_STEP 100.0
#define LOADING_LAST 1e-2

/* T − Z T Zᵀ = AᵀA − BᵀB, Z shifting by a block. Rows of A and B begin at the block that is at
 * hand. */
typedef struct {
  guint size, lags;
  gsize width;    /* size × lags */
  double *a, *b;  /* [size][width] */
  double *least;  /* [size]: of squares on R's diagonal: below it is rounding noise */
  double *factor; /* R of T = RᵀR, upper: each block row from its diagonal on */
} Schur;

static double *
factor_row (const Schur *schur, guint block, guint row)
{
  gsize size = schur->size;
  gsize before = size * (block * schur->width - size * ((gsize) block * (block - 1) / 2));

  return schur->factor + before + row * (schur->width - block * size);
}

/* Returns: FALSE unless the first block is positive */
static gboolean
factor_first_block (const double *block, guint size, double loading, double *upper)
{
  double largest = 0;

  for (guint i = 0; i < size; i++)
    largest = MAX (largest, block[i * size + i]);
  for (guint i = 0; i < size; i++)
    for (guint j = i; j < size; j++)
      {
        double sum = block[i * size + j];

        if (i == j)
          sum += loading * MAX (sum, largest * 1e-12);
        for (guint k = 0; k < i; k++)
          sum -= upper[k * size + i] * upper[k * size + j];
        if (i == j && !(sum > largest * 1e-30))
          return FALSE;
        upper[i * size + j] = i == j ? sqrt (sum) : sum / upper[i * size + i];
      }
  return TRUE;
}

/* A = R₀⁻ᵀ × the first block row; B the same without its first block */
static gboolean
start (Schur *schur, const double *blocks, double loading)
{
  guint size = schur->size;
  g_autofree double *upper = g_new0 (double, size *size);

  if (!factor_first_block (blocks, size, loading, upper))
    return FALSE;
  for (guint i = 0; i < size; i++)
    schur->least[i] = ROUNDING * blocks[i * size + i];
  for (guint i = 0; i < size; i++)
    {
      double *row = schur->a + i * schur->width;

      for (guint lag = 0; lag < schur->lags; lag++)
        memcpy (row + lag * size, blocks + ((gsize) lag * size + i) * size,
                size * sizeof (double));
      for (guint k = 0; k < i; k++)
        {
          const double *other = schur->a + k * schur->width;

          for (gsize x = 0; x < schur->width; x++)
            row[x] -= upper[k * size + i] * other[x];
        }
      for (gsize x = 0; x < schur->width; x++)
        row[x] /= upper[i * size + i];
      /* The diagonal's loading is no part of @blocks: the triangle is taken as it is. */
      memcpy (row, upper + i * size, size * sizeof (double));
    }
  memcpy (schur->b, schur->a, size * schur->width * sizeof (double));
  return TRUE;
}

static void
rotate (double *restrict a, double *restrict b, double rho, gsize n)
{
  double cosine = sqrt ((1 - rho) * (1 + rho)), inverse = 1 / cosine;

  for (gsize x = 0; x < n; x++)
    {
      a[x] = (a[x] - rho * b[x]) * inverse;
      b[x] = cosine * b[x] - rho * a[x];
    }
}

/* Makes B's leading block zero against A's. Returns: FALSE where the matrix isn't positive */
static gboolean
eliminate (Schur *schur, guint block)
{
  guint size = schur->size;
  gsize width = schur->width - (gsize) block * size;

  for (guint i = 0; i < size; i++)
    for (guint j = 0; j < size; j++)
      {
        double *a = schur->a + i * schur->width;
        double *b = schur->b + j * schur->width + (gsize) block * size;
        double rho = b[i] / a[i];

        if (!(fabs (rho) < 1))
          return FALSE;
        if (rho != 0)
          rotate (a + i, b + i, rho, width - i);
        if (!(a[i] * a[i] > schur->least[i]))
          return FALSE;
      }
  return TRUE;
}

/* One row of the factor is ready: takes its part out of what is still to be solved. */
static void
substitute_forward (const double *restrict row, gsize first, gsize width, double *right,
                    guint sides, gsize stride)
{
  for (guint side = 0; side < sides; side++)
    {
      double *restrict at = right + side * stride + first;
      double value = at[0] / row[0];

      for (gsize x = 1; x < width; x++)
        at[x] -= value * row[x];
      at[0] = value;
    }
}

static double
dot (const double *restrict x, const double *restrict y, gsize n)
{
  double sums[4] = { 0 };
  gsize i = 0;

  for (; i + 4 <= n; i += 4)
    for (gsize j = 0; j < 4; j++)
      sums[j] += x[i + j] * y[i + j];
  for (; i < n; i++)
    sums[0] += x[i] * y[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static void
substitute_back (const Schur *schur, double *right, guint sides)
{
  for (guint block = schur->lags; block-- > 0;)
    for (guint i = schur->size; i-- > 0;)
      {
        const double *row = factor_row (schur, block, i) + i;
        gsize first = (gsize) block * schur->size + i;

        for (guint side = 0; side < sides; side++)
          {
            double *at = right + side * schur->width + first;

            at[0] = (at[0] - dot (row + 1, at + 1, schur->width - first - 1)) / row[0];
          }
      }
}

static gboolean
solve (Schur *schur, const double *blocks, double loading, double *right, guint sides)
{
  guint size = schur->size;

  if (!start (schur, blocks, loading))
    return FALSE;
  for (guint block = 0; block < schur->lags; block++)
    {
      gsize width = schur->width - (gsize) block * size;

      if (block > 0 && !eliminate (schur, block))
        return FALSE;
      for (guint i = 0; i < size; i++)
        {
          double *row = factor_row (schur, block, i);

          memcpy (row, schur->a + i * schur->width, width * sizeof (double));
          substitute_forward (row + i, (gsize) block * size + i, width - i, right, sides,
                              schur->width);
        }
    }
  substitute_back (schur, right, sides);
  return TRUE;
}

double
lb_block_toeplitz_solve (const double *blocks, guint size, guint lags, double *right, guint sides)
{
  gsize width = (gsize) size * lags, triangle = (gsize) size * size * lags * (lags + 1) / 2;
  g_autofree double *a = g_new (double, size *width);
  g_autofree double *b = g_new (double, size *width);
  g_autofree double *factor = g_new (double, triangle);
  g_autofree double *given = g_memdup2 (right, sides * width * sizeof (double));
  g_autofree double *least = g_new (double, size);
  Schur schur = { size, lags, width, a, b, least, factor };
  double loading = 0;

  g_return_val_if_fail (size > 0 && lags > 0 && sides > 0, NAN);

  while (!solve (&schur, blocks, loading, right, sides))
    {
      loading = loading == 0 ? LOADING_FIRST : loading * LOADING_STEP;
      if (loading > LOADING_LAST * 1.5)
        return NAN;
      memcpy (right, given, sides * width * sizeof (double));
    }
  return loading;
}
