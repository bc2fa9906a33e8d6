#include "scores/frechet.h"

#include <math.h>

#include "core/error.h"

static double
distance (const double *a, gsize n_a, const double *b, gsize n_b, gsize dimensions)
{
  const LbVectors x = { a, n_a, dimensions }, y = { b, n_b, dimensions };
  g_autoptr (GError) error = NULL;
  double found = NAN;

  g_assert_true (lb_frechet_distance (&x, &y, &found, &error));
  g_assert_no_error (error);
  return found;
}

static void
is_nothing_between_equals (void)
{
  static const double a[] = { 1, 2, 5, -1, 0, 3, 4, 4, 7 };

  g_assert_cmpfloat_with_epsilon (distance (a, 3, a, 3, 3), 0, 1e-12);
}

/* Of one dimension it is (μa − μb)² + (σa − σb)². */
static void
is_known_in_one_dimension (void)
{
  static const double a[] = { -1, 1 }, b[] = { 7, 13 };
  double sigma_a = sqrt (2), sigma_b = sqrt (18);

  g_assert_cmpfloat_with_epsilon (distance (a, 2, b, 2, 1),
                                  100 + (sigma_a - sigma_b) * (sigma_a - sigma_b), 1e-9);
}

static void
is_the_same_both_ways (void)
{
  static const double a[] = { 0, 1, 2, 0, 5, 3, 1, 1 }, b[] = { 9, 1, 8, 2, 7, 7 };

  g_assert_cmpfloat_with_epsilon (distance (a, 4, b, 3, 2), distance (b, 3, a, 4, 2), 1e-9);
}

/* In directions where the other set doesn't vary the whole variance counts. */
static void
adds_variances_at_right_angles (void)
{
  static const double a[] = { -1, 0, 1, 0 }, b[] = { 0, -2, 0, 2 };

  g_assert_cmpfloat_with_epsilon (distance (a, 2, b, 2, 2), 2 + 8, 1e-12);
}

static void
refuses_what_has_no_distribution (void)
{
  static const double values[] = { 1, 2, 3, NAN };
  static const struct {
    LbVectors a, b;
    const char *said;
  } cases[] = {
    { { values, 1, 2 }, { values, 1, 2 }, "at least 2 are needed" },
    { { values, 2, 1 }, { values, 2, 2 }, "no number" },
    { { values, 3, 1 }, { values, 0, 1 }, "at least 2 are needed" },
    { { values, 2, 0 }, { values, 2, 0 }, "at least 2 are needed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      double found;

      g_assert_false (lb_frechet_distance (&cases[i].a, &cases[i].b, &found, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
      g_assert_nonnull (strstr (error->message, cases[i].said));
    }
}

static void
cosine_is_of_the_angle (void)
{
  static const double a[] = { 3, 4 }, b[] = { -6, -8 }, c[] = { -4, 3 }, zero[] = { 0, 0 };

  g_assert_cmpfloat (lb_cosine (a, a, 2), ==, 1);
  g_assert_cmpfloat (lb_cosine (a, b, 2), ==, -1);
  g_assert_cmpfloat (lb_cosine (a, c, 2), ==, 0);
  g_assert_true (isnan (lb_cosine (a, zero, 2)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frechet/is-nothing-between-equals", is_nothing_between_equals);
  g_test_add_func ("/frechet/is-known-in-one-dimension", is_known_in_one_dimension);
  g_test_add_func ("/frechet/is-the-same-both-ways", is_the_same_both_ways);
  g_test_add_func ("/frechet/adds-variances-at-right-angles", adds_variances_at_right_angles);
  g_test_add_func ("/frechet/refuses-what-has-no-distribution", refuses_what_has_no_distribution);
  g_test_add_func ("/frechet/cosine-is-of-the-angle", cosine_is_of_the_angle);
  return g_test_run ();
}
