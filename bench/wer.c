/* lb_wer_score() on two files: seconds of the scoring alone, and its counts, as
 * one line of JSON. */
#include <stdio.h>

#include "core/clock.h"
#include "scores/wer.h"

int
main (int argc, char **argv)
{
  g_autofree char *reference = NULL;
  g_autofree char *hypothesis = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) object = NULL;
  gint64 start;
  LbWer score;

  if (argc != 3)
    {
      fprintf (stderr, "usage: bench-wer REFERENCE HYPOTHESIS\n");
      return 2;
    }
  if (!g_file_get_contents (argv[1], &reference, NULL, &error) ||
      !g_file_get_contents (argv[2], &hypothesis, NULL, &error))
    {
      fprintf (stderr, "bench-wer: %s\n", error->message);
      return 1;
    }
  start = lb_clock_now_ns ();
  if (!lb_wer_score (reference, hypothesis, LB_NORMALISE_NONE, &score, &error))
    {
      fprintf (stderr, "bench-wer: %s\n", error->message);
      return 1;
    }
  object = lb_wer_json (&score, LB_NORMALISE_NONE);
  lb_json_set_real (object, "seconds", lb_clock_seconds (start, lb_clock_now_ns ()));
  line = lb_json_line (object);
  puts (line);
  return 0;
}
