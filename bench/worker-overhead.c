/* What a worker in Python adds to a run: the null worker answers at once, without looking at its
 * sound; t0 to t1 of a run over 30 s at 16 kHz, with what the package does on the way (request
 * parsed, sound mapped, done sent). The null engine, of C, stands beside it.
 * Goal: median under 1 ms, 99th percentile under 5 ms. */
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "engine/session.h"

#define RUNS 200
#define WARM_UPS 20
#define FRAMES (30 * 16000)
#define LIMIT_S 60

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static json_t *
load_request (gboolean worker)
{
  json_t *request = json_pack ("{s:s, s:s, s:i}", "mode", "stt", "device", "cpu", "threads", 1);

  if (worker)
    lb_json_set (request, "options", json_pack ("{s:s}", "text", "nothing"));
  return request;
}

static gboolean
prepare (LbSession *session, gboolean worker, GError **error)
{
  g_autoptr (json_t) load = load_request (worker);
  g_auto (LbSessionLoaded) loaded = { 0 };
  g_autofree float *samples = g_new0 (float, FRAMES);

  return lb_session_load (session, load, LIMIT_S, &loaded, NULL, error) &&
         lb_session_reserve (session, FRAMES * sizeof (float), 0, NULL, error) &&
         lb_session_put (session, 0, samples, FRAMES, error);
}

static gboolean
measure (LbSession *session, double *walls_ms, GError **error)
{
  g_autoptr (json_t)
      request = json_pack ("{s:[{s:s, s:i, s:i, s:i, s:i}]}", "inputs", "role", "audio", "offset",
                           0, "frames", FRAMES, "rate", 16000, "channels", 1);

  for (int i = -WARM_UPS; i < RUNS; i++)
    {
      g_auto (LbSessionRun) run = { 0 };

      if (!lb_session_run (session, request, LIMIT_S, NULL, NULL, &run, NULL, error))
        return FALSE;
      if (i >= 0)
        walls_ms[i] = lb_clock_seconds (run.t0_ns, run.t1_ns) * 1000;
    }
  return TRUE;
}

static gboolean
bench (const LbRegistry *registry, const char *engine, GError **error)
{
  /* As the runner has it: with a limit, memory is looked at ten times a second. */
  const LbSessionSettings settings = { .memory_limit_bytes = G_GUINT64_CONSTANT (1) << 40,
                                       .device = "cpu" };
  const LbManifest *manifest = lb_registry_find (registry, engine, NULL, error);
  gboolean worker = manifest != NULL && manifest->command != NULL;
  g_autoptr (LbSession)
      session = manifest != NULL ? lb_session_start (manifest, &settings, NULL, error) : NULL;
  double walls_ms[RUNS];

  if (session == NULL || !prepare (session, worker, error) || !measure (session, walls_ms, error))
    return FALSE;
  qsort (walls_ms, RUNS, sizeof walls_ms[0], compare);
  printf ("%-11s  30 s at 16 kHz, %d runs, t0 to t1: median %.3f ms, p99 %.3f ms, least %.3f ms, "
          "most %.3f ms\n",
          engine, RUNS, (walls_ms[RUNS / 2 - 1] + walls_ms[RUNS / 2]) / 2,
          walls_ms[RUNS * 99 / 100 - 1], walls_ms[0], walls_ms[RUNS - 1]);
  return TRUE;
}

/* The engines' programs lie in the build folder, one above this one's. */
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

  if (registry == NULL || !bench (registry, "null", &error) ||
      !bench (registry, "null-worker", &error))
    {
      fprintf (stderr, "worker-overhead: %s\n", error->message);
      return EXIT_FAILURE;
    }
  return EXIT_SUCCESS;
}
