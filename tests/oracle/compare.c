/* What src/bench/compare.c answers, for the Python oracle: one JSON request a line on standard
 * input ({"records": [two records]}), one line each with what it says of the second. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/compare.h"

int
main (void)
{
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    {
      g_autoptr (json_t) request = lb_json_parse (line, -1, NULL);
      g_autoptr (json_t)
          comparison = lb_compare (json_object_get (request, "records"), NULL, NULL, NULL);
      const json_t *second = json_array_get (json_object_get (comparison, "runs"), 1);
      g_autofree char *text = lb_json_line (json_object_get (second, "against"));

      puts (text);
      fflush (stdout);
    }
  free (line);
  return 0;
}
