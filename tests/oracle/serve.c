#include "serve.h"

#include <stdio.h>
#include <stdlib.h>

int
serve (Answer answer)
{
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) request = lb_json_parse (line, -1, &error);
      g_autoptr (json_t) reply = request == NULL ? json_object () : answer (request, &error);
      g_autofree char *text = NULL;

      if (error != NULL)
        lb_json_set_string (reply, "error", error->message);
      text = lb_json_line (reply);
      puts (text);
      fflush (stdout);
    }
  free (line);
  return 0;
}
