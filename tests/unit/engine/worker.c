/* Workers: programs that speak the protocol by themselves, from behind the same cage. */
#include "drive.h"

#include <string.h>
#include <unistd.h>

/* A manifest whose command is python3 -c @program, or, without one, worker.py. */
static LbManifest *
make_worker (const char *program)
{
  g_autofree char *folder = g_dir_make_tmp ("lb-worker-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "manifest.json", NULL);
  g_autofree char *script = g_build_filename (g_getenv ("LB_TEST_SOURCE"),
                                              "tests/unit/engine/worker.py", NULL);
  g_autoptr (json_t) json = json_pack ("{s:s, s:s, s:s, s:[s], s:[{s:s, s:s}]}", "id", "toy",
                                       "title", "A worker", "mode", "stt", "outputs", "text",
                                       "inputs", "role", "audio", "kind", "pcm");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  LbManifest *manifest;

  lb_json_set (json, "command",
               program != NULL ? json_pack ("[s, s, s]", "python3", "-c", program)
                               : json_pack ("[s, s]", "python3", script));
  text = lb_json_pretty (json);
  g_assert_true (g_file_set_contents (path, text, -1, &error));
  manifest = lb_manifest_read (path, &error);
  g_assert_no_error (error);
  return manifest;
}

static void
drop (LbManifest *manifest)
{
  unlink (manifest->path);
  rmdir (manifest->folder);
  lb_manifest_free (manifest);
}

/* What docs/PROTOCOL.md prints is what runs here. */
static void
the_documented_worker_works (void)
{
  g_autofree char *script = g_build_filename (g_getenv ("LB_TEST_SOURCE"),
                                              "tests/unit/engine/worker.py", NULL);
  g_autofree char *page = g_build_filename (g_getenv ("LB_TEST_SOURCE"), "docs/PROTOCOL.md",
                                            NULL);
  g_autofree char *code = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };
  LbManifest *manifest = make_worker (NULL);
  LbSession *session = lb_session_start (manifest, NULL, NULL, &error);
  GPid pid;

  g_assert_no_error (error);
  pid = lb_session_pid (session);
  g_assert_cmpstr (lb_session_version (session), ==, "1");
  g_assert_true (drive_load (session, "stt", "{}", 20, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 0, NULL, &error));
  g_assert_true (drive_run (session, 100, 0, 20, &run, NULL, &error));
  g_assert_true (g_str_has_prefix (drive_text (&run), "100 frames, sum "));
  g_assert_cmpuint (json_array_size (run.flags), ==, 0);
  g_assert_true (lb_session_unload (session, 20, NULL, &error));
  lb_session_stop (session);
  g_assert_false (drive_group_lives (pid));
  g_assert_true (g_file_get_contents (script, &code, NULL, NULL));
  g_assert_true (g_file_get_contents (page, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, code));
  drop (manifest);
}

typedef struct {
  const char *name, *program;
  LbError code;
  const char *says;
} Start;

#define SAY(LINE) "import os, time\nos.write(61, b'''" LINE "\\n''')\ntime.sleep(600)"
#define HELLO "{\"type\":\"hello\",\"protocol\":[1],\"engine\":\"toy\",\"version\":\"1\"}"

static const Start starts[] = {
  { "ends", "import sys; sys.exit('no module named torch')", LB_ERROR_CRASHED,
    "ended by itself while starting, with status 1; the end of its standard error: no "
    "module named torch" },
  { "other-version", SAY ("{\"type\":\"hello\",\"protocol\":[2],\"engine\":\"toy\"}"),
    LB_ERROR_PROTOCOL, "doesn't speak version 1" },
  { "other-name", SAY ("{\"type\":\"hello\",\"protocol\":[1],\"engine\":\"null\"}"),
    LB_ERROR_PROTOCOL, "another engine's name" },
  { "no-hello", SAY ("{\"type\":\"loaded\",\"id\":1}"), LB_ERROR_PROTOCOL, "no hello" },
  { "chatter", SAY ("Loading weights: 100%"), LB_ERROR_PROTOCOL, "\"Loading weights: 100%\"" },
  { "closes", "import os, time\nos.close(61)\ntime.sleep(600)", LB_ERROR_PROTOCOL,
    "closed its end" },
  { "says-why",
    SAY ("{\"type\":\"error\",\"id\":0,\"kind\":\"engine-missing\",\"message\":\"no "
         "torch\\\\nhere\"}"),
    LB_ERROR_ENGINE_MISSING, "no torch\\nhere" },
};

static void
starts_badly (gconstpointer data)
{
  const Start *it = data;
  guint fds = drive_count_fds ();
  g_autoptr (GError) error = NULL;
  LbManifest *manifest = make_worker (it->program);

  g_assert_null (lb_session_start (manifest, NULL, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, LB_ERROR, (gint) it->code);
  g_assert_nonnull (strstr (error->message, it->says));
  g_assert_cmpuint (drive_count_fds (), ==, fds);
  drop (manifest);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (200000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
start_is_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  LbManifest *manifest = make_worker ("import time; time.sleep(600)");
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 start = g_get_monotonic_time ();

  g_assert_null (lb_session_start (manifest, NULL, cancellable, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 4 * G_USEC_PER_SEC);
  g_thread_join (thread);
  drop (manifest);
}

/* A worker and what it starts wear the cage: descriptors, group, sockets, environment. */
static void
wears_the_cage (void)
{
  static const char program[] =
      "import errno, json, os, socket, subprocess, sys\n"
      "seen = sorted(int(n) for n in os.listdir('/proc/self/fd'))\n"
      "assert [n for n in seen if n > 2 and not 60 <= n <= 66] in ([], [seen[3]]), seen\n"
      "assert os.getpgrp() == os.getpid()\n"
      "child = 'import os, socket, sys; os.setsid(); print(os.getpgrp())\\n'\n"
      "child += 'try: socket.socket()\\nexcept PermissionError: sys.exit(9)'\n"
      "done = subprocess.run([sys.executable, '-c', child], capture_output=True, "
      "text=True)\n"
      "assert done.returncode == 9, done\n"
      "assert int(done.stdout) == os.getpgrp(), done\n"
      "assert open('/proc/self/oom_score_adj').read() == '1000\\n'\n"
      "assert 'NoNewPrivs:\\t1' in open('/proc/self/status').read()\n"
      "assert 'LB_TEST_SECRET' not in os.environ and sys.stdin.read() == ''\n"
      "print('this is chatter')\n"
      "os.write(61, b'" HELLO "\\n')\n"
      "os.read(60, 1000)\n"
      "os.read(60, 1000)\n";
  g_autoptr (GError) error = NULL;
  LbManifest *manifest = make_worker (program);
  LbSession *session;

  g_setenv ("LB_TEST_SECRET", "1", TRUE);
  session = lb_session_start (manifest, NULL, NULL, &error);
  g_assert_no_error (error);
  lb_session_stop (session);
  drop (manifest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/documented", the_documented_worker_works);
  g_test_add_func ("/worker/wears-the-cage", wears_the_cage);
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autofree char *path = g_strconcat ("/worker/start/", starts[i].name, NULL);

      g_test_add_data_func (path, &starts[i], starts_badly);
    }
  g_test_add_func ("/worker/start/cancelled", start_is_cancelled);
  return g_test_run ();
}
