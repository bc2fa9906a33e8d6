#include "gui/progress.h"

#include <math.h>
#include <string.h>

static void
tell (LbGuiProgress *progress, const char *line)
{
  g_autoptr (json_t) event = lb_json_parse (line, -1, NULL);

  g_assert_nonnull (event);
  lb_gui_progress_event (progress, event);
}

static void
follows_a_run (void)
{
  g_autoptr (LbGuiProgress) progress = lb_gui_progress_new ();

  tell (progress, "{\"event\":\"waiting\",\"holder\":\"llamaburn stt, process 7\"}");
  g_assert_cmpstr (progress->waiting_for, ==, "llamaburn stt, process 7");
  tell (progress, "{\"event\":\"run-begin\",\"run\":\"a-run\"}");
  g_assert_cmpstr (progress->id, ==, "a-run");
  g_assert_null (progress->waiting_for);
  tell (progress, "{\"event\":\"info\",\"duration_s\":2.5}");
  g_assert_cmpfloat (progress->duration_s, ==, 2.5);
  tell (progress, "{\"event\":\"started\",\"what\":\"iteration\",\"index\":0}");
  g_assert_true (progress->iterating);
  tell (progress, "{\"event\":\"iteration\",\"index\":0,\"of\":3,\"median_rtf\":0.5,"
                  "\"iteration\":{\"rtf\":0.5,\"wall_s\":2}}");
  g_assert_cmpuint (progress->rtf->len, ==, 1);
  g_assert_cmpint (progress->of, ==, 3);
  tell (progress, "{\"event\":\"run-end\",\"record\":{\"status\":\"ok\"}}");
  g_assert_cmpstr (lb_json_string (progress->record, "status", ""), ==, "ok");
  tell (progress, "{\"event\":\"done\",\"status\":0}");
  g_assert_cmpint (progress->status, ==, 0);
}

static void
tells_the_time_that_is_left (void)
{
  g_autoptr (LbGuiProgress) progress = lb_gui_progress_new ();

  g_assert_true (isnan (lb_gui_progress_left_s (progress, 0)));
  tell (progress, "{\"event\":\"iteration\",\"of\":3,\"iteration\":{\"wall_s\":2}}");
  g_assert_cmpfloat (lb_gui_progress_left_s (progress, 0), ==, 4);
  tell (progress, "{\"event\":\"started\",\"what\":\"iteration\",\"index\":1}");
  g_assert_cmpfloat (lb_gui_progress_left_s (progress, 1.5), ==, 2.5);
  g_assert_cmpfloat (lb_gui_progress_left_s (progress, 100), ==, 0);
}

/* The rule of bench/schedule.h: at least 6, but 4 where 6 take over a minute, and one alone. */
static void
knows_how_long_auto_takes (void)
{
  g_assert_cmpfloat (lb_gui_progress_auto_s (2), ==, 12);
  g_assert_cmpfloat (lb_gui_progress_auto_s (10), ==, 60);
  g_assert_cmpfloat (lb_gui_progress_auto_s (20), ==, 80);
  g_assert_cmpfloat (lb_gui_progress_auto_s (90), ==, 90);
  g_assert_true (isnan (lb_gui_progress_auto_s (NAN)));
}

static void
keeps_the_end_of_what_is_streamed (void)
{
  g_autoptr (LbGuiProgress) progress = lb_gui_progress_new ();

  for (int i = 0; i < 3000; i++)
    tell (progress, "{\"event\":\"partial\",\"text\":\"añ\"}");
  g_assert_cmpuint (strlen (progress->partial), <=, 4096);
  g_assert_true (g_utf8_validate (progress->partial, -1, NULL));
  g_assert_true (g_str_has_suffix (progress->partial, "añ"));
  tell (progress, "{\"event\":\"started\",\"what\":\"iteration\",\"index\":1}");
  g_assert_null (progress->partial);
}

static void
takes_no_harm_from_nonsense (void)
{
  g_autoptr (LbGuiProgress) progress = lb_gui_progress_new ();
  static const char *const lines[] = {
    "{}",
    "{\"event\":3}",
    "{\"event\":\"unheard-of\"}",
    "{\"event\":\"iteration\"}",
    "{\"event\":\"iteration\",\"iteration\":[],\"of\":-5}",
    "{\"event\":\"started\",\"what\":7,\"index\":-1}",
    "{\"event\":\"progress\",\"fraction\":1e300}",
    "{\"event\":\"run-end\"}",
    "{\"event\":\"error\"}",
    "{\"event\":\"done\",\"status\":\"x\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    tell (progress, lines[i]);
  g_assert_cmpint (progress->of, ==, 0);
  g_assert_cmpint (progress->index, ==, 0);
  g_assert_cmpfloat (progress->fraction, ==, 1);
  g_assert_null (progress->record);
  g_assert_nonnull (progress->error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gui/progress/follows-a-run", follows_a_run);
  g_test_add_func ("/gui/progress/time-left", tells_the_time_that_is_left);
  g_test_add_func ("/gui/progress/auto", knows_how_long_auto_takes);
  g_test_add_func ("/gui/progress/partial", keeps_the_end_of_what_is_streamed);
  g_test_add_func ("/gui/progress/nonsense", takes_no_harm_from_nonsense);
  return g_test_run ();
}
