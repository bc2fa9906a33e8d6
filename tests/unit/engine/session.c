/* Every way in which an engine can misbehave, driven through the null engine: the error's
 * code and words, a bounded time, nobody left, and the next session works. */
#include "drive.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/group.h"

#define FRAMES 16000
#define OUT_BYTES 65536

typedef enum { AT_LOAD, AT_RESERVE, AT_RUN, AT_SECOND_RUN, AT_UNLOAD, NOWHERE } Where;

typedef struct {
  const char *name;
  const char *mode;
  const char *options;
  Where where;
  LbError code;     /* where it ends, unless NOWHERE */
  const char *says; /* part of the message, or of the output where it ends NOWHERE */
  const char *flag; /* raised; NULL: none */
  double limit_s;   /* of the call; 0: 10 s */
  double within_s;  /* all of it, start and stop included; 0: 3 s */
  guint64 memory_mb;
} Case;

static const Case cases[] = {
  { "answers", "stt", "{}", NOWHERE, 0, "16000 frames, checksum" },
  { "text", "stt", "{\"text\": \"he had a plan\"}", NOWHERE, 0, "he had a plan" },
  { "sleeps", "stt", "{\"sleep-ms\": 100}", NOWHERE, 0, "16000 frames" },
  { "streams", "stt", "{\"sleep-ms\": 60, \"first-ms\": 20, \"tokens\": 5}", NOWHERE, 0,
    "16000 frames" },
  { "many-segments", "stt", "{\"segments\": 5000}", NOWHERE, 0, "16000 frames" },
  { "sound", "tts", "{\"sound-s\": 0.1}", NOWHERE, 0, "16000 frames" },
  { "too-much-sound", "tts", "{\"sound-s\": 60}", AT_RUN, LB_ERROR_ENGINE,
    "more sound than there is room for" },

  { "unknown-option", "stt", "{\"beams\": 1}", AT_LOAD, LB_ERROR_USAGE,
    "has no option \"beams\"" },
  { "wrong-type", "stt", "{\"sleep-ms\": \"1\"}", AT_LOAD, LB_ERROR_USAGE,
    "--sleep-ms takes a whole number" },
  { "out-of-range", "stt", "{\"sleep-ms\": -1}", AT_LOAD, LB_ERROR_USAGE, "from 0 to 3600000" },
  { "unknown-mode", "opera", "{}", AT_LOAD, LB_ERROR_USAGE, "doesn't do the mode" },

  { "fails-to-load", "stt", "{\"fail\": true, \"at\": \"load\"}", AT_LOAD, LB_ERROR_ENGINE,
    "to fail at load" },
  { "fails-to-run", "stt", "{\"fail\": true}", AT_RUN, LB_ERROR_ENGINE, "to fail at run" },
  { "fails-in-second-run", "stt", "{\"fail\": true, \"on-run\": 2}", AT_SECOND_RUN,
    LB_ERROR_ENGINE, "at run" },
  { "fails-after-done", "stt", "{\"fail\": true, \"at\": \"output\"}", AT_RUN, LB_ERROR_ENGINE,
    "at output" },

  { "segv-in-load", "stt", "{\"crash\": \"segv\", \"at\": \"load\"}", AT_LOAD, LB_ERROR_CRASHED,
    "crashed while loading: SIGSEGV" },
  { "segv-in-run", "stt", "{\"crash\": \"segv\", \"stderr\": \"CUDA error: \\u001b[31mout\"}",
    AT_RUN, LB_ERROR_CRASHED,
    "SIGSEGV (Segmentation fault); the end of its standard error: CUDA error: "
    "\\x1b[31mout" },
  { "abort-in-second-run", "stt", "{\"crash\": \"abort\", \"on-run\": 2}", AT_SECOND_RUN,
    LB_ERROR_CRASHED, "SIGABRT" },
  { "bus", "stt", "{\"crash\": \"bus\"}", AT_RUN, LB_ERROR_CRASHED, "SIGBUS" },
  { "fpe", "stt", "{\"crash\": \"fpe\"}", AT_RUN, LB_ERROR_CRASHED, "SIGFPE" },
  { "killed", "stt", "{\"crash\": \"kill\"}", AT_RUN, LB_ERROR_CRASHED, "SIGKILL" },
  { "exits", "stt", "{\"crash\": \"exit\", \"exit-status\": 7}", AT_RUN, LB_ERROR_CRASHED,
    "ended by itself while running, with status 7" },
  { "exits-0", "stt", "{\"crash\": \"exit\", \"exit-status\": 0}", AT_RUN, LB_ERROR_CRASHED,
    "with status 0" },
  { "crashes-after-done", "stt", "{\"crash\": \"segv\", \"at\": \"output\"}", AT_RUN,
    LB_ERROR_CRASHED, "SIGSEGV" },
  { "crashes-in-unload", "stt", "{\"crash\": \"segv\", \"at\": \"unload\"}", AT_UNLOAD,
    LB_ERROR_CRASHED, "crashed while unloading: SIGSEGV" },

  { "hangs-in-load", "stt", "{\"hang\": true, \"at\": \"load\"}", AT_LOAD, LB_ERROR_TIMEOUT,
    "was not done with loading after 0.3 s", NULL, 0.3, 4 },
  { "hangs-in-run", "stt", "{\"hang\": true}", AT_RUN, LB_ERROR_TIMEOUT, "after 0.3 s", NULL, 0.3,
    4 },
  { "hangs-after-done", "stt", "{\"hang\": true, \"at\": \"output\"}", AT_RUN, LB_ERROR_TIMEOUT,
    "with running", NULL, 0.3, 4 },
  { "hangs-in-unload", "stt", "{\"hang\": true, \"at\": \"unload\"}", AT_UNLOAD, LB_ERROR_TIMEOUT,
    "with unloading", NULL, 0.3, 4 },
  { "hangs-ignoring-sigterm", "stt", "{\"hang\": true, \"ignore-cancel\": true}", AT_RUN,
    LB_ERROR_TIMEOUT, "after 0.3 s", NULL, 0.3, 6 },
  { "slow", "stt", "{\"sleep-ms\": 5000}", AT_RUN, LB_ERROR_TIMEOUT, "--time-limit allows more",
    NULL, 0.3, 2 },

  { "floods-stderr", "stt", "{\"flood\": \"stderr\", \"flood-mb\": 100}", NOWHERE, 0,
    "16000 frames" },
  { "floods-stdout", "stt", "{\"flood\": \"stdout\", \"flood-mb\": 100}", NOWHERE, 0,
    "16000 frames" },
  { "floods-lines", "stt", "{\"flood\": \"lines\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "a flood of lines", NULL, 60, 30 },
  { "endless-line", "stt", "{\"flood\": \"line\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "a line of more than 67108864 bytes", NULL, 60, 10 },
  { "floods-while-hanging", "stt",
    "{\"flood\": \"lines\", \"ignore-cancel\": true, \"flood-mb\": 65536}", AT_RUN,
    LB_ERROR_PROTOCOL, "flood", NULL, 60, 30 },

  { "done-before-start", "stt", "{\"lie\": \"early\"}", NOWHERE, 0, "a lie", "engine-clock" },
  { "done-in-future", "stt", "{\"lie\": \"late\"}", NOWHERE, 0, "a lie", "engine-clock" },
  { "first-in-future", "stt", "{\"lie\": \"first-late\"}", NOWHERE, 0, "16000 frames",
    "engine-clock" },
  { "pcm-frames", "tts", "{\"sound-s\": 0.1, \"lie\": \"pcm-frames\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "not inside its buffer" },
  { "pcm-offset", "tts", "{\"sound-s\": 0.1, \"lie\": \"pcm-offset\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "not inside its buffer" },
  { "pcm-type", "tts", "{\"sound-s\": 0.1, \"lie\": \"pcm-type\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "is no list" },
  { "not-json", "stt", "{\"lie\": \"not-json\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "\"ggml_init: found 1 device" },
  { "not-object", "stt", "{\"lie\": \"not-object\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "no object with a \"type\"" },
  { "deep", "stt", "{\"lie\": \"deep\"}", AT_RUN, LB_ERROR_PROTOCOL, "deeper than 64" },
  { "duplicate-keys", "stt", "{\"lie\": \"duplicate\"}", AT_RUN, LB_ERROR_PROTOCOL, "duplicate" },
  { "not-utf8", "stt", "{\"lie\": \"utf8\"}", NOWHERE, 0, "caf\xef\xbf\xbd \xef\xbf\xbd",
    "repaired-text" },
  { "surrogate", "stt", "{\"lie\": \"surrogate\"}", NOWHERE, 0, "\xef\xbf\xbd and \xef\xbf\xbd",
    "repaired-text" },
  { "huge-real", "stt", "{\"lie\": \"numbers\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "real number overflow" },
  { "huge-integer", "stt", "{\"lie\": \"integers\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "too big integer" },
  { "output-is-text", "stt", "{\"lie\": \"types\"}", AT_RUN, LB_ERROR_PROTOCOL, "no object" },
  { "no-type", "stt", "{\"lie\": \"no-type\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "no object with a \"type\"" },
  { "no-output", "stt", "{\"lie\": \"no-output\"}", AT_RUN, LB_ERROR_PROTOCOL, "no object" },
  { "done-twice", "stt", "{\"lie\": \"done-twice\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "\"done\" twice" },
  { "output-before-done", "stt", "{\"lie\": \"no-done\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "\"output\" before \"done\"" },
  { "other-run", "stt", "{\"lie\": \"other-run\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "for another request" },
  { "no-id", "stt", "{\"lie\": \"no-id\"}", AT_RUN, LB_ERROR_PROTOCOL, "for another request" },
  { "loaded-again", "stt", "{\"lie\": \"loaded-again\"}", AT_RUN, LB_ERROR_PROTOCOL,
    "\"loaded\" in a run" },
  { "impossible-channels", "stt", "{\"lie\": \"rates\"}", AT_LOAD, LB_ERROR_PROTOCOL,
    "impossible rates" },

  { "eats-memory", "stt", "{\"eat-mb\": 100000}", AT_RUN, LB_ERROR_MEMORY,
    "used more than 200 MiB of memory", NULL, 30, 10, 200 },
  { "child-eats-memory", "stt", "{\"eat-mb\": 100000, \"child\": \"eat\", \"sleep-ms\": 2000}",
    AT_SECOND_RUN, LB_ERROR_MEMORY, "used more than 200 MiB", NULL, 30, 10, 200 },
  { "within-its-memory", "stt", "{\"eat-mb\": 50}", NOWHERE, 0, "16000 frames", NULL, 0, 0, 400 },

  { "cuts-in", "stt", "{\"cut\": \"truncate-in\"}", NOWHERE, 0,
    "truncate-in: Operation not permitted" },
  { "cuts-out", "stt", "{\"cut\": \"truncate-out\"}", NOWHERE, 0,
    "truncate-out: Operation not permitted" },
  { "grows-out", "stt", "{\"cut\": \"grow-out\"}", NOWHERE, 0,
    "grow-out: Operation not permitted" },
  { "writes-in", "stt", "{\"cut\": \"write-in\"}", NOWHERE, 0,
    "write-in: Operation not permitted" },
  { "reopens-in", "stt", "{\"cut\": \"reopen-in\"}", NOWHERE, 0,
    "reopen-in: Operation not permitted" },
  { "seals-early", "stt", "{\"cut\": \"seal-early\"}", AT_RESERVE, LB_ERROR_PROTOCOL,
    "changed its sound buffers" },
  { "grows-early", "stt", "{\"cut\": \"grow-early\"}", NOWHERE, 0, "16000 frames" },

  { "inet", "stt", "{\"inet\": \"inet\"}", NOWHERE, 0, "inet: Permission denied" },
  { "inet6", "stt", "{\"inet\": \"inet6\"}", NOWHERE, 0, "inet6: Permission denied" },
  { "raw", "stt", "{\"inet\": \"raw\"}", NOWHERE, 0, "raw: Permission denied" },
  { "packet", "stt", "{\"inet\": \"packet\"}", NOWHERE, 0, "packet: Permission denied" },
  { "inet-in-high-bits", "stt", "{\"inet\": \"high-bits\"}", NOWHERE, 0,
    "high-bits: Permission denied" },
  { "io-uring", "stt", "{\"inet\": \"io-uring\"}", NOWHERE, 0,
    "io-uring: Function not implemented" },
  { "unix", "stt", "{\"inet\": \"unix\"}", NOWHERE, 0, "unix: worked" },

  { "leaves-child", "stt", "{\"child\": \"linger\"}", NOWHERE, 0, "child: " },
  { "leaves-child-in-session", "stt", "{\"child\": \"session\"}", NOWHERE, 0, "child: " },
  { "crashes-with-child", "stt", "{\"child\": \"linger\", \"crash\": \"segv\", \"on-run\": 2}",
    AT_SECOND_RUN, LB_ERROR_CRASHED, "SIGSEGV" },

  { "keeps-secrets", "stt", "{\"environment\": \"LB_TEST_SECRET\"}", NOWHERE, 0,
    "LB_TEST_SECRET=(absent)" },
  { "keeps-tokens", "stt", "{\"environment\": \"GGML_HUB_TOKEN\"}", NOWHERE, 0,
    "GGML_HUB_TOKEN=(absent)" },
  { "passes-settings", "stt", "{\"environment\": \"GGML_LB_TEST\"}", NOWHERE, 0,
    "GGML_LB_TEST=7" },
};

/* One call after the other until one fails. Returns: where. */
static Where
live (LbSession *session, const Case *it, LbSessionRun *run, GError **error)
{
  double limit_s = it->limit_s > 0 ? it->limit_s : 10;

  if (!drive_load (session, it->mode, it->options, limit_s, NULL, error))
    return AT_LOAD;
  if (!lb_session_reserve (session, FRAMES * sizeof (float), OUT_BYTES, NULL, error))
    return AT_RESERVE;
  if (!drive_run (session, FRAMES, 0, limit_s, run, NULL, error))
    return AT_RUN;
  lb_session_run_clear (run);
  if (!drive_run (session, FRAMES, 0, limit_s, run, NULL, error))
    return AT_SECOND_RUN;
  return lb_session_unload (session, limit_s, NULL, error) ? NOWHERE : AT_UNLOAD;
}

static void
check_flags (const LbSessionRun *run, const char *wanted)
{
  if (wanted == NULL)
    {
      g_assert_cmpuint (json_array_size (run->flags), ==, 0);
      return;
    }
  g_assert_cmpuint (json_array_size (run->flags), ==, 1);
  g_assert_cmpstr (lb_json_string (json_array_get (run->flags, 0), "id", ""), ==, wanted);
  g_assert_cmpstr (lb_json_string (json_array_get (run->flags, 0), "evidence", ""), !=, "");
  g_assert_cmpstr (lb_json_string (json_array_get (run->flags, 0), "cure", ""), !=, "");
}

static void
check_usable (LbSession *session, const Case *it)
{
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };

  if (it->where == AT_RUN && it->code == LB_ERROR_ENGINE)
    lb_session_unload (session, 10, NULL,
                       &error); /* an engine's own failure leaves the session alive */
  g_assert_no_error (error);
  if (it->where != NOWHERE && it->code != LB_ERROR_ENGINE)
    {
      g_assert_false (drive_run (session, 1, 0, 1, &run, NULL, &error));
      g_assert_nonnull (error);
    }
}

static void
misbehaves (gconstpointer data)
{
  const Case *it = data;
  const LbSessionSettings settings = { .memory_limit_bytes = it->memory_mb * 1024 * 1024 };
  double took_s, most_s;
  guint fds = drive_count_fds ();
  gint64 start = g_get_monotonic_time ();
  LbSession *session = drive_start (&settings);
  GPid pid = lb_session_pid (session);
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };
  Where where = live (session, it, &run, &error);
  g_autofree char *said = g_strdup (error != NULL ? error->message : drive_text (&run));

  g_test_message ("%s: %s", it->name, said);
  g_assert_cmpint (where, ==, it->where);
  if (where != NOWHERE)
    g_assert_error (error, LB_ERROR, (gint) it->code);
  else
    check_flags (&run, it->flag);
  g_assert_nonnull (strstr (said, it->says));
  g_assert_null (strchr (said, '\n'));
  check_usable (session, it);
  lb_session_stop (session);
  g_assert_false (drive_group_lives (pid));
  g_assert_cmpuint (drive_count_fds (), ==, fds);
  took_s = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  most_s = it->within_s != 0 ? it->within_s : 3;
  g_assert_cmpfloat (took_s, <, most_s);
}

static void
runs_and_stops (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) first = { 0 };
  g_auto (LbSessionRun) second = { 0 };
  LbSession *session = drive_start (NULL);
  GPid pid = lb_session_pid (session);

  drive_load (session, "stt", "{}", 10, NULL, &error);
  g_assert_no_error (error);
  lb_session_reserve (session, 64000, 0, NULL, &error);
  g_assert_no_error (error);
  drive_run (session, 16000, 0, 10, &first, NULL, &error);
  g_assert_no_error (error);
  drive_run (session, 16000, 1, 10, &second, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (drive_text (&first), !=, drive_text (&second));
  g_assert_cmpint (first.t0_ns, <, first.t1_ns);
  g_assert_cmpint (first.done_ns, >=, first.t0_ns);
  g_assert_cmpint (first.done_ns, <=, first.t1_ns);
  g_assert_cmpstr (lb_session_version (session), ==, "1");
  g_assert_cmpstr (lb_json_string (lb_session_environment (session), "GGML_LB_TEST", ""), ==,
                   "7");
  g_assert_null (json_object_get (lb_session_environment (session), "HOME"));
  lb_session_stop (session);
  g_assert_false (drive_group_lives (pid));
}

static void
probes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbSession) session = drive_start (NULL);
  g_autoptr (json_t) answer = lb_session_probe (session, 10, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lb_json_string (answer, "version", ""), ==, "1");
  g_assert_cmpuint (json_array_size (json_object_get (answer, "devices")), ==, 1);
}

static void
loads_again_in_the_same_process (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };
  g_autoptr (LbSession) session = drive_start (NULL);

  g_assert_true (drive_load (session, "stt", "{}", 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 0, NULL, &error));
  g_assert_true (lb_session_unload (session, 10, NULL, &error));
  g_assert_true (drive_load (session, "stt", "{\"text\": \"again\"}", 10, NULL, &error));
  g_assert_true (drive_run (session, 16000, 0, 10, &run, NULL, &error));
  g_assert_cmpstr (drive_text (&run), ==, "again");
  g_assert_false (lb_session_reserve (session, 64000, 0, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_FAILED);
}

static void
fails_to_load_and_loads_then (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbSession) session = drive_start (NULL);

  g_assert_false (
      drive_load (session, "stt", "{\"fail\": true, \"at\": \"load\"}", 10, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_ENGINE);
  g_clear_error (&error);
  g_assert_true (drive_load (session, "stt", "{}", 10, NULL, &error));
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (200000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

typedef struct {
  const char *options;
  double least_s, most_s;
} Cancelled;

static void
is_cancelled (gconstpointer data)
{
  const Cancelled *it = data;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };
  LbSession *session = drive_start (NULL);
  GPid pid = lb_session_pid (session);
  GThread *thread;
  gint64 start;
  double took_s;

  g_assert_true (drive_load (session, "stt", it->options, 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 0, NULL, &error));
  start = g_get_monotonic_time ();
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_false (drive_run (session, 16000, 0, 60, &run, cancellable, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_CANCELLED);
  g_thread_join (thread);
  lb_session_stop (session);
  took_s = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  g_assert_cmpfloat (took_s, >=, it->least_s);
  g_assert_cmpfloat (took_s, <, it->most_s);
  g_assert_false (drive_group_lives (pid));
}

static void
is_cancelled_in_load (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LbSession) session = drive_start (NULL);
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 start = g_get_monotonic_time ();

  g_assert_false (drive_load (session, "stt", "{\"load-ms\": 60000}", 60, cancellable, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
  g_thread_join (thread);
}

static void
note_progress (const char *text, double fraction, gpointer user_data)
{
  guint *counts = user_data;

  counts[text != NULL ? 0 : 1]++;
  g_assert_true (text != NULL || (fraction > 0 && fraction <= 1));
}

static void
streams_first_and_partial (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbSession) session = drive_start (NULL);
  g_auto (LbSessionRun) run = { 0 };
  g_autoptr (json_t)
      request = json_pack ("{s:[{s:s, s:s}]}", "inputs", "role", "text", "text", "hello");
  guint counts[2] = { 0, 0 };

  g_assert_true (drive_load (
      session, "tts", "{\"sleep-ms\": 150, \"first-ms\": 50, \"tokens\": 10}", 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 0, 1 << 20, NULL, &error));
  g_assert_true (
      lb_session_run (session, request, 10, note_progress, counts, &run, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (counts[0], ==, 10);
  g_assert_cmpuint (counts[1], >=, 1);
  g_assert_cmpuint (counts[1], <=, 3); /* at most ten a second reach us */
  g_assert_cmpstr (run.first_kind, ==, "token");
  g_assert_cmpint (run.first_ns - run.t0_ns, >=, 50 * 1000000);
  g_assert_cmpint (run.first_ns - run.t0_ns, <, 140 * 1000000);
  g_assert_true (g_str_has_prefix (drive_text (&run), "5 bytes of text"));
}

static void
gives_sound (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbSession) session = drive_start (NULL);
  g_auto (LbSessionRun) run = { 0 };
  const json_t *piece;
  float samples[2205];

  g_assert_true (drive_load (session, "tts", "{\"sound-s\": 0.1}", 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 65536, NULL, &error));
  g_assert_true (drive_run (session, 16, 0, 10, &run, NULL, &error));
  piece = json_array_get (json_object_get (run.output, "pcm"), 0);
  g_assert_cmpint (lb_json_integer (piece, "frames", 0), ==, 2205);
  g_assert_cmpint (lb_json_integer (piece, "rate", 0), ==, 22050);
  g_assert_true (lb_session_get (session, 0, samples, 2205, &error));
  g_assert_cmpfloat (fabsf (samples[13] - (float) (0.5 * sin (2 * G_PI * 440 * 13 / 22050))), <,
                     1e-6f);
  g_assert_false (lb_session_get (session, 65532, samples, 2, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
}

/* Above the limit the buffers are files; everything else is as before. */
static void
takes_files_above_the_limit (void)
{
  const LbSessionSettings settings = { .pcm_memory_bytes = 1000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (LbSession) session = drive_start (&settings);
  g_autoptr (LbSession) other = drive_start (NULL);
  g_auto (LbSessionRun) run = { 0 };
  g_auto (LbSessionRun) same = { 0 };
  float sample;

  g_assert_true (drive_load (session, "tts", "{\"sound-s\": 0.1}", 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 65536, NULL, &error));
  g_assert_true (drive_run (session, 16000, 0, 10, &run, NULL, &error));
  g_assert_true (lb_session_get (session, 4, &sample, 1, &error));
  g_assert_cmpfloat (sample, >, 0.01f);
  g_assert_true (drive_load (other, "tts", "{\"sound-s\": 0.1}", 10, NULL, &error));
  g_assert_true (lb_session_reserve (other, 64000, 65536, NULL, &error));
  g_assert_true (drive_run (other, 16000, 0, 10, &same, NULL, &error));
  g_assert_cmpstr (drive_text (&run), ==, drive_text (&same));
}

static void
clears_out_before_each_run (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbSession) session = drive_start (NULL);
  g_auto (LbSessionRun) run = { 0 };
  g_auto (LbSessionRun) silent = { 0 };
  float sample = 1;

  g_assert_true (drive_load (session, "tts", "{\"sound-s\": 0.1}", 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 65536, NULL, &error));
  g_assert_true (drive_run (session, 16, 0, 10, &run, NULL, &error));
  g_assert_true (lb_session_unload (session, 10, NULL, &error));
  g_assert_true (drive_load (session, "tts", "{\"sound-s\": 0}", 10, NULL, &error));
  g_assert_true (drive_run (session, 16, 0, 10, &silent, NULL, &error));
  g_assert_true (lb_session_get (session, 4, &sample, 1, &error));
  g_assert_cmpfloat (sample, ==, 0);
}

static void
pauses_and_stops_while_paused (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };
  LbSession *session = drive_start (NULL);
  GPid pid = lb_session_pid (session);
  gint64 start;

  g_assert_true (drive_load (session, "stt", "{}", 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 0, NULL, &error));
  lb_session_pause (session);
  lb_session_resume (session);
  g_assert_true (drive_run (session, 16, 0, 10, &run, NULL, &error));
  lb_session_pause (session);
  start = g_get_monotonic_time ();
  lb_session_stop (session);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
  g_assert_false (drive_group_lives (pid));
}

static void
times_out_while_stopped (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };
  g_autoptr (LbSession) session = drive_start (NULL);

  g_assert_true (drive_load (session, "stt", "{}", 10, NULL, &error));
  g_assert_true (lb_session_reserve (session, 64000, 0, NULL, &error));
  lb_session_pause (session);
  g_assert_false (drive_run (session, 16, 0, 0.2, &run, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_TIMEOUT);
}

/* A request larger than any socket's room to an engine that does not read: the limit
 * holds there too. */
static void
times_out_while_sending (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };
  g_autoptr (LbSession) session = drive_start (NULL);
  g_autofree char *text = g_strnfill (4 * 1024 * 1024, 'a');
  g_autoptr (json_t)
      request = json_pack ("{s:[{s:s, s:s}]}", "inputs", "role", "text", "text", text);

  g_assert_true (drive_load (session, "stt", "{}", 10, NULL, &error));
  lb_session_pause (session);
  g_assert_false (lb_session_run (session, request, 0.2, NULL, NULL, &run, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_TIMEOUT);
}

static void
is_killed_from_outside (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (LbSessionRun) run = { 0 };
  g_autoptr (LbSession) session = drive_start (NULL);
  g_autoptr (json_t) request = json_object ();

  g_assert_true (drive_load (session, "stt", "{}", 10, NULL, &error));
  kill (lb_session_pid (session), SIGKILL);
  g_usleep (100000);
  g_assert_false (lb_session_run (session, request, 5, NULL, NULL, &run, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_CRASHED);
}

/* The reader must not poll pipes whose other ends are closed: it would spin until stop. */
static void
rests_after_the_engines_end (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbSession) session = drive_start (NULL);
  clock_t before;

  g_assert_false (
      drive_load (session, "stt", "{\"crash\": \"segv\", \"at\": \"load\"}", 10, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_CRASHED);
  before = clock ();
  g_usleep (400000);
  g_assert_cmpint (clock () - before, <, CLOCKS_PER_SEC / 10);
}

static void
says_what_is_missing (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (g_getenv ("LB_TEST_FOLDER"), "ghost.json", NULL);
  g_autoptr (LbManifest) manifest = NULL;

  g_assert_true (g_file_set_contents (
      path,
      "{\"id\": \"ghost\", \"mode\": \"stt\", \"title\": \"g\", \"outputs\": [\"text\"], "
      "\"needs\": [{\"get\": "
      "\"./quickstart\"}], \"inputs\": [{\"role\": \"audio\", \"kind\": \"pcm\"}]}",
      -1, &error));
  manifest = lb_manifest_read (path, &error);
  g_assert_no_error (error);
  g_assert_null (lb_session_start (manifest, NULL, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_ENGINE_MISSING);
  g_assert_cmpstr (error->message, ==, "the engine \"ghost\" isn't built here: ./quickstart");
}

static const Cancelled polite = { "{\"sleep-ms\": 60000}", 0.2, 1.5 };
static const Cancelled deaf = { "{\"hang\": true}", 2.2, 3.5 };
static const Cancelled stubborn = { "{\"hang\": true, \"ignore-cancel\": true}", 4.2, 6 };
static const Cancelled flooding = { "{\"flood\": \"lines\", \"flood-mb\": 65536}", 0.2, 6 };

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("lb-engine-XXXXXX", &error);
  g_autofree char *cache = g_build_filename (folder, "llamaburn", NULL);
  g_autofree char *ghost = g_build_filename (folder, "ghost.json", NULL);
  int status;

  g_assert_no_error (error);
  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_setenv ("LB_TEST_FOLDER", folder, TRUE);
  g_setenv ("LB_TEST_SECRET", "1", TRUE);
  g_setenv ("GGML_HUB_TOKEN", "1", TRUE);
  g_setenv ("GGML_LB_TEST", "7", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/runs-and-stops", runs_and_stops);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/session/null/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], misbehaves);
    }
  g_test_add_func ("/session/probes", probes);
  g_test_add_func ("/session/loads-again", loads_again_in_the_same_process);
  g_test_add_func ("/session/fails-to-load-and-loads-then", fails_to_load_and_loads_then);
  g_test_add_data_func ("/session/cancel/polite", &polite, is_cancelled);
  g_test_add_data_func ("/session/cancel/deaf", &deaf, is_cancelled);
  g_test_add_data_func ("/session/cancel/stubborn", &stubborn, is_cancelled);
  g_test_add_data_func ("/session/cancel/flooding", &flooding, is_cancelled);
  g_test_add_func ("/session/cancel/load", is_cancelled_in_load);
  g_test_add_func ("/session/streams", streams_first_and_partial);
  g_test_add_func ("/session/gives-sound", gives_sound);
  g_test_add_func ("/session/files", takes_files_above_the_limit);
  g_test_add_func ("/session/clears-out", clears_out_before_each_run);
  g_test_add_func ("/session/pauses", pauses_and_stops_while_paused);
  g_test_add_func ("/session/times-out-while-stopped", times_out_while_stopped);
  g_test_add_func ("/session/times-out-while-sending", times_out_while_sending);
  g_test_add_func ("/session/killed", is_killed_from_outside);
  g_test_add_func ("/session/rests", rests_after_the_engines_end);
  g_test_add_func ("/session/says-what-is-missing", says_what_is_missing);
  status = g_test_run ();
  unlink (ghost);
  rmdir (cache);
  rmdir (folder);
  return status;
}
