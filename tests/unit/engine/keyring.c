#include "engine/keyring.h"

#include <string.h>
#include <unistd.h>

#include "../silent-bus.h"

static const char *const names[] = { "ONE_API_KEY", "TWO_API_KEY", NULL };

static char **
environment_of (const char *entry)
{
  const char *const entries[] = { "PATH=/bin", entry, NULL };

  return g_strdupv ((char **) entries);
}

static void
leaves_what_is_given (void)
{
  g_auto (GStrv) environment = lb_keyring_fill (environment_of ("ONE_API_KEY=k"),
                                                (const char *const[]){ names[0], NULL });

  g_assert_cmpuint (g_strv_length (environment), ==, 2);
  g_assert_cmpstr (g_environ_getenv (environment, "ONE_API_KEY"), ==, "k");
}

/* What an outer llamaburn found is about its own keys. */
static void
forgets_what_was_said_of_others (void)
{
  g_auto (GStrv)
      environment = lb_keyring_fill (environment_of (LB_KEYRING_GAVE "=ONE_API_KEY"), NULL);

  g_assert_null (g_environ_getenv (environment, LB_KEYRING_GAVE));
  g_assert_cmpuint (g_strv_length (environment), ==, 1);
}

static void
finds_nothing_without_a_bus (void)
{
  g_auto (GStrv) environment = NULL;

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/bus", TRUE);
  environment = lb_keyring_fill (environment_of ("ONE_API_KEY="), names);
  g_assert_cmpstr (g_environ_getenv (environment, "ONE_API_KEY"), ==, "");
  g_assert_null (g_environ_getenv (environment, LB_KEYRING_GAVE));
}

#ifdef LB_HAS_LIBSECRET
/* Takes the call and never says a word; the second name isn't waited for. */
static void
gives_up_once_on_a_bus_that_hangs (void)
{
  int listener = silent_bus_start ("DBUS_SESSION_BUS_ADDRESS");
  gint64 before = g_get_monotonic_time (), took;
  g_auto (GStrv) environment = NULL;

  environment = lb_keyring_fill (environment_of ("OTHER=x"), names);
  took = g_get_monotonic_time () - before;
  g_assert_nonnull (strstr (g_environ_getenv (environment, LB_KEYRING_TROUBLE), "no answer"));
  g_assert_cmpint (took, >=, 2900000);
  g_assert_cmpint (took, <, 5500000);
  close (listener);
}
#else
static void
says_that_it_was_left_out (void)
{
  g_auto (GStrv) environment = lb_keyring_fill (environment_of ("OTHER=x"), names);

  g_assert_nonnull (strstr (g_environ_getenv (environment, LB_KEYRING_TROUBLE), "libsecret"));
}
#endif

static void
wipes_keys_and_nothing_else (void)
{
  g_auto (GStrv) environment = environment_of ("ONE_API_KEY=secret");

  lb_keyring_wipe (environment, names);
  g_assert_cmpstr (environment[0], ==, "PATH=/bin");
  g_assert_cmpmem (environment[1], strlen ("ONE_API_KEY=secret"), "ONE_API_KEY=\0\0\0\0\0\0",
                   strlen ("ONE_API_KEY=secret"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyring/given", leaves_what_is_given);
  g_test_add_func ("/keyring/others", forgets_what_was_said_of_others);
  g_test_add_func ("/keyring/no-bus", finds_nothing_without_a_bus);
#ifdef LB_HAS_LIBSECRET
  g_test_add_func ("/keyring/hanging-bus", gives_up_once_on_a_bus_that_hangs);
#else
  g_test_add_func ("/keyring/left-out", says_that_it_was_left_out);
#endif
  g_test_add_func ("/keyring/wipe", wipes_keys_and_nothing_else);
  return g_test_run ();
}
