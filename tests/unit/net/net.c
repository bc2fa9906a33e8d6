#include "core/error.h"
#include "net/download.h"

typedef struct {
  const char *url;
  int code; /* −1: allowed */
} Case;

static void
only_https_leaves_this_machine (void)
{
  static const Case cases[] = {
    { "https://example.org/x", -1 },
    { "http://127.0.0.1:8080/x", -1 },
    { "http://127.9.9.9/x", -1 },
    { "http://[::1]/x", -1 },
    { "http://localhost/x", -1 },
    { "http://example.org/x", LB_ERROR_NOT_PERMITTED },
    { "http://127.0.0.1.example.org/x", LB_ERROR_NOT_PERMITTED },
    { "http://localhost.example.org/x", LB_ERROR_NOT_PERMITTED },
    { "http://127.0.0.1@example.org/x", LB_ERROR_NOT_PERMITTED },
    { "ftp://127.0.0.1/x", LB_ERROR_NOT_PERMITTED },
    { "file:///etc/passwd", LB_ERROR_USAGE },
    { "https://", LB_ERROR_USAGE },
    { "", LB_ERROR_USAGE },
    { "x", LB_ERROR_USAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean allowed = lb_net_url_check (cases[i].url, &error);

      g_test_message ("%s", cases[i].url);
      if (cases[i].code < 0)
        g_assert_true (allowed);
      else
        g_assert_error (error, LB_ERROR, cases[i].code);
    }
}

static void
hosts_are_shown_without_secrets_and_usual_ports (void)
{
  g_autofree char *plain = lb_net_host ("https://user:secret@example.org/path?token=1");
  g_autofree char *port = lb_net_host ("http://127.0.0.1:8080/");
  g_autofree char *six = lb_net_host ("http://[::1]:8080/");

  g_assert_cmpstr (plain, ==, "example.org");
  g_assert_cmpstr (port, ==, "127.0.0.1:8080");
  g_assert_cmpstr (six, ==, "[::1]:8080");
}

static void
timeout_is_read_within_bounds (void)
{
  static const struct {
    const char *text;
    guint wanted;
  } cases[] = { { "1", 1 },  { "3600", 3600 }, { "0", 30 }, { "3601", 30 },
                { "x", 30 }, { "-1", 30 },     { "", 30 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_setenv ("LLAMABURN_NETWORK_TIMEOUT", cases[i].text, TRUE);
      g_assert_cmpuint (lb_net_timeout_s (), ==, cases[i].wanted);
    }
  g_unsetenv ("LLAMABURN_NETWORK_TIMEOUT");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/only-https", only_https_leaves_this_machine);
  g_test_add_func ("/net/hosts", hosts_are_shown_without_secrets_and_usual_ports);
  g_test_add_func ("/net/timeout", timeout_is_read_within_bounds);
  return g_test_run ();
}
