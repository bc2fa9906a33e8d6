/* store-writer FOLDER ITERATIONS [end]: a run that says each commit on standard
 * output, for tests that kill it in between. Without "end" it stays alive after the
 * last one, until standard input ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/id.h"
#include "store/store.h"

static json_t *
new_record (const char *id)
{
  return json_pack ("{s:s, s:s, s:i, s:s, s:s, s:{s:s}, s:{s:s}}", "schema", "llamaburn.result/1",
                    "id", id, "timestamp", 1700000000, "mode", "stt", "status", "running",
                    "engine", "id", "null", "input", "path", "/tmp/a.wav");
}

static int
fail (const GError *error)
{
  fprintf (stderr, "%s\n", error->message);
  return 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbStore) store = lb_store_open (argv[1], &error);
  g_autofree char *id = lb_id_new ();
  g_autoptr (json_t) record = new_record (id);
  int iterations = atoi (argv[2]);
  char byte;

  if (store == NULL || lb_store_begin (store, record, &error) < 0)
    return fail (error);
  dprintf (STDOUT_FILENO, "begin %s\n", id);
  for (int i = 0; i < iterations; i++)
    {
      g_autoptr (json_t) iteration = json_pack ("{s:i, s:i, s:f, s:f}", "index", i, "session", 0,
                                                "wall_s", 1.0 + i, "rtf", 0.1 * (1 + i));

      if (!lb_store_add_iteration (store, id, iteration, &error))
        return fail (error);
      dprintf (STDOUT_FILENO, "iteration %d\n", i);
    }
  json_object_set_new (record, "status", json_string ("ok"));
  if (argc > 3 && !lb_store_end (store, id, record, &error))
    return fail (error);
  if (argc <= 3 && read (STDIN_FILENO, &byte, 1) < 0)
    return 1;
  return 0;
}
