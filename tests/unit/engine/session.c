#include "drive.h"

#include <string.h>

static void
runs_and_stops (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) first = { 0 };
  g_auto (LbSessionRun) second = { 0 };
  LbSession *session = drive_start (NULL);
  GPid pid = lb_session_pid (session);

  drive_load (session, "stt", "{}", 10, NULL, &error);
  g_assert_no_error (error);
  lb_session_reserve (session, 64000, 0, &error);
  g_assert_no_error (error);
  drive_run (session, 16000, 0, 10, &first, NULL, &error);
  g_assert_no_error (error);
  drive_run (session, 16000, 1, 10, &second, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (drive_text (&first), "16000 frames, checksum "));
  g_assert_cmpstr (drive_text (&first), !=, drive_text (&second));
  g_assert_cmpint (first.t0_ns, <, first.t1_ns);
  g_assert_cmpint (first.done_ns, >=, first.t0_ns);
  g_assert_cmpint (first.done_ns, <=, first.t1_ns);
  g_assert_cmpuint (json_array_size (first.flags), ==, 0);
  g_assert_cmpstr (lb_session_version (session), ==, "1");
  lb_session_unload (session, 10, NULL, &error);
  g_assert_no_error (error);
  lb_session_stop (session);
  g_assert_false (drive_group_lives (pid));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/runs-and-stops", runs_and_stops);
  return g_test_run ();
}
