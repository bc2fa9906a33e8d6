#include "machine/machine.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../silent-bus.h"

static void
answers_at_once_without_a_bus (void)
{
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/bus", TRUE);
  g_assert_cmpint (lb_inhibit_sleep ("testing"), ==, -1);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "nonsense", TRUE);
  g_assert_cmpint (lb_inhibit_sleep ("testing \xff"), ==, -1);
}

/* Takes the call and never says a word. */
static void
gives_up_on_a_bus_that_hangs (void)
{
  int listener = silent_bus_start ("DBUS_SYSTEM_BUS_ADDRESS");
  gint64 before = g_get_monotonic_time (), took;

  g_assert_cmpint (lb_inhibit_sleep ("testing"), ==, -1);
  took = g_get_monotonic_time () - before;
  g_assert_cmpint (took, >=, 900000);
  g_assert_cmpint (took, <, 2500000);
  close (listener);
  g_usleep (100000); /* the thread that asked notices that nobody waits */
}

typedef struct {
  GMainLoop *loop;
  GMutex mutex;
  GCond ready;
  gboolean named;
  char *what, *who, *why, *mode;
  int read_end; /* of the pipe whose write end is the lock: as logind has it */
} Logind;

static void
on_call (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer data)
{
  Logind *logind = data;
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  int ends[2];

  g_variant_get (arguments, "(ssss)", &logind->what, &logind->who, &logind->why, &logind->mode);
  g_assert_cmpint (pipe (ends), ==, 0);
  logind->read_end = ends[0];
  g_unix_fd_list_append (list, ends[1], NULL);
  close (ends[1]);
  g_dbus_method_invocation_return_value_with_unix_fd_list (call, g_variant_new ("(h)", 0), list);
}

static void
on_named (GDBusConnection *bus, const char *name, gpointer data)
{
  Logind *logind = data;

  g_mutex_lock (&logind->mutex);
  logind->named = TRUE;
  g_cond_signal (&logind->ready);
  g_mutex_unlock (&logind->mutex);
}

static gpointer
serve (gpointer data)
{
  static const char interface[] =
      "<node><interface name='org.freedesktop.login1.Manager'><method name='Inhibit'>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' "
      "direction='in'/>"
      "<arg type='s' direction='in'/><arg type='h' "
      "direction='out'/></method></interface></node>";
  static const GDBusInterfaceVTable table = { .method_call = on_call };
  Logind *logind = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface, NULL);
  g_autoptr (GDBusConnection) bus = NULL;
  guint owner;

  g_main_context_push_thread_default (context);
  bus = g_dbus_connection_new_for_address_sync (
      g_getenv ("DBUS_SYSTEM_BUS_ADDRESS"),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, NULL);
  g_assert_nonnull (bus);
  g_assert_cmpuint (g_dbus_connection_register_object (bus, "/org/freedesktop/login1",
                                                       node->interfaces[0], &table, logind, NULL,
                                                       NULL),
                    >, 0);
  owner = g_bus_own_name_on_connection (
      bus, "org.freedesktop.login1", G_BUS_NAME_OWNER_FLAGS_NONE, on_named, NULL, logind, NULL);
  logind->loop = g_main_loop_new (context, FALSE);
  g_main_loop_run (logind->loop);
  g_bus_unown_name (owner);
  g_dbus_connection_close_sync (bus, NULL, NULL);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
holds_logind_s_lock_until_closed (void)
{
  g_autoptr (GTestDBus) bus = NULL;
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon");
  Logind logind = { 0 };
  struct pollfd end = { 0 };
  GThread *thread;
  int fd;

  if (daemon == NULL)
    {
      g_test_skip ("no dbus-daemon here");
      return;
    }
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  thread = g_thread_new ("logind", serve, &logind);
  g_mutex_lock (&logind.mutex);
  while (!logind.named)
    g_cond_wait (&logind.ready, &logind.mutex);
  g_mutex_unlock (&logind.mutex);
  fd = lb_inhibit_sleep ("measuring \xff");
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_cmpstr (logind.what, ==, "sleep:idle");
  g_assert_cmpstr (logind.mode, ==, "block");
  g_assert_cmpstr (logind.why, ==, "measuring \xef\xbf\xbd");
  end.fd = logind.read_end;
  g_assert_cmpint (poll (&end, 1, 100), ==, 0); /* held, though the bus was left */
  close (fd);
  g_assert_cmpint (poll (&end, 1, 5000), ==, 1);
  g_assert_true (end.revents & POLLHUP);
  g_main_loop_quit (logind.loop);
  g_thread_join (thread);
  g_main_loop_unref (logind.loop);
  close (logind.read_end);
  g_free (logind.what);
  g_free (logind.who);
  g_free (logind.why);
  g_free (logind.mode);
  g_test_dbus_stop (bus);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inhibit/no-bus", answers_at_once_without_a_bus);
  g_test_add_func ("/inhibit/hanging-bus", gives_up_on_a_bus_that_hangs);
  g_test_add_func ("/inhibit/logind", holds_logind_s_lock_until_closed);
  return g_test_run ();
}
