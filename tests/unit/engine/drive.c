#include "drive.h"

#include <string.h>

#include "core/paths.h"
#include "engine/group.h"

LbSession *
drive_start (const LbSessionSettings *settings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbRegistry) registry = lb_registry_new (&error);
  const LbManifest *manifest;
  LbSession *session;

  g_assert_no_error (error);
  manifest = lb_registry_find (registry, "null", NULL, &error);
  g_assert_no_error (error);
  session = lb_session_start (manifest, settings, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (session);
  return session;
}

gboolean
drive_load (LbSession *session, const char *mode, const char *options, double limit_s,
            GCancellable *cancellable, GError **error)
{
  g_auto (LbSessionLoaded) loaded = { 0 };
  g_autoptr (json_t) request = json_object ();
  g_autoptr (json_t) parsed = lb_json_parse (options, -1, NULL);

  g_assert_nonnull (parsed);
  lb_json_set_string (request, "mode", mode);
  lb_json_set_string (request, "device", "cpu");
  lb_json_set_integer (request, "threads", 1);
  json_object_set (request, "options", parsed);
  return lb_session_load (session, request, limit_s, &loaded, cancellable, error);
}

gboolean
drive_run (LbSession *session, gsize frames, float from, double limit_s, LbSessionRun *run,
           GCancellable *cancellable, GError **error)
{
  g_autofree float *samples = g_new (float, MAX (1, frames));
  g_autoptr (json_t) request = NULL;

  for (gsize i = 0; i < frames; i++)
    samples[i] = from + (float) i / (float) frames;
  memset (run, 0, sizeof *run);
  if (!lb_session_put (session, 0, samples, frames, error))
    return FALSE;
  request = json_pack ("{s:[{s:s, s:i, s:I, s:i, s:i}], s:i, s:i}", "inputs", "role", "audio",
                       "offset", 0, "frames", (json_int_t) frames, "rate", 16000, "channels", 1,
                       "seed", 1, "index", 0);
  g_assert_nonnull (request);
  return lb_session_run (session, request, limit_s, NULL, NULL, run, cancellable, error);
}

const char *
drive_text (const LbSessionRun *run)
{
  return lb_json_string (run->output, "text", "");
}

guint
drive_count_fds (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

gboolean
drive_group_lives (GPid group)
{
  /* The leader counts too: it is asked for under a number that nobody has. */
  return lb_group_rss_bytes (group, TRUE, 0) > 0;
}
