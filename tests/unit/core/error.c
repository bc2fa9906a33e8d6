#include "core/error.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>

static void
has_a_word_for_every_code (void)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = LB_ERROR_FAILED; code <= LB_ERROR_CANCELLED; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (LB_ERROR, code, "x");
      const char *word = lb_error_kind (error);

      g_assert_nonnull (word);
      g_assert_true (g_hash_table_add (words, (char *) word));
    }
}

static void
calls_what_it_does_not_know_failed (void)
{
  g_autoptr (GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "x");
  g_autoptr (GError) beyond = g_error_new_literal (LB_ERROR, 999, "x");
  g_autoptr (GError) below = g_error_new_literal (LB_ERROR, -1, "x");

  g_assert_cmpstr (lb_error_kind (other), ==, "failed");
  g_assert_cmpstr (lb_error_kind (beyond), ==, "failed");
  g_assert_cmpstr (lb_error_kind (below), ==, "failed");
}

static void
takes_the_code_from_errno (void)
{
  static const struct {
    int saved;
    LbError code;
  } cases[] = {
    { ENOENT, LB_ERROR_NOT_FOUND },     { ENOTDIR, LB_ERROR_NOT_FOUND },
    { ENOSPC, LB_ERROR_NO_SPACE },      { EDQUOT, LB_ERROR_NO_SPACE },
    { EACCES, LB_ERROR_NOT_PERMITTED }, { EPERM, LB_ERROR_NOT_PERMITTED },
    { EROFS, LB_ERROR_NOT_PERMITTED },  { EIO, LB_ERROR_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *whole = g_strdup_printf ("can't write \"a\": %s",
                                                g_strerror (cases[i].saved));

      g_assert_false (lb_error_set_errno (&error, cases[i].saved, "can't write \"%s\"", "a"));
      g_assert_error (error, LB_ERROR, (int) cases[i].code);
      g_assert_cmpstr (error->message, ==, whole);
    }
  g_assert_false (lb_error_set_errno (NULL, EIO, "nobody asks"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/words", has_a_word_for_every_code);
  g_test_add_func ("/error/unknown", calls_what_it_does_not_know_failed);
  g_test_add_func ("/error/errno", takes_the_code_from_errno);
  return g_test_run ();
}
