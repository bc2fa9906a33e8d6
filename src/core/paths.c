#include "core/paths.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

static char *
make_home (const char *base, GError **error)
{
  g_autofree char *folder = g_build_filename (base, "llamaburn", NULL);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      int saved = errno;
      g_autofree char *shown = lb_text_escape (folder);

      lb_error_set_errno (error, saved, "can't make the folder \"%s\"", shown);
      return NULL;
    }
  return g_steal_pointer (&folder);
}

char *
lb_paths_data (GError **error)
{
  return make_home (g_get_user_data_dir (), error);
}

char *
lb_paths_cache (GError **error)
{
  return make_home (g_get_user_cache_dir (), error);
}

char *
lb_paths_state (GError **error)
{
  return make_home (g_get_user_state_dir (), error);
}

static char *
own_folder (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  return self != NULL ? g_path_get_dirname (self) : g_strdup (".");
}

char *
lb_paths_program (const char *name, GError **error)
{
  g_autofree char *own = own_folder ();
  const char *folders[] = { g_getenv ("LLAMABURN_LIBEXEC"), own, LB_LIBEXEC_DIR };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = NULL;

      if (folders[i] == NULL || *folders[i] == '\0')
        continue;
      path = g_build_filename (folders[i], name, NULL);
      if (access (path, X_OK) == 0)
        return g_steal_pointer (&path);
    }
  g_set_error (
      error, LB_ERROR, LB_ERROR_NOT_FOUND,
      "\"%s\" is neither beside this program nor in \"%s\": build or install LlamaBurn again",
      name, LB_LIBEXEC_DIR);
  return NULL;
}

/* In the build folder? Then the build's own files go before the installed ones. */
static gboolean
runs_from_build (void)
{
  g_autofree char *own = own_folder ();

  return g_str_has_prefix (own, LB_BUILD_DIR);
}

static char **
existing (const char *setting, const char *of_build, const char *installed)
{
  const char *folders[] = { g_getenv (setting), runs_from_build () ? of_build : NULL, installed };
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    if (folders[i] != NULL && g_file_test (folders[i], G_FILE_TEST_IS_DIR))
      g_strv_builder_add (found, folders[i]);
  return g_strv_builder_end (found);
}

char **
lb_paths_shared (void)
{
  return existing ("LLAMABURN_DATA", LB_SOURCE_DIR "/data", LB_DATA_DIR);
}

char **
lb_paths_modules (void)
{
  return existing ("LLAMABURN_MODULES", LB_BUILD_DIR "/src/engines", LB_MODULE_DIR);
}
