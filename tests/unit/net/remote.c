#include "net/remote.h"

#include <string.h>

#include "core/error.h"

typedef struct {
  const char *url, *key;
  gboolean allow;
  int code; /* −1: taken */
} Case;

static void
only_this_machine_unless_allowed (void)
{
  static const Case cases[] = {
    { "http://127.0.0.1:8080", NULL, FALSE, -1 },
    { "http://127.1.2.3/", "sk-1", FALSE, -1 },
    { "http://[::1]:1/v1/", NULL, FALSE, -1 },
    { "http://localhost:8080", NULL, FALSE, -1 },
    { "https://LOCALHOST", NULL, FALSE, -1 },
    { "http://192.168.1.5:8000", NULL, FALSE, LB_ERROR_NOT_PERMITTED },
    { "http://0.0.0.0:8000", NULL, FALSE, LB_ERROR_NOT_PERMITTED },
    { "http://[::ffff:8.8.8.8]/", NULL, FALSE, LB_ERROR_NOT_PERMITTED },
    { "http://localhost.example.org", NULL, FALSE, LB_ERROR_NOT_PERMITTED },
    { "http://127.0.0.1.example.org", NULL, FALSE, LB_ERROR_NOT_PERMITTED },
    { "http://2130706433/", NULL, FALSE, LB_ERROR_NOT_PERMITTED },
    { "http://0x7f.1/", NULL, FALSE, LB_ERROR_NOT_PERMITTED },
    { "https://example.org", "sk-1", FALSE, LB_ERROR_NOT_PERMITTED },
    { "https://example.org", "sk-1", TRUE, -1 },
    { "http://example.org", NULL, TRUE, -1 },
    { "http://example.org", "sk-1", TRUE, LB_ERROR_NOT_PERMITTED },
    { "http://user:secret@127.0.0.1/", NULL, TRUE, LB_ERROR_USAGE },
    { "http://127.0.0.1/?key=secret", NULL, TRUE, LB_ERROR_USAGE },
    { "http://127.0.0.1/#a", NULL, TRUE, LB_ERROR_USAGE },
    { "ftp://127.0.0.1/", NULL, TRUE, LB_ERROR_USAGE },
    { "file:///etc/passwd", NULL, TRUE, LB_ERROR_USAGE },
    { "127.0.0.1:8080", NULL, TRUE, LB_ERROR_USAGE },
    { "http://127.0.0.1:99999", NULL, TRUE, LB_ERROR_USAGE },
    { "", NULL, TRUE, LB_ERROR_USAGE },
    { "http://127.0.0.1", "sk 1", FALSE, LB_ERROR_USAGE },
    { "http://127.0.0.1", "sk-1\r\nX: y", FALSE, LB_ERROR_USAGE },
    { "http://127.0.0.1", "sk-\xc3\xa9", FALSE, LB_ERROR_USAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LbRemote)
          remote = lb_remote_new (cases[i].url, cases[i].key, cases[i].allow, &error);

      g_test_message ("%s: %s", cases[i].url, error != NULL ? error->message : "taken");
      g_assert_cmpint (error != NULL ? error->code : -1, ==, cases[i].code);
      g_assert_cmpint (remote != NULL, ==, cases[i].code < 0);
      if (error != NULL)
        {
          g_assert_null (strstr (error->message, "secret"));
          g_assert_null (strstr (error->message, "sk"));
        }
    }
}

static void
the_key_is_hidden (void)
{
  g_autoptr (LbRemote) remote = lb_remote_new ("http://127.0.0.1", "sk-abc", FALSE, NULL);
  g_autoptr (LbRemote) none = lb_remote_new ("http://127.0.0.1", "", FALSE, NULL);
  g_autofree char *hidden = lb_remote_hide_key (remote, "wrong key sk-abc, sk-abc!");
  g_autofree char *same = lb_remote_hide_key (none, "wrong key sk-abc");

  g_assert_cmpstr (hidden, ==, "wrong key ***, ***!");
  g_assert_cmpstr (same, ==, "wrong key sk-abc");
  g_assert_false (lb_remote_has_key (none));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/remote/reach", only_this_machine_unless_allowed);
  g_test_add_func ("/remote/key", the_key_is_hidden);
  return g_test_run ();
}
