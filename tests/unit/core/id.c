#include "core/id.h"

#include <string.h>

static void
names_sort_by_time_and_never_repeat (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *before = lb_id_new ();
  g_autofree char *after = NULL;

  for (int i = 0; i < 10000; i++)
    g_assert_true (g_hash_table_add (seen, lb_id_new ()));
  g_usleep (3000);
  after = lb_id_new ();
  g_assert_cmpstr (before, <, after);
}

static void
has_version_variant_and_the_clock (void)
{
  gint64 earliest = g_get_real_time () / 1000;
  g_autofree char *id = lb_id_new ();
  gint64 latest = g_get_real_time () / 1000;
  g_autofree char *digits = g_strdup_printf ("%.8s%.4s", id, id + 9);
  gint64 ms = (gint64) g_ascii_strtoull (digits, NULL, 16);

  g_assert_true (lb_id_is_valid (id));
  g_assert_cmpint (id[14], ==, '7');
  g_assert_nonnull (strchr ("89ab", id[19]));
  g_assert_cmpint (ms, >=, earliest);
  g_assert_cmpint (ms, <=, latest);
}

static void
refuses_what_is_no_id (void)
{
  static const char *const cases[] = {
    "",
    "41",
    "last",
    "0192f0c1-2345-7abc-8def-0123456789a",   /* one short */
    "0192f0c1-2345-7abc-8def-0123456789abc", /* one long */
    "0192f0c1-2345-7abc-8def-0123456789ag",
    "0192f0c1x2345-7abc-8def-0123456789ab",
    "0192f0c1-2345-7abc-8def-0123456789-b",
    "../../../../../../../../../etc/passw",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_false (lb_id_is_valid (cases[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id/sorts", names_sort_by_time_and_never_repeat);
  g_test_add_func ("/id/layout", has_version_variant_and_the_clock);
  g_test_add_func ("/id/refuses", refuses_what_is_no_id);
  return g_test_run ();
}
