#include "fake.h"
#include "machine/files.h"

static void
reads_numbers_and_refuses_what_is_none (void)
{
  static const struct {
    const char *text;
    gboolean number;
    guint64 value;
  } cases[] = {
    { "42\n", TRUE, 42 },
    { "0x744c\n", TRUE, 0x744c },
    { "18446744073709551615", TRUE, G_MAXUINT64 },
    { "18446744073709551616", FALSE, 0 }, /* one too large */
    { "-1\n", FALSE, 0 },
    { "max\n", FALSE, 0 },
    { "", FALSE, 0 },
  };
  g_autoptr (Fake) fake = fake_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint64 value = 0;

      fake_write (fake, "/number", cases[i].text);
      g_assert_cmpint (lb_file_number (&value, fake->root, "/number"), ==, cases[i].number);
      g_assert_cmpuint (value, ==, cases[i].value);
    }
}

static void
bounds_what_it_reads (void)
{
  g_autofree char *endless = lb_file_text ("", "/dev/zero");
  g_autofree char *folder = lb_file_text ("", "/proc");
  g_autofree char *absent = lb_file_text ("", "/no/such/file");

  g_assert_cmpstr (endless, ==, "");
  g_assert_null (folder);
  g_assert_null (absent);
}

static void
finds_fields_at_the_beginning_of_lines_only (void)
{
  static const char text[] = "xVmHWM: 1\nVmHWMs: 2\nVmHWM:\t  12 kB\nempty:\nlast 7";
  g_autofree char *field = lb_file_field (text, "VmHWM", ':');
  g_autofree char *empty = lb_file_field (text, "empty", ':');
  g_autofree char *last = lb_file_field (text, "last", ' ');
  guint64 value = 0;

  g_assert_cmpstr (field, ==, "12 kB");
  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpstr (last, ==, "7");
  g_assert_true (lb_file_field_number (text, "VmHWM", ':', &value));
  g_assert_cmpuint (value, ==, 12);
  g_assert_false (lb_file_field_number (text, "empty", ':', &value));
  g_assert_false (lb_file_field_number (text, "las", ' ', &value));
  g_assert_false (lb_file_field_number (NULL, "VmHWM", ':', &value));
}

static void
lists_in_the_order_of_numbers (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (GPtrArray) names = NULL;

  fake_write (fake, "/cards/card10", "");
  fake_write (fake, "/cards/card2", "");
  fake_write (fake, "/cards/version", "");
  names = lb_file_list ("card", fake->root, "/cards");
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (names->pdata[0], ==, "card2");
  g_assert_cmpstr (names->pdata[1], ==, "card10");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/files/numbers", reads_numbers_and_refuses_what_is_none);
  g_test_add_func ("/files/bounds", bounds_what_it_reads);
  g_test_add_func ("/files/fields", finds_fields_at_the_beginning_of_lines_only);
  g_test_add_func ("/files/order", lists_in_the_order_of_numbers);
  return g_test_run ();
}
