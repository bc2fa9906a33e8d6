#include "gui/events.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  LbGuiEvents *events;
  int events_fd, stderr_fd; /* where a child would write */
} Fixture;

static void
set_up (Fixture *it, gconstpointer data)
{
  int events[2], errors[2];

  g_assert_true (g_unix_open_pipe (events, FD_CLOEXEC, NULL));
  g_assert_true (g_unix_open_pipe (errors, FD_CLOEXEC, NULL));
  it->events_fd = events[1];
  it->stderr_fd = errors[1];
  it->events = lb_gui_events_new (events[0], errors[0], 0);
}

static void
say (int fd, const char *text)
{
  g_assert_cmpint (write (fd, text, strlen (text)), ==, strlen (text));
}

/* The child has ended. */
static void
finish (Fixture *it)
{
  close (it->events_fd);
  close (it->stderr_fd);
  while (!lb_gui_events_has_ended (it->events))
    g_usleep (1000);
}

static void
tear_down (Fixture *it, gconstpointer data)
{
  lb_gui_events_free (it->events);
}

static void
takes_lines_in_pieces (Fixture *it, gconstpointer data)
{
  g_autoptr (GPtrArray) arrived = NULL;

  say (it->events_fd, "{\"event\":\"pl");
  g_usleep (20000);
  say (it->events_fd, "an\"}\n{\"event\":\"done\"}\n");
  finish (it);
  arrived = lb_gui_events_take (it->events);
  g_assert_cmpuint (arrived->len, ==, 2);
  g_assert_cmpstr (lb_json_string (g_ptr_array_index (arrived, 0), "event", ""), ==, "plan");
  g_assert_null (lb_gui_events_problem (it->events));
}

static void
tells_which_line_is_garbage (Fixture *it, gconstpointer data)
{
  g_autofree char *problem = NULL;
  g_autoptr (GPtrArray) arrived = NULL;

  say (it->events_fd, "{\"event\":\"plan\"}\nSegmentation fault\n{\"event\":\"done\"}\n");
  finish (it);
  arrived = lb_gui_events_take (it->events);
  problem = lb_gui_events_problem (it->events);
  g_assert_cmpuint (arrived->len, ==, 2);
  g_assert_true (g_str_has_prefix (problem, "line 2: "));
}

static void
keeps_the_last_complaint (Fixture *it, gconstpointer data)
{
  g_autofree char *complaint = NULL;

  for (int i = 0; i < 2000; i++)
    say (it->stderr_fd, "chatter, which is forgotten\n");
  say (it->stderr_fd, "llamaburn: the plan has no \x1b[31mcases\n");
  finish (it);
  complaint = lb_gui_events_complaint (it->events);
  g_assert_cmpstr (complaint, ==, "the plan has no \\x1b[31mcases");
}

static void
add (const char *name, void (*test) (Fixture *it, gconstpointer data))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/gui/events/pieces", takes_lines_in_pieces);
  add ("/gui/events/garbage", tells_which_line_is_garbage);
  add ("/gui/events/complaint", keeps_the_last_complaint);
  return g_test_run ();
}
