/* A bus that takes every call and never says a word. */
#pragma once

#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Sets the environment's @variable to its address. Returns: its descriptor, to be closed */
static inline int
silent_bus_start (const char *variable)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *name = g_strdup_printf ("llamaburn-silent-bus-%d", (int) getpid ());
  g_autofree char *setting = g_strdup_printf ("unix:abstract=%s", name);
  int listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  strcpy (address.sun_path + 1, name);
  g_assert_cmpint (
      bind (listener, (struct sockaddr *) &address,
            (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + 1 + strlen (name))),
      ==, 0);
  g_assert_cmpint (listen (listener, 4), ==, 0);
  g_setenv (variable, setting, TRUE);
  return listener;
}
