/* What progress writes, by reading standard error through a pipe or a pseudo-terminal's
 * twin: a file. */
#include "cli/private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *const events[] = {
  "{\"event\":\"plan\",\"cases\":2}",
  "{\"event\":\"run-begin\",\"record\":{\"engine\":{\"id\":\"whisper.cpp\"},\"model\":{\"id\":"
  "\"whisper-base\"},"
  "\"input\":{\"path\":\"/a/\\u001b[31mjfk.wav\"}}}",
  "{\"event\":\"started\",\"what\":\"decode\"}",
  "{\"event\":\"info\",\"duration_s\":11.0}",
  "{\"event\":\"loading-model\",\"load_cache\":\"cold\"}",
  "{\"event\":\"model-loaded\",\"load_s\":0.31}",
  "{\"event\":\"started\",\"what\":\"warmup\",\"index\":0}",
  "{\"event\":\"warmup\",\"index\":0,\"of\":1,\"iteration\":{\"wall_s\":1.2,\"rtf\":0.109}}",
  "{\"event\":\"started\",\"what\":\"iteration\",\"index\":0}",
  "{\"event\":\"partial\",\"text\":\"evil \\u001b]0;title\\u0007 text\"}",
  "{\"event\":\"progress\",\"fraction\":0.5}",
  "{\"event\":\"iteration\",\"index\":0,\"of\":5,\"iteration\":{\"wall_s\":1.1,\"rtf\":0.1},"
  "\"median_rtf\":0.1}",
  "{\"event\":\"error\",\"kind\":\"crashed\",\"phase\":\"run\",\"message\":\"died\\n\\u001b["
  "2J\"}",
  "{\"event\":\"run-end\",\"record\":{\"status\":\"failed\"}}",
  "{\"event\":\"unheard-of\"}",
  "{\"event\":7}",
  "[]",
  "{\"event\":\"iteration\",\"index\":\"x\",\"of\":-1,\"iteration\":[],\"median_rtf\":\"y\"}",
  "{\"event\":\"started\",\"what\":\"iteration\",\"index\":9223372036854775807}",
  "{\"event\":\"done\",\"status\":1}",
};

/* Standard error of one run of all events. */
static char *
play (gboolean interactive, gboolean quiet)
{
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("lb-progress-XXXXXX", &path, NULL);
  int saved = dup (STDERR_FILENO);
  g_autoptr (LbCli) cli = lb_cli_new ();
  g_autoptr (LbCliProgress) progress = NULL;
  char *text = NULL;

  cli->interactive = interactive;
  cli->progress_width = interactive ? 120 : 0;
  if (quiet)
    lb_cli_put (cli, "quiet", "true");
  dup2 (file, STDERR_FILENO);
  progress = lb_cli_progress_new (cli);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_autoptr (json_t) event = lb_json_parse (events[i], -1, NULL);

      g_assert_nonnull (event);
      lb_cli_progress_event (event, progress);
      lb_cli_progress_tick (progress);
    }
  g_clear_pointer (&progress, lb_cli_progress_free);
  dup2 (saved, STDERR_FILENO);
  close (saved);
  close (file);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  unlink (path);
  return text;
}

static void
a_log_has_a_line_for_each_step (void)
{
  g_autofree char *text = play (FALSE, FALSE);

  g_assert_true (g_str_has_prefix (
      text, "[1/2] whisper.cpp · whisper-base · \\x1b[31mjfk.wav\n"
            "  11.0 s of sound\n"
            "  loaded in 0.31 s\n"
            "  warm-up 1/1: 1.20 s, RTF 0.109\n"
            "  iteration 1/5: 1.10 s, RTF 0.100\n"
            "llamaburn: whisper.cpp · whisper-base · \\x1b[31mjfk.wav: died\\n\\x1b[2J (run)\n"
            "  failed\n"));
  g_assert_null (strchr (text, '\r'));
  g_assert_null (strchr (text, '\033'));
}

static void
quiet_says_errors_only (void)
{
  static const gboolean interactive[] = { FALSE, TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (interactive); i++)
    {
      g_autofree char *text = play (interactive[i], TRUE);

      g_assert_cmpstr (
          text, ==,
          "llamaburn: whisper.cpp · whisper-base · \\x1b[31mjfk.wav: died\\n\\x1b[2J (run)\n");
    }
}

static void
a_terminal_has_one_line_that_is_wiped (void)
{
  g_autofree char *text = play (TRUE, FALSE);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  /* The error is the only line that stays. */
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_nonnull (strstr (text, "preparing"));
  g_assert_nonnull (strstr (text, "\r\033[Kllamaburn: "));
  g_assert_null (strstr (text, "\033]"));
  g_assert_null (strstr (text, "\033[31m"));
  g_assert_null (strstr (text, "\033[2J"));
  g_assert_true (g_str_has_suffix (text, "\r\033[K") || g_str_has_suffix (text, "(run)\n"));
}

static void
redraws_are_four_a_second_at_most (void)
{
  g_autofree char *text = play (TRUE, FALSE);
  guint redraws = 0;

  for (const char *p = strchr (text, '\r'); p != NULL; p = strchr (p + 1, '\r'))
    redraws++;
  /* All events come within a quarter of a second: one drawing, one wiping. */
  g_assert_cmpuint (redraws, <=, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(NAME) g_test_add_func ("/progress/" #NAME, NAME)
  ADD (a_log_has_a_line_for_each_step);
  ADD (quiet_says_errors_only);
  ADD (a_terminal_has_one_line_that_is_wiped);
  ADD (redraws_are_four_a_second_at_most);
  return g_test_run ();
}
