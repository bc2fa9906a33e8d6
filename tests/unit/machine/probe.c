/* usage: machine-probe describe | process PID | reset PID | lock NAME SECONDS | watch
 * SECONDS: a line of JSON */
#include <stdio.h>
#include <stdlib.h>

#include "machine/lock.h"
#include "machine/machine.h"
#include "machine/process.h"

static void
print (json_t *value)
{
  g_autofree char *line = lb_json_line (value);

  puts (line);
  fflush (stdout);
  json_decref (value);
}

static void
on_describe (char **arguments)
{
  print (lb_machine_describe ());
}

static void
on_process (char **arguments)
{
  json_t *answer = json_object ();
  GPid pid = atoi (arguments[0]);

  lb_json_set_integer (answer, "peak_rss_bytes", (gint64) lb_process_peak_rss_bytes (pid, NULL));
  lb_json_set_integer (answer, "rss_bytes", (gint64) lb_process_rss_bytes (pid));
  lb_json_set_real (answer, "cpu_s", lb_process_cpu_s (pid));
  print (answer);
}

static void
on_reset (char **arguments)
{
  json_t *answer = json_object ();

  lb_json_set_boolean (answer, "reset", lb_process_reset_peak (atoi (arguments[0])));
  print (answer);
}

static void
on_lock (char **arguments)
{
  g_autofree char *holder = NULL;
  g_autoptr (LbMachineLock) lock = lb_machine_lock_try_named (arguments[0], &holder);
  json_t *answer = json_object ();

  lb_json_set_boolean (answer, "held", lock != NULL);
  lb_json_set_string (answer, "holder", holder);
  print (answer);
  g_usleep ((gulong) (g_ascii_strtod (arguments[1], NULL) * G_USEC_PER_SEC));
}

static void
on_watch (char **arguments)
{
  LbWatch *watch = lb_watch_start ();

  g_usleep ((gulong) (g_ascii_strtod (arguments[0], NULL) * G_USEC_PER_SEC));
  print (lb_watch_finish (watch, NULL));
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    int arguments;
    void (*run) (char **arguments);
  } commands[] = {
    { "describe", 0, on_describe }, { "process", 1, on_process }, { "reset", 1, on_reset },
    { "lock", 2, on_lock },         { "watch", 1, on_watch },
  };

  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name) && argc == 2 + commands[i].arguments)
      {
        commands[i].run (argv + 2);
        return 0;
      }
  fputs ("usage: machine-probe describe | process PID | reset PID | lock NAME SECONDS | "
         "watch SECONDS\n",
         stderr);
  return 2;
}
