#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "engine/manifest.h"
#include "engine/python.h"

typedef struct {
  const char *name;
  const char *json;
  const char *says; /* part of the message */
} Bad;

#define HEAD "{\"id\": \"e\", \"title\": \"E\", \"mode\": \"stt\", \"outputs\": [\"text\"], "
#define INPUTS "\"inputs\": [{\"role\": \"audio\", \"kind\": \"pcm\"}]"
#define OPTION(MEMBERS)                                                                          \
  HEAD INPUTS ", \"options\": [{\"name\": \"o\", \"help\": \"h\", " MEMBERS "}]}"

#define PYTHON(ENVIRONMENTS)                                                                     \
  HEAD INPUTS ", \"python\": {\"versions\": \">=3.9\", \"environments\": {" ENVIRONMENTS "}}}"

static const Bad bad[] = {
  { "empty", "", "not valid JSON" },
  { "not-json", "id: e", "not valid JSON" },
  { "list", "[]", "one object" },
  { "duplicate-keys", "{\"id\": \"a\", \"id\": \"b\"}", "duplicate" },
  { "no-id", "{\"title\": \"E\"}", "\"id\" must be" },
  { "id-number", "{\"id\": 7}", "\"id\" must be" },
  { "id-with-folder", "{\"id\": \"../e\"}", "\"id\" must be" },
  { "id-with-slash", "{\"id\": \"a/b\"}", "\"id\" must be" },
  { "id-with-dots", "{\"id\": \"a..b\"}", "\"id\" must be" },
  { "id-capital", "{\"id\": \"E\"}", "\"id\" must be" },
  { "id-empty", "{\"id\": \"\"}", "\"id\" must be" },
  { "id-with-nul", "{\"id\": \"a\\u0000b\"}", "" },
  { "no-title", "{\"id\": \"e\"}", "\"title\" must be" },
  { "no-mode", "{\"id\": \"e\", \"title\": \"E\"}", "\"mode\" must be" },
  { "unknown-mode", "{\"id\": \"e\", \"title\": \"E\", \"mode\": \"opera\"}",
    "\"mode\" must be among: stt" },
  { "modes-text", "{\"id\": \"e\", \"title\": \"E\", \"modes\": \"stt\"}", "\"modes\" must be" },
  { "modes-twice", "{\"id\": \"e\", \"title\": \"E\", \"modes\": [\"stt\", \"stt\"]}",
    "without repetitions" },
  { "no-inputs", HEAD "\"x\": 1}", "\"inputs\" must be" },
  { "input-kind", HEAD "\"inputs\": [{\"role\": \"audio\", \"kind\": \"midi\"}]}",
    "pcm or text" },
  { "input-role", HEAD "\"inputs\": [{\"role\": 1, \"kind\": \"pcm\"}]}", "\"role\" is a name" },
  { "input-no-role", HEAD "\"inputs\": [{\"kind\": \"pcm\"}]}", "each with a \"role\"" },
  { "role-twice",
    HEAD "\"inputs\": [{\"role\": \"a\", \"kind\": \"pcm\"}, {\"role\": \"a\", \"kind\": "
         "\"pcm\"}]}",
    "without repetitions" },
  { "input-text", HEAD "\"inputs\": [\"audio\"]}", "\"inputs\" must be" },
  { "outputs", "{\"id\": \"e\", \"title\": \"E\", \"mode\": \"stt\", " INPUTS "}",
    "\"outputs\" must be" },
  { "network", HEAD INPUTS ", \"network\": \"no\"}", "\"network\" must be true or false" },
  { "hidden", HEAD INPUTS ", \"hidden\": 0}", "\"hidden\" must be true or false" },
  { "rank-text", HEAD INPUTS ", \"rank\": \"first\"}", "\"rank\" must be a whole number" },
  { "rank-below", HEAD INPUTS ", \"rank\": -1}", "\"rank\" must be a whole number" },
  { "decoding", HEAD INPUTS ", \"decoding\": {\"greedy\": {\"no\": 1}}}",
    "\"decoding\" must be" },
  { "models", HEAD INPUTS ", \"models\": {}}", "\"models\" must be" },
  { "backends", HEAD INPUTS ", \"backends\": [\"CPU\"]}", "\"backends\" must be" },
  { "keys-path", HEAD INPUTS ", \"keys\": [\"LD_PRELOAD\"]}", "\"keys\" must be" },
  { "keys-lower", HEAD INPUTS ", \"keys\": [\"a=b\"]}", "\"keys\" must be" },
  { "needs", HEAD INPUTS ", \"needs\": [1]}", "\"needs\" must be" },
  { "needs-get", HEAD INPUTS ", \"needs\": [{\"get\": 5}]}", "\"needs\" must be" },
  { "module-path", HEAD INPUTS ", \"module\": \"../../tmp/evil\"}", "\"module\" must be" },
  { "module-absolute", HEAD INPUTS ", \"module\": \"/tmp/evil\"}", "\"module\" must be" },
  { "module-hidden", HEAD INPUTS ", \"module\": \".evil\"}", "\"module\" must be" },
  { "command-text", HEAD INPUTS ", \"command\": \"python3\"}", "\"command\" must be" },
  { "command-empty", HEAD INPUTS ", \"command\": []}", "\"command\" must be" },
  { "command-and-module", HEAD INPUTS ", \"command\": [\"a\"], \"module\": \"e\"}",
    "\"command\" must be left out" },
  { "python-text", HEAD INPUTS ", \"python\": \"3.11\"}", "\"python\" must be" },
  { "python-no-versions", HEAD INPUTS ", \"python\": {}}", "\"versions\" are like" },
  { "python-versions", HEAD INPUTS ", \"python\": {\"versions\": \"--evil\"}}",
    "\"versions\" are like" },
  { "python-and-command",
    HEAD INPUTS ", \"command\": [\"a\"], \"python\": {\"versions\": \">=3.9\"}}",
    "\"python\" must be left out" },
  { "python-accelerator", PYTHON ("\"tpu\": {\"lock\": \"a\"}"), "among cpu, cuda, rocm" },
  { "python-no-lock", PYTHON ("\"cpu\": {}"), "a file beside" },
  { "python-lock-elsewhere", PYTHON ("\"cpu\": {\"lock\": \"../a\"}"), "a file beside" },
  { "python-lock-option", PYTHON ("\"cpu\": {\"lock\": \"-r\"}"), "a file beside" },
  { "python-index", PYTHON ("\"cpu\": {\"lock\": \"a\", \"index\": \"http://x\"}"), "https" },
  { "python-index-password",
    PYTHON ("\"cpu\": {\"lock\": \"a\", \"index\": \"https://me:secret@x/\"}"), "https" },
  { "python-disk", PYTHON ("\"cpu\": {\"lock\": \"a\", \"disk_bytes\": -1}"), "disk_bytes" },
  { "options-object", HEAD INPUTS ", \"options\": {}}", "\"options\" must be" },
  { "option-number", HEAD INPUTS ", \"options\": [1]}", "\"options\" must be a list of objects" },
  { "option-name", HEAD INPUTS ", \"options\": [{\"name\": \"-o\"}]}", "\"name\" must be" },
  { "option-twice",
    HEAD INPUTS ", \"options\": [{\"name\": \"o\", \"kind\": \"bool\", \"help\": \"h\"}, "
                "{\"name\": \"o\"}]}",
    "given once only" },
  { "option-kind", OPTION ("\"kind\": \"float\""),
    "option \"o\": \"kind\" must be one of: bool" },
  { "option-no-kind", OPTION ("\"x\": 1"), "\"kind\" must be" },
  { "option-no-help", HEAD INPUTS ", \"options\": [{\"name\": \"o\", \"kind\": \"bool\"}]}",
    "\"help\" must be" },
  { "option-min-text", OPTION ("\"kind\": \"int\", \"min\": \"1\""), "\"min\" must be a number" },
  { "option-min-of-bool", OPTION ("\"kind\": \"bool\", \"min\": 1"), "\"min\" must be left out" },
  { "option-range", OPTION ("\"kind\": \"int\", \"min\": 2, \"max\": 1"),
    "\"min\" must be at most" },
  { "option-default-type", OPTION ("\"kind\": \"int\", \"default\": \"1\""),
    "\"default\" must be" },
  { "option-default-range", OPTION ("\"kind\": \"int\", \"max\": 3, \"default\": 4"),
    "\"default\" must be" },
  { "option-enum-empty", OPTION ("\"kind\": \"enum\""), "\"choices\" must be" },
  { "option-enum-default",
    OPTION ("\"kind\": \"enum\", \"choices\": [\"a\"], \"default\": \"b\""), "\"default\"" },
  { "option-work", OPTION ("\"kind\": \"int\", \"work\": 1"), "\"work\" must be true or false" },
};

static char *
write_manifest (const char *json)
{
  g_autofree char *folder = g_dir_make_tmp ("lb-manifest-XXXXXX", NULL);
  char *path = g_build_filename (folder, "e.json", NULL);

  g_assert_true (g_file_set_contents (path, json, -1, NULL));
  return path;
}

static void
remove_manifest (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  unlink (path);
  rmdir (folder);
}

static LbManifest *
read_text (const char *json, GError **error)
{
  g_autofree char *path = write_manifest (json);
  LbManifest *manifest = lb_manifest_read (path, error);

  remove_manifest (path);
  return manifest;
}

static void
refuses (gconstpointer data)
{
  const Bad *it = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (read_text (it->json, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
  g_assert_nonnull (strstr (error->message, "e.json"));
  g_assert_nonnull (strstr (error->message, it->says));
  g_assert_null (strchr (error->message, '\n'));
}

static void
reads_what_is_there (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbManifest) manifest = NULL;
  const LbOption *option;

  manifest = read_text (
      HEAD INPUTS ", \"models\": [\"ggml\", \"gguf\"], \"backends\": [\"cpu\", \"vulkan\"], "
                  "\"keys\": [\"SOME_API_KEY\"], \"network\": true, \"later\": {}, \"options\": ["
                  "{\"name\": \"beam-size\", \"kind\": \"int\", \"default\": 5, \"min\": 1, "
                  "\"max\": 16, \"work\": true, \"help\": \"beams\"},"
                  "{\"name\": \"verbose\", \"kind\": \"bool\", \"work\": false, \"help\": "
                  "\"more\"}]}",
      &error);
  g_assert_no_error (error);
  g_assert_cmpstr (manifest->id, ==, "e");
  g_assert_cmpstr (manifest->modes[0], ==, "stt");
  g_assert_null (manifest->modes[1]);
  g_assert_cmpstr (manifest->variants[1], ==, "gguf");
  g_assert_cmpstr (manifest->roles[0], ==, "audio");
  g_assert_cmpstr (manifest->keys[0], ==, "SOME_API_KEY");
  g_assert_true (manifest->network);
  g_assert_false (manifest->hidden);
  g_assert_cmpuint (manifest->options->len, ==, 2);
  option = lb_manifest_option (manifest, "beam-size");
  g_assert_cmpint (json_integer_value (option->fallback), ==, 5);
  g_assert_cmpfloat (option->max, ==, 16);
  g_assert_true (option->work);
  g_assert_null (lb_manifest_option (manifest, "verbose")->fallback);
  g_assert_false (lb_manifest_option (manifest, "verbose")->work);
  g_assert_null (lb_manifest_option (manifest, "beams"));
  g_assert_null (manifest->module);
  g_assert_cmpstr (manifest->missing, ==, "the engine \"e\" isn't built here");
}

static void
finds_a_workers_program (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbManifest)
      there = read_text (HEAD INPUTS ", \"command\": [\"sh\", \"-c\", \"true\"]}", &error);
  g_autoptr (LbManifest) absent = read_text (
      HEAD INPUTS ", \"command\": [\"venv/bin/python\", \"-m\", \"x\"]}", &error);

  g_assert_no_error (error);
  g_assert_true (g_path_is_absolute (there->command[0]));
  g_assert_cmpstr (there->command[1], ==, "-c");
  g_assert_null (there->missing);
  g_assert_cmpstr (absent->missing, ==,
                   "the engine \"e\" isn't installed: llamaburn engines install e");
}

static void
write_at (const char *folder, const char *name, const char *json)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_mkdir_with_parents (parent, 0700);
  g_assert_true (g_file_set_contents (path, json, -1, NULL));
}

static void
remove_at (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (remove (path), ==, 0);
}

static void
expect_state (LbManifest *manifest, LbEnvironmentState state, const char *device,
              const char *says)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;

  g_assert_cmpint (lb_environment_look (lb_manifest_environment (manifest, "cpu")), ==, state);
  argv = lb_manifest_argv (manifest, device, &error);
  if (says == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (g_str_has_suffix (argv[0], "e-cpu/bin/python"));
      g_assert_true (g_str_has_suffix (argv[2], "workers/llamaburn_worker"));
      return;
    }
  g_assert_error (error, LB_ERROR, LB_ERROR_ENGINE_MISSING);
  g_assert_nonnull (strstr (error->message, says));
}

/* From nothing to whole, and what can become of it; the device picks the environment. */
static void
tells_environments_apart (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbManifest) manifest = read_text (
      PYTHON ("\"cpu\": {\"lock\": \"e.json\", \"disk_bytes\": 7}, \"cuda\": {\"lock\": \"b\"}"),
      &error);
  const LbEnvironment *cpu;
  g_autofree char *python = NULL, *stamp = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (strstr (manifest->missing, "llamaburn engines install e"));
  cpu = lb_manifest_environment (manifest, "cpu");
  g_assert_cmpuint (cpu->disk_bytes, ==, 7);
  g_assert_cmpuint (strlen (cpu->lock_sha256), ==, 64);
  expect_state (manifest, LB_ENVIRONMENT_ABSENT, "auto", "isn't installed: llamaburn");
  expect_state (manifest, LB_ENVIRONMENT_ABSENT, "cuda:1", "install e --device cuda");
  expect_state (manifest, LB_ENVIRONMENT_ABSENT, "hip:0", "no packages for rocm");
  write_at (cpu->folder, "bin/python", "");
  python = g_build_filename (cpu->folder, "bin", "python", NULL);
  g_assert_cmpint (chmod (python, 0700), ==, 0);
  expect_state (manifest, LB_ENVIRONMENT_BROKEN, "cpu", "half-installed");
  write_at (cpu->folder, LB_ENVIRONMENT_STAMP, "{");
  expect_state (manifest, LB_ENVIRONMENT_BROKEN, "cpu", "half-installed");
  write_at (cpu->folder, LB_ENVIRONMENT_STAMP,
            "{\"schema\": \"llamaburn.environment/1\", \"lock_sha256\": \"00\"}");
  expect_state (manifest, LB_ENVIRONMENT_STALE, "cpu", "another list of packages");
  stamp = g_strdup_printf ("{\"schema\": \"llamaburn.environment/1\", \"lock_sha256\": \"%s\"}",
                           cpu->lock_sha256);
  write_at (cpu->folder, LB_ENVIRONMENT_STAMP, stamp);
  expect_state (manifest, LB_ENVIRONMENT_WHOLE, "cpu", NULL);
  expect_state (manifest, LB_ENVIRONMENT_WHOLE, NULL, NULL);
  expect_state (manifest, LB_ENVIRONMENT_WHOLE, "cuda", "isn't installed for cuda");
  g_assert_cmpint (chmod (python, 0600), ==, 0);
  expect_state (manifest, LB_ENVIRONMENT_BROKEN, "cpu", "half-installed");
  remove_at (cpu->folder, "bin/python");
  remove_at (cpu->folder, "bin");
  remove_at (cpu->folder, LB_ENVIRONMENT_STAMP);
  g_assert_cmpint (rmdir (cpu->folder), ==, 0);
}

static void
null_is_a_good_example (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbRegistry) registry = lb_registry_new (&error);
  const LbManifest *manifest;

  g_assert_no_error (error);
  g_assert_cmpuint (lb_registry_problems (registry)->len, ==, 0);
  manifest = lb_registry_find (registry, "null", "tts", &error);
  g_assert_no_error (error);
  g_assert_true (manifest->hidden);
  g_assert_null (manifest->missing);
  g_assert_null (lb_registry_find (registry, "nul", NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "did you mean \"null\"?"));
  g_clear_error (&error);
  g_assert_null (lb_registry_find (registry, "null", "opera", &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
}

/* A bad manifest costs its engine only; of two with one id the first counts. */
static void
keeps_problems_apart (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lb-registry-XXXXXX", NULL);
  g_autofree char *before = g_strdup (g_getenv ("LLAMABURN_DATA"));
  g_autoptr (GError) error = NULL;
  g_autoptr (LbRegistry) registry = NULL;
  const LbManifest *manifest;

  write_at (folder, "engines/e.json", HEAD INPUTS "}");
  write_at (folder, "engines/broken.json", "{");
  write_at (folder, "engines/notes.txt", "no manifest");
  write_at (folder, "workers/e/manifest.json", HEAD INPUTS ", \"hidden\": true}");
  write_at (folder, "workers/w/manifest.json",
            "{\"id\": \"w\", \"title\": \"W\", \"mode\": \"tts\", \"outputs\": "
            "[\"pcm\"], \"command\": [\"sh\"], " INPUTS "}");
  g_setenv ("LLAMABURN_DATA", folder, TRUE);
  registry = lb_registry_new (&error);
  g_setenv ("LLAMABURN_DATA", before, TRUE);
  g_assert_no_error (error);
  g_assert_cmpuint (lb_registry_problems (registry)->len, ==, 1);
  g_assert_nonnull (strstr (lb_registry_problems (registry)->pdata[0], "broken.json"));
  manifest = lb_registry_find (registry, "e", NULL, &error);
  g_assert_false (manifest->hidden);
  g_assert_nonnull (lb_registry_find (registry, "w", "tts", &error));
  remove_at (folder, "engines/e.json");
  remove_at (folder, "engines/broken.json");
  remove_at (folder, "engines/notes.txt");
  remove_at (folder, "workers/e/manifest.json");
  remove_at (folder, "workers/w/manifest.json");
  remove_at (folder, "workers/e");
  remove_at (folder, "workers/w");
  remove_at (folder, "workers");
  remove_at (folder, "engines");
  rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strconcat ("/manifest/refuses/", bad[i].name, NULL);

      g_test_add_data_func (path, &bad[i], refuses);
    }
  g_test_add_func ("/manifest/reads-what-is-there", reads_what_is_there);
  g_test_add_func ("/manifest/finds-a-workers-program", finds_a_workers_program);
  g_test_add_func ("/manifest/tells-environments-apart", tells_environments_apart);
  g_test_add_func ("/registry/null-is-a-good-example", null_is_a_good_example);
  g_test_add_func ("/registry/keeps-problems-apart", keeps_problems_apart);
  return g_test_run ();
}
