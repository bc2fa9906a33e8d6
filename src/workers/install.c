/* Environments come and go. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "workers/private.h"

#define MARGIN_BYTES (64 * 1024 * 1024)

typedef struct {
  const LbManifest *manifest;
  LbEnvironment *environment;
  LbInstallCallback callback;
  gpointer user_data;
  GCancellable *cancellable;
  const char *phase;
  char *python; /* of the environment */
  char *log;
} Install;

static void
install_clear (Install *install)
{
  g_free (install->python);
  g_free (install->log);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Install, install_clear)

static void
tell (Install *install, guint64 done_bytes, const char *note)
{
  LbInstallProgress progress = { install->phase, done_bytes, install->environment->disk_bytes,
                                 note };

  if (install->callback != NULL)
    install->callback (&progress, install->user_data);
}

static void
on_tick (gpointer user_data)
{
  Install *install = user_data;
  guint64 bytes = lb_workers_tree_bytes (install->environment->folder);

  if (install->environment->disk_bytes > 0)
    bytes = MIN (bytes, install->environment->disk_bytes);
  tell (install, bytes, NULL);
}

/* ---- before ---- */

static gboolean
check_room (Install *install, GError **error)
{
  const LbEnvironment *environment = install->environment;
  g_autofree char *parent = g_path_get_dirname (environment->folder);
  g_autofree char *need = lb_text_bytes (environment->disk_bytes), *left = NULL, *note = NULL;
  g_autofree char *shown = lb_text_escape (environment->folder);
  struct statvfs status;
  guint64 bytes;

  if (g_mkdir_with_parents (parent, 0700) != 0)
    return lb_error_set_errno (error, errno, "can't make a folder for \"%s\"", shown);
  if (statvfs (parent, &status) != 0)
    return lb_error_set_errno (error, errno, "can't look at \"%s\"", parent);
  bytes = (guint64) status.f_bavail * status.f_frsize;
  left = lb_text_bytes (bytes);
  if (environment->disk_bytes > 0 && bytes < environment->disk_bytes + MARGIN_BYTES)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NO_SPACE,
                   "the engine \"%s\" takes %s and %s are free for \"%s\": make room there",
                   install->manifest->id, need, left, shown);
      return FALSE;
    }
  if (environment->disk_bytes > 0)
    note = g_strdup_printf ("takes %s of the %s that are free, in %s", need, left, shown);
  else
    note = g_strdup_printf ("%s are free, in %s", left, shown);
  tell (install, 0, note);
  return TRUE;
}

/* Held to the end: two installations of one environment would spoil it. */
static int
take_lock (const LbManifest *manifest, const LbEnvironment *environment, GError **error)
{
  g_autofree char *path = g_strconcat (environment->folder, ".lock", NULL);
  g_autofree char *shown = lb_text_escape (path);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      lb_error_set_errno (error, errno, "can't open \"%s\"", shown);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (errno == EWOULDBLOCK)
    g_set_error (error, LB_ERROR, LB_ERROR_FAILED,
                 "another llamaburn installs or removes the engine \"%s\": wait until it is done",
                 manifest->id);
  else
    lb_error_set_errno (error, errno, "can't lock \"%s\"", shown);
  close (fd);
  return -1;
}

/* ---- by uv, or by venv and pip ---- */

static gboolean
run (Install *install, const char *phase, const char *const *argv, char **variables,
     GError **error)
{
  install->phase = phase;
  tell (install, 0, NULL);
  return lb_workers_child (argv, variables, install->log, on_tick, install, install->cancellable,
                           error);
}

/* Of the second list: by the compilers that the first one has put there, not by others that an
 * isolated build would fetch without a lock. */
static gboolean
build_by_uv (Install *install, const char *uv, GError **error)
{
  const LbEnvironment *environment = install->environment;
  const char *const argv[] = { uv,
                               "pip",
                               "install",
                               "--no-progress",
                               "--no-deps",
                               "--require-hashes",
                               "--no-build-isolation",
                               "--compile-bytecode",
                               "--python",
                               install->python,
                               "-r",
                               environment->build_lock,
                               NULL };

  return environment->build_lock == NULL ||
         run (install, "compiling", argv, environment->build_variables, error);
}

static gboolean
install_by_uv (Install *install, const char *uv, const char *versions, GError **error)
{
  const LbEnvironment *environment = install->environment;
  const char *const venv[] = { uv,         "venv",   "--no-project",
                               "--python", versions, environment->folder,
                               NULL };
  const char *packages[] = { uv,
                             "pip",
                             "install",
                             "--no-progress",
                             "--no-deps",
                             "--require-hashes",
                             "--compile-bytecode",
                             "--python",
                             install->python,
                             "-r",
                             environment->lock,
                             NULL,
                             NULL,
                             NULL,
                             NULL,
                             NULL };

  if (environment->index != NULL)
    {
      /* By hash: which index has a file is no question of trust. */
      packages[11] = "--extra-index-url";
      packages[12] = environment->index;
      packages[13] = "--index-strategy";
      packages[14] = "unsafe-best-match";
    }
  return run (install, "environment", venv, NULL, error) &&
         run (install, "packages", packages, NULL, error) && build_by_uv (install, uv, error);
}

static gboolean
build_by_pip (Install *install, GError **error)
{
  const LbEnvironment *environment = install->environment;
  const char *const argv[] = { install->python,
                               "-I",
                               "-m",
                               "pip",
                               "install",
                               "--progress-bar=off",
                               "--no-input",
                               "--disable-pip-version-check",
                               "--no-deps",
                               "--require-hashes",
                               "--no-build-isolation",
                               "-r",
                               environment->build_lock,
                               NULL };

  return environment->build_lock == NULL ||
         run (install, "compiling", argv, environment->build_variables, error);
}

static gboolean
install_by_pip (Install *install, const char *versions, GError **error)
{
  const LbEnvironment *environment = install->environment;
  g_autofree char *python = lb_workers_find_python (versions, error);
  const char *const venv[] = { python, "-I", "-m", "venv", environment->folder, NULL };
  const char *packages[] = { install->python,
                             "-I",
                             "-m",
                             "pip",
                             "install",
                             "--progress-bar=off",
                             "--no-input",
                             "--disable-pip-version-check",
                             "--no-deps",
                             "--require-hashes",
                             "-r",
                             environment->lock,
                             NULL,
                             NULL,
                             NULL };

  if (python == NULL)
    return FALSE;
  if (environment->index != NULL)
    {
      packages[12] = "--extra-index-url";
      packages[13] = environment->index;
    }
  return run (install, "environment", venv, NULL, error) &&
         run (install, "packages", packages, NULL, error) && build_by_pip (install, error);
}

/* ---- the stamp ---- */

/* "version = 3.11.2" (venv), "version_info = 3.11.2" (uv). */
static char *
read_python_version (const LbEnvironment *environment)
{
  g_autofree char *path = g_build_filename (environment->folder, "pyvenv.cfg", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", 100);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "version") && strchr (lines[i], '=') != NULL)
      return g_strdup (g_strstrip (strchr (lines[i], '=') + 1));
  return NULL;
}

static gboolean
write_stamp (Install *install, GError **error)
{
  LbEnvironment *environment = install->environment;
  g_autofree char *path = g_build_filename (environment->folder, LB_ENVIRONMENT_STAMP, NULL);
  g_autofree char *version = read_python_version (environment), *text = NULL;
  g_autoptr (json_t) stamp = json_object ();

  lb_json_set_string (stamp, "schema", LB_ENVIRONMENT_SCHEMA);
  lb_json_set_string (stamp, "engine", install->manifest->id);
  lb_json_set_string (stamp, "accelerator", environment->accelerator);
  lb_json_set_string (stamp, "lock_sha256", environment->lock_sha256);
  lb_json_set_string (stamp, "python", version);
  lb_json_set_integer (stamp, "bytes", (gint64) lb_workers_tree_bytes (environment->folder));
  lb_json_set_integer (stamp, "installed", g_get_real_time () / G_USEC_PER_SEC);
  text = lb_json_pretty (stamp);
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

static gboolean
make (Install *install, GError **error)
{
  const LbEnvironment *environment = install->environment;
  const json_t *python = json_object_get (install->manifest->json, "python");
  const char *versions = lb_json_string (python, "versions", ">=3.9");
  g_autofree char *uv = g_find_program_in_path ("uv");
  g_autofree char *stamp = g_build_filename (environment->folder, LB_ENVIRONMENT_STAMP, NULL);

  /* The stamp goes first: whatever breaks off from here on leaves what is no environment. */
  if (unlink (stamp) != 0 && errno != ENOENT && errno != ENOTDIR)
    return lb_error_set_errno (error, errno, "can't remove \"%s\"", stamp);
  if (!lb_workers_remove_tree (environment->folder, error))
    return FALSE;
  if (uv != NULL ? !install_by_uv (install, uv, versions, error)
                 : !install_by_pip (install, versions, error))
    {
      g_prefix_error (error, "the engine \"%s\" could not be installed: ", install->manifest->id);
      return FALSE;
    }
  if (!write_stamp (install, error))
    return FALSE;
  unlink (install->log);
  return TRUE;
}

gboolean
lb_workers_install (const LbManifest *manifest, LbEnvironment *environment, gboolean again,
                    LbInstallCallback callback, gpointer user_data, GCancellable *cancellable,
                    GError **error)
{
  g_auto (Install) install = { .manifest = manifest,
                               .environment = environment,
                               .callback = callback,
                               .user_data = user_data,
                               .cancellable = cancellable,
                               .phase = "room" };
  gboolean done;
  int lock;

  if (environment->lock_sha256 == NULL)
    {
      g_autofree char *shown = lb_text_escape (environment->lock);

      g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                   "\"%s\", the list of packages of the engine \"%s\", can't be read", shown,
                   manifest->id);
      return FALSE;
    }
  if (lb_environment_look (environment) == LB_ENVIRONMENT_WHOLE && !again)
    return TRUE;
  if (!check_room (&install, error))
    return FALSE;
  lock = take_lock (manifest, environment, error);
  if (lock < 0)
    return FALSE;
  install.python = g_build_filename (environment->folder, "bin", "python", NULL);
  install.log = g_strconcat (environment->folder, ".log", NULL);
  /* Another one may have made it between our look and the lock: a run may use it by now. */
  done = (!again && lb_environment_look (environment) == LB_ENVIRONMENT_WHOLE) ||
         make (&install, error);
  close (lock);
  lb_environment_look (environment);
  return done;
}

gboolean
lb_workers_remove (const LbManifest *manifest, LbEnvironment *environment, guint64 *freed_bytes,
                   GError **error)
{
  g_autofree char *stamp = g_build_filename (environment->folder, LB_ENVIRONMENT_STAMP, NULL);
  g_autofree char *log = g_strconcat (environment->folder, ".log", NULL);
  int lock = take_lock (manifest, environment, error);
  gboolean done;

  if (lock < 0)
    return FALSE;
  *freed_bytes = lb_workers_tree_bytes (environment->folder);
  if (*freed_bytes > 0)
    unlink (stamp);
  done = lb_workers_remove_tree (environment->folder, error);
  unlink (log);
  close (lock);
  lb_environment_look (environment);
  return done;
}
