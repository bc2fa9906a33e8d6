#include "engine/python.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/paths.h"
#include "core/text.h"

#define PACKAGE "llamaburn_worker"
#define MAX_STAMP_BYTES 65536
#define MAX_INDEX 1000
#define MAX_VARIABLES 16
#define MAX_VARIABLE 200

/* Best first: who installed one for a GPU wants it. */
static const char *const accelerators[] = { "cuda", "rocm", "cpu", NULL };

static const char *const state_names[] = {
  [LB_ENVIRONMENT_ABSENT] = "absent",
  [LB_ENVIRONMENT_BROKEN] = "half-installed",
  [LB_ENVIRONMENT_STALE] = "out of date",
  [LB_ENVIRONMENT_WHOLE] = "ready",
};

void
lb_environment_free (LbEnvironment *environment)
{
  if (environment == NULL)
    return;
  g_free (environment->accelerator);
  g_free (environment->lock);
  g_free (environment->lock_sha256);
  g_free (environment->index);
  g_free (environment->build_lock);
  g_strfreev (environment->build_variables);
  g_free (environment->folder);
  g_free (environment);
}

const char *
lb_environment_state_name (LbEnvironmentState state)
{
  return state_names[state];
}

/* ---- what is here ---- */

/* Its link may go to "python3", which an upgrade makes another version: that one doesn't see the
 * packages. By the names of files, "python3.11": nothing is started. */
static gboolean
is_another_python (const char *python, const char *version)
{
  char target[PATH_MAX];
  g_autofree char *name = realpath (python, target) != NULL ? g_path_get_basename (target)
                                                            : g_strdup ("");
  const char *its = g_str_has_prefix (name, "python") ? name + strlen ("python") : "";
  gsize length = strlen (its);

  if (version == NULL || strchr (its, '.') == NULL || strspn (its, "0123456789.") != length)
    return FALSE;
  return !g_str_has_prefix (version, its) || (version[length] != '\0' && version[length] != '.');
}

static LbEnvironmentState
look (const LbEnvironment *environment)
{
  g_autofree char *stamp = g_build_filename (environment->folder, LB_ENVIRONMENT_STAMP, NULL);
  g_autofree char *python = g_build_filename (environment->folder, "bin", "python", NULL);
  g_autoptr (json_t) json = NULL;

  if (!g_file_test (environment->folder, G_FILE_TEST_EXISTS))
    return LB_ENVIRONMENT_ABSENT;
  /* The link goes to the Python that it was made with: an upgrade may have taken that away. */
  if (!g_file_test (stamp, G_FILE_TEST_IS_REGULAR) ||
      !g_file_test (python, G_FILE_TEST_IS_REGULAR) ||
      !g_file_test (python, G_FILE_TEST_IS_EXECUTABLE))
    return LB_ENVIRONMENT_BROKEN;
  json = lb_json_read (stamp, NULL);
  if (json == NULL || strcmp (lb_json_string (json, "schema", ""), LB_ENVIRONMENT_SCHEMA) != 0 ||
      is_another_python (python, lb_json_string (json, "python", NULL)))
    return LB_ENVIRONMENT_BROKEN;
  if (environment->lock_sha256 == NULL ||
      strcmp (lb_json_string (json, "lock_sha256", ""), environment->lock_sha256) != 0)
    return LB_ENVIRONMENT_STALE;
  return LB_ENVIRONMENT_WHOLE;
}

LbEnvironmentState
lb_environment_look (LbEnvironment *environment)
{
  environment->state = look (environment);
  return environment->state;
}

LbEnvironment *
lb_manifest_environment (const LbManifest *manifest, const char *accelerator)
{
  for (guint i = 0; i < manifest->environments->len; i++)
    {
      LbEnvironment *environment = manifest->environments->pdata[i];

      if (strcmp (environment->accelerator, accelerator) == 0)
        return environment;
    }
  return NULL;
}

const char *
lb_manifest_accelerator (const char *device)
{
  g_auto (GStrv) parts = NULL;

  if (device == NULL || *device == '\0')
    return NULL;
  parts = g_strsplit (device, ":", 2);
  if (strcmp (parts[0], "cuda") == 0)
    return "cuda";
  if (strcmp (parts[0], "hip") == 0 || strcmp (parts[0], "rocm") == 0)
    return "rocm";
  return NULL;
}

/* The best environment that is whole, of @accelerator where one is asked for. */
static LbEnvironment *
choose (const LbManifest *manifest, const char *device)
{
  const char *accelerator = lb_manifest_accelerator (device);
  gboolean cpu = device != NULL && strcmp (device, "cpu") == 0;
  LbEnvironment *environment;

  if (accelerator != NULL)
    {
      environment = lb_manifest_environment (manifest, accelerator);
      return environment != NULL && environment->state == LB_ENVIRONMENT_WHOLE ? environment
                                                                               : NULL;
    }
  if (cpu)
    {
      environment = lb_manifest_environment (manifest, "cpu");
      if (environment != NULL && environment->state == LB_ENVIRONMENT_WHOLE)
        return environment;
    }
  for (guint i = 0; accelerators[i] != NULL; i++)
    {
      environment = lb_manifest_environment (manifest, accelerators[i]);
      if (environment != NULL && environment->state == LB_ENVIRONMENT_WHOLE)
        return environment;
    }
  return NULL;
}

static char *
say_missing (const LbManifest *manifest, const char *device)
{
  const char *accelerator = lb_manifest_accelerator (device);
  LbEnvironmentState worst = LB_ENVIRONMENT_ABSENT;

  for (guint i = 0; i < manifest->environments->len; i++)
    {
      const LbEnvironment *environment = manifest->environments->pdata[i];

      if (accelerator == NULL || strcmp (accelerator, environment->accelerator) == 0)
        worst = MAX (worst, environment->state == LB_ENVIRONMENT_WHOLE ? 0 : environment->state);
    }
  if (worst == LB_ENVIRONMENT_BROKEN)
    return g_strdup_printf (
        "the engine \"%s\" is half-installed: llamaburn engines install %s mends it",
        manifest->id, manifest->id);
  if (worst == LB_ENVIRONMENT_STALE)
    return g_strdup_printf ("the engine \"%s\" was installed from another list of packages: "
                            "llamaburn engines install %s brings it up to date",
                            manifest->id, manifest->id);
  if (accelerator != NULL && lb_manifest_environment (manifest, accelerator) == NULL)
    return g_strdup_printf (
        "the engine \"%s\" has no packages for %s: -d cpu runs it on the processor", manifest->id,
        accelerator);
  if (accelerator != NULL)
    return g_strdup_printf (
        "the engine \"%s\" isn't installed for %s: llamaburn engines install %s --device %s",
        manifest->id, accelerator, manifest->id, accelerator);
  return g_strdup_printf ("the engine \"%s\" isn't installed: llamaburn engines install %s",
                          manifest->id, manifest->id);
}

/* ---- the command ---- */

/* The folder of the package: workers/ of a shared folder, or, of the source tree, beside data/.
 */
static char *
find_package (void)
{
  g_auto (GStrv) shared = lb_paths_shared ();

  for (guint i = 0; shared[i] != NULL; i++)
    {
      g_autofree char *parent = g_path_get_dirname (shared[i]);
      const char *const folders[] = { shared[i], parent };

      for (guint k = 0; k < G_N_ELEMENTS (folders); k++)
        {
          g_autofree char *path = g_build_filename (folders[k], "workers", PACKAGE, NULL);
          g_autofree char *main = g_build_filename (path, "__main__.py", NULL);

          if (g_file_test (main, G_FILE_TEST_IS_REGULAR))
            return g_canonicalize_filename (path, NULL);
        }
    }
  return NULL;
}

/* -I: nothing of the user's own Python settings and folders is seen. */
static char **
argv_of (const LbManifest *manifest, char *python, char *package)
{
  char **argv = g_new0 (char *, 5);

  argv[0] = python;
  argv[1] = g_strdup ("-I");
  argv[2] = package;
  argv[3] = g_strdup (manifest->folder);
  return argv;
}

char **
lb_manifest_argv (const LbManifest *manifest, const char *device, GError **error)
{
  const LbEnvironment *environment;
  g_autofree char *package = NULL;

  if (manifest->environments == NULL || manifest->environments->len == 0)
    return g_strdupv (manifest->command);
  environment = choose (manifest, device);
  package = find_package ();
  if (environment == NULL || package == NULL)
    {
      g_autofree char *missing = say_missing (manifest, device);

      g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE_MISSING,
                           package == NULL ? "the package " PACKAGE
                                             " is missing: install LlamaBurn again"
                                           : missing);
      return NULL;
    }
  return argv_of (manifest, g_build_filename (environment->folder, "bin", "python", NULL),
                  g_steal_pointer (&package));
}

/* ---- the manifest's member "python" ---- */

static gboolean
refuse (const LbManifest *manifest, const char *must, GError **error)
{
  g_autofree char *file = lb_text_escape (manifest->path);

  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "\"%s\": \"python\" must be %s", file, must);
  return FALSE;
}

/* ">=3.9" or ">=3.9,<3.14": what uv takes, and nothing that is more than that. */
static gboolean
are_versions (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      gsize signs = strspn (parts[i], "<>=!");
      const char *version = parts[i] + signs;

      if (signs < 1 || signs > 2 || !g_ascii_isdigit (*version) || strlen (version) > 16 ||
          strspn (version, "0123456789.") != strlen (version))
        return FALSE;
    }
  return parts[0] != NULL && g_strv_length (parts) <= 4;
}

static gboolean
is_file_name (const char *text)
{
  return text != NULL && *text != '\0' && *text != '.' && *text != '-' && strlen (text) <= 200 &&
         strchr (text, '/') == NULL;
}

static gboolean
is_index (const char *text)
{
  if (!g_str_has_prefix (text, "https://") || strlen (text) > MAX_INDEX)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  return strchr (text, '@') == NULL;
}

/* A name in capitals, a value in one line. */
static gboolean
is_variable (const char *name, const char *value)
{
  return *name != '\0' && strspn (name, G_CSET_A_2_Z G_CSET_DIGITS "_") == strlen (name) &&
         !g_ascii_isdigit (*name) && strlen (name) <= MAX_VARIABLE && value != NULL &&
         strlen (value) <= MAX_VARIABLE && strpbrk (value, "\r\n") == NULL;
}

static char **
read_variables (const json_t *json)
{
  g_autoptr (GStrvBuilder) variables = g_strv_builder_new ();
  const char *name;
  json_t *value;

  if (json_object_size (json) > MAX_VARIABLES)
    return NULL;
  json_object_foreach ((json_t *) json, name, value)
    {
      g_autofree char *variable = NULL;

      if (!is_variable (name, json_string_value (value)))
        return NULL;
      variable = g_strconcat (name, "=", json_string_value (value), NULL);
      g_strv_builder_add (variables, variable);
    }
  return g_strv_builder_end (variables);
}

/* What is installed depends on both lists, and on how the second one is compiled. */
static char *
hash_with_build (const LbEnvironment *environment)
{
  g_autofree char *build = lb_hash_file (environment->build_lock, NULL, NULL);
  g_autofree char *variables = g_strjoinv ("\n", environment->build_variables);
  g_autofree char *all = NULL;

  if (environment->lock_sha256 == NULL || build == NULL)
    return NULL;
  all = g_strconcat (environment->lock_sha256, "\n", build, "\n", variables, NULL);
  return lb_hash_data (all, strlen (all));
}

static gboolean
read_build (LbManifest *manifest, LbEnvironment *environment, const json_t *json, GError **error)
{
  const char *lock = lb_json_string (json, "lock", NULL);
  const json_t *variables = json_object_get (json, "variables");
  char *hash;

  if (json == NULL)
    return TRUE;
  if (!is_file_name (lock))
    return refuse (manifest,
                   "an object whose \"build\" has a \"lock\": a file beside the manifest", error);
  if (variables != NULL && !json_is_object (variables))
    return refuse (manifest, "an object whose \"build\" has \"variables\" that are an object",
                   error);
  environment->build_lock = g_build_filename (manifest->folder, lock, NULL);
  environment->build_variables = read_variables (variables);
  if (environment->build_variables == NULL)
    return refuse (manifest,
                   "an object whose \"variables\" of the \"build\" are texts of one line, with "
                   "names in capitals, at most 16",
                   error);
  hash = hash_with_build (environment);
  g_free (environment->lock_sha256);
  environment->lock_sha256 = hash;
  return TRUE;
}

static gboolean
read_environment (LbManifest *manifest, const char *accelerator, const json_t *json,
                  GError **error)
{
  g_autoptr (LbEnvironment) environment = g_new0 (LbEnvironment, 1);
  const char *lock = lb_json_string (json, "lock", NULL);
  const char *index = lb_json_string (json, "index", NULL);
  g_autofree char *name = g_strdup_printf ("%s-%s", manifest->id, accelerator);

  if (!g_strv_contains (accelerators, accelerator))
    return refuse (manifest, "an object whose \"environments\" are among cpu, cuda, rocm", error);
  if (!is_file_name (lock))
    return refuse (
        manifest,
        "an object each of whose \"environments\" has a \"lock\": a file beside the manifest",
        error);
  if (json_object_get (json, "index") != NULL && (index == NULL || !is_index (index)))
    return refuse (manifest,
                   "an object whose \"index\" is an https:// address without a password", error);
  if (lb_json_integer (json, "disk_bytes", 0) < 0)
    return refuse (manifest, "an object whose \"disk_bytes\" is a whole number", error);
  environment->accelerator = g_strdup (accelerator);
  environment->lock = g_build_filename (manifest->folder, lock, NULL);
  environment->lock_sha256 = g_file_test (environment->lock, G_FILE_TEST_IS_REGULAR)
                                 ? lb_hash_file (environment->lock, NULL, NULL)
                                 : NULL;
  environment->index = g_strdup (index);
  environment->disk_bytes = (guint64) lb_json_integer (json, "disk_bytes", 0);
  environment->folder = g_build_filename (g_get_user_data_dir (), "llamaburn", "environments",
                                          name, NULL);
  if (!read_build (manifest, environment, json_object_get (json, "build"), error))
    return FALSE;
  lb_environment_look (environment);
  g_ptr_array_add (manifest->environments, g_steal_pointer (&environment));
  return TRUE;
}

static gboolean
read_environments (LbManifest *manifest, const json_t *list, GError **error)
{
  const char *accelerator;
  json_t *item;

  if (list == NULL)
    return TRUE;
  if (!json_is_object (list) || json_object_size (list) == 0)
    return refuse (manifest, "an object whose \"environments\" are an object", error);
  json_object_foreach ((json_t *) list, accelerator, item)
    if (!read_environment (manifest, accelerator, item, error))
      return FALSE;
  return TRUE;
}

/* One that needs no packages runs by the system's Python. */
static void
find_system_python (LbManifest *manifest)
{
  char *python = g_find_program_in_path ("python3");
  char *package = find_package ();

  if (python == NULL)
    manifest->missing = g_strdup_printf ("the engine \"%s\" needs python3: install it",
                                         manifest->id);
  else if (package == NULL)
    manifest->missing = g_strdup ("the package " PACKAGE " is missing: install LlamaBurn again");
  if (manifest->missing == NULL)
    manifest->command = argv_of (manifest, g_steal_pointer (&python), g_steal_pointer (&package));
  g_free (python);
  g_free (package);
}

gboolean
lb_python_read (LbManifest *manifest, GError **error)
{
  const json_t *json = json_object_get (manifest->json, "python");
  const char *versions = lb_json_string (json, "versions", NULL);
  g_autoptr (GError) why = NULL;

  if (json_object_get (manifest->json, "command") != NULL ||
      json_object_get (manifest->json, "module") != NULL)
    return refuse (manifest, "left out where there is a \"command\" or \"module\"", error);
  if (!json_is_object (json) || versions == NULL || !are_versions (versions))
    return refuse (manifest, "an object whose \"versions\" are like \">=3.9,<3.14\"", error);
  if (!read_environments (manifest, json_object_get (json, "environments"), error))
    return FALSE;
  if (manifest->environments->len == 0)
    {
      find_system_python (manifest);
      return TRUE;
    }
  manifest->command = lb_manifest_argv (manifest, NULL, &why);
  if (manifest->command == NULL)
    manifest->missing = g_strdup (why->message);
  return TRUE;
}

const char *
lb_manifest_state (const LbManifest *manifest)
{
  LbEnvironmentState worst = LB_ENVIRONMENT_ABSENT;

  if (manifest->missing == NULL)
    return "ready";
  for (guint i = 0; i < manifest->environments->len; i++)
    worst = MAX (worst, ((LbEnvironment *) manifest->environments->pdata[i])->state);
  return worst == LB_ENVIRONMENT_ABSENT ? "missing" : lb_environment_state_name (worst);
}
