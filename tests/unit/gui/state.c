#include "gui/state.h"

#include "core/paths.h"

static char *
file_of_state (void)
{
  g_autofree char *folder = lb_paths_state (NULL);

  return g_build_filename (folder, "window.ini", NULL);
}

static void
remembers (void)
{
  LbGuiState *state = lb_gui_state_new ();
  g_autofree char *text = NULL;

  lb_gui_state_set_text (state, "stt", "engine", "whisper.cpp");
  lb_gui_state_set_integer (state, "stt", "warmups", 3);
  lb_gui_state_free (state);
  state = lb_gui_state_new ();
  text = lb_gui_state_text (state, "stt", "engine", "none");
  g_assert_cmpstr (text, ==, "whisper.cpp");
  g_assert_cmpint (lb_gui_state_integer (state, "stt", "warmups", 1), ==, 3);
  g_assert_cmpint (lb_gui_state_integer (state, "stt", "threads", 7), ==, 7);
  lb_gui_state_free (state);
}

static void
begins_anew_where_the_file_is_damaged (void)
{
  g_autofree char *path = file_of_state ();
  g_autoptr (LbGuiState) state = NULL;

  g_assert_true (g_file_set_contents (path, "\xff\xfe[no key file", -1, NULL));
  state = lb_gui_state_new ();
  g_assert_cmpint (lb_gui_state_integer (state, "stt", "warmups", 1), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/gui/state/remembers", remembers);
  g_test_add_func ("/gui/state/damaged", begins_anew_where_the_file_is_damaged);
  return g_test_run ();
}
