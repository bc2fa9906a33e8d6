/* Source: systemd's "Inhibitor Locks" (org.freedesktop.login1.Manager.Inhibit):
 * sleep is inhibited as long as the descriptor is open anywhere, with or
 * without the connection that asked. */
#include "machine/machine.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define PATIENCE_US G_USEC_PER_SEC

/* Connecting has no time limit of its own, so a thread asks, and whoever gives up first
 * leaves the answer to the other. */
typedef struct {
  gint references;
  GMutex mutex;
  GCond answered;
  gboolean over, given_up;
  int fd;
  char *why;
  GCancellable *cancellable;
} Question;

static void
question_unref (Question *question)
{
  if (!g_atomic_int_dec_and_test (&question->references))
    return;
  g_mutex_clear (&question->mutex);
  g_cond_clear (&question->answered);
  g_object_unref (question->cancellable);
  g_free (question->why);
  g_free (question);
}

/* A connection of our own: the shared one of g_bus_get() ends the program when
 * the bus goes away. */
static int
inhibit (const char *why, GCancellable *cancellable)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, cancellable,
                                                              NULL);
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GUnixFDList) descriptors = NULL;
  gint32 index;

  if (address != NULL)
    bus = g_dbus_connection_new_for_address_sync (
        address,
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
        NULL, cancellable, NULL);
  if (bus == NULL)
    return -1;
  answer = g_dbus_connection_call_with_unix_fd_list_sync (
      bus, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
      "Inhibit", g_variant_new ("(ssss)", "sleep:idle", "LlamaBurn", why, "block"),
      G_VARIANT_TYPE ("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_US / 1000, NULL,
      &descriptors, cancellable, NULL);
  g_dbus_connection_close_sync (bus, NULL, NULL);
  if (answer == NULL || descriptors == NULL)
    return -1;
  g_variant_get (answer, "(h)", &index);
  if (index < 0 || index >= g_unix_fd_list_get_length (descriptors))
    return -1;
  return g_unix_fd_list_get (descriptors, index, NULL); /* a duplicate, CLOEXEC */
}

static gpointer
ask (gpointer data)
{
  Question *question = data;
  int fd = inhibit (question->why, question->cancellable);

  g_mutex_lock (&question->mutex);
  question->over = TRUE;
  if (!question->given_up)
    question->fd = fd;
  else if (fd >= 0)
    close (fd);
  g_cond_signal (&question->answered);
  g_mutex_unlock (&question->mutex);
  question_unref (question);
  return NULL;
}

int
lb_inhibit_sleep (const char *why)
{
  Question *question = g_new0 (Question, 1);
  gint64 until = g_get_monotonic_time () + PATIENCE_US;
  GThread *thread;
  int fd;

  question->references = 2;
  question->fd = -1;
  question->why = g_utf8_make_valid (why, -1);
  question->cancellable = g_cancellable_new ();
  g_mutex_init (&question->mutex);
  g_cond_init (&question->answered);
  thread = g_thread_try_new ("inhibit", ask, question, NULL);
  if (thread == NULL)
    {
      question_unref (question);
      question_unref (question);
      return -1;
    }
  g_thread_unref (thread);
  g_mutex_lock (&question->mutex);
  while (!question->over && !question->given_up)
    question->given_up = !g_cond_wait_until (&question->answered, &question->mutex, until);
  question->given_up = !question->over;
  fd = question->fd;
  g_mutex_unlock (&question->mutex);
  g_cancellable_cancel (question->cancellable);
  question_unref (question);
  return fd;
}
