/* What LlamaBurn adds to an engine: the null engine answers at once; t0 to t1 of a run
 * over 30 s of 16 kHz sound. Goal: median under 0.5 ms, 99th percentile under 2 ms. */
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "engine/session.h"

#define RUNS 500
#define WARM_UPS 20
#define FRAMES (30 * 16000)

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static gboolean
measure (LbSession *session, double *walls_ms, GError **error)
{
  g_autoptr (json_t)
      load = json_pack ("{s:s, s:s, s:i}", "mode", "stt", "device", "cpu", "threads", 1);
  g_autoptr (json_t) request = NULL;
  g_auto (LbSessionLoaded) loaded = { 0 };
  g_autofree float *samples = g_new0 (float, FRAMES);

  request = json_pack ("{s:[{s:s, s:i, s:i, s:i, s:i}]}", "inputs", "role", "audio", "offset", 0,
                       "frames", FRAMES, "rate", 16000, "channels", 1);
  if (!lb_session_load (session, load, 60, &loaded, NULL, error) ||
      !lb_session_reserve (session, FRAMES * sizeof (float), 0, NULL, error) ||
      !lb_session_put (session, 0, samples, FRAMES, error))
    return FALSE;
  for (int i = -WARM_UPS; i < RUNS; i++)
    {
      g_auto (LbSessionRun) run = { 0 };

      if (!lb_session_run (session, request, 60, NULL, NULL, &run, NULL, error))
        return FALSE;
      if (i >= 0)
        walls_ms[i] = lb_clock_seconds (run.t0_ns, run.t1_ns) * 1000;
    }
  return TRUE;
}

/* The engine's program lies in the build folder, one above this one's. */
static LbRegistry *
find_engines (GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self != NULL ? self : ".");
  g_autofree char *build = g_path_get_dirname (folder);

  g_setenv ("LLAMABURN_LIBEXEC", build, FALSE);
  return lb_registry_new (error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbRegistry) registry = find_engines (&error);
  /* As the runner has it: with a limit, memory is looked at ten times a second. */
  const LbSessionSettings settings = { .memory_limit_bytes = G_GUINT64_CONSTANT (1) << 40 };
  const LbManifest *manifest = registry != NULL
                                   ? lb_registry_find (registry, "null", NULL, &error)
                                   : NULL;
  g_autoptr (LbSession)
      session = manifest != NULL ? lb_session_start (manifest, &settings, NULL, &error) : NULL;
  double walls_ms[RUNS];

  if (session == NULL || !measure (session, walls_ms, &error))
    {
      fprintf (stderr, "overhead: %s\n", error->message);
      return EXIT_FAILURE;
    }
  qsort (walls_ms, RUNS, sizeof walls_ms[0], compare);
  printf ("null engine, 30 s at 16 kHz, %d runs, t0 to t1: median %.3f ms, p99 %.3f ms, "
          "least %.3f ms, "
          "most %.3f ms\n",
          RUNS, (walls_ms[RUNS / 2 - 1] + walls_ms[RUNS / 2]) / 2, walls_ms[RUNS * 99 / 100 - 1],
          walls_ms[0], walls_ms[RUNS - 1]);
  return EXIT_SUCCESS;
}
